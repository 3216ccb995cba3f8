//! Statements that stay prepared. Diesel prepares updates, inserts of several rows and plain SQL anew each
//! time, because their text could be another each time; where it is not, [`kept`] says so. (Half of what a
//! small batch cost PostgreSQL was parsing and planning; SQLite compiled each row's insert.)

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A query of which the connection keeps the prepared statement, found by its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<Q>(Q);

/// Keeps `query` prepared. Only for texts of which there is a handful: the cache never shrinks.
pub(crate) const fn kept<Q>(query: Q) -> Kept<Q> {
    Kept(query)
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    /// The text is the key: a type does not tell which columns an update or an insert leaves out.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, D> QueryFragment<D> for Kept<Q>
where
    D: Backend,
    Q: QueryFragment<D>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &D) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, C> diesel::RunQueryDsl<C> for Kept<Q> {}
