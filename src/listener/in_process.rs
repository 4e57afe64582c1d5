//! A listener whose requests are all answered in process: health, metrics, the admin API.

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderValue, Request, Response, header};
use pingora::{
    apps::{HttpPersistentSettings, HttpServerApp, ReusedHttpStream},
    protocols::{Stream, http::ServerSession},
    server::ShutdownWatch,
};
use portcullis_core::{
    catalogue::Code,
    head::Scheme,
    pages::{Client, Pages, Visitor},
};
use portcullis_kit::envelope;

use super::{
    canonical::{Authority, target},
    head::Remains,
    limits::Limits,
    parting,
    request_id::RequestIds,
    turn_away::TurnAway,
    write,
};

/// What answers below which path.
#[derive(Debug)]
pub struct InProcess {
    /// Path prefixes, on segment boundaries; the first that fits answers.
    pub pages: Vec<(String, Arc<dyn Pages>)>,
    /// Names requests that have no name.
    pub request_ids: RequestIds,
    /// What heads may measure.
    pub limits: Limits,
    /// How long a body may be.
    pub body_bytes: usize,
}

impl InProcess {
    fn find(&self, path: &str) -> Option<&Arc<dyn Pages>> {
        let fits = |prefix: &str| {
            let rest = path.strip_prefix(prefix.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.pages.iter().find(|(prefix, _)| fits(prefix));
        found.map(|(_, pages)| pages)
    }

    async fn answer(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let name = self.request_ids.of(&session.req_header().headers);
        let request = match self.read(session, name.as_str()).await {
            Ok(request) => request,
            Err(code) => {
                session.set_keepalive(None);
                return refused(code, name.as_str());
            }
        };
        match self.find(request.uri().path()) {
            Some(pages) => pages.respond(request).await,
            None => refused(Code::NotFound, name.as_str()),
        }
    }

    /// The request, where it can be read in one way and is not too long.
    async fn read(
        &self,
        session: &mut ServerSession,
        name: &str,
    ) -> Result<Request<Vec<u8>>, Code> {
        let mut request = head(session, name).ok_or(Code::BadRequest)?;
        let broken = |_| Code::BadRequest;
        write::invite(session).await.map_err(broken)?;
        while let Some(chunk) = session.read_request_body().await.map_err(broken)? {
            if request.body().len() + chunk.len() > self.body_bytes {
                return Err(Code::BodyTooLarge);
            }
            request.body_mut().extend_from_slice(&chunk);
        }
        Ok(request)
    }
}

/// The request without its body.
fn head(session: &ServerSession, name: &str) -> Option<Request<Vec<u8>>> {
    let head = session.req_header();
    let path_and_query = target(head.raw_path()).ok()?.path_and_query.into_owned();
    let host = head.headers.get(header::HOST)?.to_str().ok()?;
    let visitor = Visitor {
        request_id: name.to_owned(),
        client: client(session),
        scheme: Scheme::Http,
        authority: Authority::parse(host).ok()?.as_str().to_owned(),
        principal: None,
    };
    let mut request = Request::new(Vec::new());
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = path_and_query.parse().ok()?;
    request.headers_mut().clone_from(&head.headers);
    request.extensions_mut().insert(visitor);
    Some(request)
}

/// Only whoever comes by a socket has no address.
fn client(session: &ServerSession) -> Client {
    let address = session.client_addr().and_then(|address| address.as_inet());
    address.map_or(Client::Socket, |address| Client::Network(address.ip()))
}

/// Programs read what is said here, so that it is never a page.
fn refused(code: Code, name: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(envelope(code, name, None).to_string().into_bytes());
    *response.status_mut() = code.status();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    if code == Code::MethodNotAllowed {
        // RFC 9110, section 15.5.6: what some page here may take; none takes what is refused so.
        let taken = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        response.headers_mut().insert(header::ALLOW, taken);
    }
    response
}

#[async_trait]
impl TurnAway for Arc<InProcess> {
    fn limits(&self) -> &Limits {
        &self.limits
    }

    async fn turn_away(&self, mut stream: Stream, bytes: &[u8], code: Code) {
        let remains = Remains::of(bytes);
        let name = self.request_ids.of(&remains.headers);
        let response = refused(code, name.as_str());
        // Whoever has left misses nothing.
        let _ = parting::answer(&mut stream, response, &remains.method).await;
        parting::close(stream).await;
    }
}

#[async_trait]
impl HttpServerApp for InProcess {
    async fn process_new_http(
        self: &Arc<Self>,
        mut session: ServerSession,
        shutdown: &ShutdownWatch,
    ) -> Option<ReusedHttpStream> {
        // The head has arrived: `Front` has read it, and waits for the next one.
        if !session.read_request().await.ok()? {
            return None;
        }
        session.set_keepalive(if *shutdown.borrow() { None } else { Some(60) });
        let response = self.answer(&mut session).await;
        write::write(&mut session, response).await.ok()?;
        let settings = HttpPersistentSettings::for_session(&session);
        let stream = session.finish().await.ok()??;
        Some(ReusedHttpStream::from_reusable_stream(stream, settings))
    }
}
