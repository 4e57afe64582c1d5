//! Access tokens over two nodes: remembered for a moment, and not for longer.

use std::time::Duration;

use portcullis_core::{
    api_credential::{ApiCredential, ApiToken, ClientAuthMethod},
    clock::Clock,
    id::ApiCredentialId,
    secret::Token,
    testing::FrozenClock,
};

use super::node::{Node, Record, clock, entropy};

fn credential(clock: &FrozenClock) -> (ApiCredential, ApiToken) {
    let (now, id) = (clock.now(), ApiCredentialId::generate(&entropy()));
    let credential = ApiCredential {
        id,
        name: "nightly".to_owned(),
        client_id: id.to_string(),
        secrets: Vec::new(),
        auth_method: ClientAuthMethod::default(),
        roles: vec!["viewer".to_owned()],
        scopes: vec!["openid".to_owned()],
        created_at: now,
        updated_at: now,
        expires_at: None,
        last_used_at: None,
        version: 0,
    };
    let token = ApiToken {
        hash: Token::generate(&entropy()).hash(),
        credential_id: id,
        scopes: vec!["openid".to_owned()],
        audience: Vec::new(),
        issued_at: now,
        expires_at: now + Duration::from_secs(3600),
    };
    (credential, token)
}

#[tokio::test]
async fn a_revocation_counts_at_once_here_and_within_five_seconds_elsewhere() {
    let (record, clock) = (Record::sqlite(), clock());
    let one = Node::start(&record, None, &clock).await;
    let other = Node::start(&record, None, &clock).await;
    let (here, there) = (&one.stores.api_credentials, &other.stores.api_credentials);
    let (credential, token) = credential(&clock);
    here.insert(&credential).await.unwrap();
    here.issue(&token).await.unwrap();
    for node in [here, there] {
        assert!(node.bearer(&token.hash).await.unwrap().is_some());
    }
    assert!(here.revoke(&token.hash).await.unwrap());
    assert!(here.bearer(&token.hash).await.unwrap().is_none());
    assert!(there.bearer(&token.hash).await.unwrap().is_some());
    clock.advance(Duration::from_secs(5));
    assert!(there.bearer(&token.hash).await.unwrap().is_none());
}

#[tokio::test]
async fn a_token_that_was_seen_of_late_costs_no_statement() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let store = &node.stores.api_credentials;
    let (credential, token) = credential(&clock);
    store.insert(&credential).await.unwrap();
    store.issue(&token).await.unwrap();
    store.bearer(&token.hash).await.unwrap();
    node.store.close().await;
    assert!(store.bearer(&token.hash).await.unwrap().is_some());
    clock.advance(Duration::from_secs(5));
    assert!(store.bearer(&token.hash).await.is_err());
}
