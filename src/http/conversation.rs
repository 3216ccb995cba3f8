//! The inbox: lists, one conversation, what a person changes about it, and its messages.

use std::time::Duration;

use actors::model::conversation::{
    Conversation, ConversationChange, ConversationStatus, MOST_PARTICIPANTS, Priority, TeamBrief,
};
use actors::model::ids::{
    ContactId, ConversationId, MessageId, OrganizationId, SessionId, TagId, TeamId, UserId,
};
use actors::model::message::Message;
use actors::model::user::{Actor, UserBrief, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::{Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path, Query, given};
use super::page::{List, Page};
use super::permission::{ReadConversations, WorkConversations};
use super::seen::{self, SeenConversation};
use super::state::AppState;
use crate::store::{AssigneeFilter, ConversationFilter, Sort, TeamFilter, Tenant};

/// Tags of one conversation, and what one change adds or removes.
pub(super) const MOST_TAGS: usize = 50;
/// The longest sleep.
const LONGEST_SNOOZE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Which conversations.
#[derive(Deserialize, IntoParams)]
pub struct ConversationQuery {
    #[param(inline)]
    status: Option<ConversationStatus>,
    /// `me`, `none`, or a user's id.
    assignee: Option<String>,
    /// `none`, or a team's id.
    team: Option<String>,
    tag: Option<TagId>,
    #[param(inline)]
    priority: Option<Priority>,
    session: Option<SessionId>,
    contact: Option<ContactId>,
    /// Who takes part: `me`, or a user's id.
    participant: Option<String>,
    /// True: only those that the caller has not seen (see `seen` of a row); open ones, unless `status` is given.
    unseen: Option<bool>,
    /// A piece of the contact's name, number or username.
    q: Option<String>,
    #[param(inline)]
    sort: Option<Sort>,
}

/// A page of the inbox.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<ConversationQuery>,
    page: Page,
) -> ApiResult<List<SeenConversation>> {
    let assignee = match query.assignee.as_deref() {
        None | Some("") => None,
        Some(name) => Some(assignee(&caller.actor, name)?),
    };
    let participant = match query.participant.as_deref() {
        None | Some("") => None,
        Some(name) => Some(participant(&caller.actor, name)?),
    };
    let unseen = match query.unseen {
        Some(true) => {
            let user = caller.user();
            Some(user.map_err(|refused| refused.detail("a program sees nothing"))?)
        }
        _ => None,
    };
    let filter = ConversationFilter {
        status: query
            .status
            .or_else(|| unseen.map(|_| ConversationStatus::Open)),
        assignee,
        team: match query.team.as_deref() {
            None | Some("") => None,
            Some(name) => Some(team(name)?),
        },
        tag: query.tag,
        priority: query.priority,
        session: query.session,
        contact: query.contact,
        participant,
        unseen,
        q: query.q.filter(|q| !q.trim().is_empty()),
        oldest_first: query.sort == Some(Sort::Oldest),
        after: page.after::<(Timestamp, ConversationId)>()?,
    };
    let tenant = caller.tenant();
    let rows = tenant.list_conversations(&filter, page.rows()).await?;
    let rows = seen::beside(&caller, rows).await?;
    page.of(rows, |row| {
        (row.conversation.updated_at, row.conversation.id)
    })
}

fn participant(actor: &Actor, name: &str) -> ApiResult<UserId> {
    match (name, actor.who) {
        ("me", Who::User(user)) => Ok(user),
        _ => name.parse::<UserId>().map_err(|_| {
            ApiError::of(Code::InvalidParameter).field("participant", "must be me or a user's id")
        }),
    }
}

fn assignee(actor: &Actor, name: &str) -> ApiResult<AssigneeFilter> {
    match (name, actor.who) {
        ("none", _) => Ok(AssigneeFilter::Nobody),
        ("me", Who::User(user)) => Ok(AssigneeFilter::User(user)),
        _ => name
            .parse::<UserId>()
            .map(AssigneeFilter::User)
            .map_err(|_| {
                ApiError::of(Code::InvalidParameter)
                    .field("assignee", "must be me, none or a user's id")
            }),
    }
}

fn team(name: &str) -> ApiResult<TeamFilter> {
    if name == "none" {
        return Ok(TeamFilter::Nobodys);
    }
    name.parse::<TeamId>().map(TeamFilter::Team).map_err(|_| {
        ApiError::of(Code::InvalidParameter).field("team", "must be none or a team's id")
    })
}

/// One conversation.
pub async fn show(
    caller: Caller<ReadConversations>,
    Path(id): Path<ConversationId>,
) -> ApiResult<Shown<SeenConversation>> {
    let found = caller.tenant().find_conversation(id).await?;
    let mut rows = seen::beside(&caller, vec![found]).await?;
    rows.pop().map(Shown).ok_or_else(|| Code::NotFound.into())
}

