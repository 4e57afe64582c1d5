//! Signing in with what needs nothing beside it, such as a passkey.

use portcullis_core::{
    catalogue::Code, factor::Passwordless, identity::IdentityState, message::Message,
    method::MethodError,
};
use portcullis_kit::{Outcome, Visit};

use super::local;
use crate::{desk::Desk, factors, form::Memory, sign_in::Proof, submission::Submission, throttle};

/// Signs in whoever it recognises.
pub(super) async fn sign_in(
    desk: &Desk,
    visit: &Visit,
    alone: &dyn Passwordless,
    mut submission: Box<Submission>,
) -> Outcome {
    let kind = alone.kind();
    submission.flow.active = Some(kind.as_str().to_owned());
    let memory = Memory::of(desk, &submission.flow)?;
    let recognised = alone
        .recognise(memory.answer(kind, &submission.fields))
        .await;
    let announcer = &desk.services.announcer;
    let verified = match recognised {
        Ok(verified) => verified,
        Err(MethodError::Invalid(complaints)) => {
            announcer.refuse(kind.as_str(), Code::CredentialsInvalid);
            // A challenge is good once.
            let asked = alone.ask().await;
            let question = asked.map_err(|error| throttle::of_method(desk, error))?;
            factors::ask_anew(desk, &mut submission.flow, (kind, question))?;
            return submission.reject(desk, complaints).await;
        }
        Err(error) => return Err(throttle::of_method(desk, error)),
    };
    if verified.identity.state == IdentityState::Inactive {
        announcer.refuse(kind.as_str(), Code::IdentityDisabled);
        let complaint = (None, Message::identity_disabled());
        return submission.reject(desk, vec![complaint]).await;
    }
    Memory::claim(desk, &submission.flow).await?;
    let used = &verified.credential;
    let noted = desk.services.credentials.note_use(used.id, desk.now());
    noted.await?;
    let proof = Proof::credential(kind.as_str(), used);
    local::enter(desk, visit, &submission, (proof, &verified.identity)).await
}
