//! The one live thread between a contact and a session.

use serde::{Deserialize, Serialize};

use crate::model::contact::{ContactBrief, Identity};
use crate::model::ids::{
    ConversationId, MessageId, OrganizationId, SessionId, TagId, TeamId, UserId,
};
use crate::model::message::{Author, AuthorKind, Direction};
use crate::model::queue::Route;
use crate::model::sla::{Press, SlaMark};
use crate::model::status::MessageStatus;
use crate::model::user::UserBrief;
use crate::time::Timestamp;

/// A conversation in the shape that API clients and sockets see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conversation {
    pub id: ConversationId,
    /// The number of the last event that changed this row; a higher one replaces a lower.
    pub seq: i64,
    pub session_id: SessionId,
    pub contact: ContactBrief,
    pub status: ConversationStatus,
    pub assignee: Option<UserBrief>,
    /// The team that takes care of it.
    pub team: Option<TeamBrief>,
    /// Of `GET /tags`, where their names are.
    pub tags: Vec<TagId>,
    /// Who takes part in it beside the assignee, by their ids: they are told of it like of their own.
    #[serde(default)]
    pub participants: Vec<UserId>,
    #[serde(default)]
    pub priority: Priority,
    /// Until when it sleeps; null in a snoozed conversation: until the contact writes.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
    /// Since when the contact waits for an answer of a person or a program; bots and the hub itself do not count.
    /// Null when nobody owes one.
    #[serde(default)]
    pub waiting_since: Option<Timestamp>,
    /// Until when the assignee may accept it, before it goes to somebody else; null once they did.
    #[serde(default)]
    pub reserved_until: Option<Timestamp>,
    /// When it was opened: with its first message, or when it came back after it was closed.
    #[serde(default)]
    pub opened_at: Timestamp,
    /// When a person or a program answered first since then.
    #[serde(default)]
    pub first_reply_at: Option<Timestamp>,
    /// What its team promised the contact and is nearly due, or late.
    #[serde(default)]
    pub sla: Vec<SlaMark>,
    /// Customer messages since somebody looked.
    pub unread: i32,
    pub last_message: Option<LastMessage>,
    /// Until when free-form messages are allowed; null when the contact never wrote.
    pub window_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The time of the last activity: the order of the inbox.
    pub updated_at: Timestamp,
}

/// Participants of one conversation.
pub const MOST_PARTICIPANTS: usize = 20;

impl Conversation {
    /// Colleagues whom a note calls take part from then on, as far as there is room.
    pub fn join_called(&mut self, called: &[UserId]) {
        for user in called {
            if self.participants.len() < MOST_PARTICIPANTS && !self.participants.contains(user) {
                self.participants.push(*user);
            }
        }
        self.participants.sort_unstable();
    }

    /// Gives it a status; only a snoozed one sleeps, and in a closed one nobody owes an answer.
    pub fn set_status(&mut self, status: ConversationStatus, now: Timestamp) {
        let was_closed = self.status == ConversationStatus::Closed;
        if was_closed && status != ConversationStatus::Closed {
            self.opened_at = now;
            self.first_reply_at = None;
        }
        self.status = status;
        if !matches!(status, ConversationStatus::Snoozed) {
            self.snoozed_until = None;
        }
        if matches!(status, ConversationStatus::Closed) {
            self.waiting_since = None;
        }
        if !matches!(status, ConversationStatus::Open) {
            self.reserved_until = None;
        }
        self.drop_marks();
    }

    /// Forgets the promises that nobody waits for any more.
    pub fn drop_marks(&mut self) {
        let marks = std::mem::take(&mut self.sla);
        let held = marks.into_iter().filter(|mark| mark.holds(self));
        self.sla = held.collect();
    }

    /// Somebody said something to the contact: does that answer them?
    pub fn answered_by(&mut self, author: &Author, at: Timestamp) {
        if matches!(
            author.kind,
            AuthorKind::User | AuthorKind::ApiKey | AuthorKind::App
        ) {
            self.waiting_since = None;
            self.first_reply_at = self.first_reply_at.or(Some(at));
            self.drop_marks();
        }
        // Whoever answers what is reserved for them has accepted it; what others say is no word of theirs.
        let holder = self.assignee.as_ref().map(|user| user.id.to_string());
        if author.kind == AuthorKind::User && author.id == holder {
            self.reserved_until = None;
        }
    }
}

/// A team as conversations show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TeamBrief {
    pub id: TeamId,
    pub name: String,
}

/// How much a conversation hurries; what is waited for goes by it first.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// All, what hurries most first.
    pub fn falling() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().rev()
    }

    /// The number in the database; it rises with the hurry.
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// The priority of that number.
    pub fn of_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.rank() == rank)
    }
}

/// The line under the contact's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastMessage {
    pub id: MessageId,
    pub direction: Direction,
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 200 characters.
    pub text: Option<String>,
    pub status: MessageStatus,
    pub at: Timestamp,
}

/// Whether somebody has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    Open,
    Pending,
    /// Asleep until a time or until the contact writes.
    Snoozed,
    Closed,
}

impl ConversationStatus {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Pending, Self::Snoozed, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// By what a conversation's actor is found: the number and the contact's identity on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    pub organization: OrganizationId,
    pub session: SessionId,
    /// [`Identity::lookup_key`] of the phone, else of the user id.
    pub contact: String,
}

impl ConversationKey {
    /// The key for a contact that shows these identities; None when it shows none.
    pub fn of(
        organization: OrganizationId,
        session: SessionId,
        identities: &[Identity],
    ) -> Option<Self> {
        let contact = identities.iter().min()?.lookup_key();
        Some(Self {
            organization,
            session,
            contact,
        })
    }
}

