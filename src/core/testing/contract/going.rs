//! What a store of identities promises of credentials that go or come together with something else.

use serde_json::json;

use super::{credentials::password, identity, is_conflict, link, odd, session, together};
use crate::{
    credential::{Credential, CredentialStore},
    entropy::Entropy,
    id::IdentityId,
    identity::{
        Identity, IdentityState, IdentityStore, Kept, Removal, Replaced, SessionsThen, Whole,
    },
    session::SessionStore,
};

type Stores<'a> = (
    &'a dyn IdentityStore,
    &'a dyn CredentialStore,
    &'a dyn SessionStore,
);

pub(super) async fn credentials_go_in_order(stores: Stores<'_>, entropy: &dyn Entropy) {
    let (identities, credentials, _) = stores;
    a_credential_goes_with_a_change_or_neither(identities, credentials, entropy).await;
    of_two_credentials_one_stays(identities, credentials, entropy).await;
    of_two_ways_in_that_go_at_once_one_stays(stores, entropy).await;
    somebody_elses_way_in_lets_one_go(identities, credentials, entropy).await;
    a_whole_is_replaced_or_nothing_of_it(stores, entropy).await;
    what_was_read_before_somebody_else_changed_it_replaces_nothing(stores, entropy).await;
    a_first_password_is_not_stored_beside_another(stores, entropy).await;
    nobody_is_replaced_who_is_the_last_of_a_role(stores, entropy).await;
}

async fn a_credential_goes_with_a_change_or_neither(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    let [one, two] = [(); 2].map(|()| link(entropy, &ada, &odd(entropy)));
    let own = [one.clone(), two.clone()];
    identities.insert(&ada, &own).await.unwrap();
    let without = |identity: &Identity| Identity {
        roles: Vec::new(),
        ..identity.clone()
    };
    let late = Identity {
        version: ada.version + 1,
        ..without(&ada)
    };
    let result = identities.update_without(&late, one.id, &[two.id]).await;
    assert!(
        is_conflict(&result),
        "it was read at another time: {result:?}"
    );
    assert_eq!(credentials.list(ada.id).await.unwrap().len(), 2);
    let alone = identities.update_without(&without(&ada), one.id, &[]).await;
    assert!(!alone.unwrap(), "nothing else is left");
    let found = identities.find(ada.id).await.unwrap().unwrap();
    assert_eq!(found.roles, ada.roles, "nothing has changed");

    let (changed, others) = (without(&ada), [two.id]);
    let done = identities.update_without(&changed, one.id, &others).await;
    assert!(done.unwrap());
    let found = identities.find(ada.id).await.unwrap().unwrap();
    assert_eq!((found.roles.len(), found.version), (0, ada.version + 1));
    assert_eq!(credentials.list(ada.id).await.unwrap(), [two]);
}

async fn of_two_credentials_one_stays(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let [mut ada, eve] = [(); 2].map(|()| identity(entropy, &odd(entropy)));
    let [one, two, foreign] = [&ada, &ada, &eve].map(|owner| link(entropy, owner, &odd(entropy)));
    let own = [one.clone(), two.clone()];
    identities.insert(&ada, &own).await.unwrap();
    identities
        .insert(&eve, std::slice::from_ref(&foreign))
        .await
        .unwrap();
    let theirs = identities.update_without(&ada, foreign.id, &[one.id]).await;
    assert!(!theirs.unwrap(), "it is somebody else's");
    let others = [foreign.id, two.id];
    let removed = identities.update_without(&ada, one.id, &others).await;
    assert!(removed.unwrap());
    ada.version += 1;
    for others in [&[][..], &[one.id], &[two.id], &[foreign.id]] {
        let removed = identities.update_without(&ada, two.id, others).await;
        assert!(!removed.unwrap(), "nothing else of theirs is left");
    }
    assert_eq!(credentials.list(ada.id).await.unwrap(), [two]);
}

/// Somebody with this role alone, and their links.
async fn holder(
    (identities, entropy): (&dyn IdentityStore, &dyn Entropy),
    role: &str,
) -> (Identity, [Credential; 2]) {
    let mut one = identity(entropy, &odd(entropy));
    one.roles = vec![role.to_owned()];
    one.is_linked = true;
    let own = [(); 2].map(|()| link(entropy, &one, &odd(entropy)));
    identities.insert(&one, &own).await.unwrap();
    (one, own)
}

fn role(entropy: &dyn Entropy) -> String {
    format!("role-{}", IdentityId::generate(entropy))
}

