//! What a store of identities promises.

use super::{identity, is_conflict, link, moment, odd, session, together};
use crate::{
    credential::{CredentialKind, CredentialStore},
    entropy::Entropy,
    id::IdentityId,
    identity::{Identity, IdentityState, IdentityStore},
    session::SessionStore,
};

/// Checks a store of identities; the other two are asked what deleting an identity left.
///
/// KC-083: whoever keeps people elsewhere implements the same port, and this says whether it holds.
pub async fn identity_store_contract(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    sessions: &dyn SessionStore,
    entropy: &dyn Entropy,
) {
    what_is_inserted_is_found(identities, entropy).await;
    identifiers_are_unique(identities, entropy).await;
    an_insertion_is_all_or_nothing(identities, credentials, entropy).await;
    of_insertions_at_once_one_wins(identities, entropy).await;
    an_update_replaces(identities, entropy).await;
    an_update_steals_nothing(identities, entropy).await;
    an_update_undoes_no_other(identities, entropy).await;
    of_updates_at_once_one_wins(identities, entropy).await;
    super::going::credentials_go_in_order((identities, credentials, sessions), entropy).await;
    addresses_may_be_shared(identities, entropy).await;
    super::alone::an_administrators_address_is_nobody_elses(identities, entropy).await;
    names_elsewhere_are_unique(identities, entropy).await;
    a_listing_comes_in_pages(identities, entropy).await;
    a_role_is_found_elsewhere(identities, entropy).await;
    super::many::of_many_each_comes_by_itself(identities, credentials, entropy).await;
    super::many::a_role_is_left_to_somebody(identities, entropy).await;
    super::many::whoever_goes_has_no_heir((identities, sessions), credentials, entropy).await;
    a_deletion_leaves_nothing(identities, credentials, sessions, entropy).await;
}

async fn a_role_is_found_elsewhere(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let role = format!("role-{}", IdentityId::generate(entropy));
    let mut own = identity(entropy, &odd(entropy));
    own.roles = vec!["viewer".to_owned(), role.clone()];
    identities.insert(&own, &[]).await.unwrap();
    let mut other = identity(entropy, &odd(entropy));
    other.roles = vec![format!("{role}-not")];
    identities.insert(&other, &[]).await.unwrap();
    let elsewhere = async |except: &Identity| identities.is_role_elsewhere(&role, except.id).await;
    assert!(!elsewhere(&own).await.unwrap());
    assert!(elsewhere(&other).await.unwrap());
    own.state = IdentityState::Inactive;
    identities.update(&own).await.unwrap();
    assert!(!elsewhere(&other).await.unwrap(), "who is off has no role");
}

/// HA-20: by external id.
async fn names_elsewhere_are_unique(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let name = odd(entropy);
    let mut ada = identity(entropy, &odd(entropy));
    ada.external_id = Some(name.clone());
    let mut eve = identity(entropy, &odd(entropy));
    eve.external_id = ada.external_id.clone();
    identities.insert(&ada, &[]).await.unwrap();
    assert!(is_conflict(&identities.insert(&eve, &[]).await));
    let found = identities.find_by_external_id(&name).await.unwrap();
    assert_eq!(found.as_ref(), Some(&ada));
    for other in ["", "%", &format!("{name}\0")] {
        let found = identities.find_by_external_id(other).await.unwrap();
        assert_eq!(found, None);
    }
    eve.external_id = None;
    identities.insert(&eve, &[]).await.unwrap();
    eve.external_id = ada.external_id.clone();
    assert!(is_conflict(&identities.update(&eve).await));
    ada.external_id = None;
    identities.update(&ada).await.unwrap();
    identities.update(&eve).await.unwrap();
    let found = identities.find_by_external_id(&name).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(eve.id));
    let asked = [name.clone(), odd(entropy), format!("{name}\0")];
    let found = identities.namesakes(&asked).await.unwrap();
    assert_eq!(found, [(name, eve.id)].into());
}

async fn what_is_inserted_is_found(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let name = odd(entropy);
    let mut ada = identity(entropy, &name);
    ada.identifiers.push(odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    let found = identities.find(ada.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&ada), "by id");
    for identifier in &ada.identifiers {
        let found = identities.find_by_identifier(identifier).await.unwrap();
        assert_eq!(found.as_ref(), Some(&ada), "by each identifier");
    }
    let found = identities.find_by_address(&name).await.unwrap();
    assert_eq!(found, [ada], "by address");

    let nobody = IdentityId::generate(entropy);
    assert_eq!(identities.find(nobody).await.unwrap(), None);
    let cut = format!("{name}\0");
    for pattern in ["%", "", "_", "' or ''='", &cut, &name.replace('o', "_")] {
        let found = identities.find_by_identifier(pattern).await.unwrap();
        assert_eq!(found, None, "an identifier is no pattern");
        let found = identities.find_by_address(pattern).await.unwrap();
        assert!(found.is_empty(), "an address is no pattern");
    }
}

