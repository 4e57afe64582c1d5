//! Upstream access tokens in what applications receive.

use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_core::{
    action::Action,
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    provider::TokenSet,
    secret::Secret,
    vault::{SealedTokens, VaultError},
};

use super::{fixture::ada_who_has_to, *};

type Answer = fn() -> Result<Option<Secret>, VaultError>;

/// A vault that answers everybody the same.
#[derive(Debug)]
struct Answers(Answer, AtomicUsize);

#[async_trait]
impl TokenVault for Answers {
    async fn keep(&self, _: CredentialId, _: &ProviderId, _: &TokenSet) -> Result<(), VaultError> {
        Ok(())
    }

    async fn access_token(
        &self,
        _: IdentityId,
        _: SessionId,
        provider: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        assert_eq!(provider.as_str(), "idp");
        self.1.fetch_add(1, Ordering::Relaxed);
        (self.0)()
    }

    async fn kept(&self, _: CredentialId) -> Result<Option<SealedTokens>, VaultError> {
        Ok(None)
    }

    async fn give_back(&self, _: SealedTokens) -> Result<(), VaultError> {
        Ok(())
    }

    async fn forget_all(&self, _: IdentityId) -> Result<(), VaultError> {
        Ok(())
    }
}

fn token() -> Result<Option<Secret>, VaultError> {
    Ok(Some(Secret::new("upstream")))
}

/// What Ada's request on this route carries, without her identity headers.
async fn carried(route: Route, answer: Answer) -> (Vec<String>, usize) {
    carried_by(Door::knowing(ada()), route, answer).await
}

async fn carried_by(door: Arc<Door>, route: Route, answer: Answer) -> (Vec<String>, usize) {
    let vault = Arc::new(Answers(answer, AtomicUsize::new(0)));
    let route = route.preset(HeaderPreset::None);
    let pipeline = Pipeline::new(PipelineParts {
        vault: vault.clone(),
        ..parts(vec![route], &[door])
    });
    let asking = Asking::get("/").with("authorization", "Bearer of the client");
    let permit = permitted(pipeline.decide(&asking.head()).await);
    let lines = permit.headers().iter();
    let lines = lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    (lines.collect(), vault.1.load(Ordering::Relaxed))
}

#[tokio::test]
async fn an_upstream_token_is_injected_where_the_route_says_so() {
    let (lines, _) = carried(route("r", "/").inject("idp"), token).await;
    assert_eq!(lines, ["authorization: Bearer upstream"]);
}

#[tokio::test]
async fn whoever_has_something_to_do_first_brings_none_to_a_public_route() {
    let busy = ada_who_has_to(vec![Action::UpdatePassword]);
    let route = || route("r", "/").public().inject("idp");
    let (lines, asked) = carried_by(Door::knowing(busy), route(), token).await;
    let (of_nobody, _) = carried_by(Door::nobody(), route(), token).await;
    assert_eq!((lines, asked), (of_nobody, 0));
}

#[tokio::test]
async fn other_routes_do_not_even_ask_for_one() {
    let (lines, asked) = carried(route("r", "/"), token).await;
    assert!(lines.is_empty() && asked == 0);
}

#[tokio::test]
async fn without_a_token_the_clients_own_is_blanked_and_the_application_told_why() {
    let unavailable = || Err(VaultError::Provider("away".to_owned()));
    let broken = || Ok(Some(Secret::new("to\nken")));
    let answers: [(Answer, &str); 4] = [
        (|| Ok(None), "missing"),
        (|| Err(VaultError::Ended), "ended"),
        (unavailable, "unavailable"),
        (broken, "unavailable"),
    ];
    for (answer, why) in answers {
        let (lines, _) = carried(route("r", "/").inject("idp"), answer).await;
        let why = format!("x-portcullis-upstream-token: {why}");
        assert_eq!(lines, ["authorization: ".to_owned(), why]);
    }
}
