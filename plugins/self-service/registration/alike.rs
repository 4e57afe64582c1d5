//! Registrations with an address that is known here already. Where mail is sent, they are answered like
//! those of somebody new who has to prove the address first; its owner is written to. (Where everybody
//! new has to, `unseen.rs` answers both.)

use axum::response::{IntoResponse, Json, Redirect, Response};
use portcullis_core::{
    action::Action,
    flow::{Flow, FlowKind, Transport},
    identity::{Identity, IdentityState},
    message::Message,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants, dialect};
use serde_json::{Value, json};

use crate::{
    addresses::{awaits_verification, is_doubtful},
    codes::{
        self,
        awaited::{Expected, Holder},
        send,
    },
    config::MailedProof,
    desk::Desk,
    start::NewFlow,
    submission::Submission,
    throttle,
    verification::begin::{self, Begun},
};

/// Whether this new identity is let in only once it has proved its address: then its registration
/// begins no session, which would tell it from one that comes to nothing.
pub(super) fn proves_first(desk: &Desk, identity: &Identity) -> bool {
    let pending = desk.services.actions.pending(identity);
    pending.contains(&Action::VerifyEmail) && codes::is_offered(desk, FlowKind::Verification)
}

/// Answers a registration that has begun no session.
pub(super) async fn wait(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    identity: &Identity,
) -> Outcome {
    let begun = begin::begin_registered(desk, visit, &submission.flow, (identity, true)).await?;
    Ok(answer(desk, submission, identity, begun.as_ref()))
}

/// Answers a registration with something that somebody signs in with already.
pub(super) async fn known(
    desk: &Desk,
    visit: &Visit,
    submission: Box<Submission>,
    identity: &Identity,
) -> Outcome {
    let Some((owner, address)) = owner(desk, identity).await? else {
        count(desk, visit, &submission).await?;
        // Rejecting puts the claimed flow back.
        let complaint = (None, Message::duplicate());
        return submission.reject(desk, vec![complaint]).await;
    };
    if !proves_first(desk, identity) {
        // Here a session would have begun, which whoever asks can look for.
        count(desk, visit, &submission).await?;
    }
    let begun = begin::begin_registered(desk, visit, &submission.flow, (identity, false)).await?;
    if begun.is_some() {
        write(desk, &submission.flow, (owner, &address)).await?;
    }
    Ok(answer(desk, &submission, identity, begun.as_ref()))
}

/// Counts that somebody is told of something that is taken; nobody is told of too much, and the claimed
/// flow is put back then.
pub(super) async fn count(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
) -> Result<(), Failure> {
    let Err(failure) = throttle::duplicate(desk, visit).await else {
        return Ok(());
    };
    let flow = &submission.flow;
    desk.services.flows.put(flow).await?;
    Err(failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id)))
}

/// Who signs in with an address of the identity that was to be, and with which. `None` where no mail
/// would bring them back in, so that none is promised, and where something else is taken, which people
/// have to know to choose another.
pub(super) async fn owner(
    desk: &Desk,
    identity: &Identity,
) -> Result<Option<(Holder, String)>, Failure> {
    let mut mailed = [FlowKind::Verification, FlowKind::Recovery].into_iter();
    if !mailed.all(|kind| codes::is_offered(desk, kind)) {
        return Ok(None);
    }
    let mut owner = None;
    for identifier in &identity.identifiers {
        let identities = &desk.services.identities;
        let Some(found) = identities.find_by_identifier(identifier).await? else {
            continue;
        };
        let mut addresses = identity.addresses.iter();
        if !addresses.any(|one| one.value == *identifier && awaits_verification(one)) {
            return Ok(None);
        }
        let Some(holder) = reachable(&found, identifier) else {
            return Ok(None);
        };
        owner = Some((holder, identifier.clone()));
    }
    Ok(owner)
}

/// The owner, where a letter to this address lets them back in.
fn reachable(owner: &Identity, address: &str) -> Option<Holder> {
    let is_let_in = owner.state == IdentityState::Active && !is_doubtful(owner, address);
    Holder::of(FlowKind::Recovery, owner, address).filter(|_| is_let_in)
}

/// Mails the owner of an address a link to get back in, in case it was they who had forgotten.
pub(super) async fn write(
    desk: &Desk,
    from: &Flow,
    (holder, address): (Holder, &str),
) -> Result<(), Failure> {
    let kind = FlowKind::Recovery;
    let new = NewFlow {
        transport: Transport::Browser,
        request_url: desk.begin_page(kind, None),
        return_to: None,
        // Whoever registered is not to watch what the owner does with the link.
        csrf_hash: None,
        ..NewFlow::after(from, kind, Vec::new())
    };
    let mut flow = new.start(desk).await?;
    let expected = Expected {
        holder: Some(holder),
        receiver: address.to_owned(),
        proof: MailedProof::Link,
        lifespan: desk.config.recovery.lifespan,
    };
    let letter = send::letter(desk, &mut flow, expected)?;
    desk.services.flows.put(&flow).await?;
    send::post(desk, letter).await;
    Ok(())
}

/// The answer without a session, which is the same for somebody new.
pub(super) fn answer(
    desk: &Desk,
    submission: &Submission,
    identity: &Identity,
    begun: Option<&Begun>,
) -> Response {
    let return_to = submission.flow.return_to.as_deref();
    if submission.wants == Wants::Html {
        let page = match begun {
            Some(begun) => desk.flow_page(begun.flow.kind, begun.flow.id),
            None => desk.begin_page(FlowKind::Verification, return_to),
        };
        return Redirect::to(&page).into_response();
    }
    let told: Vec<Value> = begun
        .map(|begun| begun.continue_with(desk))
        .into_iter()
        .collect();
    let identity = dialect::identity(&desk.services, identity);
    Json(json!({"identity": identity, "continue_with": told})).into_response()
}