async fn identifiers_are_unique(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let name = odd(entropy);
    let ada = identity(entropy, &name);
    identities.insert(&ada, &[]).await.unwrap();
    let mut eve = identity(entropy, &odd(entropy));
    eve.identifiers.push(name.clone());
    let result = identities.insert(&eve, &[]).await;
    assert!(is_conflict(&result), "an identifier is taken: {result:?}");
    assert_eq!(identities.find(eve.id).await.unwrap(), None);
    let found = identities.find_by_identifier(&eve.identifiers[0]).await;
    assert_eq!(
        found.unwrap(),
        None,
        "nothing is left of the other identifier"
    );
    let found = identities.find_by_identifier(&name).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(ada.id));
}

async fn an_insertion_is_all_or_nothing(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let key = odd(entropy);
    let ada = identity(entropy, &odd(entropy));
    let own = link(entropy, &ada, &key);
    identities
        .insert(&ada, std::slice::from_ref(&own))
        .await
        .unwrap();
    assert_eq!(credentials.list(ada.id).await.unwrap(), [own]);

    let eve = identity(entropy, &odd(entropy));
    let fine = link(entropy, &eve, &odd(entropy));
    let taken = link(entropy, &eve, &key);
    let result = identities.insert(&eve, &[fine, taken]).await;
    assert!(is_conflict(&result), "a link is taken: {result:?}");
    assert_eq!(identities.find(eve.id).await.unwrap(), None);
    assert!(credentials.list(eve.id).await.unwrap().is_empty());
    let found = identities.find_by_identifier(&eve.identifiers[0]).await;
    assert_eq!(found.unwrap(), None);
    let found = identities.find_by_address(&eve.identifiers[0]).await;
    assert!(found.unwrap().is_empty());
    identities.insert(&eve, &[]).await.unwrap();
}

async fn of_insertions_at_once_one_wins(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let name = odd(entropy);
    let rivals: Vec<_> = (0..6).map(|_| identity(entropy, &name)).collect();
    let results = together(rivals.iter().map(|rival| identities.insert(rival, &[]))).await;
    let winners = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(winners, 1, "{results:?}");
    let losers = results.iter().filter(|result| is_conflict(result)).count();
    assert_eq!(losers, 5, "{results:?}");
}

async fn an_update_replaces(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let (old, new) = (odd(entropy), odd(entropy));
    let mut ada = identity(entropy, &old);
    identities.insert(&ada, &[]).await.unwrap();
    ada.identifiers = vec![new.clone()];
    ada.traits = serde_json::json!({"email": new});
    ada.addresses[0].value = new.clone();
    ada.addresses[0].verified_at = None;
    ada.roles.clear();
    ada.metadata_public = None;
    ada.metadata_admin = Some(serde_json::json!(["x"]));
    ada.state = IdentityState::Inactive;
    ada.state_changed_at = moment("2026-07-02T12:00:00Z");
    ada.updated_at = moment("2026-07-02T12:00:00Z");
    identities.update(&ada).await.unwrap();
    ada.version += 1;
    assert_eq!(identities.find(ada.id).await.unwrap(), Some(ada.clone()));
    let found = identities.find_by_identifier(&new).await.unwrap();
    assert_eq!(found, Some(ada.clone()));
    let found = identities.find_by_identifier(&old).await.unwrap();
    assert_eq!(found, None, "the old identifier is free");
    assert!(identities.find_by_address(&old).await.unwrap().is_empty());
    identities
        .insert(&identity(entropy, &old), &[])
        .await
        .unwrap();

    let stranger = identity(entropy, &odd(entropy));
    let result = identities.update(&stranger).await;
    assert!(is_conflict(&result), "there is nobody: {result:?}");
    let found = identities.find(stranger.id).await.unwrap();
    assert_eq!(found, None, "an update adds nobody");
}

async fn an_update_steals_nothing(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let ada = identity(entropy, &odd(entropy));
    let eve = identity(entropy, &odd(entropy));
    for one in [&ada, &eve] {
        identities.insert(one, &[]).await.unwrap();
    }
    let mut thief = eve.clone();
    thief.identifiers.push(ada.identifiers[0].clone());
    thief.traits = serde_json::json!({});
    let result = identities.update(&thief).await;
    assert!(is_conflict(&result), "an identifier is taken: {result:?}");
    for one in [&ada, &eve] {
        let found = identities.find_by_identifier(&one.identifiers[0]).await;
        assert_eq!(found.unwrap().as_ref(), Some(one), "nothing has changed");
    }
}

async fn an_update_undoes_no_other(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let read = identity(entropy, &odd(entropy));
    identities.insert(&read, &[]).await.unwrap();
    let mut inactive = read.clone();
    inactive.state = IdentityState::Inactive;
    inactive.roles.clear();
    identities.update(&inactive).await.unwrap();
    inactive.version += 1;
    let mut late = read.clone();
    late.traits = serde_json::json!({"email": "late"});
    late.identifiers = vec![odd(entropy)];
    let result = identities.update(&late).await;
    assert!(is_conflict(&result), "it was read before: {result:?}");
    let found = identities.find(read.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&inactive), "nothing has changed");
    let found = identities.find_by_identifier(&late.identifiers[0]).await;
    assert_eq!(found.unwrap(), None, "nor what it is found by");

    identities.delete(read.id).await.unwrap();
    let result = identities.update(&inactive).await;
    assert!(is_conflict(&result), "it is gone: {result:?}");
}

