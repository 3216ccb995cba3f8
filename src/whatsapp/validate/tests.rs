//! What may be sent, and what is said about what may not.
#![allow(clippy::unwrap_used)]

use super::*;

const WAMID: &str = "wamid.HBgLTARGET=";

fn file() -> String {
    MediaId(7).to_string()
}

/// A message that passes, with its type object.
fn good(kind: &str) -> Value {
    let object = match kind {
        "text" | "note" => json!({"body": "hi"}),
        "image" | "video" | "document" => json!({"id": file(), "caption": "look"}),
        "audio" | "sticker" => json!({"id": file()}),
        "location" => json!({"latitude": 52.5, "longitude": "13.4", "name": "Office"}),
        "contacts" => json!([{"name": {"formatted_name": "Bob B", "first_name": "Bob"}}]),
        "reaction" => json!({"message_id": WAMID, "emoji": "👍"}),
        "template" => json!({"name": "hello_world", "language": {"code": "en_US"}}),
        "button" => json!({"type": "button", "body": {"text": "Pick"}, "action": {"buttons": [
            {"type": "reply", "reply": {"id": "a", "title": "A"}},
            {"type": "reply", "reply": {"id": "b", "title": "B"}}]}}),
        "list" => json!({"type": "list", "body": {"text": "Pick"}, "action": {"button": "Menu",
            "sections": [{"rows": [{"id": "a", "title": "A", "description": "first"}]}]}}),
        "cta_url" => {
            json!({"type": "cta_url", "body": {"text": "See"}, "action": {"name": "cta_url",
            "parameters": {"display_text": "Open", "url": "https://example.com/a?b=1"}}})
        }
        "location_request_message" => json!({"type": "location_request_message",
            "body": {"text": "Where?"}, "action": {"name": "send_location"}}),
        other => panic!("no good {other}"),
    };
    let outer = match kind {
        "button" | "list" | "cta_url" | "location_request_message" => "interactive",
        kind => kind,
    };
    json!({ "type": outer, outer: object })
}

const KINDS: [&str; 15] = [
    "text",
    "note",
    "image",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "template",
    "button",
    "list",
    "cta_url",
    "location_request_message",
];

/// The good message with the value at `pointer` replaced (or, with null, as null).
fn with(kind: &str, pointer: &str, value: Value) -> Value {
    let mut message = good(kind);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match message.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other} has no {key}"),
    }
    message
}

fn fields(message: &Value) -> Vec<String> {
    match validate(message) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid.into_iter().map(|one| one.field).collect(),
    }
}

#[test]
fn every_type_that_can_be_sent_passes_and_says_what_a_person_reads() {
    let words = [
        Some("hi"),
        Some("hi"),
        Some("look"),
        Some("look"),
        Some("look"),
        None,
        None,
        Some("Office"),
        Some("Bob B"),
        Some("👍"),
        None,
        Some("Pick"),
        Some("Pick"),
        Some("See"),
        Some("Where?"),
    ];
    for (kind, words) in KINDS.iter().zip(words) {
        let message = good(kind);
        let checked = validate(&message).unwrap();
        assert_eq!(checked.text.as_deref(), words, "{kind}");
        assert_eq!(checked.note, *kind == "note");
        let own = message.get(&checked.kind).or(message.get("note")).unwrap();
        assert_eq!(checked.content.read::<Value>().unwrap(), *own, "{kind}");
    }
}

#[test]
fn a_note_is_a_text_that_is_not_sent() {
    let note = json!({"type": "note", "text": {"body": "call back"}});
    let checked = validate(&note).unwrap();
    assert!(checked.note && checked.kind == "text");
    assert_eq!(checked.text.as_deref(), Some("call back"));
    let quoting = json!({"type": "note", "text": {"body": "x"}, "context": {"message_id": WAMID}});
    assert_eq!(fields(&quoting), ["context"]);
}

#[test]
fn a_message_without_type_is_a_text() {
    assert_eq!(
        validate(&json!({"text": {"body": "hi"}})).unwrap().kind,
        "text"
    );
}

#[test]
fn what_is_no_message_is_refused() {
    for (message, field) in [
        (json!(5), ""),
        (json!({}), "text"),
        (json!({"type": 5}), "type"),
        (json!({"type": "image"}), "image"),
        (json!({"type": "image", "image": null}), "image"),
        (json!({"type": "poll", "poll": {}}), "type"),
        (json!({"type": "poll"}), "type"),
        (json!({"type": "voice", "voice": {"id": "x"}}), "type"),
    ] {
        assert_eq!(fields(&message), [field], "{message}");
    }
}

