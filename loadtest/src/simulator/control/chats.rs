//! Customers, what they write and what their phones show.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, Responder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::simulator::chat::Step;
use crate::simulator::core::Core;
use crate::simulator::customer::{self, Writing};
use crate::simulator::status;
use crate::simulator::world::ChatKey;

/// Chats listed at most.
const MAX_LIST: usize = 500;

/// Which number's chats.
#[derive(Deserialize)]
pub struct OfNumber {
    phone_number_id: String,
}

/// The chats of a number, the most recent first.
pub async fn list_customers(core: Data<Core>, query: Query<OfNumber>) -> HttpResponse {
    let world = core.world();
    let mut chats: Vec<_> = world.chats_of(&query.phone_number_id).collect();
    chats.sort_by_key(|chat| std::cmp::Reverse(chat.entries.back().map_or(0, |entry| entry.at_ms)));
    let data: Vec<Value> = chats
        .into_iter()
        .take(MAX_LIST)
        .map(|chat| {
            json!({
                "key": chat.customer.key(),
                "customer": chat.customer,
                "auto": chat.auto,
                "last": chat.entries.back(),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "data": data }))
}

/// What is to be known of a customer.
#[derive(Deserialize)]
pub struct SetCustomer {
    phone_number_id: String,
    name: Option<String>,
    username: Option<String>,
    user_id: Option<String>,
    auto: Option<bool>,
}

/// Sets a customer up.
pub async fn set_customer(
    core: Data<Core>,
    path: Path<String>,
    body: Json<SetCustomer>,
) -> Result<HttpResponse, ControlError> {
    let key = customer::customer_key(&path)?;
    let body = body.into_inner();
    let mut world = core.world();
    if !world.numbers.contains_key(&body.phone_number_id) {
        return Err(ControlError::NotFound("no such number".to_owned()));
    }
    let chat = world.chat_mut(&body.phone_number_id, &key);
    chat.auto = body.auto.unwrap_or(chat.auto);
    let mut person = chat.customer.clone();
    person.name = body.name.unwrap_or(person.name);
    person.username = body.username.or(person.username);
    person.user_id = body.user_id.or(person.user_id);
    world.set_customer(&body.phone_number_id, person.clone());
    Ok(HttpResponse::Ok().json(json!({"key": key, "customer": person})))
}

/// The customer writes.
pub async fn write_message(
    core: Data<Core>,
    path: Path<String>,
    writing: Json<Writing>,
) -> Result<HttpResponse, ControlError> {
    let core = core.into_inner();
    let written = customer::write(&core, &path, &writing)?;
    core.world()
        .chat_mut(&writing.phone_number_id, &written.customer)
        .played = true;
    Ok(HttpResponse::Created().json(json!({"wamid": written.wamid, "customer": written.customer})))
}

/// A chat, with all messages the phone shows.
pub async fn get_chat(
    core: Data<Core>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ControlError> {
    let (number, customer) = path.into_inner();
    let key = customer::customer_key(&customer)?;
    let mut world = core.world();
    if !world.numbers.contains_key(&number) {
        return Err(ControlError::NotFound("no such number".to_owned()));
    }
    let now_ms = Core::now_ms();
    let chat = world.chat_mut(&number, &key);
    let mut whole = json!(chat);
    whole["window_open"] = chat.window_open(now_ms).into();
    whole["typing"] = (chat.typing_until_ms > now_ms).into();
    whole["key"] = chat.customer.key().into();
    Ok(HttpResponse::Ok().json(whole))
}

/// Whether statuses follow by themselves.
#[derive(Deserialize)]
pub struct Auto {
    auto: bool,
}

/// Lets statuses follow by themselves, or wait for the phone.
pub async fn set_auto(
    core: Data<Core>,
    path: Path<(String, String)>,
    body: Json<Auto>,
) -> Result<HttpResponse, ControlError> {
    let (number, customer) = path.into_inner();
    let key = customer::customer_key(&customer)?;
    core.world().chat_mut(&number, &key).auto = body.auto;
    Ok(HttpResponse::NoContent().finish())
}

/// What the phone did with the messages.
#[derive(Deserialize)]
pub struct Saw {
    step: Step,
}

/// The phone got (or opened) everything that was sent to it.
pub async fn saw(
    core: Data<Core>,
    path: Path<(String, String)>,
    body: Json<Saw>,
) -> Result<HttpResponse, ControlError> {
    if !matches!(body.step, Step::Delivered | Step::Read | Step::Played) {
        return Err(ControlError::Invalid(
            "step must be delivered, read or played".to_owned(),
        ));
    }
    let (number, customer) = path.into_inner();
    let key = ChatKey::new(&number, &customer::customer_key(&customer)?);
    let told = status::phone_saw(&core, &key, body.step);
    Ok(HttpResponse::Ok().json(json!({ "told": told })))
}

/// A file, for the phone page.
pub async fn get_media(
    core: Data<Core>,
    path: Path<String>,
) -> Result<impl Responder, ControlError> {
    let world = core.world();
    let medium = world
        .media
        .get(&path)
        .ok_or_else(|| ControlError::NotFound("no such file".to_owned()))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, medium.mime_type.clone()))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Security-Policy", "sandbox"))
        .body(medium.bytes.clone()))
}
