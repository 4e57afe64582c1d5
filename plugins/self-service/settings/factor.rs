//! Adding, changing and removing second factors and passkeys.

use std::time::Duration;

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind, Kinds},
    event::Event,
    factor::{Change, Enrolment, Question},
    flow::Transport,
    id::CredentialId,
    identity::{Identity, Removal},
    mail::Occasion,
    message::Message,
    method::MethodError,
    principal::Principal,
    secret::{Token, TokenHash},
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::save;
use crate::{
    actions, csrf,
    desk::Desk,
    factors,
    form::Memory,
    forms::action,
    navigate, notices,
    sign_in::{self, Shown},
    submission::Submission,
    throttle,
};

/// How long nobody else removes something of the same list.
const EXCLUSIVE: Duration = Duration::from_secs(60);

/// Does what a submission asks of factors of this kind.
pub(super) async fn change(
    desk: &Desk,
    (visit, principal): (&Visit, &Principal),
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
    if let Change::Add { .. } = change {
        if factors::is_early(desk, &identity) {
            return confirm_first(desk, submission, kind).await;
        }
        Memory::claim(desk, &submission.flow).await?;
    }
    let mut changes = Changes {
        desk,
        visit,
        principal,
        identity: &identity,
        own: &own,
        transport: submission.flow.transport,
        raised: None,
    };
    match changes.make(kind, change).await? {
        Ok(()) => {}
        Err(Stays::Needed(why)) => return submission.reject(desk, vec![(None, why)]).await,
        Err(Stays::Overtaken) => return save::overtaken(desk, identity.id, submission).await,
    }
    let raised = changes.raised;
    let answer = finish(desk, principal, submission, kind).await;
    Ok(match raised {
        Some(token) => {
            let services = &desk.services;
            let (name, lifespan) = (services.cookies.session(), services.sessions.lifetimes());
            let cookie = services
                .cookies
                .set(name, token.expose(), lifespan.lifespan);
            navigate::outcome_with_cookie(answer, &cookie)?
        }
        None => answer?,
    })
}

/// Goes on after a change; an action that asked for it is done.
async fn finish(
    desk: &Desk,
    principal: &Principal,
    submission: Box<Submission>,
    kind: CredentialKind,
) -> Outcome {
    let identity = save::stored(desk, principal).await?;
    let mut all = Action::ALL.iter().copied();
    let identity = match all.find(|one| action::adds(*one) == Some(kind)) {
        Some(done) => actions::done(desk, &identity, done).await?,
        None => identity,
    };
    save::saved(desk, (&identity, None), submission).await
}

/// Says that an address has to be proved first, and where.
async fn confirm_first(
    desk: &Desk,
    mut submission: Box<Submission>,
    kind: CredentialKind,
) -> Outcome {
    factors::clear(desk, &mut submission.flow)?;
    let link = factors::confirm_link(desk, kind.as_str());
    submission.flow.ui.nodes.push(link);
    let first = (None, Message::address_first());
    submission.reject(desk, vec![first]).await
}

/// Shows what is asked before anything changes.
async fn ask(
    desk: &Desk,
    mut submission: Box<Submission>,
    kind: CredentialKind,
    question: Question,
) -> Outcome {
    let flow = &mut submission.flow;
    let mut shown = question.nodes.iter();
    let shown = shown.find_map(|node| node.attributes.shown.id.clone());
    factors::ask_anew(desk, flow, (kind, question))?;
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
    /// Somebody has to have it, for this reason.
    Needed(Message),
    /// Somebody else was faster.
    Overtaken,
}

/// What somebody changes of their credentials.
struct Changes<'a> {
    desk: &'a Desk,
    visit: &'a Visit,
    principal: &'a Principal,
    identity: &'a Identity,
    own: &'a [Credential],
    transport: Transport,
    /// What opens the session from now on, where it has become stronger.
    raised: Option<Token>,
}

