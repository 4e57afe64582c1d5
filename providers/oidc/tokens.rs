//! The life of tokens after the sign-in: fresh ones (RFC 6749, section 6), and their end (RFC 7009).

use async_trait::async_trait;
use portcullis_core::{
    provider::{ProviderError, RefreshError, TokenEndpoint, TokenSet},
    secret::Secret,
};

use crate::{
    discovery::Document,
    exchange::Refusal,
    oidc::{ID_TOKEN, Oidc},
    revocation,
    signed::reread,
    trouble::{NotVerified, Trouble},
};

#[async_trait]
impl TokenEndpoint for Oidc {
    async fn refresh(&self, refresh_token: &Secret) -> Result<TokenSet, RefreshError> {
        self.next(refresh_token, &Secret::default()).await
    }

    async fn renew(&self, tokens: &TokenSet) -> Result<TokenSet, RefreshError> {
        self.next(&tokens.refresh, &tokens.id).await
    }

    async fn revoke(&self, tokens: &TokenSet) -> Result<(), ProviderError> {
        let document = self.document().await?;
        let Some(endpoint) = document.revocation_endpoint() else {
            return Ok(());
        };
        let of_refresh = self.revoke_one(&document, &endpoint, (&tokens.refresh, "refresh_token"));
        let of_refresh = of_refresh.await;
        let of_access = self.revoke_one(&document, &endpoint, (&tokens.access, "access_token"));
        let of_access = of_access.await;
        Ok(of_refresh.and(of_access)?)
    }
}

impl Oidc {
    /// The next tokens for a refresh token; their ID token is about the account that `before` is
    /// about, unless either of them is missing.
    async fn next(&self, token: &Secret, before: &Secret) -> Result<TokenSet, RefreshError> {
        let failed = |trouble: Trouble| RefreshError::from(ProviderError::from(trouble));
        let document = self.document().await.map_err(failed)?;
        // Read before the token is spent: what comes back could not be judged without them.
        self.keys(&document).await.map_err(failed)?;
        let next = self.exchange(&document).refresh(token, &self.fetch).await;
        let mut next = next.map_err(|refusal| match refusal {
            Refusal::Grant => RefreshError::Ended,
            refusal => failed(refusal.about("the refresh token")),
        })?;
        if next.id.is_empty() {
            next.id = before.clone();
            return Ok(next);
        }
        let checked = self.check_refreshed(&document, &next, before).await;
        checked.map_err(|error| failed(error.about("refreshed ID token")))?;
        Ok(next)
    }

    /// OpenID Connect Core 1.0, section 12.2.
    async fn check_refreshed(
        &self,
        document: &Document,
        next: &TokenSet,
        before: &Secret,
    ) -> Result<(), NotVerified> {
        let token = self.verify(document, &next.id, &ID_TOKEN).await?;
        let expected = self.expected(document);
        let account = expected.account(&token, &next.access)?;
        if before.is_empty() {
            return Ok(());
        }
        let before = reread(before.expose()).ok_or("the one before cannot be read")?;
        match expected.identify(&before)? == account {
            true => Ok(()),
            false => Err(NotVerified::Because("it is about another account")),
        }
    }

    async fn revoke_one(
        &self,
        document: &Document,
        endpoint: &url::Url,
        (token, kind): (&Secret, &str),
    ) -> Result<(), Trouble> {
        if token.is_empty() {
            return Ok(());
        }
        // An assertion names the issuer: one for the token endpoint would be worth something to
        // whoever put another address here.
        let issuer = &self.config.issuer_url;
        let proof = self.prover.proof(document, issuer, token.expose())?;
        let request = revocation::Request {
            endpoint,
            client_id: &self.config.client.id,
            proof: &proof,
        };
        request.send(&self.fetch, token, kind).await
    }
}