/// CU-10: neither both ways in of the only one who has a role, nor those of the only two.
async fn of_two_ways_in_that_go_at_once_one_stays(stores: Stores<'_>, entropy: &dyn Entropy) {
    let (identities, credentials, _) = stores;
    let role = role(entropy);
    let (ada, [one, two]) = holder((identities, entropy), &role).await;
    let ways = [one.id, two.id];
    let going = ways.map(|id| (ada.id, id));
    let done = together(going.map(|way| identities.remove_beside(way, &ways, &role))).await;
    one_of_two(&done);
    assert_eq!(credentials.list(ada.id).await.unwrap().len(), 1);

    let left = credentials.list(ada.id).await.unwrap()[0].id;
    let (eve, [one, two]) = holder((identities, entropy), &role).await;
    let way = (eve.id, two.id);
    let gone = identities.remove_beside(way, &[one.id], &role).await;
    assert_eq!(gone.unwrap(), Removal::Done);
    let ways = [left, one.id];
    let going = [(ada.id, left), (eve.id, one.id)];
    let done = together(going.map(|way| identities.remove_beside(way, &ways, &role))).await;
    one_of_two(&done);

    // Nor one by this way while the other goes by that: a link with what its provider gave.
    let role = self::role(entropy);
    let (ada, [one, two]) = holder((identities, entropy), &role).await;
    let (ways, others) = ([one.id, two.id], [one.id]);
    let (removed, unlinked) = two_together(
        identities.remove_beside((ada.id, one.id), &ways, &role),
        identities.update_without_beside(&ada, (two.id, &others), &role),
    )
    .await;
    let both = [removed.unwrap(), unlinked.unwrap()];
    let gone = both.iter().filter(|one| **one == Removal::Done).count();
    assert_eq!(gone, 1, "{both:?}");
    assert_eq!(credentials.list(ada.id).await.unwrap().len(), 1);
}

fn one_of_two(done: &[Result<Removal, crate::store::StoreError>]) {
    let is = |wanted: Removal| done.iter().any(|one| *one.as_ref().unwrap() == wanted);
    assert!(is(Removal::Done) && is(Removal::Last), "{done:?}");
}

/// Runs two at the same time.
async fn two_together<A, B>(
    one: impl Future<Output = A> + Send,
    two: impl Future<Output = B> + Send,
) -> (A, B) {
    enum Either<A, B> {
        One(A),
        Two(B),
    }
    type Running<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
    let running: [Running<'_, Either<A, B>>; 2] = [
        Box::pin(async { Either::One(one.await) }),
        Box::pin(async { Either::Two(two.await) }),
    ];
    let mut done = together(running).await;
    match (done.pop(), done.pop()) {
        (Some(Either::Two(two)), Some(Either::One(one))) => (one, two),
        _ => unreachable!("both have run"),
    }
}

async fn somebody_elses_way_in_lets_one_go(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let role = role(entropy);
    let (ada, [one, two]) = holder((identities, entropy), &role).await;
    let (mut eve, [hers, _]) = holder((identities, entropy), &role).await;
    let remove = async |owner: &Identity, which: &Credential, others: &[&Credential]| {
        let others: Vec<_> = others.iter().map(|one| one.id).collect();
        let removal = identities.remove_beside((owner.id, which.id), &others, &role);
        removal.await.unwrap()
    };
    assert_eq!(remove(&ada, &one, &[]).await, Removal::Last);
    assert_eq!(
        remove(&ada, &one, &[&one]).await,
        Removal::Last,
        "it goes itself"
    );
    assert_eq!(
        remove(&eve, &one, &[&hers]).await,
        Removal::Missing,
        "it is not hers"
    );
    assert_eq!(remove(&ada, &one, &[&hers]).await, Removal::Done);
    assert_eq!(remove(&ada, &one, &[&hers]).await, Removal::Missing);
    // Whoever is switched off or has the role no more keeps the way open for nobody.
    eve.state = IdentityState::Inactive;
    identities.update(&eve).await.unwrap();
    assert_eq!(remove(&ada, &two, &[&hers]).await, Removal::Last);
    assert_eq!(credentials.list(ada.id).await.unwrap(), [two]);
    // Of them everything may go.
    assert_eq!(remove(&eve, &hers, &[]).await, Removal::Done);
}

/// What is stored of somebody: all of it.
async fn stored(stores: Stores<'_>, one: &Identity) -> (Identity, Vec<Credential>, usize) {
    let (identities, credentials, sessions) = stores;
    let found = identities.find(one.id).await.unwrap().unwrap();
    let mut own = credentials.list(one.id).await.unwrap();
    own.sort_by_key(|credential| credential.id);
    (found, own, sessions.list(one.id).await.unwrap().len())
}

fn new(credential: &Credential) -> Kept {
    Kept {
        credential: credential.clone(),
        before: None,
    }
}

/// The same with another config, in the place of the one it is.
fn changed(credential: &Credential) -> Kept {
    let mut after = credential.clone();
    after.config = json!({"changed": "日本"});
    Kept {
        credential: after,
        before: Some(credential.config.clone()),
    }
}

