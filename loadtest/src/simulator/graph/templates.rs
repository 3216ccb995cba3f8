//! Templates of a business account: lists with cursors, creation with a review later, deletion.

use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Misfortune, id_of, json_of, misbehave, query_of, token_of};
use crate::simulator::core::Core;
use crate::simulator::error::GraphError;
use crate::simulator::fault::Operation;
use crate::simulator::wamid;
use crate::simulator::world::ChatKey;

const PAGE: usize = 25;
const MAX_PAGE: usize = 1_000;
const MAX_TEMPLATES: usize = 6_000;

/// `GET /{account}/message_templates`
pub async fn list_templates(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let account = id_of(&request).to_owned();
    core.world()
        .authorize_account(token_of(&request).as_deref(), &account)?;
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(&core, &request, Operation::Templates, &account, None).await
    {
        return Ok(answer);
    }
    let filters: Vec<(&str, String)> = ["name", "language", "status", "category"]
        .into_iter()
        .filter_map(|key| Some((key, query_of(&request, key)?)))
        .collect();
    let world = core.world();
    let matching: Vec<&Value> = world
        .templates
        .get(&account)
        .into_iter()
        .flatten()
        .filter(|template| {
            filters
                .iter()
                .all(|(key, wanted)| template[*key].as_str() == Some(wanted.as_str()))
        })
        .collect();
    let limit = query_of(&request, "limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, MAX_PAGE);
    let start = match query_of(&request, "after") {
        Some(cursor) => {
            position(&cursor).ok_or_else(|| GraphError::new(100, "The cursor is not valid"))?
        }
        None => 0,
    };
    let page: Vec<&Value> = matching.iter().skip(start).take(limit).copied().collect();
    let end = start + page.len();
    let mut answer = json!({
        "data": page,
        "paging": {"cursors": {"before": cursor(start), "after": cursor(end)}},
    });
    if end < matching.len() {
        answer["paging"]["next"] = format!(
            "{}/v25.0/{account}/message_templates?limit={limit}&after={}",
            core.url(),
            cursor(end)
        )
        .into();
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// `POST /{account}/message_templates`; the review comes later, by webhook.
pub async fn create_template(
    core: Data<Core>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, GraphError> {
    let core = core.into_inner();
    let account = id_of(&request).to_owned();
    core.world()
        .authorize_account(token_of(&request).as_deref(), &account)?;
    let mut template = json_of(&body)?;
    check(&template)?;
    let answer = {
        let mut world = core.world();
        let world = &mut *world;
        let list = world.templates.entry(account.clone()).or_default();
        if list.len() >= MAX_TEMPLATES {
            return Err(GraphError::new(
                2388019,
                "The account has too many templates",
            ));
        }
        let taken = list.iter().any(|known| {
            known["name"] == template["name"] && known["language"] == template["language"]
        });
        if taken {
            return Err(GraphError::new(
                100,
                "There is already content in this language for this template",
            ));
        }
        let id = wamid::object_id(&mut world.rng);
        template["id"] = id.as_str().into();
        template["status"] = "PENDING".into();
        if template.get("parameter_format").is_none() {
            template["parameter_format"] = "POSITIONAL".into();
        }
        list.push(template.clone());
        json!({"id": id, "status": "PENDING", "category": template["category"]})
    };
    core.spawn(review(Arc::clone(&core), account, template));
    Ok(HttpResponse::Ok().json(answer))
}

/// `DELETE /{account}/message_templates?name=…[&hsm_id=…]`
pub async fn delete_template(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let account = id_of(&request).to_owned();
    let name = query_of(&request, "name")
        .ok_or_else(|| GraphError::new(100, "The parameter name is required"))?;
    let only = query_of(&request, "hsm_id");
    let mut world = core.world();
    world.authorize_account(token_of(&request).as_deref(), &account)?;
    let list = world.templates.entry(account).or_default();
    let before = list.len();
    list.retain(|template| {
        template["name"].as_str() != Some(name.as_str())
            || only
                .as_deref()
                .is_some_and(|id| template["id"].as_str() != Some(id))
    });
    if list.len() == before {
        return Err(GraphError::new(100, "The template name does not exist"));
    }
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}

fn check(template: &Value) -> Result<(), GraphError> {
    let name = template["name"].as_str().unwrap_or_default();
    let well_named = !name.is_empty()
        && name.len() <= 512
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !well_named {
        return Err(GraphError::new(
            100,
            "name must be lower case letters, digits and underscores",
        ));
    }
    if template["language"].as_str().is_none_or(str::is_empty) {
        return Err(GraphError::new(100, "The parameter language is required"));
    }
    if !matches!(
        template["category"].as_str(),
        Some("UTILITY" | "MARKETING" | "AUTHENTICATION")
    ) {
        return Err(GraphError::new(
            100,
            "category must be UTILITY, MARKETING or AUTHENTICATION",
        ));
    }
    let body = template["components"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|component| {
            component["type"]
                .as_str()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("BODY"))
        });
    let Some(body) = body else {
        return Err(GraphError::new(100, "A BODY component is required"));
    };
    let text = body["text"].as_str().unwrap_or_default().trim();
    if text.chars().count() > 1024 {
        return Err(GraphError::new(
            2388040,
            "The body is longer than 1024 characters",
        ));
    }
    if text.starts_with("{{") || text.ends_with("}}") {
        return Err(GraphError::new(
            2388299,
            "Variables can't be at the start or end of the template",
        ));
    }
    Ok(())
}

/// Approves a template after a while; one whose name says "spam" is rejected.
async fn review(core: Arc<Core>, account: String, template: Value) {
    let ms = core.world().behaviour.review_ms;
    tokio::time::sleep(core.pause(ms)).await;
    let rejected = template["name"]
        .as_str()
        .is_some_and(|name| name.contains("spam"));
    let verdict = if rejected { "REJECTED" } else { "APPROVED" };
    let numbers: Vec<String> = {
        let mut world = core.world();
        if let Some(known) = world
            .templates
            .entry(account.clone())
            .or_default()
            .iter_mut()
            .find(|known| known["id"] == template["id"])
        {
            known["status"] = verdict.into();
        }
        world
            .numbers
            .values()
            .filter(|number| number.config.business_account_id == account)
            .map(|number| number.config.phone_number_id.clone())
            .take(1)
            .collect()
    };
    let change = json!({"field": "message_template_status_update", "value": {
        "event": verdict,
        "message_template_id": template["id"].as_str().and_then(|id| id.parse::<u64>().ok()),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "message_template_category": template["category"],
        "reason": if rejected { "SPAM" } else { "NONE" },
    }});
    for number in numbers {
        core.deliver(&ChatKey::new(&number, ""), &change);
    }
}

fn cursor(position: usize) -> String {
    STANDARD.encode(format!("t{position}"))
}

fn position(cursor: &str) -> Option<usize> {
    let bytes = STANDARD.decode(cursor).ok()?;
    String::from_utf8(bytes)
        .ok()?
        .strip_prefix('t')?
        .parse()
        .ok()
}
