//! The inbox's filters over more conversations than are looked up one by one: whatever few or many pass, and whichever way
//! they are found, a list has all of them in its order.

mod plans;

use std::collections::HashMap;

use actors::model::conversation::{Conversation, ConversationStatus, Priority};
use actors::model::ids::{ConversationId, OrganizationId, SessionId, TagId, TeamId, UserId};
use actors::model::own::Seen;
use command_center::store::{AssigneeFilter, ConversationFilter, Store, TeamFilter};
use command_center::with_conn;
use diesel_async::RunQueryDsl;

use crate::import::{line, run};
use crate::on_both;
use crate::support::database::{Engine, TestDatabase};

on_both!(every_filter_gives_all_that_pass_it_in_order);

/// What each user has seen of each conversation.
type Marks = HashMap<(UserId, ConversationId), Seen>;

/// Conversations of the first number: more than are looked up one by one.
const MANY: usize = 1100;
/// Conversations of the second.
const FEW: usize = 9;

/// Teams, tags and users of which one has many conversations and one few.
struct Inbox {
    store: Store,
    organization: OrganizationId,
    numbers: [SessionId; 2],
    /// All conversations, newest first.
    all: Vec<Conversation>,
    database: TestDatabase,
}

const TEAMS: [TeamId; 3] = [TeamId(1), TeamId(2), TeamId(3)];
const TAGS: [TagId; 3] = [TagId(1), TagId(2), TagId(3)];
const URGENCIES: [Priority; 4] = [
    Priority::Low,
    Priority::Normal,
    Priority::High,
    Priority::Urgent,
];
const USERS: [UserId; 2] = [UserId(1), UserId(2)];

impl Inbox {
    async fn fill(engine: Engine) -> Self {
        let database = TestDatabase::create(engine).await;
        let store = database.open().await;
        let (organization, first) = database.organization_with_number(&store).await;
        let second = database.number(&store, organization).await;
        for (number, count) in [(first, MANY), (second, FEW)] {
            let lines: Vec<String> = (0..count).map(|phone| line(phone, 1)).collect();
            run(&store, number, &lines).await;
        }
        let mut inbox = Self {
            store,
            organization,
            numbers: [first, second],
            all: Vec::new(),
            database,
        };
        inbox.spread().await;
        inbox.all = inbox.list(ConversationFilter::default()).await;
        assert_eq!(inbox.all.len(), MANY + FEW);
        inbox
    }

    /// Gives the first 1050 to one team, user and tag, and some of the others to others.
    async fn spread(&self) {
        let rows = self.list(ConversationFilter::default()).await;
        let mut ids: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        ids.sort_unstable();
        let (end, org) = (ids[1049], self.organization.0);
        let now = "'2026-05-04 09:31:00'";
        let mut statements = Vec::new();
        for n in 1..=3 {
            statements.push(format!(
                "INSERT INTO teams (id, organization_id, name, created_at) VALUES ({n}, {org}, 'Team {n}', {now})"
            ));
            statements.push(format!(
                "INSERT INTO tags (id, organization_id, name, key, color, created_at) \
                 VALUES ({n}, {org}, 'Tag {n}', 'tag {n}', 'gray', {now})"
            ));
            statements.push(format!(
                "INSERT INTO users (id, organization_id, email, name, role, password_hash, disabled, created_at, updated_at) \
                 VALUES ({n}, {org}, 'u{n}@example.org', 'User {n}', 'agent', '', false, {now}, {now})"
            ));
        }
        statements.push(format!(
            "UPDATE conversations SET team_id = CASE WHEN id <= {end} THEN 1 WHEN id % 2 = 0 THEN 2 END, \
             assignee_id = CASE WHEN id <= {end} THEN 1 WHEN id % 3 = 0 THEN 2 END, \
             tags = CASE WHEN id <= {end} THEN '[1]' ELSE '[2]' END, \
             participants = CASE WHEN id <= {end} THEN '[1]' WHEN id % 3 = 0 THEN '[2]' END, \
             unread = CASE WHEN id % 4 = 0 THEN 1 ELSE 0 END"
        ));
        statements.push(format!(
            "INSERT INTO participants SELECT CASE WHEN id <= {end} THEN 1 ELSE 2 END, id FROM conversations \
             WHERE id <= {end} OR id % 3 = 0"
        ));
        // Of some the last message was seen, of some an older one, and some are to be looked at again.
        statements.push(format!(
            "INSERT INTO seen SELECT 1, id, {org}, CASE WHEN id % 5 = 0 THEN 0 WHEN id % 2 = 0 THEN last_message_id ELSE 1 END, \
             id % 7 = 0, {now} FROM conversations WHERE id % 3 <> 0"
        ));
        statements.push(format!(
            "INSERT INTO conversation_tags SELECT CASE WHEN id <= {end} THEN 1 ELSE 2 END, id FROM conversations"
        ));
        // By the place of each, whatever its id.
        for (place, id) in ids.iter().enumerate() {
            let status = ["open", "closed", "closed", "pending"][place % 4];
            let priority = [1, 1, 3, 1, 0, 1, 2][place % 7];
            statements.push(format!(
                "UPDATE conversations SET status = '{status}', priority = {priority} WHERE id = {id}"
            ));
        }
        let mut conn = self.store.connection().await.unwrap();
        for statement in &statements {
            with_conn!(&mut conn, |c| diesel::sql_query(statement).execute(c).await).unwrap();
        }
        conn.commit().await.unwrap();
    }

