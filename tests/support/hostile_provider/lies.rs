//! What the provider says that is not so, each lie by its name.

use serde_json::{Value, json};

use super::{
    HostileProvider, lock, object,
    token::{Key, Signing},
};

impl HostileProvider {
    pub(crate) fn wrong_issuer(self) -> Self {
        self.id_token_with(&json!({ "iss": "https://elsewhere.example" }))
    }

    pub(crate) fn wrong_audience(self) -> Self {
        self.id_token_with(&json!({ "aud": "somebody-else" }))
    }

    pub(crate) fn wrong_nonce(self) -> Self {
        self.id_token_with(&json!({ "nonce": "replayed" }))
    }

    pub(crate) fn missing_nonce(self) -> Self {
        self.id_token_with(&json!({ "nonce": null }))
    }

    pub(crate) fn expired_token(self) -> Self {
        self.id_token_with(&json!({ "iat": 1_000_000_000, "exp": 1_000_000_600 }))
    }

    pub(crate) fn missing_subject(self) -> Self {
        self.id_token_with(&json!({ "sub": null }))
    }

    /// The address comes from userinfo, and its verification only from the ID token.
    pub(crate) fn verification_apart_from_email(self) -> Self {
        let only_verified = json!({ "email": null, "email_verified": true });
        let subject = lock(&self.manner).claims["sub"].clone();
        let only_email = json!({ "sub": subject, "email": "victim@example.org" });
        self.id_token_with(&only_verified).userinfo(&only_email)
    }

    pub(crate) fn userinfo_of_somebody_else(self) -> Self {
        self.userinfo(&json!({ "sub": "somebody-else", "email": "victim@example.org" }))
    }

    /// `alg: none`, without a signature.
    pub(crate) fn unsigned_token(self) -> Self {
        self.with(|manner| manner.signing = Signing::None)
    }

    /// HS256 with the client secret, which the client never agreed to.
    pub(crate) fn signed_with_client_secret(self, secret: &str) -> Self {
        let secret = secret.as_bytes().to_vec();
        self.with(|manner| manner.signing = Signing::Hs256(secret))
    }

    /// HS256 with the public key as the secret: the key confusion attack.
    pub(crate) fn signed_with_public_key(self) -> Self {
        self.with(|manner| manner.signing = Signing::Hs256(manner.keys[0].public_pem()))
    }

    /// A proper signature by a key that is not in the JWKS.
    pub(crate) fn unknown_key(self) -> Self {
        self.with(|manner| manner.signing = Signing::Es256(Box::new(Key::new("unknown"))))
    }

    /// A key of the attacker's under the name of a published one.
    pub(crate) fn forged_signature(self) -> Self {
        self.with(|manner| manner.signing = Signing::Es256(Box::new(Key::new(manner.keys[0].id()))))
    }

    /// Discovery names another issuer than the one it was asked for.
    pub(crate) fn discovery_of_another_issuer(self) -> Self {
        self.discovery_with(&json!({ "issuer": "https://elsewhere.example" }))
    }

    /// Discovery with these members in place of the proper ones.
    pub(crate) fn discovery_with(self, document: &Value) -> Self {
        self.with(|manner| manner.discovery.extend(object(document)))
    }

    /// The right audience, but issued to another client (OpenID Connect Core 1.0, 3.1.3.7).
    pub(crate) fn authorized_for_another(self) -> Self {
        self.id_token_with(&json!({ "azp": "somebody-else" }))
    }

    /// Our audience among others, issued to one of those.
    pub(crate) fn several_audiences(self) -> Self {
        self.id_token_with(&json!({ "aud": ["one", "somebody-else"], "azp": "somebody-else" }))
    }

    /// Valid only later.
    pub(crate) fn issued_in_the_future(self) -> Self {
        let late = 33_000_000_000_u64;
        self.id_token_with(&json!({ "iat": late, "nbf": late, "exp": late + 600 }))
    }

    /// A name that is not text.
    pub(crate) fn subject_that_is_no_text(self) -> Self {
        self.id_token_with(&json!({ "sub": { "id": 1 } }))
    }
}