/// What a conversation's actor keeps: the row, its version and what the rules need besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationState {
    pub organization: OrganizationId,
    pub conversation: Conversation,
    /// `conversations.seq` as stored; every write checks it.
    pub version: i64,
    pub identities: Vec<Identity>,
    /// When the contact opted out of marketing.
    pub opted_out_at: Option<Timestamp>,
    /// `wamid` of the contact's last message: what a read receipt names.
    pub last_inbound_provider_id: Option<String>,
}

/// What a person changes about a conversation; absent means unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationChange {
    pub status: Option<ConversationStatus>,
    /// With the status `snoozed`: until when; None until the contact writes.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
    /// Opens it, if it is snoozed until exactly then: a later snooze has an alarm of its own.
    #[serde(default)]
    pub wake: Option<Timestamp>,
    /// `Some(None)` takes the assignee away.
    #[serde(default, with = "said")]
    pub assignee: Option<Option<UserBrief>>,
    /// `Some(None)` takes it from its team.
    #[serde(default, with = "said")]
    pub team: Option<Option<TeamBrief>>,
    #[serde(default)]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub add_tags: Vec<TagId>,
    #[serde(default)]
    pub remove_tags: Vec<TagId>,
    #[serde(default)]
    pub add_participants: Vec<UserId>,
    #[serde(default)]
    pub remove_participants: Vec<UserId>,
    /// Sets unread to zero.
    pub read: bool,
    /// Gives it out, if it still waits.
    #[serde(default)]
    pub route: Option<Route>,
    /// This person takes what was reserved for them.
    #[serde(default)]
    pub accept: Option<UserId>,
    /// Takes it from whoever did not accept it until exactly then.
    #[serde(default)]
    pub end_reservation: Option<Timestamp>,
    /// Takes it from this person, if it is open and theirs.
    #[serde(default)]
    pub release: Option<UserId>,
    /// Takes it from this person, who works here no more, if it is theirs.
    #[serde(default)]
    pub leave: Option<UserId>,
    /// Says that deadlines are near, as far as that still holds.
    #[serde(default)]
    pub press: Option<Press>,
}

/// How nodes write what may be unchanged (null), taken away (false) or given: null alone could not tell the first two.
/// A node of a version before writes null for what is unchanged.
mod said {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said<T> {
        Nothing(bool),
        This(T),
    }

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            None => serializer.serialize_none(),
            Some(None) => serializer.serialize_bool(false),
            Some(Some(value)) => value.serialize(serializer),
        }
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Ok(match Option::<Said<T>>::deserialize(deserializer)? {
            None => None,
            Some(Said::This(value)) => Some(Some(value)),
            Some(Said::Nothing(false)) => Some(None),
            Some(Said::Nothing(true)) => {
                return Err(serde::de::Error::custom("true gives nothing"));
            }
        })
    }
}

/// What is removed goes, even if it is added in the same change.
fn add_and_remove<T: Copy + Ord>(kept: &mut Vec<T>, add: &[T], remove: &[T]) {
    kept.extend(add);
    kept.retain(|one| !remove.contains(one));
    kept.sort_unstable();
    kept.dedup();
}

impl ConversationChange {
    /// Whether anything would change on `conversation`.
    pub fn changes(&self, conversation: &Conversation) -> bool {
        let mut changed = conversation.clone();
        self.apply(&mut changed, Timestamp::default());
        changed != *conversation
    }

    /// Makes the change on `conversation`, at `now`.
    pub fn apply(&self, conversation: &mut Conversation, now: Timestamp) {
        if let Some(status) = self.status {
            conversation.set_status(status, now);
            if status == ConversationStatus::Snoozed {
                conversation.snoozed_until = self.snoozed_until;
            }
        }
        let sleeps = conversation.status == ConversationStatus::Snoozed;
        if sleeps && self.wake.is_some() && self.wake == conversation.snoozed_until {
            conversation.set_status(ConversationStatus::Open, now);
        }
        if let Some(assignee) = &self.assignee {
            conversation.assignee.clone_from(assignee);
            conversation.reserved_until = None;
        }
        if let Some(team) = &self.team {
            conversation.team.clone_from(team);
        }
        if let Some(priority) = self.priority {
            conversation.priority = priority;
        }
        add_and_remove(&mut conversation.tags, &self.add_tags, &self.remove_tags);
        let participants = &mut conversation.participants;
        add_and_remove(
            participants,
            &self.add_participants,
            &self.remove_participants,
        );
        if self.read {
            conversation.unread = 0;
        }
        self.apply_routing(conversation);
    }

    fn apply_routing(&self, conversation: &mut Conversation) {
        if let Some(press) = &self.press {
            press.apply(conversation);
        }
        if let Some(route) = &self.route {
            route.apply(conversation);
        }
        let holder = conversation.assignee.as_ref().map(|user| user.id);
        if self.accept.is_some() && self.accept == holder {
            conversation.reserved_until = None;
        }
        let ends = self.end_reservation.is_some();
        if ends && self.end_reservation == conversation.reserved_until {
            conversation.assignee = None;
            conversation.reserved_until = None;
        }
        let holder = conversation.assignee.as_ref().map(|user| user.id);
        let is_open = conversation.status == ConversationStatus::Open;
        let released = is_open && self.release.is_some() && self.release == holder;
        if released || self.leave.is_some() && self.leave == holder {
            conversation.assignee = None;
            conversation.reserved_until = None;
        }
    }
}
