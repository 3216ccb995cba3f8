//! The variable pieces of a path: nearly always one.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa::PartialSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{RefOr, Required, Schema};

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
            sketch.parameters.push(piece(&name, T::schema()));
        }
    }
}

/// Two pieces in braces, in their order.
pub struct Pieces<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr> FromRequest for Pieces<A, B> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut pieces = request.match_info().iter().map(|(_, text)| text);
        let first = pieces.next().and_then(|text| text.parse().ok());
        let second = pieces.next().and_then(|text| text.parse().ok());
        ready(match (first, second) {
            (Some(first), Some(second)) => Ok(Self(first, second)),
            _ => Err(ApiError::not_found()),
        })
    }
}

impl<A: FromStr + PartialSchema, B: FromStr + PartialSchema> Input for Pieces<A, B> {
    fn describe(sketch: &mut Sketch) {
        let names = sketch.path_names.clone();
        for (name, schema) in names.iter().zip([A::schema(), B::schema()]) {
            sketch.parameters.push(piece(name, schema));
        }
    }
}

fn piece(name: &str, schema: RefOr<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
        .build()
}
