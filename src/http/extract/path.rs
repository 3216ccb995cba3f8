//! The one variable piece of a path.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};

use crate::http::describe::{Input, Sketch};
use crate::http::error::ApiError;

/// The piece in braces, as a `T`; what is no `T` can't name anything here: 404.
pub struct Path<T>(pub T);

impl<T: FromStr> FromRequest for Path<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let piece = request.match_info().iter().next();
        let value = piece.and_then(|(_, text)| text.parse().ok());
        ready(value.map(Self).ok_or(ApiError::not_found()))
    }
}

impl<T: FromStr + PartialSchema> Input for Path<T> {
    fn describe(sketch: &mut Sketch) {
        for name in sketch.path_names.clone() {
            sketch.parameters.push(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .schema(Some(T::schema()))
                    .build(),
            );
        }
    }
}
