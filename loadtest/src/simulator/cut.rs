//! Cutting a connection from inside a handler: the caller can't know whether its request did anything.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

/// A second handle on the connection, kept beside it.
struct Scissors(Arc<TcpStream>);

/// Keeps a handle for later; given to the server as `on_connect`.
pub fn keep_handle(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    if let Ok(handle) = stream.as_fd().try_clone_to_owned() {
        data.insert(Scissors(Arc::new(TcpStream::from(handle))));
    }
}

/// Cuts the connection of a request, both ways, at once.
pub fn cut(request: &HttpRequest) {
    if let Some(Scissors(stream)) = request.conn_data::<Scissors>()
        && let Err(error) = stream.shutdown(Shutdown::Both)
    {
        tracing::debug!(%error, "the connection was gone already");
    }
}
