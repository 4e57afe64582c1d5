//! The access line: one per request, with fields documented in `docs/logging.md`.

use std::{net::IpAddr, time::Duration};

use portcullis_core::id::IdentityId;

/// The target of access lines, to filter them by.
pub const TARGET: &str = "portcullis::access";

/// What an access line says.
#[derive(Debug, Clone, Copy)]
pub struct AccessLine<'a> {
    /// The request id.
    pub request_id: &'a str,
    /// The route's name; empty when none was found.
    pub route: &'a str,
    /// Who was signed in, if anybody.
    pub identity: Option<IdentityId>,
    /// Who acts as them, if anybody does.
    pub actor: Option<&'a str>,
    /// `forward` or `refuse`.
    pub decision: &'a str,
    /// The code of the refusal or failure; empty when all went well.
    pub code: &'a str,
    /// Where the answer came from: an upstream's address, `echo`, `pages` or nothing.
    pub upstream: &'a str,
    /// The answer's status; 0 when none was sent.
    pub status: u16,
    /// How long it took, body included.
    pub duration: Duration,
    /// The method.
    pub method: &'a str,
    /// The canonical path, never the query.
    pub path: &'a str,
    /// The client's address.
    pub client: IpAddr,
}

impl AccessLine<'_> {
    /// Writes the line.
    pub fn write(&self) {
        if !tracing::event_enabled!(target: TARGET, tracing::Level::INFO) {
            return;
        }
        let kind = match self.identity {
            Some(_) => "identity",
            None => "anonymous",
        };
        let milliseconds = self.duration.as_micros() as f64 / 1000.0;
        tracing::event!(
            target: TARGET,
            tracing::Level::INFO,
            request.id = self.request_id,
            route.name = self.route,
            principal.kind = kind,
            identity.id = self.identity.map(tracing::field::display),
            actor.id = self.actor,
            decision = self.decision,
            code = self.code,
            upstream.name = self.upstream,
            status = self.status,
            duration_ms = milliseconds,
            method = self.method,
            path = self.path,
            client = %self.client,
            "{} {} {}",
            self.method,
            self.path,
            self.status
        );
    }
}
