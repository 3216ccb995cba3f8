//! The table of recorded-style webhooks: `testdata/<name>.json` must read as `testdata/<name>.expected.json`.
//! A new case: add the body and a line here, run the test with `EXPECTED=write`, then read what it wrote.
#![allow(clippy::unwrap_used)]

mod summary;

use std::collections::BTreeSet;
use std::path::PathBuf;

use actors::time::Timestamp;
use serde_json::Value;

use super::parse_at;

/// When all of them arrive: 2025-06-15T15:06:40Z and a minute.
const NOW: Timestamp = Timestamp::from_millis(1_750_000_060_000);

#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("text", "a text is kept as it came, with the sender's name"),
    ("text_escaped", "escaped slashes, quotes and emoji read as they were typed"),
    ("text_many_scripts", "Arabic, Thai, Hindi and Chinese survive"),
    ("text_long", "a text longer than may be sent is not cut"),
    ("text_unknown_keys", "keys that nobody documented are ignored"),
    ("text_number_timestamp", "a timestamp as a number counts"),
    ("text_millisecond_timestamp", "a timestamp in milliseconds counts"),
    ("text_without_timestamp", "a message without timestamp happened when it arrived"),
    ("text_from_the_future", "a message from next year happened when it arrived"),
    ("text_number_sender", "a sender written as a number is a phone number"),
    ("text_with_nulls", "nulls in place of objects read as absent"),
    ("text_formatted_display_number", "a formatted display number is passed on"),
    ("text_without_contacts", "without a contact card there is a number and no name"),
    ("text_empty_profile", "an empty profile name is no name"),
    ("text_second_card", "the contact card is found by its number, not by its place"),
    ("text_brazil_card", "a Brazilian card without the ninth digit fits the sender"),
    ("text_foreign_card", "a card of somebody else gives no name"),
    ("text_nul_and_half_emoji", "what no database can hold is replaced, the rest stays"),
    ("text_keys_out_of_order", "the order of the keys does not matter"),
    ("user_id_and_phone", "a sender may be known by phone and user id"),
    ("user_id_only", "a sender without phone is known by the user id"),
    ("user_id_in_from", "a user id where a phone number is expected is seen as one"),
    ("user_id_from_card", "the card adds the user id that the message lacks"),
    ("nobody_named_one_card", "a message that names nobody belongs to the only card"),
    ("nobody_named", "a message of nobody is put aside, its neighbour is not"),
    ("image_with_caption", "an image shows its caption"),
    ("image", "an image without caption has no text"),
    ("video", "a video is a file with a caption"),
    ("voice_note", "a voice note is marked as one"),
    ("audio_file", "an audio file is no voice note"),
    ("voice_legacy", "the older spelling of a voice note reads the same"),
    ("document", "a document keeps its Unicode file name"),
    ("document_without_name", "a document may lack a name and a type"),
    ("sticker_animated", "an animated sticker is marked as one"),
    ("media_number_id", "a media id written as a number keeps all its digits"),
    ("image_too_large", "a file that could not be loaded keeps the message and tells the error"),
    ("video_missing_with_error", "a video that is only an error is a placeholder with that error"),
    ("location", "a location shows its name"),
    ("location_null_island", "a location at zero is one"),
    ("location_address", "a location without name shows its address"),
    ("location_without_position", "a location without position can't be shown"),
    ("contacts", "contact cards show their names"),
    ("contacts_bare", "cards without name show company or number"),
    ("contacts_shared_number", "an answer to the request for the phone number keeps its origin"),
    ("order", "an order is summed up"),
    ("order_without_prices", "an order in two currencies has no sum"),
    ("template_button", "a tap on a template's button is an answer to it"),
    ("template_button_bare", "a tap without payload and context is still a tap"),
    ("button_reply", "a tapped reply button shows its title"),
    ("list_reply", "a chosen row shows its title"),
    ("flow_reply", "a submitted form keeps its answer as it came"),
    ("flow_reply_null", "a form whose answer is null is kept"),
    ("call_permission", "an answer to a call request is shown"),
    ("interactive_new_kind", "an interactive answer that nobody documented is kept"),
    ("interactive_missing", "an answer that WhatsApp could not hand over is a placeholder beside its error"),
    ("reply", "a reply names the quoted message"),
    ("forwarded", "a forwarded message quotes nothing"),
    ("forwarded_often", "a message forwarded many times says so"),
    ("product_question", "a question about a product names it"),
    ("ad_click", "a message from an ad brings the ad along"),
    ("identity_check", "an identity object changes nothing"),
    ("reaction", "a reaction puts an emoji on a message"),
    ("reaction_removed", "a reaction without emoji takes it away"),
    ("reaction_emptied", "a reaction with an empty emoji takes it away"),
    ("reaction_to_nothing", "a reaction that names no message can't be shown"),
    ("edit_text", "an edit brings the new text"),
    ("edit_caption", "an edit of a caption brings no second file"),
    ("edit_without_original", "an edit that does not say of what can't be shown"),
    ("revoke", "a message is taken back"),
    ("number_changed", "a new number of the same person"),
    ("number_changed_older", "the older key of the new number counts as well"),
    ("user_id_changed", "a new user id of the same person"),
    ("identity_changed", "a changed security code is a notice in the thread"),
    ("system_of_nobody", "a notice that names nobody is kept"),
    ("request_welcome", "opening the chat says nothing yet"),
    ("unsupported", "a message that WhatsApp can't hand over is a placeholder"),
    ("unsupported_ghost", "the ghost of a message that follows is a placeholder"),
    ("unknown_legacy", "the older spelling of unsupported reads the same"),
    ("poll", "a type that nobody documented is kept whole"),
    ("type_missing", "a message without type is a placeholder"),
    ("type_object_wrong", "a text whose body is no text is a placeholder"),
    ("type_object_missing", "a text without its object is a placeholder"),
    ("group_message", "a group's message is not filed under the one who wrote it"),
    ("several_of_everything", "several entries, changes, messages, statuses and errors at once"),
    ("neighbours_survive", "parts that make no sense are put aside, the others are read"),
    ("lists_that_are_none", "an object where a list is expected is put aside"),
    ("twice_the_same", "the same message twice in one body is told twice"),
    ("other_object", "what is not about WhatsApp is ignored"),
    ("dashboard_test", "the sample of the provider's test button is read like any other"),
    ("empty_lists", "a change with nothing in it tells nothing"),
    ("value_without_lists", "a value that holds nothing known is a notice"),
    ("status_sent", "sent, with our attempt id, price and conversation"),
    ("status_delivered", "delivered"),
    ("status_read", "read, with the timestamp as a number"),
    ("status_played", "a voice note was listened to"),
    ("status_failed", "failed, with the provider's reason"),
    ("status_failed_bare", "failed, without a reason or a recipient"),
    ("status_failed_string_code", "failed, with a code that is written as text"),
    ("status_with_remark", "an error beside sent is no failure"),
    ("status_user_id", "a recipient without phone is matched by the message"),
    ("status_unknown_and_legacy", "steps that nobody documents any more are ignored"),
    ("status_group", "what a group's members saw is ignored"),
    ("status_call", "a call's state is never a message's"),
    ("status_many", "many statuses in one body keep their order"),
    ("account_error", "an error of the account is told without any message"),
    ("echo_text", "what was sent from the phone app is an echo to its receiver"),
    ("echo_user_id", "an echo to somebody without phone"),
    ("echo_revoke", "a message that was taken back on the phone app"),
    ("echo_edit", "a message that was edited on the phone app"),
    ("echo_reaction", "a reaction from the phone app opens no window"),
    ("echo_other_tool", "an echo of another tool is one too"),
    ("history_chunk", "both sides of the past keep their times"),
    ("history_files", "files of the past come later under the same ids"),
    ("history_declined", "a customer who shares no history"),
    ("template_quality", "a template's quality is a notice"),
    ("preferences", "a wish to get no marketing is a notice"),
    ("account_update", "a restricted account is a notice"),
    ("calls", "calls are notices, their states too"),
    ("user_id_update", "a list of changed user ids is a notice"),
    ("future_field", "a field that nobody documented is a notice"),
];