/// What a person changes; absent means unchanged.
#[derive(Deserialize, ToSchema)]
pub struct ChangeConversation {
    status: Option<ConversationStatus>,
    /// Null takes the assignee away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserId>)]
    assignee_id: Option<Option<UserId>>,
    /// With the status `snoozed`: until when; absent: until the contact writes.
    snoozed_until: Option<Timestamp>,
    /// Null takes it from its team.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<TeamId>)]
    team_id: Option<Option<TeamId>>,
    priority: Option<Priority>,
    #[serde(default)]
    add_tags: Vec<TagId>,
    #[serde(default)]
    remove_tags: Vec<TagId>,
    /// Users who are told of it like of their own.
    #[serde(default)]
    add_participants: Vec<UserId>,
    #[serde(default)]
    remove_participants: Vec<UserId>,
}

/// Changes status, assignee, team, priority, tags or participants.
pub async fn change(
    caller: Caller<WorkConversations>,
    Path(id): Path<ConversationId>,
    Body(form): Body<ChangeConversation>,
) -> ApiResult<Shown<Conversation>> {
    check(&form)?;
    let assignee = match form.assignee_id {
        None => None,
        Some(None) => Some(None),
        Some(Some(user)) => Some(Some(colleague(&caller, user).await?)),
    };
    let team = match form.team_id {
        None => None,
        Some(None) => Some(None),
        Some(Some(team)) => Some(Some(known_team(&caller, team).await?)),
    };
    check_tags(&caller, id, &form).await?;
    check_participants(&caller, id, &form).await?;
    let change = ConversationChange {
        status: form.status,
        snoozed_until: form.snoozed_until,
        assignee,
        team,
        priority: form.priority,
        add_tags: form.add_tags,
        remove_tags: form.remove_tags,
        add_participants: form.add_participants,
        remove_participants: form.remove_participants,
        ..ConversationChange::default()
    };
    let hub = &caller.app.hub;
    Ok(Shown(hub.change(&caller.actor, id, change).await?))
}

fn check(form: &ChangeConversation) -> ApiResult<()> {
    let mut check = Check::default();
    if let Some(until) = form.snoozed_until {
        let now = Timestamp::now();
        if form.status != Some(ConversationStatus::Snoozed) {
            check.refuse("snoozed_until", "goes with the status snoozed only");
        } else if until <= now || until > now + LONGEST_SNOOZE {
            check.refuse("snoozed_until", "must lie in the future, a year at most");
        }
    }
    for (field, tags) in [
        ("add_tags", &form.add_tags),
        ("remove_tags", &form.remove_tags),
    ] {
        if tags.len() > MOST_TAGS {
            check.refuse(field, format!("must be at most {MOST_TAGS}"));
        }
    }
    for (field, users) in [
        ("add_participants", &form.add_participants),
        ("remove_participants", &form.remove_participants),
    ] {
        if users.len() > MOST_PARTICIPANTS {
            check.refuse(field, format!("must be at most {MOST_PARTICIPANTS}"));
        }
    }
    check.finish()
}

/// A team that may be chosen; None when it is not there (any more).
pub(super) async fn find_team(tenant: &Tenant, id: TeamId) -> ApiResult<Option<TeamBrief>> {
    match tenant.find_team(id).await {
        Err(StoreError::NotFound) => Ok(None),
        found => Ok(Some(found?)),
    }
}

async fn known_team(caller: &Caller<WorkConversations>, id: TeamId) -> ApiResult<TeamBrief> {
    let found = find_team(&caller.tenant(), id).await?;
    found.ok_or_else(|| {
        ApiError::of(Code::ValidationFailed).field("team_id", "must be a team of this organization")
    })
}

async fn check_tags(
    caller: &Caller<WorkConversations>,
    id: ConversationId,
    form: &ChangeConversation,
) -> ApiResult<()> {
    let tenant = caller.tenant();
    let misfit = misfit_of_tags(&tenant, id, &form.add_tags, &form.remove_tags).await?;
    misfit.map_or(Ok(()), |why| {
        Err(ApiError::of(Code::ValidationFailed).field("add_tags", why))
    })
}

