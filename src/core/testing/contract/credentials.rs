//! What a store of credentials promises.

use std::collections::BTreeMap;

use serde_json::json;

use super::{identity, is_conflict, link, moment, odd};
use crate::{
    credential::{Credential, CredentialKind, CredentialStore, Kinds},
    entropy::Entropy,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore},
    link::{LinkKey, PreparedLink},
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
    nobody_has_two_passwords(credentials, &eve, entropy).await;
    a_credential_is_replaced_only_while_it_is_as_expected(credentials, &ada, &eve, entropy).await;
    a_config_is_replaced_only_while_it_is_as_expected(credentials, &ada, entropy).await;
    a_credential_is_deleted_once(credentials, &eve, entropy).await;
    those_of_many_are_listed_at_once(credentials, [&ada, &eve], entropy).await;
    links_are_listed_by_provider(credentials, &ada, &eve, entropy).await;
    holders_are_counted_once(credentials, [&ada, &eve], entropy).await;
    second_factors_are_told_by_kind((identities, credentials), &ada, entropy).await;
}

async fn holders_are_counted_once(
    credentials: &dyn CredentialStore,
    both: [&Identity; 2],
    entropy: &dyn Entropy,
) {
    let kind = CredentialKind::Passkey;
    let before = credentials.holders(kind).await.unwrap();
    for owner in [both[0], both[0], both[1]] {
        let passkey = Credential {
            kind,
            ..password(entropy, owner)
        };
        credentials.put(&passkey).await.unwrap();
    }
    assert_eq!(credentials.holders(kind).await.unwrap(), before + 2);
}

async fn second_factors_are_told_by_kind(
    (identities, credentials): (&dyn IdentityStore, &dyn CredentialStore),
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let (totp, key) = (CredentialKind::Totp, CredentialKind::Webauthn);
    let steps = [
        (CredentialKind::LookupSecret, Kinds::default()),
        (CredentialKind::Oidc, Kinds::default()),
        (key, Kinds::of([key])),
        (key, Kinds::of([key])),
        (totp, Kinds::of([totp, key])),
    ];
    for own in credentials.list(ada.id).await.unwrap() {
        assert!(credentials.delete(own.id).await.unwrap());
    }
    let mut is_linked = false;
    for (kind, expected) in steps {
        is_linked |= kind == CredentialKind::Oidc;
        let factor = Credential {
            kind,
            ..password(entropy, ada)
        };
        credentials.put(&factor).await.unwrap();
        let found = identities.find(ada.id).await.unwrap().unwrap();
        assert_eq!(found.second_factors, expected);
        assert_eq!(found.is_linked, is_linked);
    }
}

