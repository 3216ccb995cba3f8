//! The webhooks of a load: messages, signed, written straight into one reused buffer with their HTTP head.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::marker::{Marked, Marker};
use super::profile::Kind;
use super::script::Script;

/// Where webhooks go and who they are for.
#[derive(Clone, Debug)]
pub struct Target {
    /// `127.0.0.1:3000`
    pub authority: String,
    /// `/webhooks/whatsapp/ses_…`
    pub path: String,
    pub phone_number_id: String,
    pub app_secret: String,
    /// Further nodes of the same hub, `host:port`: webhooks take turns, and what one node doesn't take goes to the next.
    pub others: Vec<String>,
}

/// Writes requests; the keyed digest is made once.
pub struct Writer {
    head: Vec<u8>,
    keyed: Hmac<Sha256>,
    phone_number_id: String,
    marker: Marker,
    script: Script,
    body: Vec<u8>,
}

impl Writer {
    /// A writer for one target, run and script; None when the secret can't be a key.
    pub fn new(target: &Target, marker: Marker, script: Script) -> Option<Self> {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: facebookexternalua\r\nContent-Type: application/json\r\n\
             X-Hub-Signature-256: sha256=",
            target.path, target.authority
        );
        Some(Self {
            head: head.into_bytes(),
            keyed: Hmac::<Sha256>::new_from_slice(target.app_secret.as_bytes()).ok()?,
            phone_number_id: target.phone_number_id.clone(),
            marker,
            script,
            body: Vec::with_capacity(1024),
        })
    }

    /// Replaces `out` with the whole request for these messages.
    pub fn write(&mut self, out: &mut Vec<u8>, messages: &[(Marked, Kind)], unix_seconds: i64) {
        use std::io::Write;

        self.write_body(messages, unix_seconds);
        let mut mac = self.keyed.clone();
        mac.update(&self.body);
        let digest = mac.finalize().into_bytes();
        out.clear();
        out.extend_from_slice(&self.head);
        for byte in digest {
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 15));
        }
        // Writing to a Vec can't fail.
        let _ = write!(out, "\r\nContent-Length: {}\r\n\r\n", self.body.len());
        out.extend_from_slice(&self.body);
    }

    fn write_body(&mut self, messages: &[(Marked, Kind)], unix_seconds: i64) {
        use std::io::Write;

        let body = &mut self.body;
        body.clear();
        body.extend_from_slice(
            br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":["#,
        );
        for (index, (marked, kind)) in messages.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            let contact = marked.contact;
            // Writing to a Vec can't fail.
            let _ = write!(
                body,
                "{{\"field\":\"messages\",\"value\":{{\"messaging_product\":\"whatsapp\",\"metadata\":\
                 {{\"display_phone_number\":\"15550100001\",\"phone_number_id\":\"{}\"}},\"contacts\":[{{\"profile\":\
                 {{\"name\":\"Load {contact}\"}},\"wa_id\":\"1999{contact:07}\"}}],\"messages\":[{{\"from\":\
                 \"1999{contact:07}\",\"id\":\"",
                self.phone_number_id
            );
            self.marker.write(body, *marked);
            let _ = write!(body, "\",\"timestamp\":\"{unix_seconds}\",");
            self.script.write(body, &self.marker, *marked, *kind);
            body.extend_from_slice(b"}]}}");
        }
        body.extend_from_slice(b"]}]}");
    }
}

const fn hex_digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + nibble - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::signature;

    #[test]
    fn a_request_is_signed_json_of_the_length_it_says() {
        let target = Target {
            authority: "127.0.0.1:3000".into(),
            path: "/webhooks/whatsapp/ses_1".into(),
            phone_number_id: "42".into(),
            app_secret: "secret".into(),
            others: Vec::new(),
        };
        let mut writer = Writer::new(&target, Marker::new(1), Script::plain()).unwrap();
        let mut request = Vec::new();
        let messages = [5, 6].map(|number| (Marked { contact: 3, number }, Kind::Text));
        writer.write(&mut request, &messages, 1_750_000_000);
        let text = String::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        let second = &json["entry"][0]["changes"][1]["value"]["messages"][0];
        assert_eq!(second["id"], "wamid.LT00000001C000003N0000000006");
        assert_eq!(second["from"], "19990000003");
        assert!(head.contains(&signature::sign("secret", body.as_bytes())));
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
    }
}
