//! Proving an identity by a code that is mailed to an address it has verified before.
//!
//! The code waits in the flow, sealed. It is good once, for one identity and the account that waits
//! for it, if one does, for ten minutes and five tries; then another has to be asked for.

use jiff::Timestamp;
use portcullis_core::{
    broker::PendingLink,
    catalogue::Code,
    flow::Flow,
    id::IdentityId,
    identity::{Identity, IdentityState},
    mail::{Letter, Occasion},
    message::Message,
    secret::Secret,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::{Deserialize, Serialize};

use super::{confirmation, local, strengthened};
use crate::{
    codes::{self, Bond, Sent, by_mail::address},
    desk::Desk,
    forms::code::{self, CODE, RESEND},
    notices,
    parked::{self, Parked},
    provider::{self, OIDC},
    remembered,
    sign_in::{Proof, Shown, claim},
    submission::Submission,
    throttle::{self, Suspicion},
};

/// A code on its way, as the flow keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MailedCode {
    sent: Sent,
}

impl Parked for MailedCode {
    const NAME: &'static str = "mailed-code";
}

/// What a code proves.
struct Purpose {
    /// Who somebody is.
    identity: IdentityId,
    /// After that it proves nothing.
    until: Timestamp,
    /// The account that waits for it.
    pending: Option<PendingLink>,
}

impl Purpose {
    fn of(desk: &Desk, flow: &Flow) -> Result<Self, Failure> {
        let until = flow.expires_at.min(desk.now() + PendingLink::LIFESPAN);
        if !confirmation::is_in(flow) {
            let identity = remembered::identity(flow).ok_or(Code::FlowNotFound)?;
            return Ok(Self {
                identity,
                until,
                pending: None,
            });
        }
        let pending = parked::open::<PendingLink>(desk, flow)?;
        Ok(Self {
            identity: pending.identity,
            until: until.min(pending.expires_at),
            pending: Some(pending),
        })
    }

    fn address<'a>(&self, identity: &'a Identity) -> Option<&'a str> {
        let common = self.pending.as_ref().map(|pending| &*pending.address);
        address(identity, common)
    }
}

/// Whether a submission to this flow is about a code.
pub(super) fn is_meant(submission: &Submission) -> bool {
    let offers = |node: &Node| node.group == CODE;
    let about = |name: &str| submission.text(name) == Some(CODE);
    submission.flow.ui.nodes.iter().any(offers) && (about("method") || about(RESEND))
}

/// Whether a code is on its way.
pub(super) fn is_sent(flow: &Flow) -> bool {
    parked::is_in::<MailedCode>(flow)
}

/// Sends a code, or takes one.
pub(super) async fn submit(desk: &Desk, visit: &Visit, submission: Box<Submission>) -> Outcome {
    let purpose = Purpose::of(desk, &submission.flow)?;
    let back = |failure: Failure, flow: &Flow| {
        failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id))
    };
    let suspicion = match remembered::steps_up(&submission.flow) {
        true => Suspicion::of_second(desk, visit, purpose.identity).await?,
        false => Suspicion::of(desk, visit, purpose.identity).await?,
    };
    let patient = suspicion.check(desk).await;
    patient.map_err(|failure| back(failure, &submission.flow))?;
    if is_sent(&submission.flow) && submission.text(RESEND) != Some(CODE) {
        return prove(desk, visit, submission, (&purpose, &suspicion)).await;
    }
    let allowed = throttle::code(desk, &purpose.identity.to_string()).await;
    allowed.map_err(|failure| back(failure, &submission.flow))?;
    send(desk, submission, &purpose).await
}

