//! The body of a send: pure, from a parcel to the bytes of one POST (CLOUD_API section 8).

use actors::model::contact::{Identity, IdentityKind};
use actors::model::ids::MediaId;
use actors::model::outbound::Parcel;
use actors::ports::provider::ProviderError;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::file_ref;

/// The body of the POST for `parcel`. `provider_media` tells under which id the provider knows one of our
/// files; a file that it does not know must be uploaded first.
pub fn body(
    parcel: &Parcel,
    provider_media: impl Fn(MediaId) -> Option<String>,
) -> Result<Vec<u8>, ProviderError> {
    let content = match may_name_files(&parcel.kind) {
        true => Some(with_provider_media(parcel, provider_media)?),
        false => None,
    };
    let body = Body {
        address: address(&parcel.to)?,
        kind: &parcel.kind,
        content: content.as_deref(),
        parcel,
    };
    serde_json::to_vec(&body).map_err(|_| unfit("The message can't be written as JSON"))
}

/// Our files that the parcel's content names, in its order; their provider ids are wanted by [`body`].
pub fn media(parcel: &Parcel) -> Result<Vec<MediaId>, ProviderError> {
    if !may_name_files(&parcel.kind) {
        return Ok(Vec::new());
    }
    let mut content = read(parcel)?;
    let mut found = Vec::new();
    file_ref::each(&parcel.kind, &mut content, &mut |id| {
        found.extend(id.parse::<MediaId>());
    });
    Ok(found)
}

fn may_name_files(kind: &str) -> bool {
    file_ref::is_file(kind) || matches!(kind, "interactive" | "template")
}

fn read(parcel: &Parcel) -> Result<Value, ProviderError> {
    parcel
        .content
        .read()
        .map_err(|_| unfit("The message's content can't be read"))
}

fn with_provider_media(
    parcel: &Parcel,
    provider_media: impl Fn(MediaId) -> Option<String>,
) -> Result<Box<RawValue>, ProviderError> {
    let mut content = read(parcel)?;
    let mut missing = false;
    file_ref::each(&parcel.kind, &mut content, &mut |id| {
        // What is no id of ours is the provider's own already.
        if let Ok(ours) = id.parse::<MediaId>() {
            match provider_media(ours) {
                Some(theirs) => *id = theirs,
                None => missing = true,
            }
        }
    });
    if missing {
        return Err(unfit("A file of the message is not there any more"));
    }
    serde_json::value::to_raw_value(&content)
        .map_err(|_| unfit("The message can't be written as JSON"))
}

enum Address {
    /// With `+`: without it the provider may put its own country code in front.
    To(String),
    /// A business-scoped user id.
    Recipient(String),
}

/// The phone wins when there is one: the provider would let it win anyway.
fn address(identities: &[Identity]) -> Result<Address, ProviderError> {
    let of = |kind| {
        let mut found = identities.iter().filter(move |one| one.kind == kind);
        found.next().map(|one| one.value.trim())
    };
    if let Some(phone) = of(IdentityKind::Phone) {
        return Ok(Address::To(format!("+{}", phone.trim_start_matches('+'))));
    }
    of(IdentityKind::UserId)
        .map(|id| Address::Recipient(id.to_owned()))
        .ok_or_else(|| unfit("The contact has neither a phone number nor a user id"))
}

fn unfit(why: &str) -> ProviderError {
    ProviderError::Unfit(why.to_owned())
}

