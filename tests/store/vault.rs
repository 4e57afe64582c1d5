//! Upstream tokens as they are kept: sealed, at hand, and forgotten.

use std::{sync::Arc, time::Duration};

use portcullis::vault::{Keyring, SealedUpstreamSessions, Vault};
use portcullis_core::{
    clock::Clock,
    id::{CredentialId, IdentityId, SessionId},
    provider::{Policy, TokenSet, Upstream},
    secret::Secret,
    vault::{TokenVault, UpstreamSessionStore, VaultError},
};

use super::{
    node::{Node, Record, entropy, session},
    upstream::{Linked, Mood, id, key, token, token_for},
};

#[tokio::test]
async fn a_warm_token_needs_no_database() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    let nobody = IdentityId::generate(&entropy());
    assert_eq!(
        linked.token(&vault).await.unwrap().as_deref(),
        Some("access-0")
    );
    assert_eq!(token(&vault, nobody).await.unwrap(), None);
    node.store.close().await;
    for _ in 0..100 {
        assert_eq!(
            linked.token(&vault).await.unwrap().as_deref(),
            Some("access-0")
        );
        assert_eq!(token(&vault, nobody).await.unwrap(), None);
    }
    linked.clock.advance(Duration::from_secs(5));
    let read = linked.token(&vault).await;
    assert!(matches!(read, Err(VaultError::Store(_))), "not for ever");
    assert_eq!(linked.idp.calls(), 0);
}

#[tokio::test]
async fn tokens_are_kept_sealed_and_for_their_link_only() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    let mut kept = node.stores.tokens.find(linked.link).await.unwrap().unwrap();
    assert!(!kept.sealed.contains("access-0") && !kept.sealed.contains("refresh-0"));
    let record = Record::sqlite();
    let (other, node) = Linked::on(&record).await;
    kept.link = other.link;
    node.stores.tokens.put(&kept).await.unwrap();
    let read = other.token(&other.vault(&node)).await;
    assert!(matches!(read, Err(VaultError::Store(_))));
}

#[tokio::test]
async fn keys_are_replaced_while_tokens_are_kept() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let old = linked.vault_with(&node, Keyring::new(b"old", []));
    linked.sign_in(&old, 3600).await;
    let both = Keyring::new(b"new", [b"old".as_slice()]);
    let both = linked.vault_with(&node, both);
    assert_eq!(
        linked.token(&both).await.unwrap().as_deref(),
        Some("access-0")
    );
    linked.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        linked.token(&both).await.unwrap().as_deref(),
        Some("access-1")
    );
    let new = linked.vault_with(&node, Keyring::new(b"new", []));
    assert_eq!(
        linked.token(&new).await.unwrap().as_deref(),
        Some("access-1")
    );
}

#[tokio::test]
async fn nothing_is_kept_unless_the_provider_says_so() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    linked.configure(Policy::default());
    linked.sign_in(&vault, 3600).await;
    let kept = node.stores.tokens.find(linked.link).await.unwrap();
    assert_eq!(kept, None, "what was kept before goes too");
    assert_eq!(linked.token(&vault).await.unwrap(), None);
}

#[tokio::test]
async fn a_provider_that_is_switched_off_is_not_asked_and_its_tokens_stay() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    let policy = |enabled| Policy {
        enabled,
        store_tokens: true,
        ..Policy::default()
    };
    linked.configure(policy(false));
    assert_eq!(linked.token(&vault).await.unwrap(), None);
    assert_eq!(linked.idp.calls(), 0);
    linked.configure(policy(true));
    linked.clock.advance(Duration::from_secs(5));
    assert_eq!(
        linked.token(&vault).await.unwrap().as_deref(),
        Some("access-1")
    );
}

#[tokio::test]
async fn a_sign_in_without_a_refresh_token_keeps_the_one_before() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    assert!(linked.token(&vault).await.unwrap().is_some());
    let again = TokenSet {
        access: Secret::new("access-again"),
        refresh: Secret::default(),
        ..linked.tokens(3600)
    };
    vault.keep(linked.link, &id(), &again).await.unwrap();
    let now = linked.token(&vault).await.unwrap();
    assert_eq!(now.as_deref(), Some("access-again"), "at once");
    linked.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        linked.token(&vault).await.unwrap().as_deref(),
        Some("access-1")
    );
}

#[tokio::test]
async fn a_token_without_refresh_serves_to_its_end() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    let short = TokenSet {
        refresh: Secret::default(),
        ..linked.tokens(10)
    };
    vault.keep(linked.link, &id(), &short).await.unwrap();
    assert_eq!(
        linked.token(&vault).await.unwrap().as_deref(),
        Some("access-0")
    );
    linked.clock.advance(Duration::from_secs(10));
    let read = linked.token(&vault).await;
    assert!(matches!(read, Err(VaultError::Ended)));
    assert_eq!(linked.idp.calls(), 0);
}

#[tokio::test]
async fn forgotten_tokens_are_revoked_and_gone_at_once() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    assert!(linked.token(&vault).await.unwrap().is_some());
    vault.forget(linked.link).await.unwrap();
    vault.forget(linked.link).await.unwrap();
    assert_eq!(linked.idp.revoked(), ["access-0"]);
    assert_eq!(linked.token(&vault).await.unwrap(), None);
    assert_eq!(node.stores.tokens.find(linked.link).await.unwrap(), None);
}

