//! A transaction on PostgreSQL whose `BEGIN` travels together with its first queries: each answer that nobody
//! waits for saves a way there and back. `COMMIT` travels alone: a query that the server has not prepared yet is
//! sent later than one behind it, and must not come after the end.

use actors::ports::store::StoreError;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use super::db::{Conn, refused};

/// A connection that diesel's own bookkeeping believes to be outside of a transaction. If it is dropped without an
/// end, the connection is closed, and the server rolls back.
pub(crate) struct Pipeline {
    object: Option<Object<AsyncPgConnection>>,
}

/// Sends `BEGIN`; poll it first, together with the first queries.
pub(crate) async fn begin(c: &AsyncPgConnection) -> Result<(), StoreError> {
    send(c, "BEGIN").await
}

async fn send(mut c: &AsyncPgConnection, word: &str) -> Result<(), StoreError> {
    c.batch_execute(word).await.map_err(refused)
}

impl Pipeline {
    /// Takes a connection for one transaction.
    pub fn on(conn: Conn) -> Result<Self, StoreError> {
        match conn {
            Conn::Postgres(object) => Ok(Self {
                object: Some(object),
            }),
            Conn::Sqlite(_) => Err(StoreError::Broken("not PostgreSQL".to_owned())),
        }
    }

    /// The connection, shared so that several queries can be on their way at once.
    pub fn conn(&self) -> Result<&AsyncPgConnection, StoreError> {
        let object = self.object.as_ref();
        object.map(|object| &**object).ok_or_else(ended)
    }

    /// Makes all last when it was done, else undoes it.
    pub async fn end<T>(self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        match done {
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    /// Makes all last. Every query's answer must have been good: the server takes the `COMMIT` of a failed
    /// transaction for a `ROLLBACK` and says so only in passing.
    async fn commit(mut self) -> Result<(), StoreError> {
        send(self.conn()?, "COMMIT").await?;
        self.object = None;
        Ok(())
    }

    /// Undoes all.
    async fn roll_back(mut self) {
        let Ok(c) = self.conn() else { return };
        match send(c, "ROLLBACK").await {
            Ok(()) => self.object = None,
            Err(error) => tracing::warn!(%error, "a transaction could not be rolled back"),
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            // Out of the pool: nobody is to find an open transaction.
            drop(Object::take(object));
        }
    }
}

fn ended() -> StoreError {
    StoreError::Broken("the transaction has ended".to_owned())
}
