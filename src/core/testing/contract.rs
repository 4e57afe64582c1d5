//! What every store promises, as suites to run against each kind of store. They panic on a broken
//! promise, need no particular runtime, and make their own data from the entropy given, so that
//! one store can serve several runs.

#![expect(
    clippy::unwrap_used,
    reason = "a suite reports a broken promise by panicking"
)]

mod acting;
mod alone;
mod api_credentials;
mod audit;
mod credentials;
mod flows;
mod going;
mod identities;
mod mails;
mod many;
mod schemas;
mod search;
mod sessions;
mod throttles;
mod tokens;
mod upstream_sessions;

use std::{
    future::{Future, poll_fn},
    net::{IpAddr, Ipv6Addr},
    pin::Pin,
    task::Poll,
};

use jiff::Timestamp;
use serde_json::json;

pub use self::{
    api_credentials::api_credential_store_contract,
    audit::audit_log_contract,
    credentials::credential_store_contract,
    flows::{flow_store_contract, flows_go_with_their_identity},
    identities::identity_store_contract,
    mails::{mail_store_contract, mails_go_with_their_identity},
    schemas::schema_store_contract,
    search::{identity_search_contract, searched_schemas},
    sessions::session_store_contract,
    throttles::{counter_contract, pause_store_contract},
    tokens::token_store_contract,
    upstream_sessions::upstream_session_store_contract,
};
use crate::{
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    id::{AddressId, CredentialId, IdentityId, SessionId},
    identity::{Address, AddressPurpose, Identity, IdentityState},
    secret::{Token, TokenHash},
    session::{Aal, AuthenticationMethod, Device, Session},
    store::StoreError,
};

/// A moment in whole seconds, as every store keeps them.
fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A session of `identity`, long expired.
fn session(entropy: &dyn Entropy, identity: &Identity) -> Session {
    let method = |method: &str, provider: Option<&str>| AuthenticationMethod {
        method: method.to_owned(),
        aal: Aal::Aal1,
        completed_at: moment("2026-07-01T12:00:00Z"),
        provider: provider.map(|name| name.parse().unwrap()),
        account: provider.map(TokenHash::of),
        proved_at: provider.map(|_| moment("2026-07-01T11:00:00Z")),
        upstream_acr: provider.map(|_| "urn:\"one\"".to_owned()),
        upstream_amr: provider.map_or_else(Vec::new, |_| vec!["pwd".to_owned()]),
    };
    Session {
        id: SessionId::generate(entropy),
        token_hash: Token::generate(entropy).hash(),
        identity_id: identity.id,
        issued_at: moment("2026-07-01T12:00:00Z"),
        authenticated_at: moment("2026-07-01T12:00:01Z"),
        expires_at: moment("2026-07-01T13:00:00Z"),
        last_seen_at: moment("2026-07-01T12:00:02Z"),
        methods: vec![method("oidc", Some("idp")), method("password", None)],
        device: Device {
            ip_address: Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            user_agent: Some("o'brien \"agent\" 日本".to_owned()),
        },
        acting: None,
    }
}

/// A text that no other run has used, with the marks that stores trip over.
fn odd(entropy: &dyn Entropy) -> String {
    let fresh = Token::generate(entropy).expose().to_lowercase();
    format!("o'brien\"%_\\ {fresh}-ß-日本-💥@example.org")
}

/// An identity that signs in with `identifier` and holds it as an address.
fn identity(entropy: &dyn Entropy, identifier: &str) -> Identity {
    let now = moment("2026-07-01T12:00:00Z");
    let address = Address {
        id: AddressId::generate(entropy),
        value: identifier.to_owned(),
        via: "email".to_owned(),
        purpose: AddressPurpose {
            verification: true,
            recovery: false,
        },
        verified_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    Identity {
        id: IdentityId::generate(entropy),
        tenant: "default".to_owned(),
        schema_id: "odd schema/ß".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({
            "email": identifier, "academic-degree": "Dr. \"h.c.\"", "": {"日本": [null, true, 1.5]},
            "big": i64::MAX, "nested": {"a": {"b": {"c": "\u{202e}\n\t\u{1}"}}}, "empty": {},
        }),
        metadata_public: Some(json!({"team": "ops"})),
        metadata_admin: None,
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: std::collections::BTreeMap::new(),
        provenance: crate::provenance::Provenance::new(),
        roles: vec!["admin".to_owned(), "odd, role".to_owned()],
        identifiers: vec![identifier.to_owned()],
        addresses: vec![address],
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// A link of `identity` under `identifier`.
fn link(entropy: &dyn Entropy, identity: &Identity, identifier: &str) -> Credential {
    Credential {
        id: CredentialId::generate(entropy),
        identity_id: identity.id,
        kind: CredentialKind::Oidc,
        identifier: Some(identifier.to_owned()),
        config: json!({"providers": [{"subject": identifier, "日本": null}]}),
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: moment("2026-07-01T12:00:00Z"),
        updated_at: moment("2026-07-01T12:00:01Z"),
    }
}

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict { .. }))
}

/// Runs every future at the same time, on whatever runs this one.
async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut done) {
            if output.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        match done.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{FrozenClock, MemoryStore, SeededEntropy};

    fn memory() -> (MemoryStore, Arc<FrozenClock>, SeededEntropy) {
        let clock = Arc::new(FrozenClock::new(moment("2026-07-01T12:00:00Z")));
        (
            MemoryStore::new(clock.clone()),
            clock,
            SeededEntropy::new(11),
        )
    }

    #[tokio::test]
    async fn memory_keeps_identities_as_promised() {
        let (store, _, entropy) = memory();
        identity_store_contract(&store, &store, &store, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_credentials_as_promised() {
        let (store, _, entropy) = memory();
        credential_store_contract(&store, &store, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_sessions_as_promised() {
        let (store, _, entropy) = memory();
        session_store_contract(&store, &store, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_flows_as_promised() {
        let (store, clock, entropy) = memory();
        flow_store_contract(&store, &*clock, Some(&clock), &entropy).await;
    }

    #[tokio::test]
    async fn memory_counts_and_pauses_as_promised() {
        let (store, clock, entropy) = memory();
        counter_contract(&store, &*clock, Some(&clock), &entropy).await;
        pause_store_contract(&store, &*clock, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_api_credentials_and_what_was_done_as_promised() {
        let (store, _, entropy) = memory();
        api_credential_store_contract(&store, &entropy).await;
        audit_log_contract(&store, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_mail_as_promised() {
        let (store, _, entropy) = memory();
        mail_store_contract(&store, &entropy).await;
        mails_go_with_their_identity(&store, &store, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_sealed_tokens_as_promised() {
        let (store, clock, entropy) = memory();
        token_store_contract(&store, &store, &store, &clock, &entropy).await;
    }

    #[tokio::test]
    async fn memory_keeps_where_sessions_came_from_as_promised() {
        let (store, _, entropy) = memory();
        upstream_session_store_contract(&store, &store, &store, &entropy).await;
    }
}
