//! Pages of lists: how many rows, and where to go on. A cursor holds the key of the last row shown and means
//! nothing to clients.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Required};

use super::depth::has_nul;
use super::describe::{Answer, Input, Sketch};
use super::error::{ApiError, ApiResult, Code};

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 200;
/// The longest cursor that is looked at.
const LONGEST_CURSOR: usize = 512;

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    limit: i64,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Wanted {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl Page {
    /// How many rows to read: one more than are shown, to know whether there are more.
    pub const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// The key of the last row of the page before; None on the first page.
    pub fn after<K: DeserializeOwned>(&self) -> ApiResult<Option<K>> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let wrong = || ApiError::of(Code::InvalidCursor);
        if cursor.len() > LONGEST_CURSOR {
            return Err(wrong());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        if has_nul(&bytes) {
            return Err(wrong());
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| wrong())
    }

    /// The page made of `rows` ([`Page::rows`] were asked for); `key` says after which row the next begins.
    pub fn of<T, K: Serialize>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> ApiResult<List<T>> {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => {
                let key = serde_json::to_vec(&key(last)).map_err(ApiError::internal)?;
                Some(URL_SAFE_NO_PAD.encode(key))
            }
            _ => None,
        };
        Ok(List {
            data: rows,
            next_cursor,
        })
    }
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// All rows of a list that is short by nature.
    pub const fn whole(data: Vec<T>) -> Self {
        Self {
            data,
            next_cursor: None,
        }
    }
}

impl FromRequest for Page {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wanted = web::Query::<Wanted>::from_query(request.query_string());
        ready(match wanted {
            Ok(wanted) => match wanted.limit.unwrap_or(DEFAULT_LIMIT) {
                limit @ 1..=MOST => Ok(Self {
                    limit,
                    cursor: wanted.into_inner().cursor,
                }),
                _ => Err(ApiError::of(Code::InvalidParameter)
                    .field("limit", format!("must lie between 1 and {MOST}"))),
            },
            Err(error) => Err(ApiError::of(Code::InvalidParameter).detail(error.to_string())),
        })
    }
}

impl Input for Page {
    fn describe(sketch: &mut Sketch) {
        let parameter = |name: &str, about: &str, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(about))
                .schema(Some(schema))
                .build()
        };
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MOST as isize))
            .default(Some(DEFAULT_LIMIT.into()));
        let cursor = ObjectBuilder::new().schema_type(Type::String);
        sketch
            .parameters
            .push(parameter("limit", "How many rows at most.", limit));
        sketch.parameters.push(parameter(
            "cursor",
            "The `next_cursor` of the page before.",
            cursor,
        ));
    }
}

impl<T: Serialize> Responder for List<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self)
    }
}

impl<T: Serialize + ToSchema + 'static> Answer for List<T> {
    fn describe(sketch: &mut Sketch) {
        let row = sketch.refer::<T>();
        let cursor = SchemaType::from_iter([Type::String, Type::Null]);
        let schema = ObjectBuilder::new()
            .property("data", ArrayBuilder::new().items(row))
            .required("data")
            .property("next_cursor", ObjectBuilder::new().schema_type(cursor))
            .required("next_cursor");
        sketch.set_answer(StatusCode::OK, Some(("application/json", schema.into())));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_leads_on_from_the_last_row_shown() {
        let page = Page {
            limit: 2,
            cursor: None,
        };
        let list = page.of(vec![5, 4, 3], |row| *row).unwrap();
        assert_eq!(list.data, [5, 4]);
        let next = Page {
            limit: 2,
            cursor: list.next_cursor,
        };
        assert_eq!(next.after::<i32>().unwrap(), Some(4));
        assert!(next.of(vec![3], |row| *row).unwrap().next_cursor.is_none());
    }

    #[test]
    fn a_cursor_from_elsewhere_is_refused() {
        for cursor in ["", "x", "%%", &"A".repeat(600), "WzEsMl0"] {
            let page = Page {
                limit: 2,
                cursor: Some(cursor.to_owned()),
            };
            let refused = page.after::<i64>().unwrap_err();
            assert_eq!(refused.code(), Code::InvalidCursor, "{cursor}");
        }
    }
}
