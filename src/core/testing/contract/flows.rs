//! What a store of flows promises.

use std::time::Duration;

use serde_json::{Value, json};

use super::{identity, odd, together};
use crate::{
    clock::Clock,
    entropy::Entropy,
    flow::{Flow, FlowKind, FlowStore, Transport},
    id::{FlowId, IdentityId},
    identity::IdentityStore,
    message::Message,
    secret::{Token, TokenHash},
    testing::FrozenClock,
    ui::{Node, Ui},
};

/// Checks a store of flows that goes by `clock`. What happens as time passes is checked only when
/// that clock can be moved.
pub async fn flow_store_contract(
    flows: &dyn FlowStore,
    clock: &dyn Clock,
    frozen: Option<&FrozenClock>,
    entropy: &dyn Entropy,
) {
    what_is_put_is_found(flows, clock, entropy).await;
    a_flow_that_is_gone_is_not_replaced(flows, clock, entropy).await;
    of_removals_at_once_one_counts(flows, clock, entropy).await;
    the_flows_of_an_identity_go_together(flows, clock, entropy).await;
    a_key_is_claimed_once(flows, clock, entropy).await;
    if let Some(frozen) = frozen {
        claims_end(flows, frozen, entropy).await;
    }
}

fn fresh(entropy: &dyn Entropy) -> TokenHash {
    Token::generate(entropy).hash()
}

async fn a_flow_that_is_gone_is_not_replaced(
    flows: &dyn FlowStore,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) {
    let mut one = flow(clock, entropy);
    assert!(!flows.replace(&one).await.unwrap());
    assert_eq!(flows.find(one.id).await.unwrap(), None);
    flows.put(&one).await.unwrap();
    let owner = IdentityId::generate(entropy);
    one.context = json!({ Flow::OWNER: owner });
    assert!(flows.replace(&one).await.unwrap());
    assert_eq!(flows.find(one.id).await.unwrap(), Some(one.clone()));
    flows.remove_of(owner).await.unwrap();
    assert!(!flows.replace(&one).await.unwrap());
    assert_eq!(flows.find(one.id).await.unwrap(), None);
}

async fn the_flows_of_an_identity_go_together(
    flows: &dyn FlowStore,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) {
    let (ada, eve) = (IdentityId::generate(entropy), IdentityId::generate(entropy));
    let of = |owner: Option<IdentityId>| Flow {
        context: owner.map_or(Value::Null, |owner| json!({ Flow::OWNER: owner })),
        ..flow(clock, entropy)
    };
    let (hers, later, others, nobodys) = (of(Some(ada)), of(None), of(Some(eve)), of(None));
    for one in [&hers, &later, &others, &nobodys] {
        flows.put(one).await.unwrap();
    }
    // Whose it is may be known only later.
    let later = Flow {
        context: hers.context.clone(),
        ..later
    };
    flows.put(&later).await.unwrap();
    flows.remove_of(ada).await.unwrap();
    for gone in [hers.id, later.id] {
        assert_eq!(flows.find(gone).await.unwrap(), None);
    }
    for stays in [others.id, nobodys.id] {
        assert!(flows.find(stays).await.unwrap().is_some());
    }
}

/// Checks that no flow outlives its identity.
pub async fn flows_go_with_their_identity(
    identities: &dyn IdentityStore,
    flows: &dyn FlowStore,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    let hers = Flow {
        context: json!({ Flow::OWNER: ada.id }),
        ..flow(clock, entropy)
    };
    let nobodys = flow(clock, entropy);
    for one in [&hers, &nobodys] {
        flows.put(one).await.unwrap();
    }
    assert!(identities.delete(ada.id).await.unwrap());
    assert_eq!(flows.find(hers.id).await.unwrap(), None);
    assert!(flows.find(nobodys.id).await.unwrap().is_some());
}

/// A flow that lasts an hour, in whole seconds.
fn flow(clock: &dyn Clock, entropy: &dyn Entropy) -> Flow {
    let now = clock.now();
    let now = now - Duration::from_nanos(now.subsec_nanosecond().unsigned_abs().into());
    let button = Node::submit("password", "method", "password", Message::sign_in());
    Flow {
        id: FlowId::generate(entropy),
        kind: FlowKind::Login,
        transport: Transport::Browser,
        issued_at: now,
        expires_at: now + Duration::from_secs(3600),
        request_url: format!("https://gate.test/?x={}", odd(entropy)),
        return_to: Some("/ß?a=b".to_owned()),
        csrf_hash: Some(fresh(entropy)),
        active: None,
        locale: "de".to_owned(),
        state: "choose_method".to_owned(),
        ui: Ui {
            action: "https://gate.test/login".to_owned(),
            method: "POST".to_owned(),
            nodes: vec![button.required()],
            messages: vec![Message::required("日本")],
        },
        context: json!({"draft": {"claims": [1, null, "💥"]}}),
    }
}

async fn what_is_put_is_found(flows: &dyn FlowStore, clock: &dyn Clock, entropy: &dyn Entropy) {
    let mut one = flow(clock, entropy);
    assert_eq!(flows.find(one.id).await.unwrap(), None);
    flows.put(&one).await.unwrap();
    assert_eq!(flows.find(one.id).await.unwrap(), Some(one.clone()));
    one.csrf_hash = None;
    one.return_to = None;
    one.active = Some("password".to_owned());
    one.context = json!(null);
    flows.put(&one).await.unwrap();
    assert_eq!(flows.find(one.id).await.unwrap(), Some(one));
}

async fn of_removals_at_once_one_counts(
    flows: &dyn FlowStore,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) {
    let one = flow(clock, entropy);
    flows.put(&one).await.unwrap();
    let removals = together((0..8).map(|_| flows.remove(one.id))).await;
    let counted = removals
        .into_iter()
        .filter(|r| *r.as_ref().unwrap())
        .count();
    assert_eq!(counted, 1);
    assert_eq!(flows.find(one.id).await.unwrap(), None);
    assert!(!flows.remove(one.id).await.unwrap());
}

async fn a_key_is_claimed_once(flows: &dyn FlowStore, clock: &dyn Clock, entropy: &dyn Entropy) {
    let until = clock.now() + Duration::from_secs(600);
    let key = fresh(entropy);
    let claims = together((0..8).map(|_| flows.claim_once(&key, until))).await;
    let granted = claims.into_iter().filter(|c| *c.as_ref().unwrap()).count();
    assert_eq!(granted, 1, "of claims at once only one is granted");
    assert!(!flows.claim_once(&key, until).await.unwrap());
    let other = fresh(entropy);
    assert!(flows.claim_once(&other, until).await.unwrap());
}

async fn claims_end(flows: &dyn FlowStore, clock: &FrozenClock, entropy: &dyn Entropy) {
    let minute = Duration::from_secs(60);
    let claimed = fresh(entropy);
    let ends = clock.now() + minute;
    assert!(flows.claim_once(&claimed, ends).await.unwrap());

    clock.advance(minute / 2);
    let later = clock.now() + minute;
    assert!(!flows.claim_once(&claimed, later).await.unwrap());

    // The second claim has not made the first last longer.
    clock.advance(minute / 2 + Duration::from_secs(1));
    let later = clock.now() + minute;
    assert!(flows.claim_once(&claimed, later).await.unwrap());
}
