//! What a store of identities promises of many newcomers at once, and of roles that somebody keeps.

use std::collections::BTreeMap;

use super::{credentials::password, identity, is_conflict, link, odd, session, together};
use crate::{
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    id::IdentityId,
    identity::{Identity, IdentityState, IdentityStore, Removal},
    session::SessionStore,
};

/// How many come at once: more than a store takes in by one step.
const MANY: usize = 300;
/// The places of those who do not come in.
const REFUSED: [usize; 2] = [7, MANY - 1];

pub(super) async fn of_many_each_comes_by_itself(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let here = identity(entropy, &odd(entropy));
    identities.insert(&here, &[]).await.unwrap();
    let newcomers = newcomers(entropy, &here.identifiers[0]);
    let outcomes = identities.insert_many(&newcomers).await;
    assert_eq!(outcomes.len(), MANY);
    for ((one, own), (place, outcome)) in newcomers.iter().zip(outcomes.iter().enumerate()) {
        let comes = !REFUSED.contains(&place);
        assert_eq!(outcome.is_ok(), comes, "{outcome:?}");
        assert_eq!(is_conflict(outcome), !comes, "{outcome:?}");
        let found = identities.find(one.id).await.unwrap();
        assert_eq!(found.as_ref(), comes.then_some(one));
        let found = credentials.list(one.id).await.unwrap();
        assert_eq!(found, if comes { own.as_slice() } else { &[] });
    }
    those_who_came_are_found((identities, credentials, entropy), &newcomers, &here).await;
    assert!(identities.insert_many(&[]).await.is_empty());
    assert!(identities.present(&[]).await.unwrap().is_empty());
}

/// Many with a link each, of whom one signs in with what is `taken`, and the last as the first does.
fn newcomers(entropy: &dyn Entropy, taken: &str) -> Vec<(Identity, Vec<Credential>)> {
    let mut newcomers: Vec<(Identity, Vec<Credential>)> = Vec::new();
    for _ in 0..MANY {
        let mut one = identity(entropy, &odd(entropy));
        one.is_linked = true;
        let own = link(entropy, &one, &odd(entropy));
        newcomers.push((one, vec![own]));
    }
    newcomers[REFUSED[0]].0.identifiers.push(taken.to_owned());
    let first = newcomers[0].0.identifiers.clone();
    newcomers[REFUSED[1]].0.identifiers = first;
    newcomers
}

async fn those_who_came_are_found(
    (identities, credentials, entropy): (&dyn IdentityStore, &dyn CredentialStore, &dyn Entropy),
    newcomers: &[(Identity, Vec<Credential>)],
    here: &Identity,
) {
    let taken = here.identifiers[0].clone();
    let nobody = IdentityId::generate(entropy);
    let ids = [
        newcomers[0].0.id,
        nobody,
        here.id,
        newcomers[REFUSED[0]].0.id,
    ];
    let present = identities.present(&ids).await.unwrap();
    assert_eq!(present, [ids[0], here.id].into());
    let unknown = format!("{taken}\0");
    let asked = [taken.clone(), unknown.clone(), odd(entropy)];
    let owners = identities.owners(&asked).await.unwrap();
    assert_eq!(owners, BTreeMap::from([(taken, here.id)]));
    let account = newcomers[0].1[0].identifier.clone().unwrap();
    let asked = [account.clone(), unknown, odd(entropy)];
    let owners = credentials.owners(CredentialKind::Oidc, &asked).await;
    assert_eq!(owners.unwrap(), BTreeMap::from([(account, ids[0])]));
}

