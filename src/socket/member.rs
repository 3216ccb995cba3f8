//! Who sits at a socket, what they may look at, and whether they still may.

use actors::model::ids::{ConversationId, LoginId, OrganizationId, TeamId};
use actors::model::user::Actor;
use actors::ports::store::{ConversationStore, StoreError};
use actors::time::Timestamp;
use std::time::Duration;
use zeroize::Zeroizing;

use crate::http::access::Identity;
use crate::http::error::Code;
use crate::http::state::App;
use crate::store::Store;

/// How long a socket lives on after its access token died, so that its client can send a fresh one.
const GRACE: Duration = Duration::from_secs(60);
/// Topics of one frame that are looked at.
const MOST_TOPICS: usize = 64;

/// Somebody who proved who they are.
#[derive(Clone)]
pub struct Member {
    identity: Identity,
    token: Zeroizing<String>,
}

/// Whether somebody still may sit there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// Logged out, locked out, another role, or the token died a while ago.
    Gone,
}

/// What of the wanted topics may be looked at.
pub struct Topics {
    pub allowed: Vec<String>,
    pub refused: Vec<String>,
}

/// Who shows this token.
pub async fn identify(app: App, token: String) -> Result<Member, Code> {
    let found = app.access.identify(&app.store, &token, Timestamp::now());
    let identity = found.await.map_err(|error| error.code())?;
    Ok(Member {
        identity,
        token: Zeroizing::new(token),
    })
}

impl Member {
    /// Who it is.
    pub const fn actor(&self) -> &Actor {
        &self.identity.actor
    }

    /// Whose events may be seen.
    pub const fn organization(&self) -> OrganizationId {
        self.identity.actor.organization
    }

    /// Whether it is the same person with the same rights.
    pub fn is_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.actor(), other.actor());
        mine.organization == theirs.organization
            && mine.who == theirs.who
            && mine.role == theirs.role
    }

    /// Whether they still may sit there; a database that does not answer changes nothing.
    pub async fn look(&self, app: &App, now: Timestamp) -> Standing {
        let identity = &self.identity;
        let role = match question(identity.expires_at, identity.login, now) {
            Question::None => return Standing::Gone,
            Question::Login(login) => match app.store.unscoped().find_login(login).await {
                Ok(found) => found
                    .filter(|login| login.is_open(now))
                    .map(|login| login.role),
                Err(_) => return Standing::Good,
            },
            Question::Token => match app.access.identify(&app.store, &self.token, now).await {
                Ok(identity) => Some(identity.actor.role),
                Err(error) if error.code() == Code::Unauthorized => None,
                Err(_) => return Standing::Good,
            },
        };
        if role == Some(self.actor().role) {
            Standing::Good
        } else {
            Standing::Gone
        }
    }
}

/// What has to be asked to know whether somebody still may sit there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Nothing: their time is over.
    None,
    /// The token died, but the log-in may be open: the client has a minute to send a fresh one.
    Login(LoginId),
    Token,
}

fn question(expires_at: Option<Timestamp>, login: Option<LoginId>, now: Timestamp) -> Question {
    match (expires_at.filter(|end| *end <= now), login) {
        (None, _) => Question::Token,
        (Some(end), Some(login)) if now <= end + GRACE => Question::Login(login),
        (Some(_), _) => Question::None,
    }
}

/// Sorts out conversations and teams that the organization does not have (SECURITY row 13); None when the database does
/// not answer. What a role may look at besides is the feed's to say.
pub async fn check_topics(
    store: Store,
    organization: OrganizationId,
    topics: Vec<String>,
) -> Option<Topics> {
    let mut checked = Topics {
        allowed: Vec::new(),
        refused: Vec::new(),
    };
    for (index, topic) in topics.into_iter().enumerate() {
        let may = match topic.split_once(':') {
            _ if index >= MOST_TOPICS => false,
            None | Some(("queue", "none")) => true,
            Some(("conversation", id)) => match id.parse::<ConversationId>() {
                Err(_) => false,
                Ok(id) => store
                    .locate_conversation(organization, id)
                    .await
                    .ok()?
                    .is_some(),
            },
            Some(("queue", id)) => match id.parse::<TeamId>() {
                Err(_) => false,
                Ok(id) => match store.tenant(organization).find_team(id).await {
                    Err(StoreError::NotFound) => false,
                    found => found.is_ok().then_some(true)?,
                },
            },
            Some(_) => false,
        };
        if may {
            checked.allowed.push(topic);
        } else {
            checked.refused.push(topic);
        }
    }
    Some(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_token_leaves_a_minute_to_send_a_fresh_one() {
        let end = Timestamp::from_millis(1_790_000_000_000);
        let login = LoginId(7);
        let before = end - Duration::from_millis(1);
        let late = end + GRACE + Duration::from_millis(1);
        let asked = |login, now| question(Some(end), login, now);
        assert_eq!(asked(Some(login), before), Question::Token);
        assert_eq!(asked(Some(login), end), Question::Login(login));
        assert_eq!(asked(Some(login), end + GRACE), Question::Login(login));
        assert_eq!(asked(Some(login), late), Question::None);
        // A key that ended has nothing to renew.
        assert_eq!(asked(None, end), Question::None);
        assert_eq!(question(None, None, late), Question::Token);
    }
}
