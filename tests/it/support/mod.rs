//! What the stories stand on.

pub mod client;
pub mod database;
pub mod folder;
pub mod hub;
pub mod mail;
pub mod program;
pub mod whole;

/// Tells each story on both databases: `on_both!(a_story, another_story)` makes the tests
/// `a_story::sqlite` and `a_story::postgres` of the functions with that name.
#[macro_export]
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        $(
            mod $story {
                #[actix_web::test]
                async fn sqlite() {
                    super::$story($crate::support::database::Engine::Sqlite).await;
                }

                #[actix_web::test]
                async fn postgres() {
                    super::$story($crate::support::database::Engine::Postgres).await;
                }
            }
        )*
    };
}