async fn a_whole_is_replaced_or_nothing_of_it(stores: Stores<'_>, entropy: &dyn Entropy) {
    let (identities, credentials, sessions) = stores;
    let role = role(entropy);
    let (ada, [one, two]) = holder((identities, entropy), &role).await;
    let other = identity(entropy, &odd(entropy));
    let taken = link(entropy, &other, &odd(entropy));
    let theirs = std::slice::from_ref(&taken);
    identities.insert(&other, theirs).await.unwrap();
    sessions.insert(&session(entropy, &ada)).await.unwrap();
    let after = Identity {
        traits: json!({"email": "whole"}),
        identifiers: vec![odd(entropy)],
        ..ada.clone()
    };
    let mut stolen = link(entropy, &ada, &odd(entropy));
    stolen.identifier.clone_from(&taken.identifier);
    let before = stored(stores, &ada).await;
    // The last of them cannot be: what came before it does not stay either.
    let fine = link(entropy, &ada, &odd(entropy));
    let wanted = [new(&fine), changed(&one), new(&stolen)];
    let mut whole = Whole {
        identity: &after,
        credentials: &wanted,
        sessions: SessionsThen::End,
    };
    let refused = identities.replace_whole(&whole, &role).await;
    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(stored(stores, &ada).await, before);
    let found = identities.find_by_identifier(&after.identifiers[0]).await;
    assert_eq!(found.unwrap(), None, "nor what it is found by");
    whole.credentials = &wanted[..2];
    let done = identities.replace_whole(&whole, &role).await.unwrap();
    assert_eq!(done, Replaced::Done(1), "its session has ended");
    let (found, own, left) = stored(stores, &ada).await;
    assert_eq!((found.traits, found.version), (after.traits.clone(), 1));
    assert_eq!(left, 0);
    let mut expected = vec![two, fine, wanted[1].credential.clone()];
    expected.sort_by_key(|credential| credential.id);
    assert_eq!(own, expected);
    assert_eq!(credentials.list(other.id).await.unwrap(), [taken]);
}

async fn what_was_read_before_somebody_else_changed_it_replaces_nothing(
    stores: Stores<'_>,
    entropy: &dyn Entropy,
) {
    let (identities, credentials, _) = stores;
    let role = role(entropy);
    let (ada, [one, two]) = holder((identities, entropy), &role).await;
    let mut used = one.clone();
    used.config = json!({"used": true});
    credentials.put(&used).await.unwrap();
    let before = stored(stores, &ada).await;
    let late = Identity {
        version: ada.version + 1,
        ..ada.clone()
    };
    for (identity, kept) in [(&ada, changed(&one)), (&late, changed(&two))] {
        let whole = Whole {
            identity,
            credentials: &[kept],
            sessions: SessionsThen::GoOn,
        };
        let done = identities.replace_whole(&whole, &role).await;
        assert_eq!(done.unwrap(), Replaced::Overtaken);
        assert_eq!(stored(stores, &ada).await, before);
    }
    let rivals = [changed(&two), changed(&two)];
    let rivals = rivals.each_ref().map(|kept| Whole {
        identity: &ada,
        credentials: std::slice::from_ref(kept),
        sessions: SessionsThen::GoOn,
    });
    let done = together(
        rivals
            .iter()
            .map(|rival| identities.replace_whole(rival, &role)),
    )
    .await;
    let done: Vec<_> = done.into_iter().map(Result::unwrap).collect();
    let won = done.iter().filter(|one| **one == Replaced::Done(0)).count();
    assert_eq!(won, 1, "{done:?}");
    assert!(done.contains(&Replaced::Overtaken), "{done:?}");
}

async fn a_first_password_is_not_stored_beside_another(stores: Stores<'_>, entropy: &dyn Entropy) {
    let (identities, credentials, _) = stores;
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    // Somebody chooses one after it was read that there is none.
    let chosen = password(entropy, &ada);
    credentials.put(&chosen).await.unwrap();
    let whole = Whole {
        identity: &ada,
        credentials: &[new(&password(entropy, &ada))],
        sessions: SessionsThen::End,
    };
    let done = identities.replace_whole(&whole, &role(entropy)).await;
    assert_eq!(done.unwrap(), Replaced::Overtaken);
    assert_eq!(credentials.list(ada.id).await.unwrap(), [chosen]);
}

async fn nobody_is_replaced_who_is_the_last_of_a_role(stores: Stores<'_>, entropy: &dyn Entropy) {
    let (identities, ..) = stores;
    let role = role(entropy);
    let (ada, [one, _]) = holder((identities, entropy), &role).await;
    let before = stored(stores, &ada).await;
    let stripped = Identity {
        roles: Vec::new(),
        ..ada.clone()
    };
    let whole = Whole {
        identity: &stripped,
        credentials: &[changed(&one)],
        sessions: SessionsThen::End,
    };
    let done = identities.replace_whole(&whole, &role).await;
    assert_eq!(done.unwrap(), Replaced::Last);
    assert_eq!(stored(stores, &ada).await, before);
}
