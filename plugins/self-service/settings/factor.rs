//! Adding, changing and removing second factors and passkeys.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind, Kinds},
    event::Event,
    factor::{Change, Enrolment, Question},
    id::CredentialId,
    identity::Identity,
    mail::Occasion,
    message::Message,
    method::MethodError,
    principal::Principal,
};
use portcullis_kit::{Failure, Outcome, Wants};

use super::save;
use crate::{
    actions, csrf,
    desk::Desk,
    factors::{self, Memory},
    forms::action,
    notices, sign_in, start,
    submission::Submission,
    throttle,
};

/// Does what a submission asks of factors of this kind.
pub(super) async fn change(
    desk: &Desk,
    principal: &Principal,
    enrolment: &dyn Enrolment,
    mut submission: Box<Submission>,
) -> Outcome {
    let kind = enrolment.kind();
    submission.flow.active = Some(kind.as_str().to_owned());
    let identity = save::stored(desk, principal).await?;
    let own = desk.services.credentials.list(identity.id).await?;
    let memory = Memory::of(desk, &submission.flow)?;
    let answer = memory.answer(kind, &submission.fields);
    let changed = enrolment.change(answer, &identity, &own).await;
    // What was typed to show that something is at hand belongs in no form.
    submission.fields.retain(|name, _| name == csrf::FIELD);
    let change = match changed {
        Ok(change) => change,
        Err(MethodError::Invalid(complaints)) => return submission.reject(desk, complaints).await,
        Err(error) => return Err(throttle::of_method(desk, error)),
    };
    if let Change::Ask(question) = change {
        return ask(desk, submission, kind, question).await;
    }
    save::require_session(desk, principal).await?;
    let changes = Changes {
        desk,
        principal,
        identity: &identity,
        own: &own,
    };
    match changes.make(kind, change).await? {
        Ok(()) => {}
        Err(Stays::Needed) => {
            let needed = (None, Message::factor_needed());
            return submission.reject(desk, vec![needed]).await;
        }
        Err(Stays::Overtaken) => return save::overtaken(desk, identity.id, submission).await,
    }
    let identity = save::stored(desk, principal).await?;
    let mut all = Action::ALL.iter().copied();
    let identity = match all.find(|one| action::adds(*one) == Some(kind)) {
        Some(done) => actions::done(desk, &identity, done).await?,
        None => identity,
    };
    save::saved(desk, (&identity, None), submission).await
}

/// Shows what is asked before anything changes.
async fn ask(
    desk: &Desk,
    mut submission: Box<Submission>,
    kind: CredentialKind,
    question: Question,
) -> Outcome {
    let flow = &mut submission.flow;
    let mut memory = Memory::of(desk, flow)?;
    memory.note(kind, question.memory.clone());
    memory.keep(desk, flow)?;
    let mut shown = question.nodes.iter();
    let shown = shown.find_map(|node| node.attributes.shown.id.clone());
    let mut nodes = std::mem::take(&mut flow.ui.nodes);
    nodes.retain(|node| node.attributes.name != csrf::FIELD);
    flow.ui.nodes = start::arrange(factors::replaced(nodes, question, kind));
    flow.ui.messages = Vec::new();
    flow.state = "show_form".to_owned();
    desk.services.flows.put(flow).await?;
    Ok(match submission.wants {
        Wants::Html => {
            let page = desk.flow_page(submission.flow.kind, submission.flow.id);
            // The page is longer than a telephone, and what is new stands far below.
            let place = shown.map(|id| format!("#{id}")).unwrap_or_default();
            Redirect::to(&(page + &place)).into_response()
        }
        Wants::Json => Json(submission.json(desk)).into_response(),
    })
}

/// Why something is not changed.
enum Stays {
    /// Somebody has to have it.
    Needed,
    /// Somebody else was faster.
    Overtaken,
}

/// What somebody changes of their credentials.
struct Changes<'a> {
    desk: &'a Desk,
    principal: &'a Principal,
    identity: &'a Identity,
    own: &'a [Credential],
}

impl Changes<'_> {
    async fn make(
        &self,
        kind: CredentialKind,
        change: Change,
    ) -> Result<Result<(), Stays>, Failure> {
        let credentials = &self.desk.services.credentials;
        match change {
            Change::Ask(_) => {}
            Change::Add {
                credential,
                is_proved,
            } => {
                credentials.put(&credential).await?;
                if is_proved && kind.is_second_factor() {
                    sign_in::raise(self.desk, &self.principal.session, &credential).await?;
                }
                self.tell(Event::CredentialAdded {
                    identity: self.identity.id,
                    kind,
                })
                .await;
            }
            Change::Replace { before, after } => {
                let replaced = credentials.replace_config(&before.config, &after);
                if !replaced.await? {
                    return Ok(Err(Stays::Overtaken));
                }
            }
            Change::Remove(ids) if !self.may_go(&ids) => return Ok(Err(Stays::Needed)),
            Change::Remove(ids) => {
                for id in ids {
                    credentials.delete(id).await?;
                }
                self.tell(Event::CredentialRemoved {
                    identity: self.identity.id,
                    kind,
                })
                .await;
            }
        }
        Ok(Ok(()))
    }

    /// Whether these can be removed: something has to stay to sign in with, and a second factor where
    /// everybody has to have one.
    fn may_go(&self, ids: &[CredentialId]) -> bool {
        let (goes, stays): (Vec<_>, Vec<_>) = self
            .own
            .iter()
            .cloned()
            .partition(|one| ids.contains(&one.id));
        let broker = &self.desk.services.broker;
        let has_way_in = !broker.ways_in(self.identity, &stays).is_empty();
        let takes_way_in = goes.iter().any(|one| one.kind.is_first_factor());
        let takes_factor = goes.iter().any(|one| one.kind.is_second_factor());
        let without = Identity {
            second_factors: Kinds::of(stays.iter().map(|one| one.kind)),
            ..self.identity.clone()
        };
        let assurance = self.desk.services.actions.assurance();
        let is_enough = !assurance.enforce || assurance.has_second(&without);
        (has_way_in || !takes_way_in) && (is_enough || !takes_factor)
    }

    async fn tell(&self, event: Event<'_>) {
        self.desk.services.announcer.announce(&event);
        notices::tell(self.desk, Occasion::FactorsChanged, self.identity).await;
    }
}
