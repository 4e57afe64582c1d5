//! Requests that are answered in process: refusals, pages and the echo application.

use std::time::Duration;

use http::{Request, header};
use pingora::{
    http::{HeaderNameVariant, RequestHeader},
    prelude::Result,
    protocols::http::ServerSession,
    proxy::Session,
};
use portcullis_core::{catalogue::Code, pages::Pages};

use super::{
    Gate, Passage,
    admit::{X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO},
};
use crate::{
    answer::{Asked, X_PORTCULLIS},
    echo::{Line, Received},
    listener::write,
    pipeline::Remedy,
};

/// How much of a body nobody reads is still taken, to keep its connection.
const DRAINED: usize = 64 << 10;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(2);

impl Gate {
    /// Answers with a refusal.
    pub(super) async fn refuse(
        &self,
        session: &mut Session,
        passage: &Passage,
        code: Code,
        remedy: &Remedy,
    ) -> Result<bool> {
        let request = session.req_header();
        let asked = Asked {
            id: passage.id(),
            method: &request.method,
            path: request.uri.path(),
            headers: &request.headers,
        };
        let response = self.parts.answers.refuse(code, remedy, &asked);
        if code == Code::AmbiguousRequest {
            // Whoever was not understood once is not listened to again.
            session.set_keepalive(None);
        }
        drain(session).await;
        write::write(session, response).await?;
        Ok(true)
    }

    /// Hands the request to pages and writes their answer.
    pub(super) async fn visit(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        pages: &dyn Pages,
    ) -> Result<()> {
        let limits = &self.parts.limits;
        let reading = body(session, limits.page_body_bytes);
        let body = match tokio::time::timeout(limits.page_body_time, reading).await {
            Ok(Ok(body)) => body,
            Ok(Err(code)) => return self.give_up(session, passage, code).await,
            Err(_) => return self.give_up(session, passage, Code::BadRequest).await,
        };
        let head = session.req_header();
        let mut request = Request::new(body);
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = write::origin_form(&head.uri);
        request.headers_mut().clone_from(&head.headers);
        request.extensions_mut().insert(passage.visitor());
        let mut response = pages.respond(request).await;
        self.parts.answers.finish(&mut response, passage.id());
        write::write(session, response).await
    }

    async fn give_up(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        code: Code,
    ) -> Result<()> {
        passage.fail(code);
        session.set_keepalive(None);
        let request = session.req_header();
        let asked = Asked {
            id: passage.id(),
            method: &request.method,
            path: request.uri.path(),
            headers: &request.headers,
        };
        let response = self.parts.answers.decline(code, &asked);
        drain(session).await;
        write::write(session, response).await
    }

    /// Shows the request as an upstream would have received it.
    pub(super) async fn echo(&self, session: &mut Session, passage: &Passage) -> Result<()> {
        drain(session).await;
        let http2 = session.is_http2();
        let asked = session.req_header().headers.clone();
        let request = session.req_header_mut();
        self.enrich(request, passage, http2)?;
        let target = request.uri.path_and_query();
        let received = Received {
            method: request.method.as_str(),
            target: target.map_or("/", |target| target.as_str()),
            headers: lines(request, passage)?,
        };
        let mut response = self.parts.echo.show(&asked, &received);
        self.parts.answers.finish(&mut response, passage.id());
        // It stands for an application, and scripts tell those by the missing mark.
        response.headers_mut().remove(X_PORTCULLIS);
        write::write(session, response).await
    }
}

/// The headers as they would be sent.
fn lines(request: &RequestHeader, passage: &Passage) -> Result<Vec<Line>> {
    let set = passage.permit().map_or(&[][..], |permit| permit.headers());
    let announced = [X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST];
    let mut lines = Vec::new();
    request.map(|name, value| {
        let name = match name {
            HeaderNameVariant::Case(name) => String::from_utf8_lossy(name.as_slice()),
            HeaderNameVariant::Titled(name) => name.into(),
        };
        lines.push(Line {
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
            ours: set
                .iter()
                .map(|(own, _)| own)
                .chain(&announced)
                .any(|own| own.as_str().eq_ignore_ascii_case(&name)),
            name: name.into_owned(),
        });
        Ok(())
    })?;
    Ok(lines)
}

/// Reads a whole body of at most `limit` bytes.
async fn body(session: &mut ServerSession, limit: usize) -> std::result::Result<Vec<u8>, Code> {
    let length = announced(session);
    if length.is_some_and(|length| length > limit) {
        return Err(Code::BodyTooLarge);
    }
    write::invite(session).await.map_err(|_| Code::BadRequest)?;
    let mut body = Vec::with_capacity(length.unwrap_or_default());
    while let Some(chunk) = session
        .read_request_body()
        .await
        .map_err(|_| Code::BadRequest)?
    {
        if body.len() + chunk.len() > limit {
            return Err(Code::BodyTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn announced(session: &ServerSession) -> Option<usize> {
    let length = session.get_header(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Takes in a short body that nobody reads: an answer written over an unread body may be lost, and
/// its connection always is.
async fn drain(session: &mut ServerSession) {
    let waits = session.get_header(header::EXPECT).is_some();
    let short = announced(session).is_some_and(|length| length <= DRAINED);
    if session.is_body_done() || waits || !short {
        return;
    }
    session.set_total_drain_timeout(Some(DRAIN_TIME));
    // What cannot be drained is closed afterwards, as without draining.
    let _ = session.drain_request_body().await;
}