impl Changes<'_> {
    async fn make(
        &mut self,
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
                let shows = is_proved && kind.is_second_factor();
                self.raised = self.add(&credential, shows).await?;
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
            Change::Remove(ids) => {
                if let Some(why) = self.needed(&ids) {
                    return Ok(Err(Stays::Needed(why)));
                }
                if !self.claim().await? {
                    return Ok(Err(Stays::Overtaken));
                }
                let entrances = self.desk.services.broker.entrances();
                for one in self.own.iter().filter(|one| ids.contains(&one.id)) {
                    // What stays may be on its way out elsewhere.
                    if entrances.remove(self.identity, one).await? == Removal::Last {
                        return Ok(Err(Stays::Needed(Message::factor_needed())));
                    }
                }
                self.end_others().await?;
                self.tell(Event::CredentialRemoved {
                    identity: self.identity.id,
                    kind,
                })
                .await;
            }
        }
        Ok(Ok(()))
    }

    /// Keeps what is new, as long as the session lasts that adds it: it may have been taken away
    /// meanwhile from whoever had no right to it. The token under which it has become stronger.
    async fn add(&self, new: &Credential, shows: bool) -> Result<Option<Token>, Failure> {
        let credentials = &self.desk.services.credentials;
        credentials.put(new).await?;
        let settled = match shows {
            true => self.raise(new).await,
            false => save::require_session(self.desk, self.principal)
                .await
                .map(|()| None),
        };
        if settled.is_err() {
            credentials.delete(new.id).await?;
        }
        settled
    }

    /// The session of a browser becomes stronger by what was just shown. A program, which would have
    /// to be given its new token, takes the second step instead.
    async fn raise(&self, shown: &Credential) -> Result<Option<Token>, Failure> {
        save::require_session(self.desk, self.principal).await?;
        if self.transport == Transport::Api {
            return Ok(None);
        }
        let token = Token::generate(&*self.desk.services.entropy);
        let session = sign_in::raise(
            self.desk,
            &self.principal.session,
            &token,
            Shown::with(shown),
        )
        .await?;
        throttle::remember_second(self.desk, self.visit, session.identity_id).await?;
        Ok(Some(token))
    }

    /// Claims to be the only one who removes something of what was read: of two at the same time each
    /// would leave what the other one takes.
    async fn claim(&self) -> Result<bool, StoreError> {
        let ids: Vec<String> = self.own.iter().map(|one| one.id.to_string()).collect();
        let key = format!("removal:{}:{}", self.identity.id, ids.join(","));
        let until = self.desk.now() + EXCLUSIVE;
        let flows = &self.desk.services.flows;
        flows.claim_once(&TokenHash::of(&key), until).await
    }

    /// Whoever has found what is removed may be signed in by it somewhere.
    async fn end_others(&self) -> Result<(), StoreError> {
        if self.desk.config.settings.end_other_sessions {
            let sessions = self.desk.services.sessions.store();
            let this = self.principal.session.id;
            sessions.revoke_all(self.identity.id, Some(this)).await?;
        }
        Ok(())
    }

    /// Why these cannot be removed: something has to stay to sign in with, a second factor where
    /// everybody has to have one, and a key for whoever comes through a provider where one has to follow.
    fn needed(&self, ids: &[CredentialId]) -> Option<Message> {
        let (goes, stays): (Vec<_>, Vec<_>) = self
            .own
            .iter()
            .cloned()
            .partition(|one| ids.contains(&one.id));
        let broker = &self.desk.services.broker;
        let has = |of: &[Credential], kind| of.iter().any(|one| one.kind == kind);
        let has_way_in = !broker.ways_in(self.identity, &stays).is_empty();
        let takes_way_in = goes.iter().any(|one| one.kind.is_first_factor());
        let takes_factor = goes.iter().any(|one| one.kind.is_second_factor());
        let without = Identity {
            second_factors: Kinds::of(stays.iter().map(|one| one.kind)),
            ..self.identity.clone()
        };
        let assurance = self.desk.services.actions.assurance();
        let is_enough = !assurance.enforce || assurance.has_second(&without);
        let key = CredentialKind::Webauthn;
        let takes_last_key = has(&goes, key) && !has(&stays, key);
        let is_linked = has(&stays, CredentialKind::Oidc);
        if (takes_way_in && !has_way_in) || (takes_factor && !is_enough) {
            return Some(Message::factor_needed());
        }
        let is_needed = assurance.key_after_provider && is_linked && takes_last_key;
        is_needed.then(Message::key_needed)
    }

    async fn tell(&self, event: Event<'_>) {
        self.desk.services.announcer.announce(&event);
        notices::tell(self.desk, Occasion::FactorsChanged, self.identity).await;
    }
}
