//! Where a message's content names files: in a media message itself, in the header of an interactive one, in a
//! template's parameters. One walk serves the check of a draft and the body of a send.

use serde_json::Value;

/// Types whose object names a file.
const FILES: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

/// Whether messages of this type are a file.
pub fn is_file(kind: &str) -> bool {
    FILES.contains(&kind)
}

/// Calls `visit` with the id of every file that the content of a message of type `kind` names.
pub fn each(kind: &str, content: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match content {
        Value::Object(fields) => {
            if is_file(kind)
                && let Some(Value::String(id)) = fields.get_mut("id")
            {
                visit(id);
            }
            for (key, value) in fields {
                each(key, value, visit);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                each("", element, visit);
            }
        }
        _ => {}
    }
}
