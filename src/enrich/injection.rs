//! Injection: the access token of the person's own account at a provider, for applications that
//! speak with that provider in their name.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use portcullis_core::{
    head::RequestHead,
    id::ProviderId,
    principal::Principal,
    secret::Secret,
    vault::{TokenVault, VaultError},
};

use super::{IdentityHeaders, replace};

/// Tells an application why it receives no token.
const WHY_NOT: HeaderName = HeaderName::from_static("x-portcullis-upstream-token");

/// Adds upstream access tokens.
#[derive(Debug)]
pub(crate) struct Injection {
    vault: Arc<dyn TokenVault>,
}

impl Injection {
    pub(crate) fn new(vault: Arc<dyn TokenVault>) -> Self {
        Self { vault }
    }

    /// `headers`, and the principal's access token at this provider as `Authorization`.
    ///
    /// Where there is none the header is blank, so that a client's own can never be taken for it,
    /// and another one says why. The request goes on: only the application knows whether it can do
    /// without.
    pub(crate) async fn add(
        &self,
        headers: IdentityHeaders,
        provider: &ProviderId,
        principal: Option<&Principal>,
        head: &RequestHead<'_>,
    ) -> IdentityHeaders {
        let token = match principal {
            Some(principal) => {
                self.vault
                    .access_token(principal.identity.id, principal.session.id, provider)
                    .await
            }
            None => Ok(None),
        };
        let found = match token {
            Ok(Some(token)) => bearer(&token).ok_or("unavailable"),
            Ok(None) => Err("missing"),
            Err(VaultError::Ended) => Err("ended"),
            Err(error) => {
                tracing::warn!(
                    request.id = head.id,
                    provider.id = %provider,
                    error = &error as &dyn std::error::Error,
                    "no upstream token is added: {error}"
                );
                Err("unavailable")
            }
        };
        let mut headers = headers.to_vec();
        match found {
            Ok(bearer) => replace(&mut headers, &AUTHORIZATION, bearer),
            Err(why) => {
                replace(&mut headers, &AUTHORIZATION, HeaderValue::from_static(""));
                replace(&mut headers, &WHY_NOT, HeaderValue::from_static(why));
            }
        }
        headers.into()
    }
}

/// RFC 6750, section 2.1.
fn bearer(token: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}
