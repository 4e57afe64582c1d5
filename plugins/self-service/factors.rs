//! Second factors and passkeys: what they ask in flows.

use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::{Enrolment, Factor, Passwordless, Question},
    flow::{Flow, FlowKind},
    identity::Identity,
    message::Message,
    principal::Principal,
    ui::Node,
};
use portcullis_kit::Failure;
use serde_json::{Map, Value};

use crate::{
    addresses::awaits_verification,
    codes::{self, by_mail},
    csrf,
    desk::Desk,
    form::{Form, Memory},
    start, throttle,
};

/// The button that has a second factor asked for first.
pub(crate) const FIRST: &str = "credential_first";

/// The credentials of `identity` as far as they count at the second step: codes on a list only stand in
/// for another second factor.
pub(crate) async fn own(desk: &Desk, identity: &Identity) -> Result<Vec<Credential>, Failure> {
    let services = &desk.services;
    let mut own = services.credentials.list(identity.id).await?;
    let has_second = services.actions.assurance().has_second(identity);
    own.retain(|one| one.kind != CredentialKind::LookupSecret || has_second);
    Ok(own)
}

/// What asks `identity` for a second factor, what it wants to be asked for first standing first; no
/// nodes where it has none. Where only a key will do, nothing else is asked for.
pub(crate) async fn ask(
    desk: &Desk,
    principal: &Principal,
    own: &[Credential],
) -> Result<Form, Failure> {
    let (identity, session) = (&principal.identity, &principal.session);
    let assurance = desk.services.actions.assurance();
    let lacks_key = assurance.lacks_key(identity, session);
    let mut factors: Vec<_> = desk.services.factors.second.iter().collect();
    factors.retain(|factor| !lacks_key || stands_for_key(factor.kind()));
    factors.sort_by_key(|factor| priority(factor.kind(), own));
    let mut form = Form::default();
    for factor in factors {
        let asked = factor.ask(identity, own).await;
        if let Some(question) = asked.map_err(|error| throttle::of_method(desk, error))? {
            form.add(factor.kind(), question);
        }
    }
    if assurance.takes_mail(session) && !lacks_key {
        form.nodes.extend(by_mail::button(desk, identity));
    }
    Ok(form)
}

fn stands_for_key(kind: CredentialKind) -> bool {
    matches!(
        kind,
        CredentialKind::Webauthn | CredentialKind::LookupSecret
    )
}

/// What the settings offer of each kind.
pub(crate) async fn offer(desk: &Desk, identity: &Identity) -> Result<Form, Failure> {
    offer_of(desk, identity, |_| true).await
}

/// What the settings offer of this kind.
pub(crate) async fn offer_only(
    desk: &Desk,
    identity: &Identity,
    kind: CredentialKind,
) -> Result<Form, Failure> {
    offer_of(desk, identity, |one| one == kind).await
}

async fn offer_of(
    desk: &Desk,
    identity: &Identity,
    is_wanted: impl Fn(CredentialKind) -> bool + Send,
) -> Result<Form, Failure> {
    let mut form = Form::default();
    let enrolments = &desk.services.factors.enrolments;
    if enrolments.is_empty() {
        return Ok(form);
    }
    let is_early = is_early(desk, identity);
    let own = desk.services.credentials.list(identity.id).await?;
    for enrolment in enrolments.iter().filter(|one| is_wanted(one.kind())) {
        let kind = enrolment.kind();
        if is_early && own.iter().all(|one| one.kind != kind) {
            form.nodes.push(confirm_link(desk, kind.as_str()));
            continue;
        }
        let offered = enrolment.offer(identity, &own).await;
        let question = offered.map_err(|error| throttle::of_method(desk, error))?;
        form.add(enrolment.kind(), question);
        form.nodes.extend(first_button(desk, kind, &own));
    }
    Ok(form)
}

/// The button that has a kind asked for before the others, where it is not the first of several. What is
/// in a drawer never is.
fn first_button(desk: &Desk, kind: CredentialKind, own: &[Credential]) -> Option<Node> {
    let here = own.iter().find(|one| one.kind == kind)?;
    let second = desk.services.factors.second.iter();
    let mut kinds: Vec<_> = second.map(|factor| factor.kind()).collect();
    kinds.retain(|kind| own.iter().any(|one| one.kind == *kind));
    kinds.sort_by_key(|kind| priority(*kind, own));
    let is_behind = kinds.iter().skip(1).any(|one| *one == kind);
    let is_at_hand = kind != CredentialKind::LookupSecret;
    let id = here.id.to_string();
    (is_behind && is_at_hand).then(|| Node::submit(kind.as_str(), FIRST, &id, Message::ask_first()))
}

