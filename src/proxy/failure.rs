//! When a request that was let through cannot be completed.

use pingora::{
    prelude::{Error, ErrorSource, ErrorType},
    proxy::{FailToProxy, Session},
};
use portcullis_core::catalogue::Code;

use super::{Gate, Passage};
use crate::pipeline::Remedy;

impl Gate {
    /// Answers with the failure, where an answer can still be given.
    pub(super) async fn fail(
        &self,
        session: &mut Session,
        error: &Error,
        passage: &mut Passage,
    ) -> FailToProxy {
        let closed = FailToProxy {
            error_code: 0,
            can_reuse_downstream: false,
        };
        let Some(code) = code(error) else {
            return closed;
        };
        passage.fail(code);
        if *error.esource() == ErrorSource::Upstream {
            self.parts.metrics.upstream_errors.inc();
        }
        // Only the kind: an error's full text may quote a head, and with it a cookie.
        tracing::warn!(
            request.id = passage.id(),
            route.name = passage.route().map_or("", |route| &route.name),
            upstream.name = self.upstream_name(passage),
            code = code.as_str(),
            cause = error.etype().as_str(),
            "the request could not be completed"
        );
        if session.response_written().is_some() {
            return closed;
        }
        session.set_keepalive(None);
        match self.refuse(session, passage, code, &Remedy::None).await {
            Ok(_) => FailToProxy {
                error_code: code.status().as_u16(),
                can_reuse_downstream: false,
            },
            Err(_) => closed,
        }
    }

    /// The address that was tried last.
    pub(super) fn upstream_name(&self, passage: &Passage) -> &str {
        let tried = passage.route().zip(passage.turn);
        let address =
            tried.and_then(|(route, turn)| self.parts.upstreams.group(route)?.tried(turn));
        address.map_or("", |address| address.name())
    }
}

/// What the failure is to the client; `None` when the client is gone.
fn code(error: &Error) -> Option<Code> {
    let timed_out = matches!(
        error.etype(),
        ErrorType::ConnectTimedout
            | ErrorType::ReadTimedout
            | ErrorType::WriteTimedout
            | ErrorType::TLSHandshakeTimedout
    );
    match (error.esource(), error.etype()) {
        (ErrorSource::Upstream, _) if timed_out => Some(Code::UpstreamTimeout),
        (ErrorSource::Upstream, _) => Some(Code::UpstreamUnavailable),
        (
            ErrorSource::Downstream,
            ErrorType::ConnectionClosed
            | ErrorType::ReadError
            | ErrorType::WriteError
            | ErrorType::H2Error,
        ) => None,
        (ErrorSource::Downstream, _) => Some(Code::BadRequest),
        _ => Some(Code::Internal),
    }
}
