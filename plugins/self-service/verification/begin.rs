//! Verifications that begin by themselves: after somebody registered, or changed an address.

use portcullis_core::{
    flow::{Flow, FlowKind},
    identity::{Address, Identity},
    mail::Letter,
};
use portcullis_kit::{Failure, Visit};
use serde_json::{Value, json};

use crate::{
    addresses::awaits_verification,
    codes::{self, awaited::Holder, send},
    desk::Desk,
    newcomer, remembered,
    start::NewFlow,
    throttle::{asker::Asker, mailed::letter},
};

/// A verification that has begun: its mail is on its way.
#[derive(Debug)]
pub(crate) struct Begun {
    /// The flow that takes the proof.
    pub(crate) flow: Flow,
    /// Where the mail went.
    pub(crate) address: String,
}

/// Begins to verify the newest address of `identity` that nobody has proved, in a flow that goes on
/// where `from` does. `None` where there is none, where it is not offered, and where too many were
/// begun.
pub(crate) async fn begin_for(
    desk: &Desk,
    from: &Flow,
    identity: &Identity,
) -> Result<Option<Begun>, Failure> {
    let begun = begin(desk, from, (identity, true), Asker::Own(identity.id)).await?;
    Ok(sent(desk, begun).await)
}

/// The same for somebody who has just registered and has no session; in vain, so that no proof is
/// right, where the identity could not be stored. The mail is that of whoever visits.
pub(crate) async fn begin_registered(
    desk: &Desk,
    visit: &Visit,
    from: &Flow,
    (identity, is_stored): (&Identity, bool),
) -> Result<Option<Begun>, Failure> {
    let begun = begin(desk, from, (identity, is_stored), Asker::visitor(visit)).await?;
    Ok(sent(desk, begun).await)
}

/// The same for a newcomer, whether they can be stored or not. The letter is still to be posted.
pub(crate) async fn begin_unsent(
    desk: &Desk,
    visit: &Visit,
    from: &Flow,
    identity: &Identity,
) -> Result<Option<(Begun, Letter)>, Failure> {
    begin(desk, from, (identity, true), Asker::visitor(visit)).await
}

async fn sent(desk: &Desk, begun: Option<(Begun, Letter)>) -> Option<Begun> {
    let (begun, letter) = begun?;
    send::post(desk, letter).await;
    Some(begun)
}

async fn begin(
    desk: &Desk,
    from: &Flow,
    (identity, is_stored): (&Identity, bool),
    asker: Asker,
) -> Result<Option<(Begun, Letter)>, Failure> {
    let kind = FlowKind::Verification;
    let address = match asker {
        Asker::Own(_) => newest(identity),
        Asker::Client(_) => newcomer::address(identity),
    };
    let Some(address) = address.filter(|_| codes::is_offered(desk, kind)) else {
        return Ok(None);
    };
    if letter(desk, &address.value, asker).await.is_err() {
        return Ok(None);
    }
    let (said, context) = match asker {
        Asker::Own(_) => {
            let said = send::said_to_holder(kind, desk, &address.value);
            (said, remembered::begun_as(identity.id))
        }
        Asker::Client(_) => (send::said(kind, desk), remembered::registered(identity.id)),
    };
    let new = NewFlow {
        context,
        messages: vec![said],
        ..NewFlow::after(from, kind, Vec::new())
    };
    let mut flow = new.start(desk).await?;
    let holder = Holder::of(kind, identity, &address.value).filter(|_| is_stored);
    let letter = send::prepare(desk, &mut flow, address.value.clone(), holder)?;
    if let Asker::Client(_) = asker {
        // It stays whatever its owner does, known or new.
        remembered::disown(&mut flow);
    }
    desk.services.flows.put(&flow).await?;
    let address = address.value.clone();
    Ok(Some((Begun { flow, address }, letter)))
}

fn newest(identity: &Identity) -> Option<&Address> {
    let waiting = identity.addresses.iter();
    let waiting = waiting.filter(|one| awaits_verification(one));
    waiting.max_by_key(|one| one.created_at)
}

/// The same where somebody is on their way elsewhere: what cannot be mailed holds nobody up, for
/// another mail can be asked for at any time.
pub(crate) async fn if_possible(desk: &Desk, from: &Flow, identity: &Identity) -> Option<Begun> {
    let begun = begin_for(desk, from, identity).await;
    begun.unwrap_or_else(|failure| {
        tracing::warn!(code = failure.code().as_str(), "no verification begins");
        None
    })
}

/// The same after a change from `before`, where it brought an address that nobody has proved.
pub(crate) async fn after_change(
    desk: &Desk,
    from: &Flow,
    (before, identity): (&Identity, &Identity),
) -> Option<Begun> {
    let is_new = |one: &&Address| {
        let mut known = before.addresses.iter();
        !known.any(|known| known.id == one.id && known.value == one.value)
    };
    let mut waiting = identity
        .addresses
        .iter()
        .filter(|one| awaits_verification(one));
    match waiting.any(|one| is_new(&one)) {
        true => if_possible(desk, from, identity).await,
        false => None,
    }
}

impl Begun {
    /// What tells a program to go on with it.
    pub(crate) fn continue_with(&self, desk: &Desk) -> Value {
        json!({"action": "show_verification_ui", "flow": {
            "id": self.flow.id,
            "verifiable_address": self.address,
            "url": desk.flow_page(self.flow.kind, self.flow.id),
        }})
    }

    /// Lets the body of an answer tell it before all else.
    pub(crate) fn tell(&self, desk: &Desk, body: &mut Value) {
        let own = self.continue_with(desk);
        match body.get_mut("continue_with").and_then(Value::as_array_mut) {
            Some(others) => others.insert(0, own),
            None => body["continue_with"] = json!([own]),
        }
    }
}
