//! The pipeline: route, authenticate, authorize, enrich. It knows neither sockets nor the proxy
//! framework, and it alone can make a [`Permit`].

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use portcullis_core::{
    action::{Action, Actions},
    catalogue::Code,
    head::RequestHead,
    plugin::Addresses,
    principal::Principal,
    schema::Schemas,
    session::Aal,
    stage::{Authenticator, Authorizer, Decision, Enricher},
    vault::TokenVault,
};

use crate::{
    authorize::authorize,
    enrich::{Enrichment, IdentityHeaders, Injection},
    route::{Access, EncodedSlash, HeaderPreset, Lookup, Route, RouteTable, Target},
};

mod acting;
mod encoded_slash;
mod parameters;
mod remedy;

/// The line that every request takes.
#[derive(Debug)]
pub struct Pipeline {
    table: RouteTable,
    authenticators: Vec<Arc<dyn Authenticator>>,
    authorizers: Vec<Arc<dyn Authorizer>>,
    enrichment: Enrichment,
    injection: Injection,
    actions: Option<Arc<Actions>>,
    addresses: Addresses,
}

/// What a pipeline is made of.
#[derive(Debug)]
pub struct PipelineParts {
    /// The routes.
    pub table: RouteTable,
    /// Who callers are found out by, asked in order.
    pub authenticators: Vec<Arc<dyn Authenticator>>,
    /// Who judges beside the routes' rules.
    pub authorizers: Vec<Arc<dyn Authorizer>>,
    /// Who adds headers beside the routes' presets.
    pub enrichers: Vec<Arc<dyn Enricher>>,
    /// The identity schemas, which know the e-mail trait.
    pub schemas: Arc<Schemas>,
    /// Where the upstream tokens are that some routes inject.
    pub vault: Arc<dyn TokenVault>,
    /// Where sign-in is and where browsers may return to.
    pub addresses: Addresses,
}

impl Pipeline {
    /// A pipeline of these parts.
    pub fn new(parts: PipelineParts) -> Self {
        Self {
            table: parts.table,
            authenticators: parts.authenticators,
            authorizers: parts.authorizers,
            enrichment: Enrichment::new(parts.schemas, parts.enrichers),
            injection: Injection::new(parts.vault),
            actions: None,
            addresses: parts.addresses,
        }
    }

    /// The same, where these judge whether profiles hold what the scopes of routes require.
    #[must_use]
    pub fn with_actions(mut self, actions: Arc<Actions>) -> Self {
        self.actions = Some(actions);
        self
    }

    /// What becomes of this request.
    pub async fn decide(&self, head: &RequestHead<'_>) -> Verdict {
        match self.permit(head).await {
            Ok(permit) => Verdict::Forward(permit),
            Err(refusal) => Verdict::Refuse(refusal),
        }
    }

    /// The routes.
    pub fn table(&self) -> &RouteTable {
        &self.table
    }

    async fn permit(&self, head: &RequestHead<'_>) -> Result<Permit, Refusal> {
        let route = self.find_route(head)?;
        let principal = self.authenticate(route, head).await?;
        if let Some(known) = &principal
            && acting::is_refused(route, known, head)
        {
            return Err(self.refuse(Code::ImpersonationReadOnly, route, principal, head));
        }
        if let Some(known) = &principal
            && known.is_too_weak
            && self.asks_who(route, head)
        {
            let code = Code::SecondFactorRequired;
            return Err(self.refuse(code, route, principal, head));
        }
        if let Some(known) = &principal
            && let Some(action) = self.first_action(route, known)
            && self.asks_who(route, head)
        {
            let remedy = remedy::finish(route.unauthenticated, head, (&self.addresses, action));
            let remedy = remedy.asking(&route.scopes);
            return Err(Refusal {
                code: Code::ActionsPending,
                route: Some(route.clone()),
                principal,
                remedy,
            });
        }
        if let Decision::Deny(code) =
            authorize(route, principal.as_deref(), head, &self.authorizers)
        {
            let code = self.or_too_weak(code, route, principal.as_deref(), head);
            return Err(self.refuse(code, route, principal, head));
        }
        // Whoever has to do something first counts as nobody to applications until it is done.
        let known = principal.as_deref();
        let known = known.filter(|one| one.pending.is_empty() && !one.is_too_weak);
        let mut headers = self.enrichment.headers(route, known, head);
        if let Some(provider) = &route.inject_access_token {
            headers = self.injection.add(headers, provider, known, head).await;
        }
        Ok(Permit {
            headers,
            route: route.clone(),
            principal,
        })
    }