/// Colleagues only, and not too many. Whoever is locked out may be left where they are.
async fn check_participants(
    caller: &Caller<WorkConversations>,
    id: ConversationId,
    form: &ChangeConversation,
) -> ApiResult<()> {
    if form.add_participants.is_empty() {
        return Ok(());
    }
    let refuse =
        |why: String| Err(ApiError::of(Code::ValidationFailed).field("add_participants", why));
    let tenant = caller.tenant();
    for user in &form.add_participants {
        if find_colleague(&tenant, *user).await?.is_none() {
            return refuse(format!("{user} is not a user of this organization"));
        }
    }
    let mut conversation = tenant.find_conversation(id).await?;
    let change = ConversationChange {
        add_participants: form.add_participants.clone(),
        remove_participants: form.remove_participants.clone(),
        ..ConversationChange::default()
    };
    change.apply(&mut conversation, Timestamp::now());
    match conversation.participants.len() > MOST_PARTICIPANTS {
        true => refuse(format!(
            "a conversation has at most {MOST_PARTICIPANTS} participants"
        )),
        false => Ok(()),
    }
}

/// Why a conversation can't get these tags; None when it can.
pub(super) async fn misfit_of_tags(
    tenant: &Tenant,
    id: ConversationId,
    add: &[TagId],
    remove: &[TagId],
) -> ApiResult<Option<String>> {
    if add.is_empty() {
        return Ok(None);
    }
    let mut tags = tenant.find_conversation(id).await?.tags;
    tags.extend(add);
    // Deleted ones, which the conversation may still name, take no room.
    let known = tenant.known_tags(&tags).await?;
    if let Some(tag) = add.iter().find(|tag| !known.contains(tag)) {
        return Ok(Some(format!("{tag} is not a tag of this organization")));
    }
    tags.retain(|tag| known.contains(tag));
    tags.retain(|tag| !remove.contains(tag));
    tags.sort_unstable();
    tags.dedup();
    let is_crowded = tags.len() > MOST_TAGS;
    Ok(is_crowded.then(|| format!("a conversation has at most {MOST_TAGS} tags")))
}

/// Somebody of the organization who may still work; None when there is nobody like that.
pub(super) async fn find_colleague(tenant: &Tenant, id: UserId) -> ApiResult<Option<UserBrief>> {
    match tenant.find_user(id).await {
        Err(StoreError::NotFound) => Ok(None),
        found => {
            let user = Some(found?).filter(|user| !user.disabled);
            Ok(user.map(|user| UserBrief {
                id,
                name: user.name,
            }))
        }
    }
}

async fn colleague(caller: &Caller<WorkConversations>, id: UserId) -> ApiResult<UserBrief> {
    let found = find_colleague(&caller.tenant(), id).await?;
    found.ok_or_else(|| {
        ApiError::of(Code::ValidationFailed)
            .field("assignee_id", "must be a user of this organization")
    })
}

/// Somebody looked: nothing is unread any more, they have seen it all, and no note in it calls them.
pub async fn mark_read(
    caller: Caller<WorkConversations>,
    Path(id): Path<ConversationId>,
) -> ApiResult<Done> {
    caller.app.hub.mark_read(&caller.actor, id).await?;
    if let Who::User(user) = caller.actor.who {
        caller.tenant().see_mentions(user, id).await?;
        seen::note(&caller, id, false).await?;
    }
    Ok(Done)
}

/// Somebody types; the contact sees it for some seconds.
pub async fn type_on(
    caller: Caller<WorkConversations>,
    Path(id): Path<ConversationId>,
) -> ApiResult<Done> {
    caller.app.hub.show_typing(&caller.actor, id).await?;
    Ok(Done)
}

/// Which messages of a conversation.
#[derive(Deserialize, IntoParams)]
pub struct ThreadQuery {
    /// Only messages with files.
    files: Option<bool>,
    /// With `files`: only those of this type (`image`, `video`, `audio`, `document`, `sticker`).
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
}

/// A page of a conversation, newest first.
pub async fn messages(
    caller: Caller<ReadConversations>,
    Path(id): Path<ConversationId>,
    Query(query): Query<ThreadQuery>,
    page: Page,
) -> ApiResult<List<Message>> {
    let tenant = caller.tenant();
    // Another organization's conversation is not there, rather than empty.
    tenant.find_conversation(id).await?;
    let before = page.after::<MessageId>()?;
    let kind = query.kind.as_deref().filter(|kind| !kind.is_empty());
    let mut rows = match query.files.unwrap_or_default() {
        true => tenant.list_files(id, kind, before, page.rows()).await?,
        false if kind.is_some() => {
            return Err(ApiError::of(Code::InvalidParameter).field("type", "goes with files only"));
        }
        false => tenant.list_messages(id, before, page.rows()).await?,
    };
    for message in &mut rows {
        link(&caller.app, caller.actor.organization, message);
    }
    page.of(rows, |message| message.id)
}

/// Gives the files of a message addresses that work for some minutes.
pub fn link(app: &AppState, organization: OrganizationId, message: &mut Message) {
    let now = Timestamp::now();
    for media in &mut message.media {
        media.url = Some(app.media_tokens.url(organization, media.id, now));
    }
}