/// What the sign-in form asks of those who need nothing beside it, of these kinds.
pub(crate) async fn passwordless(
    desk: &Desk,
    is_wanted: impl Fn(CredentialKind) -> bool + Send,
) -> Result<Form, Failure> {
    let mut form = Form::default();
    let all = desk.services.factors.passwordless.iter();
    for one in all.filter(|one| is_wanted(one.kind())) {
        let asked = one.ask().await;
        let question = asked.map_err(|error| throttle::of_method(desk, error))?;
        form.add(one.kind(), question);
    }
    Ok(form)
}

/// The second factor of this name.
pub(crate) fn second<'a>(desk: &'a Desk, name: &str) -> Option<&'a dyn Factor> {
    let mut second = desk.services.factors.second.iter();
    let found = second.find(|factor| factor.kind().as_str() == name);
    found.map(|factor| &**factor)
}

/// What needs nothing beside it and has this name.
pub(crate) fn alone<'a>(desk: &'a Desk, name: &str) -> Option<&'a dyn Passwordless> {
    let mut alone = desk.services.factors.passwordless.iter();
    let found = alone.find(|one| one.kind().as_str() == name);
    found.map(|one| &**one)
}

/// What these fields of a settings form are meant for.
pub(crate) fn enrolment<'a>(
    desk: &'a Desk,
    fields: &Map<String, Value>,
) -> Option<&'a dyn Enrolment> {
    let mut enrolments = desk.services.factors.enrolments.iter();
    let found = enrolments.find(|one| one.is_meant(fields));
    found.map(|one| &**one)
}

/// Takes what factors have asked out of a flow that is done: what was a seed or a list of codes there
/// is alive by now, and belongs in no store in the clear.
pub(crate) fn clear(desk: &Desk, flow: &mut Flow) -> Result<(), Failure> {
    let enrolments = &desk.services.factors.enrolments;
    let is_theirs = |group: &str| enrolments.iter().any(|one| one.kind().as_str() == group);
    flow.ui.nodes.retain(|node| !is_theirs(&node.group));
    Memory::default().keep(desk, flow)
}

/// Whether somebody has to prove an address of their own before they add anything: until then they may
/// be anybody who typed it, and whoever proves it takes all away again.
pub(crate) fn is_early(desk: &Desk, identity: &Identity) -> bool {
    let mut mail = identity.addresses.iter().filter(|one| one.via == "email");
    let has_proved = mail.any(|one| one.verified_at.is_some());
    let mut addresses = identity.addresses.iter();
    codes::is_offered(desk, FlowKind::Verification)
        && !has_proved
        && addresses.any(awaits_verification)
}

/// Where they do.
pub(crate) fn confirm_link(desk: &Desk, group: &str) -> Node {
    let back = desk.begin_page(FlowKind::Settings, None);
    let page = desk.begin_page(FlowKind::Verification, Some(&back));
    let id = format!("{group}-confirm-address");
    Node::link(group, &id, &page, Message::to_confirm_address())
}

/// Asks this in place of what the flow's form asks about `kind`; all else in it stays as it is.
pub(crate) fn ask_anew(
    desk: &Desk,
    flow: &mut Flow,
    (kind, question): (CredentialKind, Question),
) -> Result<(), Failure> {
    let mut memory = Memory::of(desk, flow)?;
    memory.note(kind, question.memory.clone());
    memory.keep(desk, flow)?;
    let mut nodes = std::mem::take(&mut flow.ui.nodes);
    nodes.retain(|node| node.attributes.name != csrf::FIELD);
    flow.ui.nodes = start::arrange(replaced(nodes, question, kind));
    Ok(())
}

fn replaced(nodes: Vec<Node>, question: Question, kind: CredentialKind) -> Vec<Node> {
    let place = nodes.iter().position(|node| node.group == kind.as_str());
    let mut others: Vec<Node> = nodes
        .into_iter()
        .filter(|node| node.group != kind.as_str())
        .collect();
    let place = place.unwrap_or(others.len()).min(others.len());
    others.splice(place..place, question.nodes);
    others
}

/// Where a kind is asked for among others: as the first of its credentials.
fn priority(kind: CredentialKind, own: &[Credential]) -> (i64, usize) {
    let of_kind = own.iter().filter(|one| one.kind == kind);
    let first = of_kind.map(|one| one.priority).min();
    let mut all = CredentialKind::ALL.into_iter();
    let place = match kind {
        // What is at hand is asked for before what is in a drawer.
        CredentialKind::LookupSecret => usize::MAX,
        kind => all.position(|one| one == kind).unwrap_or(usize::MAX),
    };
    (first.unwrap_or(i64::MAX), place)
}
