//! What a store of sealed upstream tokens promises.

use std::time::Duration;

use super::{identity, is_conflict, link, moment, odd, together};
use crate::{
    clock::Clock,
    credential::{Credential, CredentialStore},
    entropy::Entropy,
    id::CredentialId,
    identity::{Identity, IdentityStore},
    testing::FrozenClock,
    vault::{SealedTokens, TokenStore},
};

/// Checks a store of sealed tokens over the stores of their links; its leases expire by `clock`.
pub async fn token_store_contract(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    tokens: &dyn TokenStore,
    clock: &FrozenClock,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    let first = link(entropy, &ada, &odd(entropy));
    let second = Credential {
        created_at: moment("2026-07-02T12:00:00Z"),
        ..link(entropy, &ada, &odd(entropy))
    };
    for one in [&first, &second] {
        credentials.put(one).await.unwrap();
    }
    what_is_put_is_found(tokens, &ada, [first.id, second.id]).await;
    only_what_is_still_there_is_replaced(tokens, first.id).await;
    one_holder_at_a_time(tokens, first.id, clock).await;
    leases_end_with_their_holders(tokens, first.id, clock).await;
    one_of_many_gets_the_lease(tokens, first.id, clock).await;
    tokens_end_with_their_link(credentials, tokens, first.id).await;
    tokens_end_with_their_identity(identities, tokens, &ada, second.id).await;
    let nobody = CredentialId::generate(entropy);
    assert!(is_conflict(&tokens.put(&sealed(nobody, "x")).await));
}

fn sealed(link: CredentialId, text: &str) -> SealedTokens {
    SealedTokens {
        link,
        provider: "idp".parse().unwrap(),
        sealed: text.to_owned(),
        expires_at: Some(moment("2026-07-01T13:00:00Z")),
        ended: false,
    }
}

async fn what_is_put_is_found(
    tokens: &dyn TokenStore,
    ada: &Identity,
    [first, second]: [CredentialId; 2],
) {
    assert_eq!(tokens.find(first).await.unwrap(), None);
    assert!(tokens.of_identity(ada.id).await.unwrap().is_empty());
    let one = sealed(first, "one \"'% 日本");
    let two = SealedTokens {
        expires_at: None,
        ended: true,
        ..sealed(second, "two")
    };
    for tokens_of_one in [&one, &two] {
        tokens.put(tokens_of_one).await.unwrap();
    }
    assert_eq!(tokens.find(first).await.unwrap(), Some(one.clone()));
    let found = tokens.of_identity(ada.id).await.unwrap();
    assert_eq!(found, [two, one], "the newest link first");
    let later = sealed(second, "later");
    tokens.put(&later).await.unwrap();
    let found = tokens.find(second).await.unwrap();
    assert_eq!(found, Some(later), "in place of what was kept");
}

async fn only_what_is_still_there_is_replaced(tokens: &dyn TokenStore, link: CredentialId) {
    tokens.put(&sealed(link, "a")).await.unwrap();
    let ended = SealedTokens {
        ended: true,
        ..sealed(link, "b")
    };
    assert!(tokens.replace("a", &ended).await.unwrap());
    assert!(!tokens.replace("a", &sealed(link, "c")).await.unwrap());
    assert_eq!(tokens.find(link).await.unwrap(), Some(ended));
    assert!(tokens.remove(link).await.unwrap());
    assert!(!tokens.remove(link).await.unwrap());
    assert!(!tokens.replace("b", &sealed(link, "d")).await.unwrap());
    assert_eq!(tokens.find(link).await.unwrap(), None);
}

/// Tries to take or renew the lease for as long as leases usually last.
async fn lease(
    tokens: &dyn TokenStore,
    link: CredentialId,
    clock: &FrozenClock,
    holder: &str,
) -> bool {
    let until = clock.now() + Duration::from_secs(15);
    tokens.lease(link, holder, until).await.unwrap()
}

async fn one_holder_at_a_time(tokens: &dyn TokenStore, link: CredentialId, clock: &FrozenClock) {
    let lease = |holder| lease(tokens, link, clock, holder);
    assert!(!lease("one").await, "there is nothing to refresh");
    tokens.put(&sealed(link, "a")).await.unwrap();
    assert!(lease("one").await);
    assert!(!lease("other").await);
    clock.advance(Duration::from_secs(10));
    assert!(lease("one").await, "renewed");
    clock.advance(Duration::from_secs(10));
    assert!(!lease("other").await, "the first one would be over by now");
}

async fn leases_end_with_their_holders(
    tokens: &dyn TokenStore,
    link: CredentialId,
    clock: &FrozenClock,
) {
    let lease = |holder| lease(tokens, link, clock, holder);
    tokens.put(&sealed(link, "b")).await.unwrap();
    assert!(!lease("other").await, "what is kept ends no lease");
    tokens.release(link, "other").await.unwrap();
    assert!(!lease("other").await, "it was not theirs to give back");
    tokens.release(link, "one").await.unwrap();
    assert!(lease("other").await);
    clock.advance(Duration::from_secs(15));
    assert!(lease("one").await, "whoever died holds it no longer");
    tokens.release(link, "one").await.unwrap();
}

async fn one_of_many_gets_the_lease(
    tokens: &dyn TokenStore,
    link: CredentialId,
    clock: &FrozenClock,
) {
    let until = clock.now() + Duration::from_secs(15);
    let names: Vec<String> = (0..6).map(|n| format!("node {n}")).collect();
    let tries = names.iter().map(|name| tokens.lease(link, name, until));
    let got = together(tries).await;
    assert_eq!(got.iter().filter(|got| *got.as_ref().unwrap()).count(), 1);
}

async fn tokens_end_with_their_link(
    credentials: &dyn CredentialStore,
    tokens: &dyn TokenStore,
    link: CredentialId,
) {
    tokens.put(&sealed(link, "a")).await.unwrap();
    assert!(credentials.delete(link).await.unwrap());
    assert_eq!(tokens.find(link).await.unwrap(), None);
}

async fn tokens_end_with_their_identity(
    identities: &dyn IdentityStore,
    tokens: &dyn TokenStore,
    ada: &Identity,
    link: CredentialId,
) {
    tokens.put(&sealed(link, "a")).await.unwrap();
    assert!(identities.delete(ada.id).await.unwrap());
    assert_eq!(tokens.find(link).await.unwrap(), None);
    assert!(tokens.of_identity(ada.id).await.unwrap().is_empty());
}
