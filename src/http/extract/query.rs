//! The filters behind the question mark.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use crate::http::describe::{Input, Sketch};
use crate::http::error::{ApiError, Code};

/// The query as a `T`; unknown names are ignored.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.query_string().contains("%00") {
            let error = ApiError::of(Code::InvalidParameter);
            return ready(Err(error.detail("a parameter has the character NUL")));
        }
        let query = web::Query::<T>::from_query(request.query_string());
        ready(match query {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => Err(ApiError::of(Code::InvalidParameter).detail(error.to_string())),
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