#[test]
fn every_limit_is_kept_to_the_character() {
    let cases = [
        ("text", "/text/body", 4096),
        ("image", "/image/caption", 1024),
        ("video", "/video/caption", 1024),
        ("document", "/document/caption", 1024),
        ("button", "/interactive/body/text", 1024),
        ("button", "/interactive/action/buttons/0/reply/title", 20),
        ("button", "/interactive/action/buttons/0/reply/id", 256),
        ("list", "/interactive/body/text", 4096),
        ("list", "/interactive/action/button", 20),
        ("list", "/interactive/action/sections/0/title", 24),
        ("list", "/interactive/action/sections/0/rows/0/id", 200),
        ("list", "/interactive/action/sections/0/rows/0/title", 24),
        (
            "list",
            "/interactive/action/sections/0/rows/0/description",
            72,
        ),
        ("cta_url", "/interactive/body/text", 1024),
        ("cta_url", "/interactive/action/parameters/display_text", 20),
        ("location_request_message", "/interactive/body/text", 1024),
        ("template", "/template/name", 512),
    ];
    for (kind, pointer, most) in cases {
        // An umlaut is one character and two bytes; names of templates know no umlauts.
        let letter = if kind == "template" { "a" } else { "ä" };
        let field = pointer[1..].replace('/', ".");
        assert!(
            fields(&with(kind, pointer, json!(letter.repeat(most)))).is_empty(),
            "{field}"
        );
        assert_eq!(
            fields(&with(kind, pointer, json!(letter.repeat(most + 1)))),
            [field]
        );
    }
    for (kind, edge) in [("button", "footer"), ("list", "footer")] {
        let footer = |length: usize| json!({"text": "x".repeat(length)});
        let pointer = format!("/interactive/{edge}");
        assert!(fields(&with(kind, &pointer, footer(60))).is_empty());
        assert_eq!(
            fields(&with(kind, &pointer, footer(61))),
            ["interactive.footer.text"]
        );
    }
}

#[test]
fn what_must_be_there_is_missed() {
    for (kind, pointer) in [
        ("text", "/text/body"),
        ("button", "/interactive/body/text"),
        ("button", "/interactive/action/buttons"),
        ("button", "/interactive/action/buttons/0/reply/id"),
        ("button", "/interactive/action/buttons/1/reply/title"),
        ("list", "/interactive/action/button"),
        ("list", "/interactive/action/sections"),
        ("list", "/interactive/action/sections/0/rows"),
        ("list", "/interactive/action/sections/0/rows/0/title"),
        ("cta_url", "/interactive/action/name"),
        ("cta_url", "/interactive/action/parameters/url"),
        ("location_request_message", "/interactive/action/name"),
        ("template", "/template/name"),
        ("template", "/template/language/code"),
        ("reaction", "/reaction/message_id"),
        ("reaction", "/reaction/emoji"),
        ("location", "/location/latitude"),
        ("contacts", "/contacts/0/name/formatted_name"),
    ] {
        let field = pointer[1..].replace('/', ".");
        for value in [Value::Null, json!({}), json!([])] {
            assert_eq!(
                fields(&with(kind, pointer, value.clone())),
                [field.as_str()],
                "{value}"
            );
        }
    }
    let nameless = with("contacts", "/contacts/0/name", Value::Null);
    assert_eq!(fields(&nameless), ["contacts.0.name"]);
    assert_eq!(
        fields(&with("text", "/text/body", json!(" \n"))),
        ["text.body"]
    );
}

#[test]
fn a_file_is_an_upload_of_ours_or_a_safe_address_and_not_both() {
    for kind in ["image", "video", "document", "audio", "sticker"] {
        let of = |object: Value| json!({ "type": kind, kind: object });
        let link = "https://example.com/a.bin";
        assert!(fields(&of(json!({ "link": link }))).is_empty());
        assert_eq!(
            validate(&of(json!({"id": file()}))).unwrap().media,
            [MediaId(7)]
        );
        assert_eq!(
            fields(&of(json!({"id": file(), "link": link}))),
            [format!("{kind}.link")]
        );
        assert_eq!(fields(&of(json!({}))), [format!("{kind}.id")]);
        assert_eq!(fields(&of(json!({"id": 7}))), [format!("{kind}.id")]);
        for foreign in ["1479537139650973", "med_", "msg_0000000000007"] {
            assert_eq!(
                fields(&of(json!({ "id": foreign }))),
                [format!("{kind}.id")],
                "{foreign}"
            );
        }
        for unsafe_link in [
            "http://example.com/a",
            "file:///etc/passwd",
            "a.png",
            "https://",
        ] {
            let found = fields(&of(json!({ "link": unsafe_link })));
            assert_eq!(found, [format!("{kind}.link")], "{unsafe_link}");
        }
    }
}

