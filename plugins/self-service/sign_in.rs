//! The end of every sign-in: a new session under a new token, and the answer that carries it.

mod answer;
mod proof;

use async_trait::async_trait;
use http::header::USER_AGENT;
use portcullis_core::{
    catalogue::Code,
    credential::CredentialKind,
    event::Event,
    flow::{Flow, FlowKind, Transport},
    id::IdentityId,
    identity::{Identity, IdentityState},
    provider::SignOutScope,
    secret::{Secret, Token},
    session::{Aal, AuthenticationMethod, Device, Session},
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde_json::json;

pub(crate) use self::proof::{Proof, Shown};
use crate::{
    actions::after::{self, Next},
    arrived,
    csrf::Csrf,
    desk::Desk,
    exchange,
    navigate::with_cookie,
    provider::OIDC,
    remembered,
    verification::{self, begin::Begun},
};

/// What tokens of native clients begin with.
pub(crate) const PREFIX: &str = "ory_st_";
/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_LENGTH: usize = 512;

/// Somebody has proved who they are.
#[derive(Debug)]
pub(crate) struct SignIn<'a> {
    /// The flow they did it in, already claimed.
    pub(crate) flow: &'a Flow,
    /// The browser's anti-forgery cookie, if there is one.
    pub(crate) csrf: Option<Csrf>,
    /// How to answer.
    pub(crate) wants: Wants,
    /// Who they are.
    pub(crate) identity: &'a Identity,
    /// Whether their identity was made by this very flow.
    pub(crate) is_new: bool,
    /// How they did it, never empty; the session counts as having come from the first.
    pub(crate) proofs: &'a [Proof<'a>],
}

/// Where somebody whose session has just begun goes before anything else.
#[async_trait]
pub(crate) trait Detour: Send + Sync {
    /// The way, if there is one for them.
    async fn next(
        &self,
        desk: &Desk,
        flow: &Flow,
        who: (&Identity, &Session),
    ) -> Result<Option<Next>, Failure>;
}

/// Takes the flow out of the store for `identity`: of two submissions at the same time only one
/// gets here, and nobody else can complete a flow that was begun to confirm who somebody is.
pub(crate) async fn claim(desk: &Desk, flow: &Flow, identity: IdentityId) -> Result<(), Failure> {
    if remembered::identity(flow).is_some_and(|expected| expected != identity) {
        return Err(Failure::from(Code::IdentityMismatch)
            .way_out("Back to the form", desk.flow_page(flow.kind, flow.id)));
    }
    match desk.services.flows.remove(flow.id).await? {
        true => Ok(()),
        false => Err(Failure::from(Code::FlowNotFound)
            .because("This form was submitted already.")
            .way_out("Continue", desk.home())),
    }
}

/// Notes in the session that this second factor has been shown, which the new token opens from now on:
/// whoever knew the old one is not to gain by it. A session that has ended or moved, or a credential
/// that has gone meanwhile, is an end.
pub(crate) async fn raise(
    desk: &Desk,
    session: &Session,
    token: &Token,
    shown: Shown<'_>,
) -> Result<Session, Failure> {
    let services = &desk.services;
    let mut raised = session.clone();
    raised.token_hash = token.hash();
    let method = shown.method;
    raised.methods.retain(|one| one.method != method);
    let now = AuthenticationMethod::local(method, Aal::Aal2, desk.now());
    raised.methods.push(now);
    raised.authenticated_at = desk.now();
    let sessions = services.sessions.store();
    if !sessions.replace(&session.token_hash, &raised).await? {
        return Err(Code::SignedOut.into());
    }
    let mut own = services
        .credentials
        .list(raised.identity_id)
        .await?
        .into_iter();
    if !shown
        .credential
        .is_none_or(|shown| own.any(|one| one.id == shown))
    {
        sessions.revoke(raised.id).await?;
        return Err(Code::SignedOut.into());
    }
    Ok(raised)
}

