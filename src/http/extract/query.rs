//! The filters behind the question mark.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use super::strict;
use crate::http::describe::{Input, Sketch};
use crate::http::error::{ApiError, Code};

/// What [`Page`](crate::http::page::Page) reads of the same query.
const OF_PAGES: [&str; 2] = ["limit", "cursor"];

/// The query as a `T`; what is not known is refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.query_string().contains("%00") {
            let error = ApiError::of(Code::InvalidParameter);
            return ready(Err(error.detail("a parameter has the character NUL")));
        }
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let query = strict::read(serde_urlencoded::Deserializer::new(pairs));
        ready(match query {
            Ok(query) => query.all_known(Code::InvalidParameter, &OF_PAGES).map(Self),
            Err(misfit) => Err(misfit.told(Code::InvalidParameter)),
        })
    }
}

impl<T: DeserializeOwned + IntoParams> Input for Query<T> {
    fn describe(sketch: &mut Sketch) {
        sketch
            .parameters
            .extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}