pub(super) async fn a_role_is_left_to_somebody(
    identities: &dyn IdentityStore,
    entropy: &dyn Entropy,
) {
    let role = format!("role-{}", IdentityId::generate(entropy));
    let mut holders = Vec::new();
    for _ in 0..4 {
        let mut one = identity(entropy, &odd(entropy));
        one.roles = vec![role.clone()];
        identities.insert(&one, &[]).await.unwrap();
        holders.push(one);
    }
    let mut bystander = identity(entropy, &odd(entropy));
    identities.insert(&bystander, &[]).await.unwrap();
    bystander.state = IdentityState::Inactive;
    assert!(identities.update_beside(&bystander, &role).await.unwrap());
    let gone = identities.delete_beside(bystander.id, &role).await;
    assert_eq!(gone.unwrap(), Removal::Done);
    let gone = identities.delete_beside(bystander.id, &role).await;
    assert_eq!(gone.unwrap(), Removal::Missing);

    let wanted: Vec<_> = holders[..2].iter().map(stripped).collect();
    let done = together(
        wanted
            .iter()
            .map(|one| identities.update_beside(one, &role)),
    )
    .await;
    assert!(done.iter().all(|done| *done.as_ref().unwrap()), "{done:?}");
    let stale = identities.update_beside(&wanted[0], &role).await;
    assert!(is_conflict(&stale), "{stale:?}");
    of_two_who_go_at_once_one_stays(identities, &role, &holders[2..]).await;
}

/// Neither of an id nor of a role that nobody else has.
pub(super) async fn whoever_goes_has_no_heir(
    (identities, sessions): (&dyn IdentityStore, &dyn SessionStore),
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    of_two_links_that_go_at_once_one_leaves_the_role(identities, credentials, entropy).await;
    an_id_that_was_somebodys_is_nobodys_again(identities, entropy).await;
    an_id_that_was_nobodys_is_free_again((identities, sessions), credentials, entropy).await;
}

/// Two who have a role by what their providers say lose it with their links.
async fn of_two_links_that_go_at_once_one_leaves_the_role(
    identities: &dyn IdentityStore,
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let role = format!("role-{}", IdentityId::generate(entropy));
    let mut holders = Vec::new();
    for _ in 0..2 {
        let mut one = identity(entropy, &odd(entropy));
        one.roles = vec![role.clone()];
        one.is_linked = true;
        let own = [(); 2].map(|()| link(entropy, &one, &odd(entropy)));
        identities.insert(&one, &own).await.unwrap();
        holders.push((stripped(&one), own));
    }
    let parted = holders.iter().map(|(one, [going, stays])| {
        let others = std::slice::from_ref(&stays.id);
        identities.update_without_beside(one, (going.id, others), &role)
    });
    let done: Vec<_> = together(parted).await;
    let done: Vec<_> = done.into_iter().map(Result::unwrap).collect();
    assert!(done.contains(&Removal::Done) && done.contains(&Removal::Last));
    for ((one, [going, stays]), done) in holders.iter().zip(&done) {
        let left = credentials.list(one.id).await.unwrap();
        assert_eq!(left.len(), if *done == Removal::Done { 1 } else { 2 });
        let found = identities.find(one.id).await.unwrap().unwrap();
        assert_eq!(found.roles.is_empty(), *done == Removal::Done);
        let nothing = (going.id, &[][..]);
        if *done == Removal::Last {
            let again = identities.update_without_beside(&found, nothing, &role);
            assert_eq!(
                again.await.unwrap(),
                Removal::Missing,
                "nothing else is left"
            );
            let kept = (going.id, std::slice::from_ref(&stays.id));
            let again = identities.update_without_beside(&found, kept, &role);
            assert_eq!(again.await.unwrap(), Removal::Done, "the role stays");
        }
    }
}

async fn of_two_who_go_at_once_one_stays(
    identities: &dyn IdentityStore,
    role: &str,
    two: &[Identity],
) {
    let going = two.iter();
    let done = together(going.map(|one| identities.delete_beside(one.id, role))).await;
    let done: Vec<_> = done.into_iter().map(Result::unwrap).collect();
    let count = |wanted: Removal| done.iter().filter(|one| **one == wanted).count();
    assert_eq!(
        (count(Removal::Done), count(Removal::Last)),
        (1, 1),
        "{done:?}"
    );
    let last = two.iter().zip(&done);
    let (last, _) = last
        .clone()
        .find(|(_, done)| **done == Removal::Last)
        .unwrap();
    assert!(
        !identities
            .update_beside(&stripped(last), role)
            .await
            .unwrap()
    );
    let off = Identity {
        state: IdentityState::Inactive,
        ..last.clone()
    };
    assert!(!identities.update_beside(&off, role).await.unwrap());
    let found = identities.find(last.id).await.unwrap().unwrap();
    assert_eq!(&found, last, "nothing is done");
    let renamed = Identity {
        tenant: "other".to_owned(),
        ..last.clone()
    };
    identities.update(&renamed).await.unwrap();
}

