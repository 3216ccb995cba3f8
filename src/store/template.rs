//! Message templates as the provider lists them, one set per number.

use actors::event::{Audience, Event};
use actors::model::ids::{JobId, OrganizationId, SessionId, TemplateId};
use actors::model::job::Task;
use actors::model::json::Json;
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use super::conversation::pattern;
use super::db::Conn;
use super::job::JobRow;
use super::schema::{jobs, sessions, templates};
use super::{Tenant, Unscoped, audit, event, field};
use crate::{in_tx, insert_all, with_conn};

/// A template as it lies in the database.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = templates)]
pub(crate) struct TemplateRow {
    pub id: i64,
    pub organization_id: i64,
    pub session_id: i64,
    pub provider_template_id: String,
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    pub quality: Option<String>,
    pub parameter_format: String,
    pub components: String,
    pub updated_at: NaiveDateTime,
}

impl TemplateRow {
    fn view(self) -> Result<Template, StoreError> {
        Ok(Template {
            id: TemplateId(self.id),
            session_id: SessionId(self.session_id),
            name: self.name,
            language: self.language,
            category: self.category,
            status: self.status,
            quality: self.quality,
            parameter_format: self.parameter_format,
            components: field::json(self.components)?,
            updated_at: field::instant(self.updated_at),
        })
    }
}

/// A message template of a number.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Template {
    pub id: TemplateId,
    pub session_id: SessionId,
    pub name: String,
    /// For example `en_US`.
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, …
    pub status: String,
    pub quality: Option<String>,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: String,
    /// The provider's own definition.
    pub components: Json,
    pub updated_at: Timestamp,
}

/// A template as the provider lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTemplate {
    pub provider_template_id: String,
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    pub quality: Option<String>,
    pub parameter_format: String,
    pub components: Json,
}

/// Which templates are listed; everything absent means "all".
#[derive(Clone, Debug, Default)]
pub struct TemplateFilter {
    pub session: Option<SessionId>,
    pub status: Option<String>,
    /// A piece of the name.
    pub q: Option<String>,
}

impl Tenant {
    /// Templates by name, after the one with this name and id.
    pub async fn list_templates(
        &self,
        filter: &TemplateFilter,
        after: Option<&(String, TemplateId)>,
        limit: i64,
    ) -> Result<Vec<Template>, StoreError> {
        let mut conn = self.db().read().await?;
        let pattern = filter.q.as_deref().map(pattern);
        let rows: Vec<TemplateRow> = with_conn!(&mut conn, |c| {
            let mut query = templates::table
                .inner_join(sessions::table.on(sessions::id.eq(templates::session_id)))
                .filter(templates::organization_id.eq(self.org()))
                .filter(sessions::hidden_at.is_null())
                .order((templates::name.asc(), templates::id.asc()))
                .limit(limit)
                .select(TemplateRow::as_select())
                .into_boxed();
            if let Some(session) = filter.session {
                query = query.filter(templates::session_id.eq(session.0));
            }
            if let Some(status) = &filter.status {
                query = query.filter(templates::status.eq(status));
            }
            if let Some(pattern) = &pattern {
                query = query.filter(templates::name.like(pattern));
            }
            if let Some((name, id)) = after {
                query = query.filter(
                    templates::name
                        .gt(name)
                        .or(templates::name.eq(name).and(templates::id.gt(id.0))),
                );
            }
            query.load(c).await
        })?;
        rows.into_iter().map(TemplateRow::view).collect()
    }

