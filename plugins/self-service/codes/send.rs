//! Mailing a proof to an address that somebody typed. What they are told, and what is written down, is
//! the same whether anybody here holds the address or not.

use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind},
    id::IdentityId,
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
    mail::{Letter, Occasion},
    message::Message,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{
    awaited::{Expected, Holder, Mint},
    config, require_offered,
};
use crate::{
    addresses::is_doubtful,
    config::MailedProof,
    desk::Desk,
    forms::mailed::EMAIL,
    newcomer, remembered,
    submission::Submission,
    throttle::{asker::Asker, mailed},
};

/// No address is longer (RFC 5321, section 4.5.3.1).
const LONGEST: usize = 320;

/// Mails a proof.
pub(super) async fn send(desk: &Desk, visit: &Visit, mut submission: Box<Submission>) -> Outcome {
    let kind = submission.flow.kind;
    require_offered(desk, kind)?;
    let address = normalise_identifier(submission.text(EMAIL).unwrap_or_default());
    if let Some(complaint) = wrong(&address) {
        let complaint = (Some(EMAIL.to_owned()), complaint);
        return submission.reject(desk, vec![complaint]).await;
    }
    let asker = Asker::of_address(visit, submission.principal.as_deref(), &address);
    may(desk, &submission.flow, (&address, asker)).await?;
    let own = submission.principal.as_ref().map(|one| one.identity.id);
    let holder = find(desk, kind, &address, own).await?;
    let own = own.filter(|own| holder.as_ref().is_some_and(|one| one.identity == *own));
    let said = match own {
        Some(_) => said_to_holder(kind, desk, &address),
        None => said(kind, desk),
    };
    let csrf = submission.csrf.as_ref().map(|csrf| csrf.hash());
    let flow = &mut submission.flow;
    flow.csrf_hash = flow.csrf_hash.or(csrf);
    if let Some(own) = own {
        remembered::asked_as(flow, own);
    }
    let letter = prepare(desk, flow, address, holder)?;
    let answer = submission.accept(desk, said).await?;
    post(desk, letter).await;
    Ok(answer)
}

/// Lets the flow await a proof of this address, and returns the letter that brings it.
pub(crate) fn prepare(
    desk: &Desk,
    flow: &mut Flow,
    address: String,
    holder: Option<Holder>,
) -> Result<Letter, Failure> {
    let config = config(desk, flow.kind).ok_or(Code::Internal)?;
    let expected = Expected {
        holder,
        receiver: address,
        proof: config.proof,
        lifespan: config.lifespan,
    };
    letter(desk, flow, expected)
}

/// The same for a proof of this kind.
pub(crate) fn letter(desk: &Desk, flow: &mut Flow, expected: Expected) -> Result<Letter, Failure> {
    let (proof, lifespan) = (expected.proof, expected.lifespan);
    let owner = expected.holder.as_ref().map(|holder| holder.identity);
    let to = expected.receiver.clone();
    let secret = Mint::of(desk).issue(flow, expected, desk.now());
    Ok(Letter {
        to,
        owner,
        occasion: occasion(flow.kind, proof),
        locale: flow.locale.clone(),
        provider: None,
        proof: secret.ok_or(Code::Internal)?,
        lifespan,
        is_for_nobody: owner.is_none(),
    })
}

/// Hands a letter over; whether it could be sent is not told.
pub(crate) async fn post(desk: &Desk, letter: Letter) {
    if let Err(error) = desk.services.mailer.post(letter).await {
        tracing::warn!(%error, "a letter is not sent");
    }
}

/// What people read once a proof is on its way.
pub(crate) fn said(kind: FlowKind, desk: &Desk) -> Message {
    let proof = config(desk, kind).map(|config| config.proof);
    match (kind, proof.unwrap_or_default()) {
        (FlowKind::Recovery, MailedProof::Code) => Message::recovery_code_sent(),
        (FlowKind::Recovery, MailedProof::Link) => Message::recovery_link_sent(),
        (_, MailedProof::Code) => Message::verification_code_sent(),
        (_, MailedProof::Link) => Message::verification_link_sent(),
    }
}

/// The same where whoever reads it is signed in as the one who holds the address.
pub(crate) fn said_to_holder(kind: FlowKind, desk: &Desk, address: &str) -> Message {
    let proof = config(desk, kind).map(|config| config.proof);
    match (kind, proof.unwrap_or_default()) {
        (FlowKind::Verification, MailedProof::Code) => Message::verification_code_sent_to(address),
        (FlowKind::Verification, MailedProof::Link) => Message::verification_link_sent_to(address),
        _ => said(kind, desk),
    }
}

fn occasion(kind: FlowKind, proof: MailedProof) -> Occasion {
    match (kind, proof) {
        (FlowKind::Recovery, MailedProof::Code) => Occasion::RecoveryCode,
        (FlowKind::Recovery, MailedProof::Link) => Occasion::RecoveryLink,
        (_, MailedProof::Code) => Occasion::VerificationCode,
        (_, MailedProof::Link) => Occasion::VerificationLink,
    }
}

fn wrong(address: &str) -> Option<Message> {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let is_one = |(person, host): (&str, &str)| !person.is_empty() && !host.is_empty();
    let is_address = address.len() <= LONGEST
        && !address.contains(odd)
        && address.rsplit_once('@').is_some_and(is_one);
    match is_address {
        true => None,
        false if address.is_empty() => Some(Message::missing("Email address", EMAIL)),
        false => Some(Message::not_an_email(address)),
    }
}

/// Fails while the address has to be left alone, known or not.
async fn may(desk: &Desk, flow: &Flow, (address, asker): (&str, Asker)) -> Result<(), Failure> {
    let back =
        |failure: Failure| failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id));
    let patient = mailed::check_address(desk, flow.kind, (address, asker)).await;
    patient.map_err(back)?;
    mailed::letter(desk, address, asker).await.map_err(back)
}

/// Who holds the address: whoever is signed in, else whoever proved it, else whoever signs in with
/// it, else the only one. Where several merely say that it is theirs, it is nobody's.
async fn find(
    desk: &Desk,
    kind: FlowKind,
    address: &str,
    own: Option<IdentityId>,
) -> Result<Option<Holder>, Failure> {
    let mut found = desk.services.identities.find_by_address(address).await?;
    found.retain(|one| one.state == IdentityState::Active);
    let is_own = |one: &Identity| Some(one.id) == own;
    let vouches = |one: &Identity| kind == FlowKind::Verification && is_own(one);
    found.retain(|one| vouches(one) || !is_doubtful(one, address));
    found.retain(|one| newcomer::is_written_to(desk, one, address));
    found.retain(|one| Holder::of(kind, one, address).is_some());
    found.sort_by_key(|one| one.created_at);
    let is_proved = |one: &&Identity| {
        let mut addresses = one.addresses.iter();
        addresses.any(|own| own.value == address && own.verified_at.is_some())
    };
    let signs_in = |one: &&Identity| one.identifiers.iter().any(|own| own == address);
    let one = found.iter().find(|one| is_own(one));
    let one = one.or_else(|| found.iter().find(is_proved));
    let one = one.or_else(|| found.iter().find(signs_in));
    let one = one.or_else(|| found.first().filter(|_| found.len() == 1));
    Ok(one.and_then(|one| Holder::of(kind, one, address)))
}
