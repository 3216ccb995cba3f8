//! The live stream for phone pages: server-sent events, bounded; who lags is told to load again.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Query};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use crate::simulator::core::Core;

/// A comment keeps proxies and the page's own watch awake.
const BEAT: Duration = Duration::from_secs(15);

/// What to listen to; everything when empty.
#[derive(Deserialize)]
pub struct Filter {
    phone_number_id: Option<String>,
    customer: Option<String>,
}

/// `GET /sim/stream`
pub async fn stream(core: Data<Core>, filter: Query<Filter>) -> HttpResponse {
    let filter = filter.into_inner();
    let first = (core.listen(), filter, true);
    let frames = stream::unfold(first, |(mut listener, filter, fresh)| async move {
        if fresh {
            let hello = Bytes::from_static(b"retry: 1000\n\n");
            return Some((Ok::<_, Infallible>(hello), (listener, filter, false)));
        }
        loop {
            let frame = match tokio::time::timeout(BEAT, listener.recv()).await {
                Err(_) => Bytes::from_static(b": beat\n\n"),
                Ok(Err(RecvError::Closed)) => return None,
                Ok(Err(RecvError::Lagged(_))) => {
                    Bytes::from_static(b"data: {\"type\":\"reload\"}\n\n")
                }
                Ok(Ok(event)) => {
                    let other_number = filter
                        .phone_number_id
                        .as_ref()
                        .is_some_and(|id| *id != event.phone_number_id);
                    let other_customer = filter
                        .customer
                        .as_ref()
                        .is_some_and(|id| *id != event.customer);
                    if other_number || other_customer {
                        continue;
                    }
                    Bytes::from(format!("data: {}\n\n", event.text))
                }
            };
            return Some((Ok(frame), (listener, filter, false)));
        }
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .streaming(frames)
}