pub(super) fn password(entropy: &dyn Entropy, identity: &Identity) -> Credential {
    Credential {
        id: CredentialId::generate(entropy),
        identity_id: identity.id,
        kind: CredentialKind::Password,
        identifier: None,
        config: json!({"hashed_password": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"}),
        label: None,
        priority: 0,
        last_used_at: None,
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

/// Whoever has none is left out, as is who is not there; many more than one statement takes are asked for.
async fn those_of_many_are_listed_at_once(
    credentials: &dyn CredentialStore,
    both: [&Identity; 2],
    entropy: &dyn Entropy,
) {
    let mut asked: Vec<_> = (0..1_500).map(|_| IdentityId::generate(entropy)).collect();
    let mut expected = BTreeMap::new();
    for (owner, day) in both.into_iter().zip([2, 1]) {
        for day in [day + 2, day] {
            let key = Credential {
                kind: CredentialKind::Webauthn,
                created_at: moment(&format!("2026-05-0{day}T12:00:00Z")),
                ..password(entropy, owner)
            };
            credentials.put(&key).await.unwrap();
        }
        expected.insert(owner.id, credentials.list(owner.id).await.unwrap());
        asked.push(owner.id);
    }
    asked.rotate_right(1);
    assert_eq!(credentials.list_of(&asked).await.unwrap(), expected);
    assert!(credentials.list_of(&[]).await.unwrap().is_empty());
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

    // Passwords have no identifier, and so those of several are never in each other's way.
    credentials.put(&password(entropy, eve)).await.unwrap();
    assert_eq!(credentials.list(eve.id).await.unwrap().len(), 1);
}

async fn nobody_has_two_passwords(
    credentials: &dyn CredentialStore,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    let own = credentials.list(eve.id).await.unwrap();
    assert_eq!(own.len(), 1);
    let second = credentials.put(&password(entropy, eve)).await;
    assert!(is_conflict(&second), "{second:?}");
    credentials.put(&own[0]).await.unwrap();
    assert_eq!(credentials.list(eve.id).await.unwrap(), own);
}

async fn a_credential_is_replaced_only_while_it_is_as_expected(
    credentials: &dyn CredentialStore,
    ada: &Identity,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    let (before, after, taken) = (odd(entropy), odd(entropy), odd(entropy));
    let old = link(entropy, eve, &before);
    credentials.put(&old).await.unwrap();
    credentials.put(&link(entropy, ada, &taken)).await.unwrap();
    let new = |identifier: &str| Credential {
        id: old.id,
        ..link(entropy, eve, identifier)
    };
    let refused = credentials.replace(&before, &new(&taken)).await;
    assert!(is_conflict(&refused));
    let fresh = new(&after);
    assert!(credentials.replace(&before, &fresh).await.unwrap());
    assert!(
        !credentials
            .replace(&before, &new(&odd(entropy)))
            .await
            .unwrap()
    );
    let kind = CredentialKind::Oidc;
    let found = credentials.find_by_identifier(kind, &after).await.unwrap();
    assert_eq!(found, Some(fresh));
    assert!(credentials.delete(old.id).await.unwrap());
    assert!(!credentials.replace(&after, &new(&before)).await.unwrap());
}

async fn a_config_is_replaced_only_while_it_is_as_expected(
    credentials: &dyn CredentialStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let read = Credential {
        kind: CredentialKind::Totp,
        ..password(entropy, ada)
    };
    let renewed = Credential {
        config: json!({"hashed_password": "dearer", "pepper": [1.5, "ß"]}),
        ..read.clone()
    };
    let replace = |before, now| credentials.replace_config(before, now);
    assert!(!replace(&read.config, &renewed).await.unwrap(), "not there");
    credentials.put(&read).await.unwrap();
    assert!(replace(&read.config, &renewed).await.unwrap());
    assert!(!replace(&read.config, &read).await.unwrap(), "changed");
    let list = credentials.list(ada.id).await.unwrap();
    assert!(list.contains(&renewed) && !list.contains(&read));
    assert!(replace(&renewed.config, &read).await.unwrap());
    assert!(credentials.delete(read.id).await.unwrap());
    assert!(!replace(&read.config, &renewed).await.unwrap(), "gone");
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

async fn links_are_listed_by_provider(
    credentials: &dyn CredentialStore,
    ada: &Identity,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    // Names that are patterns to a store, or equal but for their case.
    let fresh = &CredentialId::generate(entropy).to_string()[..8];
    let names = ["a_b", "axb", "A_B", "a_b-"].map(|name| format!("{name}_{fresh}"));
    let link_to = |identity: &Identity, provider: &str, subject: &str| {
        let key = LinkKey {
            provider: provider.parse().unwrap(),
            issuer: "https://issuer.example/\"".to_owned(),
            subject: subject.to_owned(),
        };
        link(entropy, identity, &key.identifier())
    };
    let mut own = vec![
        link_to(ada, &names[0], "1"),
        link_to(ada, &names[0], "2"),
        link_to(eve, &names[0], "%"),
    ];
    for link in &own {
        credentials.put(link).await.unwrap();
    }
    for other in &names[1..] {
        credentials.put(&link_to(eve, other, "1")).await.unwrap();
    }
    let stub_of = |provider: &str| {
        let stub = PreparedLink::new(provider.parse().unwrap(), "ada@example.com");
        link(entropy, ada, &stub.identifier())
    };
    own.push(stub_of(&names[0]));
    credentials.put(&own[3]).await.unwrap();
    credentials.put(&stub_of(&names[1])).await.unwrap();
    own.sort_by_key(|link| link.id);
    let provider = names[0].parse().unwrap();
    let listed = credentials.list_by_provider(&provider, None, 9).await;
    assert_eq!(listed.unwrap(), own);
    let first = credentials.list_by_provider(&provider, None, 2).await;
    assert_eq!(first.unwrap(), own[..2]);
    let after = Some(own[1].id);
    let rest = credentials.list_by_provider(&provider, after, 2).await;
    assert_eq!(rest.unwrap(), own[2..]);
    let none = format!("a_{fresh}").parse().unwrap();
    let none = credentials.list_by_provider(&none, None, 9).await;
    assert_eq!(none.unwrap(), []);
}