/// Sends a code. Whether it could be sent is not told.
async fn send(desk: &Desk, mut submission: Box<Submission>, purpose: &Purpose) -> Outcome {
    let services = &desk.services;
    let proof = codes::draw(&*services.entropy);
    let bond = bond(&submission.flow, purpose);
    let sent = Sent::new(&*services.entropy, &bond, &proof, purpose.until);
    let mailed = MailedCode { sent };
    let flow = &mut submission.flow;
    parked::add(desk, flow, &mailed)?;
    let steps_up = remembered::steps_up(flow);
    let before = std::mem::take(&mut flow.ui.nodes);
    flow.ui.nodes = code::form(before, |group| steps_up || group == OIDC);
    flow.active = Some(CODE.to_owned());
    flow.state = "sent_email".to_owned();
    let identity = services.identities.find(purpose.identity).await?;
    let to = identity.as_ref().and_then(|one| purpose.address(one));
    if let Some(to) = to {
        let letter = letter(desk, &submission.flow, purpose, (to, proof));
        codes::send::post(desk, letter).await;
    }
    submission
        .reject(desk, vec![(None, Message::code_sent())])
        .await
}

/// Takes a code.
async fn prove(
    desk: &Desk,
    visit: &Visit,
    mut submission: Box<Submission>,
    (purpose, suspicion): (&Purpose, &Suspicion),
) -> Outcome {
    let mailed = parked::open::<MailedCode>(desk, &submission.flow)?;
    // A form keeps what was typed, and this belongs in no store.
    let typed = submission.fields.remove(CODE);
    let typed = typed.as_ref().and_then(|typed| typed.as_str());
    let typed = Secret::new(typed.unwrap_or_default().trim());
    let field = || Some(CODE.to_owned());
    if typed.is_empty() {
        let missing = (field(), Message::missing(&Message::login_code().text, CODE));
        return submission.reject(desk, vec![missing]).await;
    }
    let announcer = &desk.services.announcer;
    let bond = bond(&submission.flow, purpose);
    let steps_up = remembered::steps_up(&submission.flow);
    if steps_up {
        suspicion.hold(desk).await?;
    }
    let is_right = mailed.sent.take(desk, &bond, &typed).await?;
    let identity = desk.services.identities.find(purpose.identity).await?;
    if !is_right {
        if suspicion.failed(desk).await?
            && let (true, Some(identity)) = (steps_up, &identity)
        {
            notices::tell(desk, Occasion::SecondStepGuessed, identity).await;
        }
        announcer.refuse(CODE, Code::CredentialsInvalid);
        let wrong = (field(), Message::code_invalid());
        return submission.reject(desk, vec![wrong]).await;
    }
    match identity {
        Some(identity) if identity.state == IdentityState::Active => {
            if steps_up {
                suspicion.forgive(desk).await?;
            }
            finish(desk, visit, &submission, &identity).await
        }
        _ => {
            announcer.refuse(CODE, Code::IdentityDisabled);
            let complaint = (None, Message::identity_disabled());
            submission.reject(desk, vec![complaint]).await
        }
    }
}

/// Signs in, or strengthens the session, whoever has proved who they are.
async fn finish(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    identity: &Identity,
) -> Outcome {
    let flow = &submission.flow;
    if !remembered::steps_up(flow) {
        return local::enter(desk, visit, submission, (Proof::local(CODE), identity)).await;
    }
    claim(desk, flow, identity.id).await?;
    strengthened::go_on(desk, visit, submission, (identity, Shown::by(CODE))).await
}

/// What a code is good for: this account and this identity, in this flow.
fn bond(flow: &Flow, purpose: &Purpose) -> Bond<'static> {
    let account = purpose.pending.as_ref().map(|pending| {
        let claims = &pending.vouched.claims;
        (&pending.provider, &claims.issuer, &claims.subject)
    });
    Bond {
        flow: flow.id,
        purpose: "link",
        about: serde_json::json!([purpose.identity, account]),
    }
}

/// What is written to `to`: the code, and the provider whose account waits for it.
fn letter(desk: &Desk, flow: &Flow, purpose: &Purpose, (to, proof): (&str, Secret)) -> Letter {
    let pending = purpose.pending.as_ref();
    let left = purpose.until.duration_since(desk.now());
    Letter {
        to: to.to_owned(),
        owner: Some(purpose.identity),
        occasion: match pending {
            Some(_) => Occasion::LinkCode,
            None => Occasion::SignInCode,
        },
        locale: flow.locale.clone(),
        provider: pending.map(|pending| provider::label(desk, &pending.provider)),
        proof,
        lifespan: left.unsigned_abs(),
        is_for_nobody: false,
    }
}
