//! The steps of a macro, looked at before they are kept.

use std::mem::discriminant;

use actors::model::conversation::ConversationStatus;
use actors::model::ids::UserId;
use serde_json::Value;

use crate::http::canned_response::{LONGEST_TEXT, VARIABLES, unknown_variable};
use crate::http::check::Check;
use crate::http::conversation::{MOST_TAGS, find_colleague, find_team};
use crate::http::error::ApiResult;
use crate::store::{MacroAction, Tenant};

const MOST_ACTIONS: usize = 10;
/// As long as a conversation may sleep: a leap year.
const LONGEST_SNOOZE: u32 = 366 * 24 * 60;

/// A step with its place in what the client sent.
pub type Placed = (usize, MacroAction);

/// Where a step, or a field of it, stands in the body.
pub fn place(index: usize, field: &str) -> String {
    match field {
        "" => format!("actions.{index}"),
        field => format!("actions.{index}.{field}"),
    }
}

/// Reads steps; what is wrong is noted at its place.
pub fn read(given: &[Value], check: &mut Check) -> Vec<Placed> {
    if !(1..=MOST_ACTIONS).contains(&given.len()) {
        check.refuse("actions", format!("must be 1 to {MOST_ACTIONS}"));
        return Vec::new();
    }
    let mut actions: Vec<Placed> = Vec::new();
    for (index, value) in given.iter().enumerate() {
        match serde_json::from_value::<MacroAction>(value.clone()) {
            Err(error) => check.refuse(&place(index, ""), error.to_string()),
            Ok(action) => {
                let action = tidied(action);
                check_action(index, &action, check);
                check_company(index, &action, &actions, check);
                actions.push((index, action));
            }
        }
    }
    actions
}

fn tidied(action: MacroAction) -> MacroAction {
    let trimmed = |text: String| text.trim().to_owned();
    match action {
        MacroAction::SendText { text } => MacroAction::SendText {
            text: trimmed(text),
        },
        MacroAction::WriteNote { text } => MacroAction::WriteNote {
            text: trimmed(text),
        },
        MacroAction::AddTags { mut tags } => {
            tags.sort_unstable();
            tags.dedup();
            MacroAction::AddTags { tags }
        }
        MacroAction::RemoveTags { mut tags } => {
            tags.sort_unstable();
            tags.dedup();
            MacroAction::RemoveTags { tags }
        }
        action => action,
    }
}

fn check_action(index: usize, action: &MacroAction, check: &mut Check) {
    let mut refuse = |field: &str, why: String| check.refuse(&place(index, field), why);
    match action {
        MacroAction::SendText { text } | MacroAction::WriteNote { text } => {
            if !(1..=LONGEST_TEXT).contains(&text.chars().count()) {
                refuse("text", format!("must have 1 to {LONGEST_TEXT} characters"));
            }
            if let Some(unknown) = unknown_variable(text) {
                let known = VARIABLES.join(", ");
                let why = format!("{{{{{unknown}}}}} can't be filled in; known are {known}");
                refuse("text", why);
            }
        }
        MacroAction::Assign {
            assignee: Some(name),
        } if name != "me" && name.parse::<UserId>().is_err() => {
            refuse("assignee", "must be me, a user's id or null".to_owned());
        }
        MacroAction::SetStatus {
            status: ConversationStatus::Snoozed,
        } => refuse(
            "status",
            "must be open, pending or closed; snooze is a step of its own".to_owned(),
        ),
        MacroAction::Snooze { minutes } if !(1..=LONGEST_SNOOZE).contains(minutes) => {
            refuse(
                "minutes",
                format!("must lie between 1 and {LONGEST_SNOOZE}"),
            );
        }
        MacroAction::AddTags { tags } | MacroAction::RemoveTags { tags }
            if !(1..=MOST_TAGS).contains(&tags.len()) =>
        {
            refuse("tags", format!("must be 1 to {MOST_TAGS}"));
        }
        _ => {}
    }
}

/// Each kind of step once, and none that undoes another.
fn check_company(index: usize, action: &MacroAction, others: &[Placed], check: &mut Check) {
    let others = || others.iter().map(|(_, other)| other);
    if others().any(|other| discriminant(other) == discriminant(action)) {
        check.refuse(&place(index, "do"), "is there already");
    }
    let sleeps = |action: &MacroAction| matches!(action, MacroAction::Snooze { .. });
    let stands = |action: &MacroAction| matches!(action, MacroAction::SetStatus { .. });
    let clashes = |other: &MacroAction| {
        (sleeps(action) && stands(other)) || (stands(action) && sleeps(other))
    };
    if others().any(clashes) {
        check.refuse(
            &place(index, "do"),
            "snooze and set_status do not go together",
        );
    }
    if let MacroAction::RemoveTags { tags } | MacroAction::AddTags { tags } = action {
        let both = others().any(|other| match other {
            MacroAction::AddTags { tags: others } | MacroAction::RemoveTags { tags: others } => {
                discriminant(other) != discriminant(action)
                    && tags.iter().any(|tag| others.contains(tag))
            }
            _ => false,
        });
        if both {
            check.refuse(&place(index, "tags"), "a tag is both added and removed");
        }
    }
}