#[test]
fn file_names_captions_and_voice_belong_to_their_types() {
    let of = |kind: &str, key: &str, value: Value| {
        let message = json!({ "type": kind, kind: {"id": file(), key: value} });
        fields(&message)
    };
    assert!(of("document", "filename", json!("Rechnung.pdf")).is_empty());
    assert!(of("audio", "voice", json!(true)).is_empty());
    assert_eq!(of("image", "filename", json!("a.png")), ["image.filename"]);
    assert_eq!(of("video", "voice", json!(true)), ["video.voice"]);
    assert_eq!(of("audio", "voice", json!("yes")), ["audio.voice"]);
    assert_eq!(of("audio", "caption", json!("x")), ["audio.caption"]);
    assert_eq!(of("sticker", "caption", json!("x")), ["sticker.caption"]);
}

#[test]
fn buttons_and_rows_are_counted_and_differ() {
    let button =
        |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
    let buttons = |list: Value| fields(&with("button", "/interactive/action/buttons", list));
    let path = "interactive.action.buttons";
    assert!(
        buttons(json!([
            button("a", "A"),
            button("b", "B"),
            button("c", "C")
        ]))
        .is_empty()
    );
    let four: Vec<Value> = (0..4)
        .map(|n| button(&n.to_string(), &n.to_string()))
        .collect();
    assert_eq!(buttons(json!(four)), [path]);
    assert_eq!(
        buttons(json!([button("a", "A"), button("a", "B")])),
        [format!("{path}.1.reply.id")]
    );
    assert_eq!(
        buttons(json!([button("a", "A"), button("b", "A")])),
        [format!("{path}.1.reply.title")]
    );
    assert_eq!(
        buttons(json!([{"type": "url", "reply": {"id": "a", "title": "A"}}])),
        [format!("{path}.0.type")]
    );

    let rows = |from: usize, to: usize| -> Vec<Value> {
        (from..to)
            .map(|n| json!({"id": n.to_string(), "title": "T"}))
            .collect()
    };
    let sections = |list: Value| fields(&with("list", "/interactive/action/sections", list));
    let path = "interactive.action.sections";
    assert!(sections(json!([{"rows": rows(0, 10)}])).is_empty());
    assert_eq!(
        sections(json!([{"rows": rows(0, 11)}])),
        [format!("{path}.0.rows")]
    );
    let split = |title: &str| json!([{"title": "One", "rows": rows(0, 6)}, {"title": title, "rows": rows(6, 11)}]);
    assert_eq!(
        sections(split("Two")),
        [path],
        "eleven rows in two sections"
    );
    let untitled = json!([{"title": "One", "rows": rows(0, 1)}, {"rows": rows(1, 2)}]);
    assert_eq!(sections(untitled), [format!("{path}.1.title")]);
    let same = json!([{"rows": [{"id": "x", "title": "A"}, {"id": "x", "title": "B"}]}]);
    assert_eq!(sections(same), [format!("{path}.0.rows.1.id")]);
}

#[test]
fn headers_fit_their_message() {
    let header = |kind: &str, header: Value| fields(&with(kind, "/interactive/header", header));
    assert!(header("list", json!({"type": "text", "text": "Title"})).is_empty());
    assert_eq!(
        header("list", json!({"type": "text", "text": "x".repeat(61)})),
        ["interactive.header.text"]
    );
    assert_eq!(
        header("list", json!({"type": "image", "image": {"id": file()}})),
        ["interactive.header.type"]
    );
    assert!(header("button", json!({"type": "image", "image": {"id": file()}})).is_empty());
    assert!(
        header(
            "cta_url",
            json!({"type": "video", "video": {"link": "https://example.com/v.mp4"}})
        )
        .is_empty()
    );
    assert_eq!(
        header("button", json!({"type": "document"})),
        ["interactive.header.document"]
    );
    assert_eq!(
        header("button", json!({"type": "image", "image": {"id": "123"}})),
        ["interactive.id"]
    );
    let image = with(
        "button",
        "/interactive/header",
        json!({"type": "image", "image": {"id": file()}}),
    );
    assert_eq!(validate(&image).unwrap().media, [MediaId(7)]);
}

#[test]
fn interactive_kinds_that_are_not_known_here_pass_to_the_provider() {
    let flow = json!({"type": "interactive", "interactive": {"type": "flow", "body": {"text": "Book"},
        "action": {"name": "flow", "parameters": {"flow_id": "1"}}}});
    assert_eq!(validate(&flow).unwrap().text.as_deref(), Some("Book"));
    assert_eq!(
        fields(&json!({"type": "interactive", "interactive": {}})),
        ["interactive.type"]
    );
}

