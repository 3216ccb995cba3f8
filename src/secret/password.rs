//! Passwords as argon2id hashes. Hashing is made expensive on purpose, so it runs on blocking threads and
//! only so many at a time; an unknown account costs the same as a known one.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Each hash takes 19 MiB and a core; more at once would only queue up in the kernel.
const AT_ONCE: usize = 4;
/// The longest line of waiting; beyond it the answer is "busy".
const WAITING: usize = 64;

/// The shortest password that is taken.
pub const SHORTEST: usize = 10;
/// The longest password that is taken, in bytes: beyond it only our time is spent.
pub const LONGEST: usize = 256;

/// Why a password was not hashed or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many others wait already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash can't be made or read.
    #[error("a password hash can't be made or read")]
    Broken,
}

/// Hashes and compares passwords; cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// The hash of nothing in particular, compared with when there is no account.
    nobody: Arc<str>,
}

impl Passwords {
    /// Makes the stand-in hash; takes some ten milliseconds.
    pub fn new() -> Result<Self, PasswordError> {
        let mut noise = [0_u8; 16];
        getrandom::fill(&mut noise).map_err(|_| PasswordError::Broken)?;
        Ok(Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            nobody: hash_now(&noise)?.into(),
        })
    }

    /// The hash to store for `password`.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = Zeroizing::new(password.as_bytes().to_vec());
        self.run(move || hash_now(&password)).await?
    }

    /// Whether `password` is the one of `stored`; None (no such account) takes as long and is false.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let password = Zeroizing::new(password.as_bytes().to_vec());
        let equal = self
            .run(move || {
                let hash = PasswordHash::new(&stored).map_err(|_| PasswordError::Broken)?;
                Ok(Argon2::default().verify_password(&password, &hash).is_ok())
            })
            .await??;
        Ok(known && equal)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.places.try_acquire().map_err(|_| PasswordError::Busy)?;
        // Owned by the blocking thread: a caller that goes away does not free the core it still uses.
        let permit = Arc::clone(&self.running).acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError::Busy)?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        })
        .await
        .map_err(|_| PasswordError::Broken)
    }
}

fn hash_now(password: &[u8]) -> Result<String, PasswordError> {
    let mut salt = [0_u8; argon2::RECOMMENDED_SALT_LEN];
    getrandom::fill(&mut salt).map_err(|_| PasswordError::Broken)?;
    let hash = Argon2::default().hash_password_with_salt(password, &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|_| PasswordError::Broken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_is_true() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(
            passwords
                .verify("correct horse", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("wrong horse", Some(&stored))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        assert_ne!(stored, passwords.hash("correct horse").await.unwrap());
    }
}