    /// All pages of a list.
    async fn list(&self, mut filter: ConversationFilter) -> Vec<Conversation> {
        const PAGE: i64 = 400;
        let tenant = self.store.tenant(self.organization);
        let mut all = Vec::new();
        loop {
            let page = tenant.list_conversations(&filter, PAGE).await.unwrap();
            let is_last = page.len() < PAGE as usize;
            filter.after = page.last().map(|row| (row.updated_at, row.id));
            all.extend(page);
            if is_last {
                return all;
            }
        }
    }

    /// What everybody has seen.
    async fn marks(&self) -> Marks {
        let tenant = self.store.tenant(self.organization);
        let ids: Vec<ConversationId> = self.all.iter().map(|row| row.id).collect();
        let mut marks = Marks::new();
        for user in USERS {
            let theirs = tenant.seen_of(user, &ids).await.unwrap();
            marks.extend(theirs.into_iter().map(|(id, seen)| ((user, id), seen)));
        }
        marks
    }

    /// Each filter alone and with others.
    fn filters(&self) -> Vec<ConversationFilter> {
        let teams = TEAMS.map(TeamFilter::Team).map(Some);
        let teams = [&[None, Some(TeamFilter::Nobodys)], &teams[..]].concat();
        let users = USERS.map(AssigneeFilter::User).map(Some);
        let users = [&[None, Some(AssigneeFilter::Nobody)], &users[..]].concat();
        let mut filters = Vec::new();
        for status in [None, Some(ConversationStatus::Closed)] {
            for tag in [None, Some(TAGS[0]), Some(TAGS[1]), Some(TAGS[2])] {
                let with = |filter: ConversationFilter| ConversationFilter {
                    status,
                    tag,
                    oldest_first: tag == Some(TAGS[1]),
                    ..filter
                };
                let of_team = |&team| ConversationFilter {
                    team,
                    ..ConversationFilter::default()
                };
                let of_user = |&assignee| ConversationFilter {
                    assignee,
                    ..ConversationFilter::default()
                };
                let of_number = |&number| ConversationFilter {
                    session: Some(number),
                    ..ConversationFilter::default()
                };
                let urgent = |&priority| ConversationFilter {
                    priority: Some(priority),
                    ..ConversationFilter::default()
                };
                let taken_part = |&user| ConversationFilter {
                    participant: Some(user),
                    ..ConversationFilter::default()
                };
                let unseen = |&user| ConversationFilter {
                    unseen: Some(user),
                    ..ConversationFilter::default()
                };
                filters.extend(teams.iter().map(of_team).map(with));
                filters.extend(users.iter().map(of_user).map(with));
                filters.extend(self.numbers.iter().map(of_number).map(with));
                filters.extend(URGENCIES.iter().map(urgent).map(with));
                filters.extend(USERS.iter().map(taken_part).map(with));
                filters.extend(USERS.iter().map(unseen).map(with));
            }
        }
        filters
    }
}

fn is_unseen(row: &Conversation, mark: Option<&Seen>) -> bool {
    let last = row.last_message.as_ref().map(|last| last.id);
    match mark {
        Some(mark) if mark.unread => true,
        Some(mark) if mark.message_id.is_some() => {
            row.waiting_since.is_some() && last > mark.message_id
        }
        _ => row.unread > 0 || row.waiting_since.is_some(),
    }
}

fn passes(row: &Conversation, filter: &ConversationFilter, marks: &Marks) -> bool {
    let assignee = row.assignee.as_ref().map(|user| user.id);
    let team = row.team.as_ref().map(|team| team.id);
    filter.status.is_none_or(|status| row.status == status)
        && filter.tag.is_none_or(|tag| row.tags.contains(&tag))
        && filter
            .participant
            .is_none_or(|user| row.participants.contains(&user))
        && filter
            .unseen
            .is_none_or(|user| is_unseen(row, marks.get(&(user, row.id))))
        && filter.priority.is_none_or(|one| row.priority == one)
        && filter.session.is_none_or(|number| row.session_id == number)
        && filter.assignee.is_none_or(|wanted| match wanted {
            AssigneeFilter::Nobody => assignee.is_none(),
            AssigneeFilter::User(user) => assignee == Some(user),
        })
        && filter.team.is_none_or(|wanted| match wanted {
            TeamFilter::Nobodys => team.is_none(),
            TeamFilter::Team(one) => team == Some(one),
        })
}

async fn every_filter_gives_all_that_pass_it_in_order(engine: Engine) {
    let inbox = Inbox::fill(engine).await;
    let marks = inbox.marks().await;
    assert!(marks.len() > 100);
    let (mut found_few, mut found_many) = (0, 0);
    for filter in inbox.filters() {
        let rows = inbox.all.iter().filter(|row| passes(row, &filter, &marks));
        let mut wanted: Vec<i64> = rows.map(|row| row.id.0).collect();
        if filter.oldest_first {
            wanted.reverse();
        }
        let found = inbox.list(filter.clone()).await;
        let found: Vec<i64> = found.iter().map(|row| row.id.0).collect();
        assert_eq!(found, wanted, "{filter:?}");
        match found.len() {
            0 => {}
            1..=100 => found_few += 1,
            _ => found_many += 1,
        }
    }
    assert!(found_few > 20 && found_many > 20);
}