    /// The template that a send names.
    pub async fn find_template(
        &self,
        session: SessionId,
        name: &str,
        language: &str,
    ) -> Result<Option<Template>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<TemplateRow> = with_conn!(&mut conn, |c| templates::table
            .filter(templates::organization_id.eq(self.org()))
            .filter(templates::session_id.eq(session.0))
            .filter(templates::name.eq(name))
            .filter(templates::language.eq(language))
            .select(TemplateRow::as_select())
            .first(c)
            .await
            .optional())?;
        found.map(TemplateRow::view).transpose()
    }

    /// Leaves a job that fetches the templates of a number.
    pub async fn queue_template_sync(
        &self,
        by: &Actor,
        session: SessionId,
    ) -> Result<(JobId, Receipt), StoreError> {
        let task = Task::SyncTemplates { session };
        let row = JobRow::of(self.store(), self.organization(), &task, Timestamp::now())?;
        let id = JobId(row.id);
        in_tx!(self.db(), |conn| {
            insert_all!(conn, jobs::table, vec![row])?;
            let subject = session.to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "templates.synced",
                &subject,
                &json!({}),
            )
            .await?;
            let receipt = Receipt {
                envelopes: Vec::new(),
                jobs: true,
            };
            Ok((id, receipt))
        })
    }

    /// Notes what the provider decided about a template.
    pub async fn set_template_status(
        &self,
        session: SessionId,
        name: &str,
        language: &str,
        status: &str,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let changed: usize = with_conn!(conn, |c| diesel::update(
                templates::table
                    .filter(templates::organization_id.eq(self.org()))
                    .filter(templates::session_id.eq(session.0))
                    .filter(templates::name.eq(name))
                    .filter(templates::language.eq(language))
                    .filter(templates::status.ne(status))
            )
            .set((
                templates::status.eq(status),
                templates::updated_at.eq(Timestamp::now().naive()),
            ))
            .execute(c)
            .await)?;
            if changed == 0 {
                return Ok(Receipt::default());
            }
            let told = json!({
                "session_id": session, "name": name, "language": language, "status": status,
            });
            tell(conn, self.organization(), told).await
        })
    }
}

impl Unscoped {
    /// Puts what the provider lists now in the place of what was known of a number's templates.
    pub async fn replace_templates(
        &self,
        session: SessionId,
        listed: &[NewTemplate],
        now: Timestamp,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let organization: i64 = with_conn!(conn, |c| sessions::table
                .find(session.0)
                .select(sessions::organization_id)
                .first(c)
                .await)?;
            let known: Vec<(i64, String, String)> = with_conn!(conn, |c| templates::table
                .filter(templates::session_id.eq(session.0))
                .select((templates::id, templates::name, templates::language))
                .load(c)
                .await)?;
            with_conn!(conn, |c| diesel::delete(
                templates::table.filter(templates::session_id.eq(session.0))
            )
            .execute(c)
            .await)?;
            // A template keeps its id, so that what refers to it still does.
            let id_of = |new: &NewTemplate| {
                let same = known
                    .iter()
                    .find(|(_, name, language)| *name == new.name && *language == new.language);
                same.map_or_else(|| self.store().next_id(), |(id, ..)| *id)
            };
            let mut rows: Vec<TemplateRow> = listed
                .iter()
                .map(|new| TemplateRow {
                    id: id_of(new),
                    organization_id: organization,
                    session_id: session.0,
                    provider_template_id: new.provider_template_id.clone(),
                    name: new.name.clone(),
                    language: new.language.clone(),
                    category: new.category.clone(),
                    status: new.status.clone(),
                    quality: new.quality.clone(),
                    parameter_format: new.parameter_format.clone(),
                    components: new.components.get().to_owned(),
                    updated_at: now.naive(),
                })
                .collect();
            rows.sort_by_key(|row| row.id);
            rows.dedup_by_key(|row| row.id);
            insert_all!(conn, templates::table, rows)?;
            let told = json!({"session_id": session, "count": listed.len()});
            tell(conn, OrganizationId(organization), told).await
        })
    }
}

async fn tell(
    conn: &mut Conn,
    organization: OrganizationId,
    told: serde_json::Value,
) -> Result<Receipt, StoreError> {
    let told = Event::TemplateUpdated(Json::from(told));
    let envelope = event::append(conn, organization, Audience::Everyone, told).await?;
    Ok(Receipt {
        envelopes: vec![envelope],
        jobs: false,
    })
}
