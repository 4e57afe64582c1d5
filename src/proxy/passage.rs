//! What is known of one request while it passes.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use pingora::http::RequestHeader;
use portcullis_core::{
    catalogue::Code,
    head::{RequestHead, Scheme},
    pages::Visitor,
    principal::Principal,
};

use crate::{
    listener::{canonical::Authority, clean::Upgrade, client::Client, request_id::RequestId},
    pipeline::{Permit, Refusal},
    route::Route,
    upstream::Turn,
};

/// What is known of one request while it passes.
#[derive(Debug)]
pub struct Passage {
    started: Instant,
    received_at: Timestamp,
    id: Option<RequestId>,
    peer: IpAddr,
    client: Option<Client>,
    authority: Option<Authority>,
    upgrade: Upgrade,
    permit: Option<Permit>,
    route: Option<Arc<Route>>,
    principal: Option<Arc<Principal>>,
    code: Option<Code>,
    pub(super) turn: Option<Turn>,
}

impl Passage {
    pub(super) fn new(started: Instant, received_at: Timestamp) -> Self {
        Self {
            started,
            received_at,
            id: None,
            peer: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            client: None,
            authority: None,
            upgrade: Upgrade::None,
            permit: None,
            route: None,
            principal: None,
            code: None,
            turn: None,
        }
    }

    pub(super) fn identified(&mut self, id: RequestId, peer: IpAddr) {
        self.id = Some(id);
        self.peer = peer;
    }

    pub(super) fn admitted(&mut self, client: Client, authority: Authority, upgrade: Upgrade) {
        self.client = Some(client);
        self.authority = Some(authority);
        self.upgrade = upgrade;
    }

    pub(super) fn permitted(&mut self, permit: Permit) {
        self.route = Some(permit.route().clone());
        self.principal = permit.principal().cloned();
        self.permit = Some(permit);
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        self.route.clone_from(&refusal.route);
        self.principal.clone_from(&refusal.principal);
        self.code = Some(refusal.code);
    }

    pub(super) fn fail(&mut self, code: Code) {
        self.code = Some(code);
    }

    pub(super) fn code(&self) -> Option<Code> {
        self.code
    }

    pub(super) fn permit(&self) -> Option<&Permit> {
        self.permit.as_ref()
    }

    pub(super) fn route(&self) -> Option<&Route> {
        self.route.as_deref()
    }

    pub(super) fn principal(&self) -> Option<&Principal> {
        self.principal.as_deref()
    }

    pub(super) fn id(&self) -> &str {
        self.id.as_ref().map_or("", RequestId::as_str)
    }

    pub(super) fn upgrade(&self) -> Upgrade {
        self.upgrade
    }

    pub(super) fn address(&self) -> IpAddr {
        let known = self.client.as_ref();
        known.map_or(self.peer, |client| client.address)
    }

    pub(super) fn scheme(&self) -> Scheme {
        self.client
            .as_ref()
            .map_or(Scheme::Http, |client| client.scheme)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The head that stages judge.
    pub(super) fn head<'a>(&'a self, request: &'a RequestHeader) -> RequestHead<'a> {
        RequestHead {
            id: self.id(),
            method: &request.method,
            scheme: self.scheme(),
            host: self.authority.as_ref().map_or("", Authority::host),
            authority: self.authority.as_ref().map_or("", Authority::as_str),
            path: request.uri.path(),
            query: request.uri.query(),
            headers: &request.headers,
            client: self.address(),
            received_at: self.received_at,
        }
    }

    /// Who visits an own page.
    pub(super) fn visitor(&self) -> Visitor {
        Visitor {
            request_id: self.id().to_owned(),
            client: self.address().into(),
            scheme: self.scheme(),
            authority: self
                .authority
                .as_ref()
                .map_or_else(String::new, |authority| authority.as_str().to_owned()),
            principal: self.principal.clone(),
        }
    }
}