async fn of_updates_at_once_one_wins(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    let rivals: Vec<_> = (0..6).map(|n| role(&ada, n)).collect();
    let results = together(rivals.iter().map(|rival| identities.update(rival))).await;
    let winners = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(winners, 1, "{results:?}");
    let losers = results.iter().filter(|result| is_conflict(result)).count();
    assert_eq!(losers, 5, "{results:?}");
}

fn role(identity: &Identity, number: usize) -> Identity {
    let mut identity = identity.clone();
    identity.roles = vec![format!("role-{number}")];
    identity
}

async fn addresses_may_be_shared(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let shared = odd(entropy);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut one = identity(entropy, &odd(entropy));
        one.addresses[0].value = shared.clone();
        one.addresses[0].verified_at = None;
        one.roles = vec!["odd, role".to_owned()];
        identities.insert(&one, &[]).await.unwrap();
        ids.push(one.id);
    }
    let found = identities.find_by_address(&shared).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|one| one.id).collect();
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
}

async fn a_listing_comes_in_pages(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let mut added = Vec::new();
    for _ in 0..5 {
        let one = identity(entropy, &odd(entropy));
        identities.insert(&one, &[]).await.unwrap();
        added.push(one);
    }
    let mut seen = Vec::new();
    loop {
        let after: Option<&Identity> = seen.last();
        let page = identities.list(after.map(|last| last.id), 2).await.unwrap();
        assert!(page.len() <= 2, "no page is longer than asked for");
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let is_in_order = seen.windows(2).all(|pair| pair[0].id < pair[1].id);
    assert!(is_in_order, "each identity once, in the order of ids");
    assert!(
        added.iter().all(|one| seen.contains(one)),
        "nobody is left out"
    );
    assert!(identities.list(None, 0).await.unwrap().is_empty());
    let nobody = identity(entropy, &odd(entropy)).id;
    let asked = [added[3].id, nobody, added[1].id];
    let mut found = identities.find_all(&asked).await.unwrap();
    found.sort_by_key(|one| one.id != added[3].id);
    assert_eq!(found, [added[3].clone(), added[1].clone()], "all at once");
    assert!(identities.find_all(&[]).await.unwrap().is_empty());
    those_of_a_schema_come_in_pages(identities, entropy).await;
}

async fn those_of_a_schema_come_in_pages(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let schema = odd(entropy);
    let mut own = Vec::new();
    for _ in 0..3 {
        let mut one = identity(entropy, &odd(entropy));
        one.schema_id.clone_from(&schema);
        identities.insert(&one, &[]).await.unwrap();
        own.push(one);
    }
    own.sort_by_key(|one| one.id);
    let page = identities.list_of(&schema, None, 2).await.unwrap();
    assert_eq!(page, own[..2]);
    let page = identities.list_of(&schema, Some(own[1].id), 2).await;
    assert_eq!(page.unwrap(), own[2..]);
    let nobody = identities.list_of("nobody's", None, 2).await.unwrap();
    assert!(nobody.is_empty());
}

async fn a_deletion_leaves_nothing(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    sessions: &dyn SessionStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    let eve = identity(entropy, &odd(entropy));
    let own = link(entropy, &ada, &ada.identifiers[0]);
    identities.insert(&ada, &[own]).await.unwrap();
    identities.insert(&eve, &[]).await.unwrap();
    let (hers, other) = (session(entropy, &ada), session(entropy, &eve));
    sessions.insert(&hers).await.unwrap();
    sessions.insert(&other).await.unwrap();

    assert!(identities.delete(ada.id).await.unwrap());
    assert!(!identities.delete(ada.id).await.unwrap());
    assert_eq!(identities.find(ada.id).await.unwrap(), None);
    assert_eq!(sessions.find(&hers.token_hash).await.unwrap(), None);
    assert!(sessions.list(ada.id).await.unwrap().is_empty());
    let found = sessions.find(&other.token_hash).await.unwrap();
    assert_eq!(found, Some(other), "nobody else is signed out");
    a_link_is_free_again(identities, credentials, &ada, entropy).await;
}

async fn a_link_is_free_again(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    gone: &Identity,
    entropy: &dyn Entropy,
) {
    let key = &gone.identifiers[0];
    assert!(credentials.list(gone.id).await.unwrap().is_empty());
    let kind = CredentialKind::Oidc;
    let found = credentials.find_by_identifier(kind, key).await.unwrap();
    assert_eq!(found, None);
    let next = identity(entropy, key);
    let again = link(entropy, &next, key);
    identities.insert(&next, &[again]).await.unwrap();
}