/// Notes steps that name what is not there.
pub async fn check_ids(tenant: &Tenant, actions: &[Placed], check: &mut Check) -> ApiResult<()> {
    for (index, action) in actions {
        if let Some((field, why)) = missing(tenant, action).await? {
            check.refuse(&place(*index, field), why);
        }
    }
    Ok(())
}

/// The field of a step that names somebody or something that is not there, or can't take a conversation.
pub async fn missing(
    tenant: &Tenant,
    action: &MacroAction,
) -> ApiResult<Option<(&'static str, String)>> {
    Ok(match action {
        MacroAction::Assign {
            assignee: Some(name),
        } => match name.parse::<UserId>() {
            Ok(user) if find_colleague(tenant, user).await?.is_none() => Some((
                "assignee",
                "must be a user of this organization who may sign in".to_owned(),
            )),
            _ => None,
        },
        MacroAction::SetTeam { team: Some(team) } => match find_team(tenant, *team).await? {
            None => Some(("team", "must be a team of this organization".to_owned())),
            Some(_) => None,
        },
        MacroAction::AddTags { tags } | MacroAction::RemoveTags { tags } => {
            let known = tenant.known_tags(tags).await?;
            let unknown = tags.iter().find(|tag| !known.contains(tag));
            unknown.map(|tag| ("tags", format!("{tag} is not a tag of this organization")))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn wrong(actions: Value) -> Vec<String> {
        let mut check = Check::default();
        read(actions.as_array().unwrap(), &mut check);
        let Err(refused) = check.finish() else {
            return Vec::new();
        };
        let fields = refused.errors().iter();
        fields.map(|error| error.field.clone()).collect()
    }

    #[test]
    fn every_step_of_the_contract_is_understood() {
        let tag = "tag_0000000000001";
        let all = json!([
            {"do": "send_text", "text": " Hi {{contact.first_name}} "},
            {"do": "write_note", "text": "told"},
            {"do": "assign", "assignee": "me"},
            {"do": "set_team", "team": null},
            {"do": "set_status", "status": "closed"},
            {"do": "set_priority", "priority": "low"},
            {"do": "add_tags", "tags": [tag, tag]},
            {"do": "remove_tags", "tags": ["tag_0000000000002"]},
        ]);
        let mut check = Check::default();
        let actions = read(all.as_array().unwrap(), &mut check);
        check.finish().unwrap();
        let kept: Vec<&MacroAction> = actions.iter().map(|(_, action)| action).collect();
        let kept = serde_json::to_value(kept).unwrap();
        assert_eq!(kept[0]["text"], "Hi {{contact.first_name}}");
        assert_eq!(kept[2], json!({"do": "assign", "assignee": "me"}));
        assert_eq!(kept[3], json!({"do": "set_team", "team": null}));
        assert_eq!(kept[6], json!({"do": "add_tags", "tags": [tag]}));
        assert!(
            wrong(
                json!([{"do": "assign", "assignee": null}, {"do": "snooze", "minutes": 527_040}])
            )
            .is_empty()
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let step = |step: Value| json!([{"do": "write_note", "text": "x"}, step]);
        for (actions, field) in [
            (json!([]), "actions"),
            (json!(vec![json!({}); 11]), "actions"),
            (step(json!({"do": "explode"})), "actions.1"),
            (step(json!("assign")), "actions.1"),
            (step(json!({"do": "assign"})), "actions.1"),
            (step(json!({"do": "set_team"})), "actions.1"),
            (
                step(json!({"do": "send_text", "text": " "})),
                "actions.1.text",
            ),
            (
                step(json!({"do": "send_text", "text": "x".repeat(4097)})),
                "actions.1.text",
            ),
            (
                step(json!({"do": "send_text", "text": "{{contact.nme}}"})),
                "actions.1.text",
            ),
            (
                step(json!({"do": "assign", "assignee": "none"})),
                "actions.1.assignee",
            ),
            (
                step(json!({"do": "set_status", "status": "snoozed"})),
                "actions.1.status",
            ),
            (
                step(json!({"do": "snooze", "minutes": 0})),
                "actions.1.minutes",
            ),
            (
                step(json!({"do": "snooze", "minutes": 527_041})),
                "actions.1.minutes",
            ),
            (
                step(json!({"do": "add_tags", "tags": []})),
                "actions.1.tags",
            ),
            (
                step(json!({"do": "write_note", "text": "y"})),
                "actions.1.do",
            ),
            (
                json!([{"do": "set_status", "status": "open"}, {"do": "snooze", "minutes": 1}]),
                "actions.1.do",
            ),
            (
                json!([{"do": "snooze", "minutes": 1}, {"do": "set_status", "status": "open"}]),
                "actions.1.do",
            ),
            (
                json!([
                    {"do": "add_tags", "tags": ["tag_0000000000001"]},
                    {"do": "remove_tags", "tags": ["tag_0000000000001"]},
                ]),
                "actions.1.tags",
            ),
        ] {
            assert_eq!(wrong(actions.clone()), [field], "{actions}");
        }
    }
}
