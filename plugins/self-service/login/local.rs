//! Signing in with a method of local identities.

use portcullis_core::{
    catalogue::Code,
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
    message::Message,
    method::{Method, MethodError, Verified},
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::confirmation;
use crate::{
    complaint::Complaint,
    desk::Desk,
    newcomer, remembered,
    sign_in::{Detour, Proof, SignIn},
    submission::Submission,
    throttle::{self, Suspicion},
};

/// The id of the complaint that counts as a guess.
const WRONG: u32 = 4_000_006;
/// The field that says who somebody is.
const IDENTIFIER: &str = "identifier";
/// No identifier is longer; a longer one is not even looked up.
const LONGEST: usize = 1024;

/// Signs in with `method`.
pub(crate) async fn sign_in(
    desk: &Desk,
    visit: &Visit,
    method: &dyn Method,
    mut submission: Box<Submission>,
) -> Outcome {
    // Whoever names somebody else while proving who they are again is told so.
    let is_named = submission
        .text(IDENTIFIER)
        .is_some_and(|text| !text.is_empty())
        && remembered::refreshes(&submission.flow);
    if let Some(fixed) = confirmation::identifier(&submission.flow)
        && !is_named
    {
        submission
            .fields
            .insert(IDENTIFIER.to_owned(), fixed.into());
    }
    let suspicion = suspicion(desk, visit, &submission).await?;
    require_no_pause(desk, suspicion.as_ref(), &submission).await?;
    submission.flow.active = Some(method.name().to_owned());
    let announcer = &desk.services.announcer;
    let verified = verify(desk, method, &submission).await;
    // Guesses that are sent all at once pass the first look together. Once they have begun a
    // pause, none of the others is answered, right or wrong, nor counted again.
    require_no_pause(desk, suspicion.as_ref(), &submission).await?;
    let Verified {
        identity,
        credential,
    } = match verified {
        Ok(verified) => verified,
        Err(MethodError::Invalid(complaints)) => {
            let guessed = complaints.iter().any(|(_, message)| message.id == WRONG);
            if let (Some(suspicion), true) = (&suspicion, guessed) {
                suspicion.failed(desk).await?;
                announcer.refuse(method.name(), Code::CredentialsInvalid);
            }
            let mut complaints = worded(&submission, complaints);
            if guessed && newcomer::prove_first(desk) && !remembered::proves(&submission.flow) {
                complaints.push((None, Message::prove_first()));
            }
            return submission.reject(desk, complaints).await;
        }
        Err(error) => return Err(throttle::of_method(desk, error)),
    };
    if identity.state == IdentityState::Inactive {
        announcer.refuse(method.name(), Code::IdentityDisabled);
        let complaint = (None, Message::identity_disabled());
        return submission.reject(desk, vec![complaint]).await;
    }
    let proof = Proof::credential(method.name(), &credential);
    enter(desk, visit, &submission, (proof, &identity)).await
}

/// Whom the submission proves. Newcomers are told what a wrong guess is told: whoever has registered with
/// somebody else's address is not to learn whether anybody was known by it.
async fn verify(
    desk: &Desk,
    method: &dyn Method,
    submission: &Submission,
) -> Result<Verified, MethodError> {
    let verified = method.verify(&submission.value()).await?;
    match !remembered::proves(&submission.flow) && newcomer::is_one(desk, &verified.identity) {
        true => Err(MethodError::Invalid(vec![(
            None,
            Message::credentials_invalid(),
        )])),
        false => Ok(verified),
    }
}

/// The complaints, without blaming an identifier that cannot be changed.
fn worded(submission: &Submission, mut complaints: Vec<Complaint>) -> Vec<Complaint> {
    let is_fixed = confirmation::identifier(&submission.flow).is_some();
    for (_, message) in &mut complaints {
        if is_fixed && message.id == WRONG {
            *message = Message::password_wrong();
        }
    }
    complaints
}

/// Signs in whoever has proved to be `identity` by a local method, and links what waits for that.
pub(super) async fn enter(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    (proof, identity): (Proof<'_>, &Identity),
) -> Outcome {
    let settled = confirmation::settle(desk, &submission.flow, (proof, identity)).await?;
    let (identity, proofs) = match &settled.linked {
        Some(linked) => (&linked.identity, vec![Proof::provider(linked), proof]),
        None => (identity, vec![proof]),
    };
    let sign_in = SignIn {
        is_new: false,
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity,
        proofs: &proofs,
    };
    let detour = settled.waits.as_deref().map(|one| one as &dyn Detour);
    sign_in.begin_by(desk, visit, detour).await
}

/// Fails while the identity that is meant has to be left alone.
async fn require_no_pause(
    desk: &Desk,
    suspicion: Option<&Suspicion>,
    submission: &Submission,
) -> Result<(), Failure> {
    let Some(suspicion) = suspicion else {
        return Ok(());
    };
    suspicion.check(desk).await.map_err(|failure| {
        let flow = &submission.flow;
        failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id))
    })
}

async fn suspicion(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
) -> Result<Option<Suspicion>, Failure> {
    match submission.text(IDENTIFIER) {
        Some(identifier) if !identifier.trim().is_empty() && identifier.len() <= LONGEST => {
            let identifier = normalise_identifier(identifier);
            Suspicion::on(desk, visit, &identifier).await.map(Some)
        }
        _ => Ok(None),
    }
}
