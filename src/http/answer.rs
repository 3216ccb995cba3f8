//! The shapes in which handlers answer; each says its status.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use super::describe::{Answer, Sketch};

/// 200 with JSON.
pub struct Shown<T>(pub T);

/// 201 with JSON: it is there now.
pub struct Created<T>(pub T);

/// 202 with JSON: it will be done.
pub struct Accepted<T>(pub T);

/// 202 without a body: it may be done; nothing is told.
pub struct Noted;

/// 204: it is done, and there is nothing to show.
pub struct Done;

macro_rules! json_answer {
    ($($name:ident $status:ident,)*) => {
        $(
            impl<T: Serialize> Responder for $name<T> {
                type Body = BoxBody;

                fn respond_to(self, _: &HttpRequest) -> HttpResponse {
                    HttpResponse::build(StatusCode::$status).json(self.0)
                }
            }

            impl<T: Serialize + ToSchema + 'static> Answer for $name<T> {
                fn describe(sketch: &mut Sketch) {
                    let schema = sketch.refer::<T>();
                    sketch.set_answer(StatusCode::$status, Some(("application/json", schema)));
                }
            }
        )*
    };
}

json_answer! {
    Shown OK,
    Created CREATED,
    Accepted ACCEPTED,
}

macro_rules! empty_answer {
    ($($name:ident $status:ident,)*) => {
        $(
            impl Responder for $name {
                type Body = BoxBody;

                fn respond_to(self, _: &HttpRequest) -> HttpResponse {
                    HttpResponse::new(StatusCode::$status)
                }
            }

            impl Answer for $name {
                fn describe(sketch: &mut Sketch) {
                    sketch.set_answer(StatusCode::$status, None);
                }
            }
        )*
    };
}

empty_answer! {
    Noted ACCEPTED,
    Done NO_CONTENT,
}