#[test]
fn a_place_lies_on_earth() {
    for (key, value) in [
        ("latitude", json!(90.1)),
        ("latitude", json!("north")),
        ("latitude", json!("NaN")),
        ("longitude", json!(-180.5)),
        ("longitude", json!("inf")),
    ] {
        let found = fields(&with("location", &format!("/location/{key}"), value));
        assert_eq!(found, [format!("location.{key}")]);
    }
    assert!(fields(&with("location", "/location/latitude", json!(0))).is_empty());
}

#[test]
fn contact_cards_have_a_name_with_a_part() {
    let only_formatted = json!({"formatted_name": "Bob"});
    assert_eq!(
        fields(&with("contacts", "/contacts/0/name", only_formatted)),
        ["contacts.0.name"]
    );
    assert_eq!(
        fields(&json!({"type": "contacts", "contacts": []})),
        ["contacts"]
    );
    let many = vec![json!({"name": {"formatted_name": "B", "first_name": "B"}}); 258];
    assert_eq!(
        fields(&json!({"type": "contacts", "contacts": many})),
        ["contacts"]
    );
}

#[test]
fn messages_are_named_by_our_id_or_that_of_the_provider() {
    let quoting = |id: &str| json!({"text": {"body": "hi"}, "context": {"message_id": id}});
    let ours = MessageId(9);
    let reply_to = validate(&quoting(&ours.to_string())).unwrap().reply_to;
    assert_eq!(reply_to, Some(Reference::Ours(ours)));
    let reply_to = validate(&quoting(WAMID)).unwrap().reply_to;
    assert_eq!(reply_to, Some(Reference::Provider(WAMID.to_owned())));
    for broken in ["", "msg_short", &"x".repeat(256)] {
        assert_eq!(fields(&quoting(broken)), ["context.message_id"], "{broken}");
    }
    assert_eq!(
        validate(&json!({"text": {"body": "hi"}, "context": null}))
            .unwrap()
            .reply_to,
        None
    );
}

#[test]
fn a_reaction_is_aimed_at_the_id_of_the_provider() {
    let message = with(
        "reaction",
        "/reaction/message_id",
        json!(MessageId(9).to_string()),
    );
    let checked = validate(&message).unwrap();
    assert_eq!(checked.target, Some(Reference::Ours(MessageId(9))));
    let aimed = checked.aimed_at(WAMID);
    assert_eq!(
        aimed.content.read::<Value>().unwrap(),
        json!({"message_id": WAMID, "emoji": "👍"})
    );
    let removal = validate(&with("reaction", "/reaction/emoji", json!(""))).unwrap();
    assert_eq!(removal.text, None);
    let quoting = with("reaction", "/context", json!({"message_id": WAMID}));
    assert_eq!(fields(&quoting), ["context"]);
}

#[test]
fn a_template_send_has_the_right_form() {
    let of = |components: Value| fields(&with("template", "/template/components", components));
    let body =
        |text: &str| json!([{"type": "body", "parameters": [{"type": "text", "text": text}]}]);
    assert!(of(json!([])).is_empty() && of(body("Ann")).is_empty());
    for text in ["a\nb", "a\tb", "a     b", ""] {
        assert_eq!(
            of(body(text)),
            ["template.components.0.parameters.0.text"],
            "{text:?}"
        );
    }
    let button = |index: Value| json!([{"type": "button", "sub_type": "url", "index": index, "parameters": [{"type": "text", "text": "x"}]}]);
    assert!(of(button(json!("0"))).is_empty() && of(button(json!(9))).is_empty());
    assert_eq!(of(button(json!(10))), ["template.components.0.index"]);
    assert_eq!(of(button(json!("first"))), ["template.components.0.index"]);
    assert_eq!(of(json!({})), ["template.components"]);
    assert_eq!(
        fields(&with("template", "/template/name", json!("Hello World"))),
        ["template.name"]
    );
    let image =
        json!([{"type": "header", "parameters": [{"type": "image", "image": {"id": file()}}]}]);
    let message = with("template", "/template/components", image);
    assert_eq!(validate(&message).unwrap().media, [MediaId(7)]);
}

#[test]
fn all_that_is_wrong_is_told_at_once_but_not_without_end() {
    let message = json!({"type": "interactive", "interactive": {"type": "list", "action": {}}});
    assert_eq!(
        fields(&message),
        [
            "interactive.action.button",
            "interactive.action.sections",
            "interactive.body.text"
        ]
    );
    let cards = vec![json!({}); 100];
    assert_eq!(
        fields(&json!({"type": "contacts", "contacts": cards})).len(),
        20
    );
}
