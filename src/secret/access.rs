//! Access tokens: JWTs that live for minutes. They name a log-in, whose state is still looked up, so a
//! disabled user or a closed log-in is locked out before the token dies. Only HS256 is accepted, whatever the
//! header of a token says (SECURITY row 20).

use std::time::Duration;

use actors::model::ids::{LoginId, OrganizationId, UserId};
use actors::model::user::Role;
use actors::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

const ISSUER: &str = "command-center";
const AUDIENCE: &str = "command-center-api";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub sub: UserId,
    pub org: OrganizationId,
    /// The log-in it descends from.
    pub lgn: LoginId,
    /// The role when it was made; a user whose role changed needs a new token.
    pub role: Role,
    /// Seconds since the Unix epoch.
    pub exp: i64,
    iat: i64,
    iss: String,
    aud: String,
}

impl AccessClaims {
    /// When the token dies.
    pub const fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1_000))
    }
}

/// The token is not ours, not for us, changed or too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid access token")]
pub struct InvalidAccess;

/// Makes and reads access tokens.
pub struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    life: Duration,
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessTokens([REDACTED])")
    }
}

impl AccessTokens {
    /// Signs with `secret`; each token lives for `life`.
    pub fn new(secret: &[u8], life: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // It would ask this machine's clock, which may be wrong.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            life,
        }
    }

    /// How long each token lives.
    pub const fn life(&self) -> Duration {
        self.life
    }

    /// A token for a log-in.
    pub fn issue(
        &self,
        organization: OrganizationId,
        user: UserId,
        login: LoginId,
        role: Role,
        now: Timestamp,
    ) -> Result<String, InvalidAccess> {
        let claims = AccessClaims {
            sub: user,
            org: organization,
            lgn: login,
            role,
            exp: (now + self.life).millis() / 1_000,
            iat: now.millis() / 1_000,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|_| InvalidAccess)
    }

    /// What a genuine and living token says.
    pub fn read(&self, token: &str) -> Result<AccessClaims, InvalidAccess> {
        let claims: AccessClaims = jsonwebtoken::decode(token, &self.decoding, &self.validation)
            .map(|data| data.claims)
            .map_err(|_| InvalidAccess)?;
        match claims.expires_at() > Timestamp::now() {
            true => Ok(claims),
            false => Err(InvalidAccess),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"Hk7w0Xq2vR9nLzTb4yJmP6sUeGcD3fA8iKoQ";

    fn tokens() -> AccessTokens {
        AccessTokens::new(SECRET, Duration::from_secs(900))
    }

    fn claims() -> Value {
        json!({
            "sub": UserId(2), "org": OrganizationId(1), "lgn": LoginId(3), "role": "owner",
            "exp": Timestamp::now().millis() / 1_000 + 60, "iat": 0, "iss": ISSUER, "aud": AUDIENCE,
        })
    }

    fn forge(header: &Value, claims: &Value, secret: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = crate::secret::mac(secret, &[text.as_bytes()]);
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_token_says_who_it_is_for() {
        let now = Timestamp::now();
        let token = tokens()
            .issue(OrganizationId(1), UserId(2), LoginId(3), Role::Agent, now)
            .unwrap();
        let claims = tokens().read(&token).unwrap();
        assert_eq!(
            (claims.org, claims.sub, claims.lgn),
            (OrganizationId(1), UserId(2), LoginId(3))
        );
        assert!(claims.expires_at().since(now) <= Duration::from_secs(900));
    }

    #[test]
    fn forged_and_foreign_tokens_are_refused() {
        let good = json!({"alg": "HS256", "typ": "JWT"});
        assert!(tokens().read(&forge(&good, &claims(), SECRET)).is_ok());
        let mut cases = vec![
            forge(&good, &claims(), b"another secret of the same length!!!"),
            String::new(),
            "a.b.c".to_owned(),
        ];
        for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
            let header = json!({"alg": algorithm, "typ": "JWT", "kid": "../../dev/null"});
            let token = forge(&header, &claims(), SECRET);
            let unsigned = token.rsplit_once('.').unwrap().0;
            cases.push(format!("{unsigned}."));
            cases.push(token);
        }
        for (name, value) in [
            ("exp", json!(1_000)),
            ("exp", json!(Timestamp::now().millis() / 1_000)),
            ("exp", json!("tomorrow")),
            ("iss", json!("elsewhere")),
            ("aud", json!("elsewhere")),
            ("sub", json!("usr_nonsense")),
            ("role", json!("god")),
        ] {
            let mut changed = claims();
            changed[name] = value;
            cases.push(forge(&good, &changed, SECRET));
            changed.as_object_mut().unwrap().remove(name);
            cases.push(forge(&good, &changed, SECRET));
        }
        for token in cases {
            assert_eq!(tokens().read(&token), Err(InvalidAccess), "{token}");
        }
    }
}
