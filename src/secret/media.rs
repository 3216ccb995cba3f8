//! Tokens in the addresses of media: an `<img>` can't send a header, so the address carries a signature that
//! is bound to organization and file and dies after some minutes (SECURITY row 10).

use std::time::Duration;

use actors::model::ids::{MediaId, OrganizationId};
use actors::ports::media::MediaLinks;
use actors::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::mac;

/// How long an address works.
pub const LIFE: Duration = Duration::from_secs(300);

/// Signs and checks media addresses.
#[derive(Clone)]
pub struct MediaTokens(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MediaTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaTokens([REDACTED])")
    }
}

impl MediaTokens {
    /// Signs with `key`.
    pub const fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A token for `media`, valid until `expires_at`.
    pub fn sign(
        &self,
        organization: OrganizationId,
        media: MediaId,
        expires_at: Timestamp,
    ) -> String {
        let head = head(organization, expires_at);
        let signature = mac(&*self.0, &[&head, &media.0.to_be_bytes()]);
        URL_SAFE_NO_PAD.encode([&head[..], &signature].concat())
    }

    /// The address of `media` with a token that lives [`LIFE`] from `now`.
    pub fn url(&self, organization: OrganizationId, media: MediaId, now: Timestamp) -> String {
        format!(
            "/api/v1/media/{media}?token={}",
            self.sign(organization, media, now + LIFE)
        )
    }

    /// The organization for which `token` opens `media` now; None when it does not.
    pub fn verify(&self, media: MediaId, token: &str, now: Timestamp) -> Option<OrganizationId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (head, signature) = bytes.split_first_chunk::<16>()?;
        let expected = mac(&*self.0, &[head, &media.0.to_be_bytes()]);
        if !bool::from(expected.ct_eq(signature)) {
            return None;
        }
        let (organization, expires_at) = head.split_first_chunk::<8>()?;
        let expires_at = i64::from_be_bytes(expires_at.try_into().ok()?);
        (now.millis() < expires_at).then(|| OrganizationId(i64::from_be_bytes(*organization)))
    }
}

impl MediaLinks for MediaTokens {
    fn link(&self, organization: OrganizationId, media: MediaId) -> String {
        self.url(organization, media, Timestamp::now())
    }
}

fn head(organization: OrganizationId, expires_at: Timestamp) -> [u8; 16] {
    let mut head = [0; 16];
    head[..8].copy_from_slice(&organization.0.to_be_bytes());
    head[8..].copy_from_slice(&expires_at.millis().to_be_bytes());
    head
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_opens_one_file_for_one_organization_until_it_dies() {
        let tokens = MediaTokens::new(Zeroizing::new([7; 32]));
        let (organization, media) = (OrganizationId(5), MediaId(9));
        let now = Timestamp::from_millis(1_790_000_000_000);
        let token = tokens.sign(organization, media, now + LIFE);
        assert_eq!(tokens.verify(media, &token, now), Some(organization));
        assert_eq!(tokens.verify(MediaId(10), &token, now), None);
        assert_eq!(tokens.verify(media, &token, now + LIFE), None);
        let other = MediaTokens::new(Zeroizing::new([8; 32]));
        assert_eq!(other.verify(media, &token, now), None);
    }

    #[test]
    fn a_token_can_not_be_rewritten() {
        let tokens = MediaTokens::new(Zeroizing::new([7; 32]));
        let now = Timestamp::from_millis(1_790_000_000_000);
        let token = tokens.sign(OrganizationId(5), MediaId(9), now + LIFE);
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(tokens.verify(MediaId(9), &changed, now), None, "byte {at}");
        }
        for garbage in ["", "x", "%%%", &token[..20]] {
            assert_eq!(tokens.verify(MediaId(9), garbage, now), None);
        }
    }
}
