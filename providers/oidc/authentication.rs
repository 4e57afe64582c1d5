//! How the gateway proves to the provider that it is the registered client (OpenID Connect Core
//! 1.0, section 9).

use portcullis_core::secret::Secret;

/// What the client proves itself with.
#[derive(Debug, Clone, Default)]
pub enum ClientAuthentication {
    /// Nothing; PKCE alone binds the code to this gateway.
    #[default]
    Public,
    /// The secret the provider gave this gateway.
    Secret(Secret),
    /// A signed assertion (`private_key_jwt`, RFC 7523).
    PrivateKeyJwt(SigningKey),
    /// A secret that the client signs itself, as Apple wants it.
    SignedSecret {
        /// The key Apple gave this gateway.
        key: SigningKey,
        /// The team the key belongs to.
        team_id: String,
    },
}

impl ClientAuthentication {
    /// A secret, or nothing where there is none.
    pub fn secret(secret: Option<Secret>) -> Self {
        match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => Self::Secret(secret),
            None => Self::Public,
        }
    }
}

/// A private key that signs what the client says of itself.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// The key in PEM: PKCS #8, or PKCS #1 for RSA.
    pub pem: Secret,
    /// The name under which the provider knows the key (`kid`).
    pub key_id: Option<String>,
    /// The key's certificate in PEM, for providers that know the key by it (`x5t`, `x5t#S256`).
    pub certificate: Option<String>,
}
