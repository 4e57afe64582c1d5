//! What stores of API credentials promise.

use std::time::Duration;

use super::{is_conflict, moment, odd, together};
use crate::{
    api_credential::{ApiCredential, ApiCredentialStore, ApiToken, ClientAuthMethod, ClientSecret},
    entropy::Entropy,
    id::ApiCredentialId,
    secret::{Token, TokenHash},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Checks a store of API credentials.
pub async fn api_credential_store_contract(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    credentials_are_kept(store, entropy).await;
    credentials_change_and_go(store, entropy).await;
    one_of_two_changes_comes_first(store, entropy).await;
    tokens_are_kept(store, entropy).await;
    tokens_go_with_their_credential(store, entropy).await;
}

async fn credentials_are_kept(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    let one = credential(entropy);
    assert_eq!(store.find(one.id).await.unwrap(), None);
    assert_eq!(store.find_client(&one.client_id).await.unwrap(), None);
    store.insert(&one).await.unwrap();
    assert_eq!(store.find(one.id).await.unwrap().as_ref(), Some(&one));
    let found = store.find_client(&one.client_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&one));
    assert!(store.list().await.unwrap().contains(&one));

    let mut same = credential(entropy);
    same.client_id.clone_from(&one.client_id);
    assert!(
        is_conflict(&store.insert(&same).await),
        "its client id is taken"
    );
    store.delete(one.id).await.unwrap();
}

async fn credentials_change_and_go(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    let one = credential(entropy);
    store.insert(&one).await.unwrap();
    let at = one.created_at + HOUR;
    store.note_use(one.id, at).await.unwrap();
    let mut used = store.find(one.id).await.unwrap().unwrap();
    assert_eq!((used.last_used_at, used.version), (Some(at), one.version));

    used.name = odd(entropy);
    used.expires_at = None;
    used.auth_method = ClientAuthMethod::ClientSecretBasic;
    store.update(&used).await.unwrap();
    used.version += 1;
    assert_eq!(store.find(one.id).await.unwrap(), Some(used));

    assert!(store.delete(one.id).await.unwrap());
    assert!(!store.delete(one.id).await.unwrap());
    assert_eq!(store.find(one.id).await.unwrap(), None);
    assert!(is_conflict(&store.update(&one).await), "it has gone");
}

async fn one_of_two_changes_comes_first(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    let one = credential(entropy);
    store.insert(&one).await.unwrap();
    let changes: Vec<_> = (0..4)
        .map(|_| ApiCredential {
            name: odd(entropy),
            ..one.clone()
        })
        .collect();
    let done = together(changes.iter().map(|change| store.update(change))).await;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(done.iter().filter(|one| is_conflict(one)).count(), 3);
    store.delete(one.id).await.unwrap();
}

async fn tokens_are_kept(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    let one = credential(entropy);
    let (first, second) = (token(&one, entropy), token(&one, entropy));
    assert!(is_conflict(&store.issue(&first).await), "nobody gets it");
    store.insert(&one).await.unwrap();
    for token in [&first, &second] {
        assert_eq!(store.bearer(&token.hash).await.unwrap(), None);
        store.issue(token).await.unwrap();
        let bearer = store.bearer(&token.hash).await.unwrap().unwrap();
        assert_eq!((&bearer.token, &bearer.credential), (token, &one));
    }
    assert!(store.revoke(&first.hash).await.unwrap());
    assert!(!store.revoke(&first.hash).await.unwrap());
    assert_eq!(store.bearer(&first.hash).await.unwrap(), None);
    store.delete(one.id).await.unwrap();
}

async fn tokens_go_with_their_credential(store: &dyn ApiCredentialStore, entropy: &dyn Entropy) {
    let one = credential(entropy);
    let token = token(&one, entropy);
    store.insert(&one).await.unwrap();
    store.issue(&token).await.unwrap();
    let mut changed = one.clone();
    changed.roles = vec!["viewer".to_owned()];
    store.update(&changed).await.unwrap();
    let bearer = store.bearer(&token.hash).await.unwrap().unwrap();
    assert_eq!(bearer.credential.roles, changed.roles, "tokens see changes");
    store.delete(one.id).await.unwrap();
    assert_eq!(store.bearer(&token.hash).await.unwrap(), None);
}

fn token(owner: &ApiCredential, entropy: &dyn Entropy) -> ApiToken {
    ApiToken {
        hash: fresh(entropy),
        credential_id: owner.id,
        scopes: vec!["openid".to_owned(), odd(entropy)],
        audience: vec![odd(entropy)],
        issued_at: owner.created_at,
        expires_at: owner.created_at + HOUR,
    }
}

fn credential(entropy: &dyn Entropy) -> ApiCredential {
    let now = moment("2026-07-01T12:00:00Z");
    ApiCredential {
        id: ApiCredentialId::generate(entropy),
        name: odd(entropy),
        client_id: odd(entropy),
        secrets: vec![ClientSecret {
            hash: fresh(entropy),
            created_at: now,
            expires_at: Some(now + HOUR),
        }],
        auth_method: ClientAuthMethod::ClientSecretPost,
        roles: vec!["admin".to_owned()],
        scopes: vec!["openid".to_owned(), "odd, scope".to_owned()],
        created_at: now,
        updated_at: now,
        expires_at: Some(now + HOUR * 24),
        last_used_at: None,
        version: 0,
    }
}

fn fresh(entropy: &dyn Entropy) -> TokenHash {
    Token::generate(entropy).hash()
}