impl SignIn<'_> {
    /// Begins the session and answers.
    pub(crate) async fn begin(self, desk: &Desk, visit: &Visit) -> Outcome {
        self.begin_by(desk, visit, None).await
    }

    /// The same by way of `detour`.
    pub(crate) async fn begin_by(
        self,
        desk: &Desk,
        visit: &Visit,
        detour: Option<&dyn Detour>,
    ) -> Outcome {
        let aged = match self.is_by_password() {
            true => after::aged(desk, self.identity).await?,
            false => None,
        };
        let own = self.identity;
        let identity = aged.as_ref().unwrap_or(own);
        let sign_in = SignIn { identity, ..self };
        let opened = sign_in.open(desk, visit).await?;
        sign_in.go_on(desk, opened, detour).await
    }

    fn is_by_password(&self) -> bool {
        let password = CredentialKind::Password.as_str();
        let mut proofs = self.proofs.iter();
        proofs.any(|proof| proof.arrived.is_none() && proof.method == password)
    }

    /// Adds a second factor to the session in which somebody is signed in already.
    pub(crate) async fn strengthen(self, desk: &Desk, visit: &Visit, shown: Shown<'_>) -> Outcome {
        let present = visit.visitor.principal.as_ref().ok_or(Code::SignedOut)?;
        let token = self.token(desk);
        let session = raise(desk, &present.session, &token, shown).await?;
        // What a password alone began was told of then.
        arrived::note(desk, visit, (self.identity, true), &session).await;
        desk.services.announcer.announce(&Event::SignedIn {
            identity: self.identity.id,
            session: session.id,
            method: shown.method,
            provider: None,
        });
        self.go_on(desk, (session, token), None).await
    }

    fn token(&self, desk: &Desk) -> Token {
        let entropy = &*desk.services.entropy;
        match self.flow.transport {
            Transport::Browser => Token::generate(entropy),
            Transport::Api => Token::generate_prefixed(PREFIX, entropy),
        }
    }

    async fn go_on(
        self,
        desk: &Desk,
        (session, token): (Session, Token),
        detour: Option<&dyn Detour>,
    ) -> Outcome {
        let verification = match self.is_new {
            true => self.verification(desk).await,
            false => None,
        };
        let actions = &desk.services.actions;
        let elsewhere = match detour {
            Some(detour) => {
                let who = (self.identity, &session);
                detour.next(desk, self.flow, who).await?
            }
            None => None,
        };
        let next = match remembered::refreshes(self.flow) {
            true => {
                self.confirm(desk, &session).await?;
                None
            }
            false if elsewhere.is_some() => elsewhere,
            false if actions.is_too_weak(self.identity, &session) => Some(self.step_up(desk)),
            false => self.next(desk, &session, verification.as_ref()).await?,
        };
        let mut response = self.answer(desk, (&session, &token), next, verification.as_ref());
        if self.flow.transport == Transport::Browser {
            for cookie in self.cookies(desk, &token) {
                response = with_cookie(response, &cookie);
            }
        }
        Ok(response)
    }

    /// Tells the flow that waited for this proof.
    async fn confirm(&self, desk: &Desk, session: &Session) -> Result<(), Failure> {
        let flows = &desk.services.flows;
        let Some(id) = remembered::waits(self.flow) else {
            return Ok(());
        };
        if let Some(mut waiting) = flows.find(id).await?
            && remembered::identity(&waiting) == Some(self.identity.id)
        {
            remembered::confirm(&mut waiting, self.flow, session.id);
            // Who has taken it away meanwhile has taken what waits in it away.
            flows.replace(&waiting).await?;
        }
        Ok(())
    }

    async fn next(
        &self,
        desk: &Desk,
        session: &Session,
        begun: Option<&Begun>,
    ) -> Result<Option<Next>, Failure> {
        let from = (self.flow, self.flow.return_to.as_deref());
        after::next(
            desk,
            from,
            self.wants,
            (self.identity, Some(session), begun),
        )
        .await
    }

    /// The second step comes before everything else.
    fn step_up(&self, desk: &Desk) -> Next {
        let page = desk.step_up_page(self.flow.return_to.as_deref());
        let told = json!({"action": "redirect_browser_to", "redirect_browser_to": page});
        Next {
            page,
            continue_with: (self.wants == Wants::Json).then_some(told),
        }
    }

    /// Begins to verify the address that somebody has come with for the first time.
    async fn verification(&self, desk: &Desk) -> Option<Begun> {
        verification::begin::if_possible(desk, self.flow, self.identity).await
    }

    /// Begins the session.
    pub(crate) async fn open(
        &self,
        desk: &Desk,
        visit: &Visit,
    ) -> Result<(Session, Token), Failure> {
        let services = &desk.services;
        let token = self.token(desk);
        let proofs = self.proofs.iter().map(|one| one.completed(desk));
        let kept = self.kept(desk, visit).await?;
        let methods: Vec<_> = proofs.chain(kept).collect();
        let session = services
            .sessions
            .begin(self.identity, methods, device(visit), token.clone())
            .await?;
        // First, so that whoever takes the proof away from here on finds the session.
        self.note_upstream(desk, &session).await?;
        if !self.still_holds(desk).await? {
            services.sessions.store().revoke(session.id).await?;
            services.announcer.announce(&Event::SignInRefused {
                method: session.methods.first().map_or(OIDC, |one| &one.method),
                provider: session.provider(),
                code: Code::CredentialsInvalid,
                reason: Some("what was proved has been taken away meanwhile"),
            });
            let begin = desk.begin_page(FlowKind::Login, self.flow.return_to.as_deref());
            return Err(Failure::from(Code::CredentialsInvalid).way_out("Sign in again", begin));
        }
        // The session this browser had is over, whoever's it was: whoever planted or still knows
        // its token must gain nothing from this sign-in.
        if let (Transport::Browser, Some(old)) = (self.flow.transport, &visit.visitor.principal) {
            services.sessions.store().revoke(old.session.id).await?;
        }
        exchange::note(desk, self.flow, &session).await?;
        arrived::note(desk, visit, (self.identity, self.is_new), &session).await;
        services.announcer.announce(&Event::SignedIn {
            identity: self.identity.id,
            session: session.id,
            method: session.methods.first().map_or(OIDC, |one| &one.method),
            provider: session.provider(),
        });
        Ok((session, token))
    }

    /// The second factors that somebody has shown who only proves again who they are, and still has.
    async fn kept(
        &self,
        desk: &Desk,
        visit: &Visit,
    ) -> Result<Vec<AuthenticationMethod>, StoreError> {
        let old = visit.visitor.principal.as_ref();
        let old = old.filter(|one| {
            remembered::refreshes(self.flow)
                && one.identity.id == self.identity.id
                && remembered::session(self.flow) == Some(one.session.id)
        });
        let Some(old) = old else {
            return Ok(Vec::new());
        };
        let own = desk.services.credentials.list(self.identity.id).await?;
        // A code by mail is no credential, and goes with nothing.
        let has = |method: &str| {
            let is_kind = CredentialKind::ALL.iter().any(|one| one.as_str() == method);
            !is_kind || own.iter().any(|one| one.kind.as_str() == method)
        };
        let mut methods = old.session.methods.clone();
        methods.retain(|one| one.aal == Aal::Aal2 && one.provider.is_none() && has(&one.method));
        Ok(methods)
    }

    /// The cookies that a browser keeps from now on.
    pub(crate) fn cookies(&self, desk: &Desk, token: &Token) -> Vec<String> {
        let cookies = &desk.services.cookies;
        let lifespan = desk.services.sessions.lifetimes().lifespan;
        let session = cookies.set(cookies.session(), token.expose(), lifespan);
        let csrf = self.csrf.clone();
        let csrf = csrf.map(|csrf| csrf.after_sign_in(desk.now()).set_cookie(desk));
        std::iter::once(session).chain(csrf).collect()
    }

    /// Whether what was proved still lets the identity in. It may have been taken away, and all
    /// sessions ended, between the proof and the session.
    async fn still_holds(&self, desk: &Desk) -> Result<bool, Failure> {
        hold(desk, self.identity.id, self.proofs).await
    }

    /// Notes where the session came from, for the day it ends there: every provider that has proved
    /// it can end it. A session whose end could not be heard of does not begin.
    async fn note_upstream(&self, desk: &Desk, session: &Session) -> Result<(), Failure> {
        let services = &desk.services;
        let providers = services.broker.registry.current();
        let upstreams = self.proofs.iter().filter_map(Proof::upstream);
        for (index, upstream) in upstreams.enumerate() {
            let provider = providers.find(&upstream.link.provider);
            let mut upstream = upstream.clone();
            // Signing out here leads to the first of them only.
            if index > 0 || provider.is_none_or(|one| one.policy.logout == SignOutScope::Local) {
                upstream.id_token = Secret::default();
            }
            let noted = services.upstream_sessions.put(session.id, &upstream).await;
            if let Err(error) = noted {
                let _ = services.sessions.store().revoke(session.id).await;
                return Err(error.into());
            }
        }
        Ok(())
    }
}

/// Whether somebody may sign in, and still has what was proved.
pub(crate) async fn hold(
    desk: &Desk,
    id: IdentityId,
    proofs: &[Proof<'_>],
) -> Result<bool, Failure> {
    let services = &desk.services;
    let identity = services.identities.find(id).await?;
    let credentials = services.credentials.list(id).await?;
    let is_active = identity.is_some_and(|found| found.state == IdentityState::Active);
    Ok(is_active && proofs.iter().all(|proof| proof.is_in(&credentials)))
}

/// Where a visit comes from.
pub(crate) fn device(visit: &Visit) -> Device {
    let user_agent = visit.header(&USER_AGENT).map(|text| {
        let cut = text.floor_char_boundary(USER_AGENT_LENGTH);
        text[..cut].to_owned()
    });
    Device {
        ip_address: visit.visitor.client.ip(),
        user_agent,
    }
}