struct Body<'a> {
    address: Address,
    kind: &'a str,
    /// In place of the parcel's own.
    content: Option<&'a RawValue>,
    parcel: &'a Parcel,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("messaging_product", "whatsapp")?;
        map.serialize_entry("recipient_type", "individual")?;
        match &self.address {
            Address::To(phone) => map.serialize_entry("to", phone)?,
            Address::Recipient(id) => map.serialize_entry("recipient", id)?,
        }
        map.serialize_entry("type", self.kind)?;
        match self.content {
            Some(content) => map.serialize_entry(self.kind, content)?,
            None => map.serialize_entry(self.kind, &self.parcel.content)?,
        }
        // A reaction names its message itself; a context beside it is refused.
        if let Some(quoted) = self
            .parcel
            .reply_to
            .as_ref()
            .filter(|_| self.kind != "reaction")
        {
            map.serialize_entry("context", &json!({ "message_id": quoted }))?;
        }
        map.serialize_entry("biz_opaque_callback_data", &self.parcel.attempt)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actors::model::ids::{AttemptId, ConversationId, MessageId, OrganizationId, SessionId};
    use actors::model::json::Json;

    use super::*;

    fn parcel(to: &[(IdentityKind, &str)], kind: &str, content: Value) -> Parcel {
        let to = to.iter().map(|(kind, value)| Identity {
            kind: *kind,
            value: (*value).to_owned(),
        });
        Parcel {
            organization: OrganizationId(1),
            session: SessionId(2),
            conversation: ConversationId(3),
            message: MessageId(4),
            attempt: AttemptId(5),
            to: to.collect(),
            kind: kind.to_owned(),
            content: Json::from(content),
            reply_to: None,
        }
    }

    fn written(parcel: &Parcel) -> Value {
        let body = body(parcel, |id| (id == MediaId(7)).then(|| "555".to_owned())).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    const PHONE: (IdentityKind, &str) = (IdentityKind::Phone, "15551112222");
    const USER: (IdentityKind, &str) = (IdentityKind::UserId, "US.77");

    #[test]
    fn a_text_goes_to_the_number_with_a_plus_and_carries_the_attempt() {
        let mut parcel = parcel(
            &[USER, PHONE],
            "text",
            json!({"body": "hi", "preview_url": true}),
        );
        parcel.reply_to = Some("wamid.Q".to_owned());
        let expected = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+15551112222",
            "type": "text",
            "text": {"body": "hi", "preview_url": true},
            "context": {"message_id": "wamid.Q"},
            "biz_opaque_callback_data": AttemptId(5).to_string(),
        });
        assert_eq!(written(&parcel), expected);
        assert!(media(&parcel).unwrap().is_empty());
    }

    #[test]
    fn a_contact_without_phone_is_addressed_by_user_id() {
        let body = written(&parcel(&[USER], "text", json!({"body": "hi"})));
        assert_eq!(body["recipient"], "US.77");
        assert!(body.get("to").is_none());
    }

    #[test]
    fn a_contact_without_any_address_can_not_be_written_to() {
        let nobody = parcel(
            &[(IdentityKind::Lid, "1@lid")],
            "text",
            json!({"body": "hi"}),
        );
        assert!(matches!(
            body(&nobody, |_| None),
            Err(ProviderError::Unfit(_))
        ));
    }

    #[test]
    fn a_reaction_has_no_context() {
        let content = json!({"message_id": "wamid.T", "emoji": "👍"});
        let mut parcel = parcel(&[PHONE], "reaction", content);
        parcel.reply_to = Some("wamid.T".to_owned());
        assert!(written(&parcel).get("context").is_none());
    }

    #[test]
    fn our_files_are_named_by_the_ids_of_the_provider_wherever_they_stand() {
        let ours = MediaId(7).to_string();
        let image = parcel(&[PHONE], "image", json!({"id": ours, "caption": "c"}));
        assert_eq!(
            written(&image)["image"],
            json!({"id": "555", "caption": "c"})
        );
        assert_eq!(media(&image).unwrap(), [MediaId(7)]);
        let header = json!({"type": "image", "image": {"id": ours}});
        let buttons = parcel(
            &[PHONE],
            "interactive",
            json!({"type": "button", "header": header}),
        );
        assert_eq!(
            written(&buttons)["interactive"]["header"]["image"]["id"],
            "555"
        );
        let parameter = json!({"type": "document", "document": {"id": ours, "filename": "a.pdf"}});
        let components = json!([{"type": "header", "parameters": [parameter]}]);
        let template = parcel(
            &[PHONE],
            "template",
            json!({"name": "t", "components": components}),
        );
        let sent = &written(&template)["template"]["components"][0]["parameters"][0]["document"];
        assert_eq!(*sent, json!({"id": "555", "filename": "a.pdf"}));
        assert_eq!(media(&template).unwrap(), [MediaId(7)]);
    }

    #[test]
    fn a_link_and_an_id_that_only_looks_like_a_file_stay_as_they_are() {
        let link = json!({"link": "https://example.com/a.png"});
        let image = parcel(&[PHONE], "image", link.clone());
        assert_eq!(written(&image)["image"], link);
        let rows = json!({"type": "list", "action": {"sections": [{"rows": [{"id": MediaId(8).to_string()}]}]}});
        let list = parcel(&[PHONE], "interactive", rows.clone());
        assert_eq!(written(&list)["interactive"], rows);
    }

    #[test]
    fn a_file_that_is_not_there_stops_the_message() {
        let image = parcel(&[PHONE], "image", json!({"id": MediaId(9).to_string()}));
        assert!(matches!(
            body(&image, |_| None),
            Err(ProviderError::Unfit(_))
        ));
    }
}
