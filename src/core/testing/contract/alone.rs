//! What a store promises of the addresses of administrators: others may share one, with an administrator nobody
//! does.

use super::{identity, odd};
use crate::{
    entropy::Entropy,
    identity::{Identity, IdentityState, IdentityStore, Replaced, SessionsThen, Whole},
    store::{ADMINISTRATORS_ADDRESS, StoreError},
};

/// Somebody with these roles who signs in with a name and is reached at `address`.
fn reached(entropy: &dyn Entropy, address: &str, roles: &[&str]) -> Identity {
    let mut one = identity(entropy, &odd(entropy));
    one.addresses[0].value = address.to_owned();
    one.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    one
}

fn is_refused<T>(result: &Result<T, StoreError>) -> bool {
    let what = ADMINISTRATORS_ADDRESS;
    matches!(result, Err(StoreError::Conflict { what: why }) if *why == what)
}

/// CU-04.
pub(super) async fn an_administrators_address_is_nobody_elses(
    identities: &dyn IdentityStore,
    entropy: &dyn Entropy,
) {
    nobody_new_has_it(identities, entropy).await;
    nobody_gets_it(identities, entropy).await;
    nobody_who_shares_one_becomes_one(identities, entropy).await;
    of_many_it_keeps_out_who_has_it(identities, entropy).await;
}

async fn nobody_new_has_it(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let (root, shared) = (odd(entropy), odd(entropy));
    let mut administrator = reached(entropy, &root, &["viewer"]);
    // Who is off may be switched on again.
    administrator.state = IdentityState::Inactive;
    let ada = reached(entropy, &shared, &["administrator", "ADMIN"]);
    for one in [&administrator, &ada] {
        identities.insert(one, &[]).await.unwrap();
    }
    let name = identity(entropy, &root);
    for one in [
        reached(entropy, &root, &[]),
        reached(entropy, &root, &["admin"]),
        reached(entropy, &shared, &["odd", "admin"]),
        name,
    ] {
        let inserted = identities.insert(&one, &[]).await;
        assert!(is_refused(&inserted), "{inserted:?}");
        assert_eq!(identities.find(one.id).await.unwrap(), None);
    }
    let eve = reached(entropy, &shared, &["administrators"]);
    identities.insert(&eve, &[]).await.unwrap();
    identities.delete(administrator.id).await.unwrap();
    let next = reached(entropy, &root, &["admin"]);
    identities.insert(&next, &[]).await.unwrap();
}

async fn nobody_gets_it(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let root = odd(entropy);
    let administrator = reached(entropy, &root, &["user-manager"]);
    let mut ada = reached(entropy, &odd(entropy), &[]);
    for one in [&administrator, &ada] {
        identities.insert(one, &[]).await.unwrap();
    }
    let mut taken = administrator.clone();
    taken.addresses[0].value = ada.addresses[0].value.clone();
    assert!(is_refused(&identities.update(&taken).await));
    taken.identifiers.push(ada.addresses[0].value.clone());
    taken.addresses.clear();
    assert!(is_refused(&identities.update(&taken).await));
    ada.addresses[0].value = root;
    assert!(is_refused(&identities.update(&ada).await));
    let whole = Whole {
        identity: &ada,
        credentials: &[],
        sessions: SessionsThen::GoOn,
    };
    let replaced = identities.replace_whole(&whole, "admin").await;
    assert!(is_refused(&replaced), "{replaced:?}");
    let stored = identities.find(ada.id).await.unwrap().unwrap();
    assert_ne!(stored.addresses, ada.addresses, "nothing has changed");
    let mut former = administrator.clone();
    former.roles.clear();
    identities.update(&former).await.unwrap();
    let replaced = identities.replace_whole(&whole, "admin").await.unwrap();
    assert_eq!(replaced, Replaced::Done(0), "they are none any more");
}

async fn nobody_who_shares_one_becomes_one(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let shared = odd(entropy);
    let mut ada = reached(entropy, &shared, &["odd"]);
    let eve = reached(entropy, &shared, &[]);
    for one in [&ada, &eve] {
        identities.insert(one, &[]).await.unwrap();
    }
    let mut one = ada.clone();
    one.roles.push("impersonator".to_owned());
    assert!(is_refused(&identities.update(&one).await));
    assert!(is_refused(&identities.update_beside(&one, "admin").await));
    // Whoever shares one is changed in all else.
    ada.roles = vec!["even".to_owned()];
    identities.update(&ada).await.unwrap();
    one.version += 1;
    one.addresses[0].value = odd(entropy);
    identities.update(&one).await.unwrap();
    one.version += 1;
    one.roles.push("admin".to_owned());
    identities.update(&one).await.unwrap();
}

async fn of_many_it_keeps_out_who_has_it(identities: &dyn IdentityStore, entropy: &dyn Entropy) {
    let (root, shared) = (odd(entropy), odd(entropy));
    let administrator = reached(entropy, &root, &["admin"]);
    identities.insert(&administrator, &[]).await.unwrap();
    let newcomers = [
        reached(entropy, &odd(entropy), &["admin"]),
        reached(entropy, &root, &[]),
        reached(entropy, &shared, &[]),
        reached(entropy, &shared, &[]),
        reached(entropy, &shared, &["viewer"]),
        reached(entropy, &odd(entropy), &[]),
    ];
    let newcomers = newcomers.map(|one| (one, Vec::new()));
    let outcomes = identities.insert_many(&newcomers).await;
    let refused: Vec<_> = outcomes.iter().map(is_refused).collect();
    assert_eq!(refused, [false, true, false, false, true, false]);
    for ((one, _), refused) in newcomers.iter().zip(refused) {
        assert_eq!(identities.find(one.id).await.unwrap().is_none(), refused);
    }
}