fn testdata() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/whatsapp/testdata")
}

#[test]
fn every_webhook_of_the_table_reads_as_expected() {
    let mut wrong = Vec::new();
    for (name, sentence) in CASES {
        let body = std::fs::read(testdata().join(format!("{name}.json"))).unwrap();
        let read = summary::of(&parse_at(&body, NOW).unwrap());
        let path = testdata().join(format!("{name}.expected.json"));
        if std::env::var("EXPECTED").is_ok_and(|mode| mode == "write") {
            std::fs::write(&path, format!("{read:#}\n")).unwrap();
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        if read != expected {
            wrong.push(format!(
                "{name}: {sentence}\nread {read:#}\nexpected {expected:#}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_file_of_the_testdata_is_in_the_table_once() {
    let listed: BTreeSet<String> = CASES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(listed.len(), CASES.len());
    let mut there = BTreeSet::new();
    for file in std::fs::read_dir(testdata()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".json").unwrap();
        there.insert(name.strip_suffix(".expected").unwrap_or(name).to_owned());
    }
    assert_eq!(listed, there);
}

#[test]
fn written_compact_or_spread_with_escapes_or_without_a_webhook_reads_the_same() {
    for (name, sentence) in CASES {
        let body = std::fs::read(testdata().join(format!("{name}.json"))).unwrap();
        let read = summary::of(&parse_at(&body, NOW).unwrap());
        let text = String::from_utf8(body).unwrap();
        // What the screen would mend can't be written again by a strict writer.
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let compact = value.to_string().replace('/', "\\/");
        let escaped: String = compact
            .chars()
            .map(|c| match c.is_ascii() {
                true => c.to_string(),
                false => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect(),
            })
            .collect();
        let again = summary::of(&parse_at(escaped.as_bytes(), NOW).unwrap());
        assert_eq!(
            again["deliveries"], read["deliveries"],
            "{name}: {sentence}"
        );
    }
}
