//! The life of tokens after the sign-in: fresh ones (RFC 6749, section 6), and their end (RFC 7009).

use async_trait::async_trait;
use portcullis_core::{
    provider::{ProviderError, RefreshError, TokenEndpoint, TokenSet},
    secret::Secret,
};

use crate::{
    discovery::Document,
    exchange::Refusal,
    id_token::Account,
    oidc::{ID_TOKEN, Oidc},
    revocation,
    signed::reread,
    trouble::{NotVerified, Trouble},
};

#[async_trait]
impl TokenEndpoint for Oidc {
    async fn refresh(&self, refresh_token: &Secret) -> Result<TokenSet, RefreshError> {
        let (tokens, _) = self.next(refresh_token).await?;
        Ok(tokens)
    }

    async fn renew(&self, tokens: &TokenSet) -> Result<TokenSet, RefreshError> {
        let (mut next, account) = self.next(&tokens.refresh).await?;
        match account {
            Some(account) if !self.is_about(&tokens.id, &account) => {
                let reason = "the refreshed ID token is about another account";
                Err(ProviderError::from(Trouble::wrong(reason)).into())
            }
            Some(_) => Ok(next),
            None => {
                next.id = tokens.id.clone();
                Ok(next)
            }
        }
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
    /// The next tokens, and whom their ID token is about when there is one.
    async fn next(&self, token: &Secret) -> Result<(TokenSet, Option<Account>), RefreshError> {
        let failed = |trouble: Trouble| RefreshError::from(ProviderError::from(trouble));
        let document = self.document().await.map_err(failed)?;
        // Read before the token is spent: what comes back could not be judged without them.
        self.keys(&document).await.map_err(failed)?;
        let next = self.exchange(&document).refresh(token, &self.fetch).await;
        let next = next.map_err(|refusal| match refusal {
            Refusal::Grant => RefreshError::Ended,
            refusal => failed(refusal.about("the refresh token")),
        })?;
        if next.id.is_empty() {
            return Ok((next, None));
        }
        let account = self.refreshed(&document, &next).await;
        let account = account.map_err(|error| failed(error.about("refreshed ID token")))?;
        Ok((next, Some(account)))
    }

    async fn refreshed(
        &self,
        document: &Document,
        next: &TokenSet,
    ) -> Result<Account, NotVerified> {
        let token = self.verify(document, &next.id, &ID_TOKEN).await?;
        Ok(self.expected(document).account(&token, &next.access)?)
    }

    /// Whether the ID token of the sign-in is about `account`; unknown when none was kept.
    fn is_about(&self, id_token: &Secret, account: &Account) -> bool {
        let Some(claims) = reread(id_token.expose()) else {
            return id_token.is_empty();
        };
        let same = |name: &str, value: &str| claims.get(name).is_some_and(|old| old == value);
        let subject = self.rules.subject(&claims);
        same("sub", &account.sub) && subject.as_deref() == Some(&account.subject)
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
            client_id: &self.config.client_id,
            proof: &proof,
        };
        request.send(&self.fetch, token, kind).await
    }
}
