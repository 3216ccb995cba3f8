//! What a client may say on a socket (DESIGN section 8), and how the hub answers besides the feed's frames.

use actors::event::Cursor;
use actors::model::ids::ConversationId;
use actors::model::presence::Activity;
use bytestring::ByteString;
use serde::Deserialize;

/// A frame of the client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Who I am; again with a fresh token before the old one dies.
    Auth {
        token: String,
        /// Holds for the first `subscribe`.
        since: Option<Cursor>,
    },
    Subscribe {
        topics: Vec<String>,
        since: Option<Cursor>,
    },
    Unsubscribe {
        topics: Vec<String>,
    },
    /// Where my person is; said again each ten seconds, as long as it holds. Without a conversation: nowhere.
    Presence {
        conversation: Option<ConversationId>,
        #[serde(default)]
        activity: Option<Activity>,
    },
    Ping,
}

/// The feed's place of a fresh socket.
pub fn ready(cursor: Cursor) -> ByteString {
    format!(r#"{{"type":"ready","cursor":"{cursor}"}}"#).into()
}

/// The answer to a fresh token on a socket that is ready already; its place does not move.
pub const AUTHENTICATED: ByteString = ByteString::from_static(r#"{"type":"authenticated"}"#);

/// The answer to `ping`.
pub const PONG: ByteString = ByteString::from_static(r#"{"type":"pong"}"#);

/// Something the client said can't be done; `code` is one of the API's or says what was wrong with the frame.
pub fn error(code: &'static str) -> ByteString {
    format!(r#"{{"type":"error","code":"{code}"}}"#).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_frame_of_the_contract_is_understood() {
        let read = |text| serde_json::from_str::<Command>(text);
        let auth = read(r#"{"type":"auth","token":"t","since":"7.42","later":1}"#).unwrap();
        let cursor = Cursor { epoch: 7, seq: 42 };
        assert!(
            matches!(auth, Command::Auth { token, since } if token == "t" && since == Some(cursor))
        );
        let subscribe = read(r#"{"type":"subscribe","topics":["inbox"]}"#).unwrap();
        assert!(
            matches!(subscribe, Command::Subscribe { topics, since: None } if topics == ["inbox"])
        );
        assert!(read(r#"{"type":"unsubscribe","topics":[]}"#).is_ok());
        assert!(read(r#"{"type":"ping"}"#).is_ok());
        let id = ConversationId(7);
        let there = format!(r#"{{"type":"presence","conversation":"{id}","activity":"writing"}}"#);
        assert!(matches!(
            read(&there).unwrap(),
            Command::Presence { conversation: Some(at), activity: Some(Activity::Writing) } if at == id
        ));
        assert!(read(r#"{"type":"presence"}"#).is_ok());
        for wrong in [
            "",
            "[]",
            r#"{"type":"launch"}"#,
            r#"{"type":"auth"}"#,
            r#"{"type":"auth","token":"t","since":"x"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
