//! Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0), and its word that somebody
//! has signed out there (OpenID Connect Back-Channel Logout 1.0).

use async_trait::async_trait;
use portcullis_core::{
    provider::{EndSession, LogoutNotice, ProviderError, UpstreamSignOut},
    secret::Secret,
};
use url::Url;

use crate::{
    logout_token::{LOGOUT_TOKEN, notice},
    oidc::Oidc,
    trouble::NotVerified,
};

#[async_trait]
impl UpstreamSignOut for Oidc {
    async fn end_session(&self, request: &EndSession<'_>) -> Result<Option<Url>, ProviderError> {
        let document = self.document().await?;
        let Some(mut url) = document.end_session_endpoint(&self.config.issuer_url) else {
            return Ok(None);
        };
        let mut query = url.query_pairs_mut();
        if !request.id_token.is_empty() {
            query.append_pair("id_token_hint", request.id_token.expose());
        }
        query
            .append_pair("client_id", &self.config.client.id)
            .append_pair("post_logout_redirect_uri", request.return_to.as_str())
            .append_pair("state", request.state);
        drop(query);
        Ok(Some(url))
    }

    async fn read_logout_token(&self, token: &str) -> Result<LogoutNotice, ProviderError> {
        let document = self.document().await?;
        let held = async {
            let text = Secret::new(token);
            let token = self.verify(&document, &text, &LOGOUT_TOKEN).await?;
            Ok(notice(&self.expected(&document), &token)?)
        };
        let held: Result<_, NotVerified> = held.await;
        Ok(held.map_err(|error| error.about("logout token"))?)
    }
}
