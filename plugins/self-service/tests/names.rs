//! Names of those who have registered and proved nothing: who loses one to whom, and who does not.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialStore},
    id::CredentialId,
    identity::{Identity, IdentityState, IdentityStore},
    link::LinkKey,
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore, SeededEntropy},
};
use serde_json::json;

use super::{
    house::{House, action, csrf, messages},
    newcomer::{KNOWN, NEW, register},
    registration_alike::{busy_with_names, house_of_names},
};

/// Longer than a day and a letter.
pub(super) const TERM: Duration = Duration::from_secs(26 * 60 * 60);
const EVE: &str = "eve@example.com";

async fn find(house: &House, identifier: &str) -> Option<Identity> {
    let identities: &dyn IdentityStore = &*house.store;
    identities.find_by_identifier(identifier).await.unwrap()
}

/// Somebody who has registered as `nova`, and proves nothing.
pub(super) async fn nova(house: &House) -> Identity {
    let mut browser = house.browser();
    browser.client = [192, 0, 2, 9].into();
    let traits = json!({"email": NEW, "username": "nova"});
    assert_eq!(register(&mut browser, traits).await.status, 200);
    find(house, "nova").await.unwrap()
}

/// What a stranger is told who wants the name.
pub(super) async fn wanted(house: &House) -> (u16, Vec<u64>) {
    let traits = json!({"email": EVE, "username": "nova"});
    let reply = register(&mut house.browser(), traits).await;
    let said = match reply.status {
        200 => Vec::new(),
        _ => messages(&reply.json()),
    };
    (reply.status, said)
}

fn link(identity: &Identity) -> Credential {
    let key = LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://acme.example".to_owned(),
        subject: "4711".to_owned(),
    };
    let id = CredentialId::generate(&SeededEntropy::new(77));
    key.credential(identity.id, id, identity.created_at)
}

/// The mark of a first proof may outlive it.
#[tokio::test]
async fn nobody_of_whom_more_is_known_than_a_registration_loses_a_name_to_a_stranger() {
    let changes: [fn(&mut Identity); 4] = [
        |one| one.external_id = Some("crm:1".to_owned()),
        |one| one.metadata_public = Some(json!({"plan": "paid"})),
        |one| one.metadata_admin = Some(json!({"note": "tea"})),
        |one| one.roles = vec!["editor".to_owned()],
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let house = house_of_names(vec![Action::VerifyEmail]);
        let mut nova = nova(&house).await;
        change(&mut nova);
        IdentityStore::update(&*house.store, &nova).await.unwrap();
        house.clock.advance(TERM);
        let told = wanted(&house).await;
        assert_eq!(told, (400, vec![4_000_007]), "change {number}");
        assert_eq!(find(&house, "nova").await.unwrap().id, nova.id);
    }
}

#[tokio::test]
async fn nobody_who_has_been_in_or_has_another_way_in_loses_a_name_to_a_stranger() {
    for way in ["link", "use", "no password"] {
        let house = house_of_names(vec![Action::VerifyEmail]);
        let nova = nova(&house).await;
        let credentials: &dyn CredentialStore = &*house.store;
        let own = credentials.list(nova.id).await.unwrap().remove(0);
        match way {
            "link" => credentials.put(&link(&nova)).await.unwrap(),
            "use" => credentials.note_use(own.id, nova.created_at).await.unwrap(),
            _ => assert!(credentials.delete(own.id).await.unwrap()),
        }
        house.clock.advance(TERM);
        assert_eq!(wanted(&house).await, (400, vec![4_000_007]), "{way}");
        assert_eq!(find(&house, NEW).await.unwrap().id, nova.id, "{way}");
    }
}

/// Changes whoever is about to go, just before.
#[derive(Debug)]
struct Meanwhile(&'static str);

#[async_trait]
impl Meddler for Meanwhile {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::RemoveUnused(identity) = what else {
            return Ok(());
        };
        if self.0 == "link" {
            return CredentialStore::put(store, &link(identity)).await;
        }
        let mut now = identity.clone();
        now.lift_first_proof();
        IdentityStore::update(store, &now).await
    }
}

