//! The proof that goes with a request to the provider: a secret, an assertion, or none.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    secret::{Secret, TokenHash},
};
use serde_json::json;

use crate::{
    assertion::Signer,
    authentication::ClientAuthentication,
    client::{Client, InvalidConfig},
    discovery::Document,
    trouble::Trouble,
};

/// How long an assertion holds: enough for one request, and for clocks that differ a little.
const ASSERTION: Duration = Duration::from_mins(2);

/// How long a signed secret holds. Apple admits six months; nobody needs it that long.
const SECRET: Duration = Duration::from_hours(24);

/// A signed secret is made anew when less than this of its time is left.
const SPARE: Duration = Duration::from_hours(1);

/// What one request carries.
#[derive(Debug)]
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// A secret, in a header or in the body.
    Secret(Secret, Place),
    /// An assertion, always in the body.
    Assertion(Secret),
}

/// Where a secret stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the header (`client_secret_basic`).
    Header,
    /// In the body (`client_secret_post`).
    Body,
}

impl Proof {
    /// The members of a request's body that carry an assertion (RFC 7523, section 2.2).
    pub(crate) fn assertion(&self) -> Option<[(&'static str, &str); 2]> {
        let Self::Assertion(text) = self else {
            return None;
        };
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        Some([
            ("client_assertion_type", kind),
            ("client_assertion", text.expose()),
        ])
    }
}

/// Makes proofs for one client.
pub(crate) struct Prover {
    client_id: String,
    issuer: String,
    clock: Arc<dyn Clock>,
    means: Means,
    /// How many assertions were made.
    made: AtomicU64,
}

enum Means {
    None,
    Secret(Secret),
    Key(Signer, Secret),
    SignedSecret(Signer, String, Mutex<Option<(Secret, Timestamp)>>),
}

impl Means {
    fn of(authentication: &ClientAuthentication) -> Result<Self, InvalidConfig> {
        let invalid = |key, reason: &str| InvalidConfig {
            key,
            reason: reason.to_owned(),
        };
        Ok(match authentication {
            ClientAuthentication::Public => Self::None,
            ClientAuthentication::Secret(secret) if secret.is_empty() => {
                return Err(invalid("client_secret", "it is empty"));
            }
            ClientAuthentication::Secret(secret) => Self::Secret(secret.clone()),
            ClientAuthentication::PrivateKeyJwt(key) => {
                Self::Key(Signer::read(key)?, key.pem.clone())
            }
            ClientAuthentication::SignedSecret { key, team_id } => {
                let signer = Signer::read(key)?;
                if !signer.is_es256() {
                    return Err(invalid("private_key", "a signed secret needs a P-256 key"));
                }
                if key.key_id.as_deref().unwrap_or_default().is_empty() {
                    return Err(invalid("key_id", "a signed secret needs its key's name"));
                }
                if team_id.is_empty() {
                    return Err(invalid("team_id", "a signed secret needs the team's name"));
                }
                Self::SignedSecret(signer, team_id.clone(), Mutex::new(None))
            }
        })
    }
}

impl Prover {
    /// What is wrong with the client's means to prove itself.
    pub(crate) fn problem(authentication: &ClientAuthentication) -> Option<InvalidConfig> {
        Means::of(authentication).err()
    }

    /// What proves to this issuer that a request is this client's.
    pub(crate) fn new(
        client: &Client,
        issuer: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidConfig> {
        Ok(Self {
            client_id: client.id.clone(),
            issuer: issuer.to_owned(),
            clock,
            means: Means::of(&client.authentication)?,
            made: AtomicU64::new(0),
        })
    }

    /// The proof for a request to `audience`, which is what an assertion is good for; `occasion` is
    /// what the request is about.
    pub(crate) fn proof(
        &self,
        document: &Document,
        audience: &str,
        occasion: &str,
    ) -> Result<Proof, Trouble> {
        let unsigned = || Trouble::wrong("the client's private key does not sign");
        match &self.means {
            Means::None => Ok(Proof::None),
            Means::Secret(secret) => {
                let place = match document.wants_secret_in_body() {
                    true => Place::Body,
                    false => Place::Header,
                };
                Ok(Proof::Secret(secret.clone(), place))
            }
            Means::Key(signer, pem) => {
                let now = self.clock.now();
                let claims = json!({
                    "iss": self.client_id, "sub": self.client_id, "aud": audience,
                    "jti": self.name(pem, occasion, now),
                    "iat": now.as_second(), "exp": (now + ASSERTION).as_second(),
                });
                let text = signer.sign(&document.assertion_algorithms, &claims);
                let text = text.ok_or_else(unsigned)?;
                Ok(Proof::Assertion(Secret::new(text)))
            }
            Means::SignedSecret(signer, team, kept) => {
                let secret = self.signed_secret(signer, team, kept);
                let secret = secret.ok_or_else(unsigned)?;
                Ok(Proof::Secret(secret, Place::Body))
            }
        }
    }

    /// A name that no other assertion has, and that nobody can foresee who does not know the key.
    fn name(&self, pem: &Secret, occasion: &str, now: Timestamp) -> String {
        let count = self.made.fetch_add(1, Ordering::Relaxed);
        TokenHash::of(&format!("{count} {now} {occasion} {}", pem.expose())).to_hex()
    }

    fn signed_secret(
        &self,
        signer: &Signer,
        team: &str,
        kept: &Mutex<Option<(Secret, Timestamp)>>,
    ) -> Option<Secret> {
        let now = self.clock.now();
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((secret, expires_at)) = &*kept
            && now + SPARE < *expires_at
        {
            return Some(secret.clone());
        }
        let expires_at = now + SECRET;
        let claims = json!({
            "iss": team, "sub": self.client_id, "aud": self.issuer,
            "iat": now.as_second(), "exp": expires_at.as_second(),
        });
        let secret = Secret::new(signer.sign(&[], &claims)?);
        *kept = Some((secret.clone(), expires_at));
        Some(secret)
    }
}

impl std::fmt::Debug for Prover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prover").finish_non_exhaustive()
    }
}
