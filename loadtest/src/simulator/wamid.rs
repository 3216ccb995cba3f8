//! Message ids that look like the provider's: `wamid.` and base64 over bytes that contain the telephone number.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;

/// A fresh message id for a chat with `user`.
pub fn fresh(rng: &mut impl Rng, user: &str) -> String {
    let mut bytes = Vec::with_capacity(64);
    bytes.extend([0x1d, 0x18, u8::try_from(user.len()).unwrap_or(u8::MAX)]);
    bytes.extend(user.bytes().take(64));
    bytes.extend([0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    bytes.extend(format!("{:018X}", rng.random::<u64>()).bytes());
    bytes.push(0);
    format!("wamid.{}", STANDARD.encode(bytes))
}

/// A fresh decimal id for a medium or a template.
pub fn object_id(rng: &mut impl Rng) -> String {
    rng.random_range(1_000_000_000_000_000_u64..9_000_000_000_000_000)
        .to_string()
}
