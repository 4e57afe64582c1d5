//! The last stage: the access line and the counters.

use pingora::proxy::Session;

use super::{Gate, Passage};
use crate::{observe::access::AccessLine, route::Target};

impl Gate {
    pub(super) fn log(&self, session: &Session, passage: &Passage) {
        let request = session.req_header();
        let status = session
            .response_written()
            .map_or(0, |response| response.status.as_u16());
        let route = passage.route();
        let name = route.map_or("", |route| &route.name);
        let took = passage.elapsed();
        self.parts
            .metrics
            .request(name, &request.method, status, took);
        let upstream = match passage.permit().map(|permit| &permit.route().target) {
            Some(Target::Upstream(_)) => self.upstream_name(passage),
            Some(Target::Echo) => "echo",
            Some(Target::Pages(_)) => "pages",
            None => "",
        };
        let acting = passage
            .principal()
            .and_then(|one| one.session.acting.as_ref());
        let line = AccessLine {
            request_id: passage.id(),
            route: name,
            identity: passage.principal().map(|principal| principal.identity.id),
            actor: acting.map(|acting| acting.actor.as_str()),
            decision: match passage.permit() {
                Some(_) => "forward",
                None => "refuse",
            },
            code: passage.code().map_or("", |code| code.as_str()),
            upstream,
            status,
            duration: took,
            method: request.method.as_str(),
            path: request.uri.path(),
            client: passage.address(),
        };
        line.write();
    }
}