    /// What somebody has to do before they may pass this route: what they have to do anyway, else
    /// what its scopes ask for besides.
    fn first_action(&self, route: &Route, principal: &Principal) -> Option<Action> {
        let first = principal.pending.first().copied();
        // Nobody has to do anything for whom they act as.
        let is_asked = !route.scopes.is_empty() && principal.session.acting.is_none();
        let actions = self.actions.as_ref().filter(|_| is_asked);
        let (None, Some(actions)) = (first, actions) else {
            return first;
        };
        let key = route.scopes_id;
        if let Some(known) = principal.demands.get::<Option<Action>>(key) {
            return *known;
        }
        let (session, identity) = (&principal.session, &principal.identity);
        let pending = actions.pending_for_at(session, identity, &route.scopes);
        let first = pending.first().copied();
        principal.demands.put(key, first);
        first
    }

    /// Whether a request passes only because of whom it comes from. Whoever has to do something first
    /// counts as nobody until it is done.
    fn asks_who(&self, route: &Route, head: &RequestHead<'_>) -> bool {
        !matches!(route.target, Target::Pages(_))
            && authorize(route, None, head, &self.authorizers) != Decision::Allow
    }

    fn find_route(&self, head: &RequestHead<'_>) -> Result<&Arc<Route>, Refusal> {
        let route = match self.table.find(head.host, head.path, head.method) {
            Lookup::Found(route) => route,
            Lookup::MethodNotAllowed => return Err(Refusal::plain(Code::MethodNotAllowed, None)),
            Lookup::None => return Err(Refusal::plain(Code::NoRoute, None)),
        };
        let kept = !encoded_slash::is_in(head.path) || self.reads_alike(route, head);
        match kept && self.stays_without_parameters(route, head, head.path) {
            true => Ok(route),
            false => Err(Refusal::plain(Code::AmbiguousRequest, Some(route))),
        }
    }

    /// Whether a path with encoded slashes may pass: where the route keeps them, and an application
    /// that decodes them finds itself on the same route, behind the same rules.
    fn reads_alike(&self, route: &Route, head: &RequestHead<'_>) -> bool {
        let Some(decoded) = encoded_slash::decoded(head.path) else {
            return false;
        };
        route.encoded_slash == EncodedSlash::Keep
            && self.leads_to(route, head, &decoded)
            && self.stays_without_parameters(route, head, &decoded)
    }

    /// Whether an application that drops path parameters finds itself behind the same rules. Where
    /// the route's own path holds one, whoever wrote it knows how it is read.
    fn stays_without_parameters(&self, route: &Route, head: &RequestHead<'_>, path: &str) -> bool {
        route.path.contains(';')
            || parameters::dropped(path).is_none_or(|bare| self.leads_to(route, head, &bare))
    }

    fn leads_to(&self, route: &Route, head: &RequestHead<'_>, path: &str) -> bool {
        let found = self.table.find(head.host, path, head.method);
        matches!(found, Lookup::Found(other) if other.id == route.id)
    }

