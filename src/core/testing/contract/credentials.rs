//! What a store of credentials promises.

use serde_json::json;

use super::{identity, is_conflict, link, moment, odd};
use crate::{
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    id::CredentialId,
    identity::{Identity, IdentityStore},
};

/// Checks a store of credentials; their identities are kept in the other.
pub async fn credential_store_contract(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    let eve = identity(entropy, &odd(entropy));
    for one in [&ada, &eve] {
        identities.insert(one, &[]).await.unwrap();
    }
    what_is_put_is_found(credentials, &ada, entropy).await;
    identifiers_are_unique_per_kind(credentials, &ada, &eve, entropy).await;
    a_credential_is_deleted_once(credentials, &eve, entropy).await;
}

fn password(entropy: &dyn Entropy, identity: &Identity) -> Credential {
    Credential {
        id: CredentialId::generate(entropy),
        identity_id: identity.id,
        kind: CredentialKind::Password,
        identifier: None,
        config: json!({"hashed_password": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"}),
        created_at: moment("2026-06-01T12:00:00Z"),
        updated_at: moment("2026-06-01T12:00:00Z"),
    }
}

async fn what_is_put_is_found(
    credentials: &dyn CredentialStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let key = odd(entropy);
    let own = link(entropy, ada, &key);
    let mut password = password(entropy, ada);
    credentials.put(&own).await.unwrap();
    credentials.put(&password).await.unwrap();
    let list = credentials.list(ada.id).await.unwrap();
    assert_eq!(list, [password.clone(), own.clone()], "oldest first");
    let kind = CredentialKind::Oidc;
    let found = credentials.find_by_identifier(kind, &key).await.unwrap();
    assert_eq!(found, Some(own.clone()));
    let kind = CredentialKind::Password;
    let found = credentials.find_by_identifier(kind, &key).await.unwrap();
    assert_eq!(found, None, "of another kind there is none");

    password.config = json!({"hashed_password": "other"});
    password.updated_at = moment("2026-06-02T12:00:00Z");
    credentials.put(&password).await.unwrap();
    let list = credentials.list(ada.id).await.unwrap();
    assert_eq!(list, [password, own], "the one of the same id is replaced");
}

async fn identifiers_are_unique_per_kind(
    credentials: &dyn CredentialStore,
    ada: &Identity,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    let key = odd(entropy);
    let own = link(entropy, ada, &key);
    credentials.put(&own).await.unwrap();
    let result = credentials.put(&link(entropy, eve, &key)).await;
    assert!(is_conflict(&result), "the identifier is taken: {result:?}");
    let kind = CredentialKind::Oidc;
    let found = credentials.find_by_identifier(kind, &key).await.unwrap();
    assert_eq!(found, Some(own), "nothing has changed");
    assert!(credentials.list(eve.id).await.unwrap().is_empty());

    // Passwords have no identifier, and so they never are in each other's way.
    credentials.put(&password(entropy, eve)).await.unwrap();
    assert_eq!(credentials.list(eve.id).await.unwrap().len(), 1);
}

async fn a_credential_is_deleted_once(
    credentials: &dyn CredentialStore,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    let key = odd(entropy);
    let own = link(entropy, eve, &key);
    credentials.put(&own).await.unwrap();
    assert!(credentials.delete(own.id).await.unwrap());
    assert!(!credentials.delete(own.id).await.unwrap());
    let kind = CredentialKind::Oidc;
    let cut = format!("{key}\0");
    for gone in [&key, &cut] {
        let found = credentials.find_by_identifier(kind, gone).await.unwrap();
        assert_eq!(found, None);
    }
    credentials.put(&link(entropy, eve, &key)).await.unwrap();
}