/// Links one more account, and keeps a token of it that is called like the account.
async fn link_another(linked: &Linked, node: &Node, vault: &Vault, subject: &str) -> CredentialId {
    let (id_of_link, later) = (
        CredentialId::generate(&entropy()),
        linked.clock.now() + Duration::from_secs(1),
    );
    let link = key(subject).credential(linked.ada.id, id_of_link, later);
    node.stores.credentials.put(&link).await.unwrap();
    let tokens = TokenSet {
        access: Secret::new(subject),
        ..linked.tokens(3600)
    };
    vault.keep(link.id, &id(), &tokens).await.unwrap();
    link.id
}

/// A session of Ada that came from this account.
async fn session_from(linked: &Linked, node: &Node, subject: &str) -> SessionId {
    let session = session(&linked.ada, linked.clock.now());
    node.stores.sessions.insert(&session).await.unwrap();
    let upstream = Upstream {
        link: key(subject),
        session_id: None,
        id_token: Secret::default(),
    };
    let origins = &node.stores.upstream_sessions;
    origins.put(session.id, &upstream).await.unwrap();
    session.id
}

#[tokio::test]
async fn a_session_is_given_the_tokens_of_its_own_account_only() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    let told = async |session| token_for(&vault, linked.ada.id, session).await.unwrap();
    let own = session_from(&linked, &node, "ada").await;
    let other = session_from(&linked, &node, "second").await;
    assert_eq!(told(own).await.as_deref(), Some("access-0"));
    assert_eq!(told(other).await, None, "its account is not linked");
    let only = linked.token(&vault).await.unwrap();
    assert_eq!(only.as_deref(), Some("access-0"), "there is only one");

    let second = link_another(&linked, &node, &vault, "second").await;
    assert_eq!(told(own).await.as_deref(), Some("access-0"));
    assert_eq!(told(other).await.as_deref(), Some("second"), "at once");
    linked.clock.advance(Duration::from_secs(5));
    assert_eq!(linked.token(&vault).await.unwrap(), None, "which of them?");

    vault.forget(second).await.unwrap();
    assert_eq!(told(other).await, None);
    assert_eq!(told(own).await.as_deref(), Some("access-0"));
    let stranger = IdentityId::generate(&entropy());
    let strange = token_for(&vault, stranger, own).await.unwrap();
    assert_eq!(strange, None, "the account is somebody else's");
}

#[tokio::test]
async fn whose_tokens_a_session_is_given_is_not_asked_anew_every_few_seconds() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    // Where sessions came from, and links, are read through another node, which goes away.
    let other = Node::start(&record, None, &linked.clock).await;
    let vault = linked.vault_choosing(&node, &other);
    linked.sign_in(&vault, 3600).await;
    let own = session_from(&linked, &node, "ada").await;
    let told = async || token_for(&vault, linked.ada.id, own).await;
    assert_eq!(told().await.unwrap().as_deref(), Some("access-0"));
    assert!(linked.token(&vault).await.unwrap().is_some());
    other.store.close().await;
    for _ in 0..5 {
        linked.clock.advance(Duration::from_secs(5));
        assert_eq!(told().await.unwrap().as_deref(), Some("access-0"));
        assert!(linked.token(&vault).await.unwrap().is_some());
    }
    linked.clock.advance(Duration::from_secs(5));
    assert_eq!(told().await.unwrap().as_deref(), Some("access-0"));
    let only = linked.token(&vault).await;
    assert!(matches!(only, Err(VaultError::Store(_))), "are there two?");

    // Without tokens whose they are is asked anew.
    node.stores.tokens.remove(linked.link).await.unwrap();
    linked.clock.advance(Duration::from_secs(5));
    assert_eq!(told().await.unwrap(), None);
    assert!(matches!(told().await, Err(VaultError::Store(_))));
}

#[tokio::test]
async fn what_another_node_has_removed_is_given_out_for_five_seconds_at_most() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let other = Node::start(&record, None, &linked.clock).await;
    let (vault, elsewhere) = (linked.vault(&node), linked.vault(&other));
    linked.sign_in(&vault, 3600).await;
    assert!(linked.token(&vault).await.unwrap().is_some());
    elsewhere.forget(linked.link).await.unwrap();
    linked.clock.advance(Duration::from_secs(5));
    assert_eq!(linked.token(&vault).await.unwrap(), None);
}

#[tokio::test]
async fn tokens_are_forgotten_though_the_provider_is_away() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 3600).await;
    linked.idp.is(Mood::Down);
    vault.forget_all(linked.ada.id).await.unwrap();
    assert_eq!(linked.idp.revoked(), ["access-0"]);
    assert_eq!(linked.token(&vault).await.unwrap(), None);
}

#[tokio::test]
async fn id_tokens_of_sessions_are_kept_sealed() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let (_, session) = node.sign_in(linked.clock.now()).await;
    let store = &node.stores.upstream_sessions;
    let sealed = |key: &[u8]| {
        let keys = Keyring::new(key, []);
        SealedUpstreamSessions::new(Arc::clone(store), keys, Arc::new(entropy()))
    };
    let upstream = Upstream {
        link: key("ada"),
        session_id: Some("s".to_owned()),
        id_token: Secret::new("a.b.c"),
    };
    sealed(b"key").put(session.id, &upstream).await.unwrap();
    let raw = store.find(session.id).await.unwrap().unwrap();
    assert!(!raw.id_token.expose().contains("a.b.c"));
    let found = sealed(b"key").find(session.id).await.unwrap().unwrap();
    assert_eq!(found.id_token.expose(), "a.b.c");
    let found = sealed(b"other").find(session.id).await.unwrap().unwrap();
    assert!(found.id_token.is_empty() && found.link == upstream.link);
}
