//! The filters of a view, looked at as the inbox's list looks at them.

use actors::model::ids::{TeamId, UserId};
use actors::ports::store::StoreError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::check::Check;
use crate::http::error::ApiResult;
use crate::store::{Tenant, ViewFilters};

const LONGEST_SEARCH: usize = 200;

/// Reads filters; what is wrong is noted at its field. Null and an empty text filter nothing.
pub fn read(given: &Map<String, Value>, check: &mut Check) -> ViewFilters {
    let mut filters = ViewFilters::default();
    let is_said = |value: &Value| !value.is_null() && value != "";
    for (name, value) in given.iter().filter(|(_, value)| is_said(value)) {
        match name.as_str() {
            "status" => {
                let words = "must be open, pending, snoozed or closed";
                filters.status = one_of(name, value, words, check);
            }
            "assignee" => filters.assignee = assignee(value, check),
            "team" => filters.team = team(value, check),
            "tag" => filters.tag = one_of(name, value, "must be a tag's id", check),
            "priority" => {
                let words = "must be low, normal, high or urgent";
                filters.priority = one_of(name, value, words, check);
            }
            "session" => filters.session = one_of(name, value, "must be a number's id", check),
            "participant" => filters.participant = participant(value, check),
            "unseen" => filters.unseen = one_of(name, value, "must be true or false", check),
            "q" => filters.q = search(value, check),
            "sort" => filters.sort = one_of(name, value, "must be newest or oldest", check),
            _ => check.refuse(&field(name), "is not something to filter by"),
        }
    }
    filters
}

/// Notes ids that name nothing in this organization, unless they stood there `before`.
pub async fn check_ids(
    tenant: &Tenant,
    filters: &ViewFilters,
    before: &ViewFilters,
    check: &mut Check,
) -> ApiResult<()> {
    if let Some(tag) = filters.tag.filter(|tag| before.tag != Some(*tag))
        && tenant.known_tags(&[tag]).await?.is_empty()
    {
        check.refuse("filters.tag", "must be a tag of this organization");
    }
    let team = filters
        .team
        .as_deref()
        .filter(|_| filters.team != before.team);
    if let Some(team) = team.and_then(|team| team.parse::<TeamId>().ok())
        && !is_there(tenant.find_team(team).await)?
    {
        check.refuse("filters.team", "must be a team of this organization");
    }
    let session = filters.session.filter(|id| before.session != Some(*id));
    if let Some(session) = session
        && !is_there(tenant.find_session(session).await)?
    {
        check.refuse("filters.session", "must be a number of this organization");
    }
    for (field, name, before) in [
        ("assignee", &filters.assignee, &before.assignee),
        ("participant", &filters.participant, &before.participant),
    ] {
        let name = name.as_deref().filter(|_| name != before);
        if let Some(user) = name.and_then(|user| user.parse::<UserId>().ok())
            && tenant.known_users(&[user]).await?.is_empty()
        {
            let field = format!("filters.{field}");
            check.refuse(&field, "must be a user of this organization");
        }
    }
    Ok(())
}

fn is_there<T>(found: Result<T, StoreError>) -> ApiResult<bool> {
    match found {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn field(name: &str) -> String {
    format!("filters.{name}")
}

fn one_of<T: DeserializeOwned>(
    name: &str,
    value: &Value,
    words: &str,
    check: &mut Check,
) -> Option<T> {
    let read = serde_json::from_value(value.clone()).ok();
    if read.is_none() {
        check.refuse(&field(name), words);
    }
    read
}

fn assignee(value: &Value, check: &mut Check) -> Option<String> {
    let name = value.as_str().unwrap_or_default();
    if !matches!(name, "me" | "none") && name.parse::<UserId>().is_err() {
        check.refuse("filters.assignee", "must be me, none or a user's id");
        return None;
    }
    Some(name.to_owned())
}

fn team(value: &Value, check: &mut Check) -> Option<String> {
    let name = value.as_str().unwrap_or_default();
    if name != "none" && name.parse::<TeamId>().is_err() {
        check.refuse("filters.team", "must be none or a team's id");
        return None;
    }
    Some(name.to_owned())
}

fn participant(value: &Value, check: &mut Check) -> Option<String> {
    let name = value.as_str().unwrap_or_default();
    if name != "me" && name.parse::<UserId>().is_err() {
        check.refuse("filters.participant", "must be me or a user's id");
        return None;
    }
    Some(name.to_owned())
}

fn search(value: &Value, check: &mut Check) -> Option<String> {
    let text = value.as_str().map(str::trim);
    match text.filter(|text| text.chars().count() <= LONGEST_SEARCH) {
        Some(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
        None => {
            let words = format!("must be a text of at most {LONGEST_SEARCH} characters");
            check.refuse("filters.q", words);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::http::error::Code;

    fn wrong(filters: Value) -> Vec<String> {
        let mut check = Check::default();
        read(filters.as_object().unwrap(), &mut check);
        let Err(refused) = check.finish() else {
            return Vec::new();
        };
        assert_eq!(refused.code(), Code::ValidationFailed);
        let fields = refused.errors().iter();
        fields.map(|error| error.field.clone()).collect()
    }

    #[test]
    fn what_the_list_understands_is_kept_and_what_says_nothing_is_left_out() {
        let given = json!({
            "status": "open", "assignee": "me", "team": "none", "priority": "high", "tag": null,
            "q": "  Ann ", "sort": "oldest", "session": "",
        });
        let mut check = Check::default();
        let filters = read(given.as_object().unwrap(), &mut check);
        check.finish().unwrap();
        let kept = json!({
            "status": "open", "assignee": "me", "team": "none", "priority": "high",
            "q": "Ann", "sort": "oldest",
        });
        assert_eq!(serde_json::to_value(filters).unwrap(), kept);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field() {
        for (filters, field) in [
            (json!({"status": "done"}), "filters.status"),
            (json!({"status": 7}), "filters.status"),
            (json!({"assignee": "Ann"}), "filters.assignee"),
            (json!({"team": "me"}), "filters.team"),
            (json!({"tag": "team_0000000000001"}), "filters.tag"),
            (json!({"priority": "huge"}), "filters.priority"),
            (json!({"session": "1"}), "filters.session"),
            (json!({"q": "x".repeat(201)}), "filters.q"),
            (json!({"sort": "up"}), "filters.sort"),
            (json!({"contact": "con_0000000000001"}), "filters.contact"),
        ] {
            assert_eq!(wrong(filters.clone()), [field], "{filters}");
        }
    }
}
