//! Filters of the inbox that few conversations pass. The inbox is read in its order, row after row, until a page is full:
//! where one row in a hundred fits, that is soon, and where a handful of all fits, never. Those few are found first, looked up
//! one by one and sorted. (No plan of a database knows how many there are: it is made once for all tags, teams and people.)

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{AssigneeFilter, ConversationFilter, TeamFilter};
use crate::store::contact::FEW;
use crate::store::db::Conn;
use crate::store::schema::{conversation_tags, conversations, participants};
use crate::with_conn;

diesel::postfix_operator!(NotNormal, " <> 1");

impl ConversationFilter {
    /// The ids of the conversations that pass one of the filters; None when none of them lets few through. `archived`: the teams that
    /// are out of use.
    pub(super) async fn few(
        &self,
        conn: &mut Conn,
        organization: i64,
        archived: &[i64],
    ) -> Result<Option<Vec<i64>>, StoreError> {
        if let Some(tag) = self.tag {
            let tagged: Vec<i64> = with_conn!(conn, |c| conversation_tags::table
                .filter(conversation_tags::tag_id.eq(tag.0))
                .select(conversation_tags::conversation_id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&tagged) {
                return Ok(Some(tagged));
            }
        }
        if let Some(user) = self.participant {
            let theirs: Vec<i64> = with_conn!(conn, |c| participants::table
                .filter(participants::user_id.eq(user.0))
                .select(participants::conversation_id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&theirs) {
                return Ok(Some(theirs));
            }
        }
        if let Some(session) = self.session {
            // In the order of the index that is to be taken, here and below.
            let of_number: Vec<i64> = with_conn!(conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization))
                .filter(conversations::session_id.eq(session.0))
                .order(conversations::contact_id)
                .select(conversations::id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&of_number) {
                return Ok(Some(of_number));
            }
        }
        if self.team == Some(TeamFilter::Nobodys) {
            let mut of_none: Vec<i64> = with_conn!(conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization))
                .filter(conversations::team_id.is_null())
                .order(conversations::id)
                .select(conversations::id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if !archived.is_empty() {
                let others: Vec<i64> = with_conn!(conn, |c| conversations::table
                    .filter(conversations::organization_id.eq(organization))
                    .filter(conversations::team_id.eq_any(archived))
                    .select(conversations::id)
                    .limit(FEW + 1)
                    .load(c)
                    .await)?;
                of_none.extend(others);
            }
            if is_few(&of_none) {
                return Ok(Some(of_none));
            }
        }
        if self.status.is_some() {
            // The indexes of teams and people have the list's order within a status.
            return Ok(None);
        }
        if let Some(TeamFilter::Team(team)) = self.team {
            let of_team: Vec<i64> = with_conn!(conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization))
                .filter(conversations::team_id.eq(Some(team.0)))
                .order(conversations::status)
                .select(conversations::id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&of_team) {
                return Ok(Some(of_team));
            }
        }
        if self.assignee == Some(AssigneeFilter::Nobody) {
            let of_nobody: Vec<i64> = with_conn!(conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization))
                .filter(conversations::assignee_id.is_null())
                .order(conversations::status)
                .select(conversations::id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&of_nobody) {
                return Ok(Some(of_nobody));
            }
        }
        if let Some(AssigneeFilter::User(user)) = self.assignee {
            let of_user: Vec<i64> = with_conn!(conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization))
                .filter(conversations::assignee_id.eq(Some(user.0)))
                .order(conversations::status)
                .select(conversations::id)
                .limit(FEW + 1)
                .load(c)
                .await)?;
            if is_few(&of_user) {
                return Ok(Some(of_user));
            }
        }
        Ok(None)
    }
}

fn is_few(found: &[i64]) -> bool {
    i64::try_from(found.len()).is_ok_and(|count| count <= FEW)
}