fn stripped(one: &Identity) -> Identity {
    Identity {
        roles: Vec::new(),
        ..one.clone()
    }
}

/// Whoever chose it would inherit what is known of somebody else by it.
async fn an_id_that_was_somebodys_is_nobodys_again(
    identities: &dyn IdentityStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    assert!(identities.delete(ada.id).await.unwrap());
    let heir = || Identity {
        id: ada.id,
        ..identity(entropy, &odd(entropy))
    };
    assert!(is_conflict(&identities.insert(&heir(), &[]).await));
    let newcomers = [heir(), identity(entropy, &odd(entropy))].map(|one| (one, Vec::new()));
    let outcomes = identities.insert_many(&newcomers).await;
    assert!(is_conflict(&outcomes[0]), "{outcomes:?}");
    assert!(outcomes[1].is_ok(), "{outcomes:?}");
    assert_eq!(identities.find(ada.id).await.unwrap(), None);
}

/// Whoever nobody has been leaves nothing to inherit, and need not be remembered for ever; whoever is about to
/// be somebody stays.
async fn an_id_that_was_nobodys_is_free_again(
    (identities, sessions): (&dyn IdentityStore, &dyn SessionStore),
    credentials: &dyn CredentialStore,
    entropy: &dyn Entropy,
) {
    let plain = |one: &Identity| password(entropy, one);
    let used = |one: &Identity| Credential {
        last_used_at: Some(one.created_at),
        ..plain(one)
    };
    let linked = |one: &Identity| Credential {
        kind: CredentialKind::Oidc,
        ..plain(one)
    };
    let stores = (identities, credentials);
    let nobody = || identity(entropy, &odd(entropy));
    let (one, another, third) = (nobody(), nobody(), nobody());
    is_unused((&one, plain(&one)), true, stores).await;
    is_unused((&another, used(&another)), false, stores).await;
    is_unused((&third, linked(&third)), false, stores).await;
    whoever_is_about_to_be_somebody_stays((identities, sessions), entropy).await;
}

/// Whether somebody with this credential goes as one who was nobody.
async fn is_unused(
    (one, own): (&Identity, Credential),
    goes: bool,
    (identities, credentials): (&dyn IdentityStore, &dyn CredentialStore),
) {
    identities.insert(one, &[own]).await.unwrap();
    assert_eq!(identities.delete_unused(one).await.unwrap(), goes);
    let left = identities.find(one.id).await.unwrap();
    assert_eq!(left.is_none(), goes);
    let left = credentials.list(one.id).await.unwrap();
    assert_eq!(left.is_empty(), goes);
}

async fn whoever_is_about_to_be_somebody_stays(
    (identities, sessions): (&dyn IdentityStore, &dyn SessionStore),
    entropy: &dyn Entropy,
) {
    let busy = identity(entropy, &odd(entropy));
    let own = password(entropy, &busy);
    identities.insert(&busy, &[own]).await.unwrap();
    let open = session(entropy, &busy);
    sessions.insert(&open).await.unwrap();
    assert!(!identities.delete_unused(&busy).await.unwrap());
    assert_eq!(sessions.list(busy.id).await.unwrap().len(), 1);
    assert!(sessions.revoke_all(busy.id, None).await.is_ok());
    identities.update(&busy).await.unwrap();
    assert!(
        !identities.delete_unused(&busy).await.unwrap(),
        "it has changed"
    );
    let now = identities.find(busy.id).await.unwrap().unwrap();
    assert!(identities.delete_unused(&now).await.unwrap());
    assert!(!identities.delete_unused(&now).await.unwrap());
    is_somebody_to_the_end(identities, &busy).await;
}

async fn is_somebody_to_the_end(identities: &dyn IdentityStore, one: &Identity) {
    identities.insert(one, &[]).await.unwrap();
    assert!(identities.delete(one.id).await.unwrap());
    assert!(is_conflict(&identities.insert(one, &[]).await));
}