    /// Who the request comes from. A caller who cannot be known now is refused; where nothing
    /// depends on the caller nobody asks, so public routes stay up while a store is down.
    async fn authenticate(
        &self,
        route: &Arc<Route>,
        head: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Refusal> {
        if !self.depends_on_caller(route) {
            return Ok(None);
        }
        for authenticator in &self.authenticators {
            match authenticator.authenticate(head).await {
                Ok(None) => {}
                Ok(principal) => return Ok(principal),
                Err(error) => {
                    tracing::warn!(
                        request.id = head.id,
                        error = &error as &dyn std::error::Error,
                        "{error}"
                    );
                    return Err(Refusal::plain(Code::StoreUnavailable, Some(route)));
                }
            }
        }
        Ok(None)
    }

    fn depends_on_caller(&self, route: &Route) -> bool {
        route.access == Access::SignedIn
            || route.allow.is_some()
            || route.deny.is_some()
            || route.preset != HeaderPreset::None
            || !route.set_headers.is_empty()
            || route.inject_access_token.is_some()
            || matches!(route.target, Target::Pages(_))
            || !self.authorizers.is_empty()
            || self.enrichment.has_plugins()
    }

    /// What is refused, unless it would be let through after a second factor: then that is asked for.
    fn or_too_weak(
        &self,
        code: Code,
        route: &Route,
        principal: Option<&Principal>,
        head: &RequestHead<'_>,
    ) -> Code {
        let is_weak = |one: &&Principal| one.session.aal() < Aal::Aal2;
        let weak = principal.filter(|one| is_weak(one) && one.session.acting.is_none());
        let Some(weak) = weak.filter(|_| code == Code::AccessDenied) else {
            return code;
        };
        let strong = weak.strengthened();
        match authorize(route, Some(&strong), head, &self.authorizers) {
            Decision::Allow => Code::SecondFactorRequired,
            Decision::Deny(_) => code,
        }
    }

    /// A refusal of somebody whose route is known. Only signing in can help who is signed out;
    /// who is signed in is never sent there again, for the answer would be the same.
    fn refuse(
        &self,
        code: Code,
        route: &Arc<Route>,
        principal: Option<Arc<Principal>>,
        head: &RequestHead<'_>,
    ) -> Refusal {
        let remedy = match (code, &principal) {
            (Code::SignedOut, None) => {
                let remedy = remedy::sign_in(route.unauthenticated, head, &self.addresses);
                remedy.asking(&route.scopes)
            }
            (Code::SecondFactorRequired, _) => {
                remedy::step_up(route.unauthenticated, head, &self.addresses)
            }
            _ => Remedy::None,
        };
        Refusal {
            code,
            route: Some(route.clone()),
            principal,
            remedy,
        }
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Verdict {
    /// It may go on to its route's target.
    Forward(Permit),
    /// It ends here.
    Refuse(Refusal),
}

/// The proof that the pipeline let a request through. Nothing reaches a target without one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    principal: Option<Arc<Principal>>,
    headers: IdentityHeaders,
}

impl Permit {
    /// The route that was matched.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Who is signed in, if anybody.
    pub fn principal(&self) -> Option<&Arc<Principal>> {
        self.principal.as_ref()
    }

    /// The identity headers for the upstream.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }
}

/// Why a request ends here, and what its sender can do.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// The route it was for, where one was found.
    pub route: Option<Arc<Route>>,
    /// Who was signed in, if anybody.
    pub principal: Option<Arc<Principal>>,
    /// What the sender can do.
    pub remedy: Remedy,
}

impl Refusal {
    fn plain(code: Code, route: Option<&Arc<Route>>) -> Self {
        Self {
            code,
            route: route.cloned(),
            principal: None,
            remedy: Remedy::None,
        }
    }
}

/// What the sender of a refused request can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing that the gateway knows of.
    None,
    /// Go to this URL to sign in, with 302 for GET and HEAD and 303 otherwise.
    SignIn(String),
    /// Go to this URL to finish what is asked of whoever is signed in, in the same way.
    Finish(String),
    /// Have the browser go to this URL to finish it: 403, and the URL beside the reason.
    FinishAt(String),
    /// Present a session: 401 with `WWW-Authenticate`.
    Challenge,
}

#[cfg(test)]
pub(crate) mod tests;