#[tokio::test]
async fn who_proves_something_or_is_linked_while_they_are_about_to_go_stays() {
    for what in ["proof", "link"] {
        let busy = busy_with_names(vec![Action::VerifyEmail]);
        let house = busy.house_with(|services, store| {
            services.identities = Arc::new(Meddled(store.clone(), Meanwhile(what)));
        });
        let nova = nova(&house).await;
        house.clock.advance(TERM);
        assert_eq!(wanted(&house).await.0, 200, "it looked free: {what}");
        let now = find(&house, "nova").await.unwrap();
        assert_eq!((now.id, now.state), (nova.id, IdentityState::Active));
        assert_eq!(find(&house, EVE).await, None, "{what}");
        assert_eq!(house.heard.all(), ["created"], "{what}");
    }
}

#[tokio::test]
async fn who_registers_again_with_the_same_name_and_address_takes_the_place_of_before() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let before = nova(&house).await;
    house.clock.advance(TERM);
    let again = nova(&house).await;
    assert_ne!(before.id, again.id);
    assert_eq!(house.letters.mails().len(), 2);
    // Nothing is kept of whom nobody has been, or strangers would fill the store for ever.
    let identifiers = vec!["other".to_owned()];
    let heir = Identity {
        identifiers,
        ..before
    };
    IdentityStore::insert(&*house.store, &heir, &[])
        .await
        .unwrap();
}

/// A name that is only reserved would be had in the settings, and tell that its address was known.
#[tokio::test]
async fn a_name_of_a_newcomer_is_had_in_the_settings_no_sooner_than_in_a_registration() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    house.proved_resident(KNOWN).await;
    house.proved_resident(EVE).await;
    for (email, name) in [(KNOWN, "one"), (NEW, "two")] {
        let traits = json!({"email": email, "username": name});
        let reply = register(&mut house.browser(), traits).await;
        assert_eq!(reply.status, 200, "{name}");
    }
    for expected in [400, 200] {
        let mut eve = house.browser();
        eve.sign_in(EVE).await;
        for name in ["one", "two"] {
            let flow = eve.begin("settings").await;
            let traits = json!({"email": EVE, "username": name, "name": {"first": "Eve"}});
            let fields = json!({"method": "profile", "csrf_token": csrf(&flow), "traits": traits});
            let reply = eve.post(action(&flow), &fields).await;
            assert_eq!(reply.status, expected, "{name}: {}", reply.text());
        }
        house.clock.advance(TERM);
    }
    assert_eq!(find(&house, NEW).await, None, "nobody has proved it");
}

/// Whoever gives no address is no newcomer, and learns no more than one.
#[tokio::test]
async fn a_name_of_a_newcomer_is_had_by_a_registration_without_an_address_no_sooner() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    house.proved_resident(KNOWN).await;
    for (email, name) in [(KNOWN, "one"), (NEW, "two")] {
        let traits = json!({"email": email, "username": name});
        let reply = register(&mut house.browser(), traits).await;
        assert_eq!(reply.status, 200, "{name}");
    }
    for expected in [400, 200] {
        for name in ["one", "two"] {
            let reply = register(&mut house.browser(), json!({"username": name})).await;
            assert_eq!(reply.status, expected, "{name}: {}", reply.text());
        }
        house.clock.advance(TERM);
    }
}

/// What somebody has reserved by registering is theirs again at once, and nobody else's.
#[tokio::test]
async fn a_former_name_is_had_again_by_whoever_had_it_and_by_nobody_else() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let mut nova = nova(&house).await;
    nova.lift_first_proof();
    nova.required_actions.clear();
    for address in &mut nova.addresses {
        address.verified_at = Some(nova.created_at);
    }
    IdentityStore::update(&*house.store, &nova).await.unwrap();
    house.proved_resident(EVE).await;
    let rename = async |email: &str, name: &str| {
        let mut browser = house.browser();
        browser.sign_in(email).await;
        let flow = browser.begin("settings").await;
        let traits = json!({"email": email, "username": name, "name": {"first": "Nova"}});
        let fields = json!({"method": "profile", "csrf_token": csrf(&flow), "traits": traits});
        browser.post(action(&flow), &fields).await.status
    };
    assert_eq!(rename(NEW, "stella").await, 200);
    assert_eq!(rename(EVE, "nova").await, 400, "it is kept for its owner");
    assert_eq!(rename(NEW, "nova").await, 200);
    assert_eq!(find(&house, "nova").await.unwrap().id, nova.id);
    house.clock.advance(TERM);
    assert_eq!(rename(NEW, "stella").await, 200);
    assert_eq!(rename(EVE, "nova").await, 200, "nobody keeps it for ever");
}
