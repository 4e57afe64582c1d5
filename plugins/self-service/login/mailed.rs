//! Signing in with nothing but a code by mail.
//!
//! Whether somebody is known is not told: a code is asked for either way, and mailed only to an address
//! that its holder has proved.

use portcullis_core::{
    catalogue::Code,
    flow::Flow,
    id::IdentityId,
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
    mail::{Letter, Occasion},
    message::Message,
    secret::Secret,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::local;
use crate::{
    codes::{self, Bond, Sent},
    desk::Desk,
    forms::code::{self, CODE, RESEND},
    parked::{self, Parked},
    provider::OIDC,
    sign_in::Proof,
    submission::Submission,
    throttle::{Suspicion, asker::Asker, mailed::letter},
};

/// The field that says who somebody is.
const IDENTIFIER: &str = "identifier";
/// No address is longer (RFC 5321, section 4.5.3.1).
const LONGEST: usize = 320;

/// A code on its way, as the flow keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MailedSignIn {
    sent: Sent,
    address: String,
    /// Whom it lets in; `None` where nobody is known by the address.
    identity: Option<IdentityId>,
}

impl Parked for MailedSignIn {
    const NAME: &'static str = "mailed-sign-in";
}

/// Whether a submission is about a code.
pub(super) fn is_meant(desk: &Desk, submission: &Submission) -> bool {
    let about = |name: &str| submission.text(name) == Some(CODE);
    code::is_offered(desk) && (about("method") || about(RESEND))
}

/// Whether a code is on its way: then the form takes that, and nothing that one tries who has none.
pub(super) fn is_sent(flow: &Flow) -> bool {
    parked::is_in::<MailedSignIn>(flow)
}

/// Whether a submission brings a code; then it costs nobody any mail.
pub(super) fn brings_code(submission: &Submission) -> bool {
    is_sent(&submission.flow) && submission.text(RESEND).is_none()
}

/// Sends a code, or takes one.
pub(super) async fn submit(desk: &Desk, visit: &Visit, submission: Box<Submission>) -> Outcome {
    if brings_code(&submission) {
        return prove(desk, visit, submission).await;
    }
    let address = match parked::is_in::<MailedSignIn>(&submission.flow) {
        true => parked::open::<MailedSignIn>(desk, &submission.flow)?.address,
        false => normalise_identifier(submission.text(IDENTIFIER).unwrap_or_default()),
    };
    if address.is_empty() || address.len() > LONGEST {
        let field = Some(IDENTIFIER.to_owned());
        let missing = Message::missing("Email address", IDENTIFIER);
        return submission.reject(desk, vec![(field, missing)]).await;
    }
    let asker = Asker::of_address(visit, None, &address);
    let allowed = letter(desk, &address, asker).await;
    allowed.map_err(|failure| back(desk, failure, &submission))?;
    send(desk, submission, address).await
}

/// Mails a code; whether there is anybody to mail it to is not told.
async fn send(desk: &Desk, mut submission: Box<Submission>, address: String) -> Outcome {
    let services = &desk.services;
    let identity = holder(desk, &address).await?.map(|identity| identity.id);
    let proof = codes::draw(&*services.entropy);
    let until = submission.flow.expires_at.min(desk.now() + codes::LIFESPAN);
    let flow = &mut submission.flow;
    let sent = Sent::new(&*services.entropy, &bond(flow.id, identity), &proof, until);
    let letter = Letter {
        to: address.clone(),
        owner: identity,
        occasion: Occasion::SignInCode,
        locale: flow.locale.clone(),
        provider: None,
        proof,
        lifespan: until.duration_since(desk.now()).unsigned_abs(),
        is_for_nobody: identity.is_none(),
    };
    let mailed = MailedSignIn {
        sent,
        address,
        identity,
    };
    parked::add(desk, flow, &mailed)?;
    let before = std::mem::take(&mut flow.ui.nodes);
    flow.ui.nodes = code::form(before, |group| group == OIDC);
    flow.active = Some(CODE.to_owned());
    flow.state = "sent_email".to_owned();
    let answer = submission
        .reject(desk, vec![(None, Message::code_sent())])
        .await?;
    codes::send::post(desk, letter).await;
    Ok(answer)
}

/// Who has proved to hold this address and signs in with it, or is the only one who has proved it.
async fn holder(desk: &Desk, address: &str) -> Result<Option<Identity>, Failure> {
    let has_proved = |one: &Identity| {
        let mut own = one.addresses.iter();
        own.any(|own| own.value == address && own.via == "email" && own.verified_at.is_some())
    };
    let identities = &desk.services.identities;
    let named = identities.find_by_identifier(address).await?;
    if named.is_some() {
        return Ok(named.filter(has_proved));
    }
    let mut all = identities.find_by_address(address).await?;
    all.retain(has_proved);
    match all.len() {
        1 => Ok(all.pop()),
        _ => Ok(None),
    }
}

/// Takes a code.
async fn prove(desk: &Desk, visit: &Visit, mut submission: Box<Submission>) -> Outcome {
    let mailed = parked::open::<MailedSignIn>(desk, &submission.flow)?;
    // A form keeps what was typed, and this belongs in no store.
    let typed = submission.fields.remove(CODE);
    let typed = typed.as_ref().and_then(|typed| typed.as_str());
    let typed = Secret::new(typed.unwrap_or_default().trim());
    let field = || Some(CODE.to_owned());
    if typed.is_empty() {
        let missing = (field(), Message::missing(&Message::login_code().text, CODE));
        return submission.reject(desk, vec![missing]).await;
    }
    let suspicion = Suspicion::on(desk, visit, &mailed.address).await?;
    let patient = suspicion.check(desk).await;
    patient.map_err(|failure| back(desk, failure, &submission))?;
    let bond = bond(submission.flow.id, mailed.identity);
    let is_right = mailed.sent.take(desk, &bond, &typed).await?;
    let identity = match mailed.identity.filter(|_| is_right) {
        Some(id) => desk.services.identities.find(id).await?,
        None => None,
    };
    let announcer = &desk.services.announcer;
    match identity {
        Some(identity) if identity.state == IdentityState::Active => {
            local::enter(desk, visit, &submission, (Proof::local(CODE), &identity)).await
        }
        Some(_) => {
            announcer.refuse(CODE, Code::IdentityDisabled);
            let complaint = (None, Message::identity_disabled());
            submission.reject(desk, vec![complaint]).await
        }
        None => {
            suspicion.failed(desk).await?;
            announcer.refuse(CODE, Code::CredentialsInvalid);
            let wrong = (field(), Message::code_invalid());
            submission.reject(desk, vec![wrong]).await
        }
    }
}

/// What a code is good for: letting this identity in, in this flow.
fn bond(flow: portcullis_core::id::FlowId, identity: Option<IdentityId>) -> Bond<'static> {
    Bond {
        flow,
        purpose: "sign-in",
        about: json!([identity]),
    }
}

fn back(desk: &Desk, failure: Failure, submission: &Submission) -> Failure {
    let flow = &submission.flow;
    failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id))
}
