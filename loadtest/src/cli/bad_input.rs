//! `loadtest bad-input`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::scenario::Needs;
use super::target::HubFlags;
use crate::load::body::Target;
use crate::load::hub::Hub;
use crate::load::wire::Wire;
use crate::simulator::signature;

/// Posts what no good provider would post and checks how the hub answers.
///
/// What is not signed must be refused with 401, what is too large with 413. What is signed but can't be
/// understood must be answered 200, because the provider would repeat it for seven days; the hub keeps it in
/// quarantine. After each case the hub must still be ready. Exit code 1 when a case is answered otherwise.
#[derive(Debug, Args)]
pub struct BadInput {
    #[command(flatten)]
    hub: HubFlags,
}

struct Case {
    name: &'static str,
    body: Vec<u8>,
    signature: Signature,
    /// Statuses that are right.
    right: &'static [u16],
}

#[derive(Clone, Copy)]
enum Signature {
    Good,
    None,
    Wrong,
    OldHeaderOnly,
    NotHex,
}

const KEPT: &[u16] = &[200];
const UNSIGNED: &[u16] = &[401];
const TOO_LARGE: &[u16] = &[413];

impl BadInput {
    /// Runs all cases.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.try_all())
    }

    async fn try_all(self) -> anyhow::Result<ExitCode> {
        let needs = Needs {
            number: true,
            ..Needs::default()
        };
        let link = self.hub.connect(needs).await?;
        let (hub, target) = (&link.hub, &link.target);
        let mut wrong = 0;
        for case in cases(&target.phone_number_id) {
            let status = post(target, &case).await;
            let right = status.is_some_and(|status| case.right.contains(&status));
            let shown = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            let mark = if right { "ok   " } else { "WRONG" };
            println!("{mark} {:<44} {shown} (right: {:?})", case.name, case.right);
            wrong += u32::from(!right);
            still_ready(hub, case.name).await?;
        }
        println!("{wrong} wrong");
        Ok(if wrong == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }
}

async fn still_ready(hub: &Hub, after: &str) -> anyhow::Result<()> {
    if hub.is_ready().await {
        return Ok(());
    }
    bail!("the hub is not ready any more after: {after}")
}

async fn post(target: &Target, case: &Case) -> Option<u16> {
    let good = signature::sign(&target.app_secret, &case.body);
    let header = match case.signature {
        Signature::Good => format!("X-Hub-Signature-256: {good}\r\n"),
        Signature::None => String::new(),
        Signature::Wrong => format!(
            "X-Hub-Signature-256: {}\r\n",
            signature::sign("another secret", &case.body)
        ),
        Signature::OldHeaderOnly => {
            "X-Hub-Signature: sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709\r\n".to_owned()
        }
        Signature::NotHex => "X-Hub-Signature-256: sha256=zz\r\n".to_owned(),
    };
    let mut request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\n\r\n",
        target.path,
        target.authority,
        case.body.len()
    )
    .into_bytes();
    request.extend_from_slice(&case.body);
    // A connection of its own: a refused body may close it.
    Wire::new(&target.authority).ask(&request).await.ok()
}

fn cases(pnid: &str) -> Vec<Case> {
    let case = |name, body: Vec<u8>, signature, right| Case {
        name,
        body,
        signature,
        right,
    };
    let good = |name, body: Vec<u8>| case(name, body, Signature::Good, KEPT);
    let text = |body: &Value| body.to_string().into_bytes();
    let message = |message: Value| text(&envelope(pnid, &message));
    let plain = json!({"from": "15559990001", "id": "wamid.BAD1", "timestamp": "1750000000", "type": "text",
        "text": {"body": "hi"}});
    let mut large = plain.clone();
    large["text"]["body"] = "x".repeat(4 * 1024 * 1024).into();
    let whole = message(plain.clone());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    let deep_inside = format!(
        r#"{{"object":"whatsapp_business_account","entry":{}1{}}}"#,
        r#"{"a":"#.repeat(100_000),
        "}".repeat(100_000)
    )
    .into_bytes();
    vec![
        case("unsigned", whole.clone(), Signature::None, UNSIGNED),
        case(
            "signed with another secret",
            whole.clone(),
            Signature::Wrong,
            UNSIGNED,
        ),
        case(
            "signed with the old header only",
            whole.clone(),
            Signature::OldHeaderOnly,
            UNSIGNED,
        ),
        case(
            "a signature that is no hex",
            whole.clone(),
            Signature::NotHex,
            UNSIGNED,
        ),
        case("4 MB", message(large.clone()), Signature::Good, TOO_LARGE),
        case(
            "4 MB, unsigned",
            message(large),
            Signature::None,
            &[401, 413],
        ),
        good("truncated in the middle", whole[..whole.len() / 2].to_vec()),
        good("empty", Vec::new()),
        good("no UTF-8", vec![0xff, 0xfe, b'{', b'}']),
        good("100,000 brackets deep", deep),
        good("100,000 objects deep", deep_inside),
        good("a number", b"42".to_vec()),
        good("null", b"null".to_vec()),
        good(
            "another object",
            text(&json!({"object": "page", "entry": []})),
        ),
        good(
            "entry is a text",
            text(&json!({"object": "whatsapp_business_account", "entry": "x"})),
        ),
        good(
            "changes is null",
            text(
                &json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": null}]}),
            ),
        ),
        good(
            "messages is an object",
            text(
                &json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes":
            [{"field": "messages", "value": {"metadata": {"phone_number_id": pnid}, "messages": {}}}]}]}),
            ),
        ),
        good("a message that is a number", message(json!(7))),
        good(
            "a message without an id",
            message(json!({"from": "15559990001", "timestamp": "1", "type": "text"})),
        ),
        good(
            "ids and times as numbers",
            message(
                json!({"from": 15_559_990_001_u64, "id": 5, "timestamp": 1_750_000_000, "type": "text", "text": {"body": 3}}),
            ),
        ),
        good(
            "a time beyond all calendars",
            message(
                json!({"from": "15559990001", "id": "wamid.BAD2", "timestamp": "99999999999999999999", "type": "text", "text": {"body": "x"}}),
            ),
        ),
        good(
            "a NUL in the text",
            message(
                json!({"from": "15559990001", "id": "wamid.BAD3", "timestamp": "1750000000", "type": "text", "text": {"body": "a\u{0}b"}}),
            ),
        ),
        good(
            "half a surrogate pair",
            String::from_utf8_lossy(&whole)
                .replace("\"hi\"", r#""\ud83d""#)
                .into_bytes(),
        ),
        good("an unknown number", text(&envelope("999", &plain))),
        good(
            "a type that nobody knows",
            message(
                json!({"from": "15559990001", "id": "wamid.BAD4", "timestamp": "1750000000", "type": "hologram", "hologram": {"depth": [1, 2]}}),
            ),
        ),
        good(
            "a status for a message that nobody sent",
            text(
                &json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes":
            [{"field": "messages", "value": {"metadata": {"phone_number_id": pnid}, "statuses": [{"id": "wamid.NOBODY", "status": "read", "timestamp": "1750000000", "recipient_id": "15559990001"}]}}]}]}),
            ),
        ),
        good(
            "a field that nobody knows",
            text(
                &json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "weather", "value": 1}]}]}),
            ),
        ),
        good("and a proper message", whole),
    ]
}

fn envelope(pnid: &str, message: &Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": pnid},
        "contacts": [{"profile": {"name": "Bad Input"}, "wa_id": "15559990001"}],
        "messages": [message],
    }}]}]})
}
