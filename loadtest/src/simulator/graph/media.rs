//! Uploads, five-minute addresses, downloads and deletions of files.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{Misfortune, id_of, misbehave, query_of, token_of};
use crate::simulator::core::Core;
use crate::simulator::error::GraphError;
use crate::simulator::fault::Operation;
use crate::simulator::media::upload_limit;

/// Nothing larger is read at all.
const MAX_UPLOAD: usize = 100 * 1024 * 1024 + 64 * 1024;

/// `POST /{phone-number-id}/media`
pub async fn upload(
    core: Data<Core>,
    request: HttpRequest,
    parts: Multipart,
) -> Result<HttpResponse, GraphError> {
    let number = id_of(&request).to_owned();
    core.world()
        .authorize(token_of(&request).as_deref(), &number)?;
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(&core, &request, Operation::MediaUpload, &number, None).await
    {
        return Ok(answer);
    }
    let form = read_form(parts).await?;
    if form.product.as_deref() != Some("whatsapp") {
        return Err(GraphError::new(
            100,
            "(#100) The parameter messaging_product is required.",
        ));
    }
    let file = form
        .file
        .ok_or_else(|| GraphError::new(100, "(#100) The parameter file is required."))?;
    let mime_type = form.mime_type.unwrap_or(file.mime_type);
    let limit = upload_limit(&mime_type).ok_or_else(|| {
        GraphError::new(
            131053,
            format!("Param file must be a file with one of the supported types; got {mime_type}"),
        )
    })?;
    if file.bytes.is_empty() || file.bytes.len() > limit {
        return Err(GraphError::new(
            131053,
            format!("The file must have 1 to {limit} bytes"),
        ));
    }
    let mut world = core.world();
    let world = &mut *world;
    let id = world.media.put(
        &mut world.rng,
        &number,
        &mime_type,
        file.filename,
        file.bytes,
    );
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

struct Form {
    product: Option<String>,
    mime_type: Option<String>,
    file: Option<Part>,
}

struct Part {
    mime_type: String,
    filename: Option<String>,
    bytes: Bytes,
}

async fn read_form(mut parts: Multipart) -> Result<Form, GraphError> {
    let broken = |error: String| GraphError::new(100, format!("The form can't be read: {error}"));
    let mut form = Form {
        product: None,
        mime_type: None,
        file: None,
    };
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| broken(error.to_string()))?;
        let name = part.name().unwrap_or_default().to_owned();
        let mime_type = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            ToString::to_string,
        );
        let filename = part
            .content_disposition()
            .and_then(|disposition| disposition.get_filename())
            .map(str::to_owned);
        let mut bytes = BytesMut::new();
        while let Some(chunk) = part.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| broken(error.to_string()))?);
            if bytes.len() > MAX_UPLOAD {
                return Err(GraphError::new(131053, "The file is too large"));
            }
        }
        let bytes = bytes.freeze();
        match name.as_str() {
            "messaging_product" => {
                form.product = Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            "type" => form.mime_type = Some(String::from_utf8_lossy(&bytes).into_owned()),
            "file" => {
                form.file = Some(Part {
                    mime_type,
                    filename,
                    bytes,
                });
            }
            _ => {}
        }
    }
    Ok(form)
}

/// `GET /{media-id}`: an address for five minutes. None when there is no such file.
pub async fn describe(
    core: &Core,
    request: &HttpRequest,
    id: &str,
) -> Result<Option<HttpResponse>, GraphError> {
    let number = {
        let world = core.world();
        let Some(medium) = world.media.get(id) else {
            return Ok(None);
        };
        let number = medium.phone_number_id.clone();
        world
            .authorize(token_of(request).as_deref(), &number)
            .map_err(|error| {
                if error.code == 190 {
                    error
                } else {
                    GraphError::unknown_object(id)
                }
            })?;
        number
    };
    if query_of(request, "phone_number_id").is_some_and(|asked| asked != number) {
        return Err(GraphError::unknown_object(id));
    }
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(core, request, Operation::MediaAddress, &number, None).await
    {
        return Ok(Some(answer));
    }
    let mut world = core.world();
    let world = &mut *world;
    let path = world.media.address(&mut world.rng, id, Core::now_ms());
    let described: Option<Value> = path
        .zip(world.media.get(id))
        .map(|(path, medium)| medium.described(&format!("{}{path}", core.url())));
    Ok(described.map(|described| HttpResponse::Ok().json(described)))
}

/// `GET <url>`: the bytes, for who has the token.
pub async fn download(core: Data<Core>, request: HttpRequest) -> Result<HttpResponse, GraphError> {
    let id = id_of(&request).to_owned();
    let secret = request
        .match_info()
        .get("secret")
        .unwrap_or_default()
        .to_owned();
    let token = token_of(&request);
    let found = {
        let world = core.world();
        world.check_token(token.as_deref())?;
        world
            .media
            .at_address(&id, &secret, Core::now_ms())
            .filter(|medium| {
                world
                    .authorize(token.as_deref(), &medium.phone_number_id)
                    .is_ok()
            })
            .map(|medium| {
                (
                    medium.phone_number_id.clone(),
                    medium.mime_type.clone(),
                    medium.bytes.clone(),
                )
            })
    };
    let Some((number, mime_type, bytes)) = found else {
        return Ok(HttpResponse::NotFound()
            .content_type("text/plain")
            .body("Not found"));
    };
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(&core, &request, Operation::MediaDownload, &number, None).await
    {
        return Ok(answer);
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, mime_type))
        .body(bytes))
}

/// `DELETE /{media-id}`
pub async fn delete(core: Data<Core>, request: HttpRequest) -> Result<HttpResponse, GraphError> {
    let id = id_of(&request);
    let mut world = core.world();
    world.check_token(token_of(&request).as_deref())?;
    if world.media.remove(id) {
        Ok(HttpResponse::Ok().json(json!({"success": true})))
    } else {
        Err(GraphError::unknown_object(id))
    }
}
