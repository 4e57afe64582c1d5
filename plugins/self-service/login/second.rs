//! The second step of signing in: somebody who is signed in already shows a second factor.

use portcullis_core::{
    catalogue::Code,
    credential::Credential,
    factor::{Factor, Proved},
    flow::FlowKind,
    identity::{Identity, IdentityState},
    mail::Occasion,
    message::Message,
    method::MethodError,
    principal::Principal,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{code, strengthened};
use crate::{
    complaint::{self, Complaint},
    csrf,
    desk::Desk,
    factors,
    form::Memory,
    notices, remembered,
    sign_in::{self, Shown},
    submission::Submission,
    throttle::{self, Suspicion},
};

/// The field that says by which factor.
const METHOD: &str = "method";
/// The complaint about a field that was left empty, which is no guess.
const MISSING: u32 = 4_000_002;

/// Takes the answer to what was asked.
pub(super) async fn submit(desk: &Desk, visit: &Visit, mut submission: Box<Submission>) -> Outcome {
    let principal = signed_in(desk, visit, &submission)?;
    if code::is_meant(&submission) {
        return code::submit(desk, visit, submission).await;
    }
    let factor = submission.text(METHOD);
    let Some(factor) = factor.and_then(|name| factors::second(desk, name)) else {
        forget_typed(&mut submission);
        let unknown = (None, complaint::unknown());
        return submission.reject(desk, vec![unknown]).await;
    };
    let suspicion = Suspicion::of_second(desk, visit, principal.identity.id).await?;
    require_no_pause(desk, &suspicion, &submission).await?;
    submission.flow.active = Some(factor.kind().as_str().to_owned());
    let identity = desk.services.identities.find(principal.identity.id).await?;
    let active = identity.filter(|one| one.state == IdentityState::Active);
    let identity = active.ok_or(Code::SignedOut)?;
    let own = factors::own(desk, &identity).await?;
    let memory = Memory::of(desk, &submission.flow)?;
    let answer = memory.answer(factor.kind(), &submission.fields);
    let held = suspicion.hold(desk).await;
    held.map_err(|failure| {
        let page = desk.flow_page(submission.flow.kind, submission.flow.id);
        failure.way_out("Back to the form", page)
    })?;
    let proved = factor.prove(answer, &own).await;
    // Guesses that are sent all at once pass the first look together.
    require_no_pause(desk, &suspicion, &submission).await?;
    match proved {
        Ok(proved) => {
            suspicion.forgive(desk).await?;
            let asked = (factor, &identity, &*own);
            complete(desk, visit, submission, (asked, &proved)).await
        }
        Err(MethodError::Invalid(complaints)) => {
            if complaints.iter().any(|(_, message)| message.id != MISSING) {
                if suspicion.failed(desk).await? {
                    notices::tell(desk, Occasion::SecondStepGuessed, &identity).await;
                }
                let announcer = &desk.services.announcer;
                announcer.refuse(factor.kind().as_str(), Code::CredentialsInvalid);
            }
            ask_again(desk, submission, (factor, &identity, &own), complaints).await
        }
        Err(error) => Err(throttle::of_method(desk, error)),
    }
}

/// Whoever is signed in, in the session that began the flow.
fn signed_in<'a>(
    desk: &Desk,
    visit: &'a Visit,
    submission: &Submission,
) -> Result<&'a Principal, Failure> {
    let flow = &submission.flow;
    let principal = visit.visitor.principal.as_deref();
    let own = principal.filter(|one| {
        remembered::identity(flow) == Some(one.identity.id)
            && remembered::session(flow) == Some(one.session.id)
    });
    own.ok_or_else(|| {
        let begin = desk.begin_page(FlowKind::Login, flow.return_to.as_deref());
        Failure::from(Code::IdentityMismatch).way_out("Sign in", begin)
    })
}

async fn require_no_pause(
    desk: &Desk,
    suspicion: &Suspicion,
    submission: &Submission,
) -> Result<(), Failure> {
    let flow = &submission.flow;
    let checked = suspicion.check(desk).await;
    checked
        .map_err(|failure| failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id)))
}

/// Keeps what the proof has changed, and strengthens the session.
async fn complete(
    desk: &Desk,
    visit: &Visit,
    submission: Box<Submission>,
    (asked, proved): ((&dyn Factor, &Identity, &[Credential]), &Proved),
) -> Outcome {
    let (_, identity, _) = asked;
    Memory::claim(desk, &submission.flow).await?;
    let (credentials, after) = (&desk.services.credentials, &proved.after);
    if proved.before.config != after.config
        && !credentials
            .replace_config(&proved.before.config, after)
            .await?
    {
        let overtaken = vec![(None, Message::changed_meanwhile())];
        return ask_again(desk, submission, asked, overtaken).await;
    }
    sign_in::claim(desk, &submission.flow, identity.id).await?;
    credentials.note_use(after.id, desk.now()).await?;
    strengthened::go_on(desk, visit, &submission, (identity, Shown::with(after))).await
}

/// Asks once more: what was typed is in no form, and a challenge is good once.
async fn ask_again(
    desk: &Desk,
    mut submission: Box<Submission>,
    (factor, identity, own): (&dyn Factor, &Identity, &[Credential]),
    complaints: Vec<Complaint>,
) -> Outcome {
    forget_typed(&mut submission);
    let asked = factor.ask(identity, own).await;
    if let Some(question) = asked.map_err(|error| throttle::of_method(desk, error))? {
        factors::ask_anew(desk, &mut submission.flow, (factor.kind(), question))?;
    }
    submission.reject(desk, complaints).await
}

/// What was typed belongs in no form and in no store.
fn forget_typed(submission: &mut Submission) {
    let kept = |name: &String| name == csrf::FIELD || name == METHOD;
    submission.fields.retain(|name, _| kept(name));
}
