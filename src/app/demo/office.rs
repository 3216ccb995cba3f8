//! How the demo's people have arranged themselves: teams, tags, texts, views and macros at hand, and who takes care of what.

use std::time::Duration;

use actors::model::conversation::{ConversationChange, ConversationStatus, Priority, TeamBrief};
use actors::model::ids::{TagId, UserId};
use actors::model::queue::{Routing, Strategy};
use actors::model::sla::Sla;
use actors::model::user::Actor;
use actors::time::Timestamp;

use crate::http::state::AppState;
use crate::store::{
    ConversationFilter, MacroAction, NewCannedResponse, NewMacro, NewView, TagColor, TeamChange,
    Tenant, ViewFilters,
};

const TAGS: [(&str, TagColor); 4] = [
    ("VIP", TagColor::Purple),
    ("Order", TagColor::Blue),
    ("Return", TagColor::Orange),
    ("Wholesale", TagColor::Teal),
];
/// With the places of their members among the users, and the seconds within which they want to answer. Their people
/// take what waits themselves: nobody of them is there to be given anything.
const TEAMS: [(&str, &[usize], u32); 2] = [
    ("Orders", &[0, 1, 2, 3], 15 * 60),
    ("Advice", &[0, 1, 3, 4], 60 * 60),
];
const TEXTS: [(&str, &str); 4] = [
    (
        "hello",
        "Hi {{contact.first_name}}, this is {{agent.first_name}} from Aurora Outdoor. How can I help?",
    ),
    ("hours", "We are here Monday to Saturday, 9:00 to 19:00."),
    (
        "return",
        "You can send anything back within 30 days. I have e-mailed you the label.",
    ),
    (
        "bye",
        "Glad I could help, {{contact.first_name}}. Have a good time outdoors!",
    ),
];
/// Conversations that are arranged: the demo has fewer.
const ALL: i64 = 200;
/// One in so many.
const URGENT: usize = 11;
const HIGH: usize = 7;
const ASLEEP: usize = 13;
const SLEEP: Duration = Duration::from_secs(18 * 60 * 60);

/// Makes the office and hands the conversations out.
pub async fn arrange(
    app: &AppState,
    tenant: &Tenant,
    by: &Actor,
    users: &[UserId],
) -> anyhow::Result<()> {
    let mut tags: Vec<TagId> = Vec::new();
    for (name, color) in TAGS {
        tags.push(tenant.create_tag(by, name, color).await?.0.id);
    }
    let mut teams: Vec<TeamBrief> = Vec::new();
    for (name, places, goal) in TEAMS {
        let members = places.iter().filter_map(|place| users.get(*place).copied());
        let setting = TeamChange {
            members: Some(members.collect()),
            routing: Some(Routing {
                skill_seconds: None,
                strategy: Strategy::Manual,
                accept_seconds: None,
                overflow_team_id: None,
                overflow_seconds: None,
            }),
            sla: Some(Sla {
                first_reply_seconds: Some(goal),
                reply_seconds: Some(2 * goal),
                ..Sla::default()
            }),
            ..TeamChange::default()
        };
        let team = tenant.create_team(by, name, &setting).await?.0;
        teams.push(TeamBrief {
            id: team.id,
            name: team.name,
        });
    }
    for (shortcut, text) in TEXTS {
        let new = NewCannedResponse {
            shortcut: shortcut.to_owned(),
            text: text.to_owned(),
            owner: None,
        };
        tenant.create_canned_response(by, &new).await?;
    }
    keep_at_hand(tenant, by, &tags).await?;
    let every = ConversationFilter::default();
    let all = tenant.list_conversations(&every, ALL).await?;
    for (index, row) in all.into_iter().enumerate() {
        let sleeps = row.status == ConversationStatus::Open && index % ASLEEP == ASLEEP / 2;
        let change = ConversationChange {
            status: sleeps.then_some(ConversationStatus::Snoozed),
            snoozed_until: sleeps.then(|| Timestamp::now() + SLEEP),
            // Every third waits for somebody to move it.
            team: teams.get(index % 3).cloned().map(Some),
            priority: match index {
                _ if index % URGENT == 1 => Some(Priority::Urgent),
                _ if index % HIGH == 2 => Some(Priority::High),
                _ => None,
            },
            add_tags: tags
                .get(index % (TAGS.len() + 2))
                .copied()
                .into_iter()
                .collect(),
            ..ConversationChange::default()
        };
        app.hub.change(by, row.id, change).await?;
    }
    Ok(())
}

/// Lists that everybody looks at, and what everybody does often.
async fn keep_at_hand(tenant: &Tenant, by: &Actor, tags: &[TagId]) -> anyhow::Result<()> {
    let open = ViewFilters {
        status: Some(ConversationStatus::Open),
        ..ViewFilters::default()
    };
    let urgent = ViewFilters {
        priority: Some(Priority::Urgent),
        ..open.clone()
    };
    let vips = ViewFilters {
        tag: tags.first().copied(),
        ..open
    };
    for (name, filters) in [("Urgent", urgent), ("VIPs", vips)] {
        let view = NewView {
            name: name.to_owned(),
            filters,
            owner: None,
            position: None,
        };
        tenant.create_view(by, &view).await?;
    }
    let text = "Glad I could help, {{contact.first_name}}. Have a good time outdoors!".to_owned();
    let note = "Called, nobody picked up.".to_owned();
    let goodbye = vec![
        MacroAction::SendText { text },
        MacroAction::SetStatus {
            status: ConversationStatus::Closed,
        },
    ];
    let later = vec![
        MacroAction::WriteNote { text: note },
        MacroAction::Snooze { minutes: 2 * 60 },
    ];
    for (name, actions) in [("Say goodbye and close", goodbye), ("Try later", later)] {
        let steps = NewMacro {
            name: name.to_owned(),
            actions,
            owner: None,
        };
        tenant.create_macro(by, &steps).await?;
    }
    Ok(())
}
