//! The first stage: one reading of the head, the client behind it, and everything gone that must
//! not pass. What comes after trusts what it sees.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use pingora::{http::RequestHeader, prelude::Result as FrameworkResult, proxy::Session};
use portcullis_core::{catalogue::Code, head::Scheme};

use super::{Gate, Passage};
use crate::listener::{
    canonical::{Ambiguous, Authority, target},
    clean::{Upgrade, check_framing},
    client::{Client, Peer},
    http2::refusal,
    origin,
    request_id::{RequestId, X_REQUEST_ID},
};

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(super) const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// How long an idle connection of a client is kept, in seconds.
const KEEP_ALIVE: u64 = 75;

impl From<Ambiguous> for Code {
    fn from(_: Ambiguous) -> Self {
        Self::AmbiguousRequest
    }
}

impl Gate {
    pub(super) fn admit(&self, session: &mut Session, passage: &mut Passage) -> Result<(), Code> {
        let id = self.parts.request_ids.of(&session.req_header().headers);
        let peer = peer(session);
        passage.identified(id.clone(), peer.address);
        if session.get_keepalive() == Some(0) {
            session.set_keepalive(Some(KEEP_ALIVE));
        }
        let raw = RawHead::of(session);
        let request = session.req_header();
        self.parts
            .limits
            .check(raw.target(request), &request.headers)?;
        if matches!(request.method, Method::TRACE | Method::CONNECT) {
            return Err(Code::MethodNotAllowed);
        }
        if let Some(code) = refused_before(session) {
            return Err(code);
        }
        check_framing(&request.headers, raw.bytes())?;
        let (authority, changed) = read(request, &raw)?;
        let client = self.parts.trusted_proxies.client(peer, &request.headers)?;
        let upgrade = Upgrade::of(&request.headers, &request.method, request.version);
        let asked = client.authority.clone().unwrap_or(authority);
        if upgrade == Upgrade::WebSocket {
            self.admit_websocket(&request.headers, client.scheme, &asked)?;
            // Two ends of a WebSocket may both be silent for as long as they like.
            session.set_read_timeout(None);
        }
        let trusted = self.parts.trusted_proxies.trusts(peer.address);
        let condemned = self
            .parts
            .cleaner
            .condemned(&session.req_header().headers, trusted)?;
        let request = session.req_header_mut();
        for name in &condemned {
            request.remove_header(name);
        }
        name_host(request).map_err(|_| Code::Internal)?;
        if let Some(target) = changed {
            let set = request.set_raw_path(target.as_bytes());
            set.map_err(|_| Code::AmbiguousRequest)?;
        }
        announce(request, &client, &asked, &id, upgrade).map_err(|_| Code::Internal)?;
        passage.admitted(client, asked, upgrade);
        Ok(())
    }

    /// A page of another site can open WebSockets here with the visitor's cookies; only its origin
    /// tells it from our own (RFC 6455, section 10.2).
    fn admit_websocket(
        &self,
        headers: &HeaderMap,
        scheme: Scheme,
        asked: &Authority,
    ) -> Result<(), Code> {
        if headers.contains_key(header::CONTENT_LENGTH)
            || headers.contains_key(header::TRANSFER_ENCODING)
        {
            return Err(Code::UpgradeRefused);
        }
        let allowed = origin::is_own(headers, scheme, asked, &self.parts.public_origin);
        allowed.then_some(()).ok_or(Code::OriginRefused)
    }
}

/// The head as it came over an HTTP/1 connection. The framework drops a fragment and a length
/// beside an encoding while it parses, so both are looked for here.
struct RawHead(Option<Bytes>);

impl RawHead {
    fn of(session: &Session) -> Self {
        Self((!session.is_http2()).then(|| session.to_h1_raw()))
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    fn target<'a>(&'a self, request: &'a RequestHeader) -> &'a [u8] {
        let Some(head) = &self.0 else {
            return request.raw_path();
        };
        let line = head.trim_ascii_start().split(|&c| c == b'\n').next();
        let mut parts = line.unwrap_or_default().splitn(2, |&c| c == b' ');
        let rest = parts.nth(1).unwrap_or_default();
        let end = rest.iter().rposition(|&c| c == b' ').unwrap_or(rest.len());
        &rest[..end]
    }
}

/// The authority, and the target where its canonical form is another one.
fn read(request: &RequestHeader, raw: &RawHead) -> Result<(Authority, Option<String>), Ambiguous> {
    let raw_target = raw.target(request);
    let target = target(raw_target)?;
    let in_target = target
        .authority
        .or_else(|| request.uri.authority().map(http::uri::Authority::as_str));
    let mut hosts = request.headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| Ambiguous)?),
        (None, _) if raw.0.is_none() => None,
        _ => return Err(Ambiguous),
    };
    let authority = match (host, in_target) {
        (Some(host), Some(other)) if !host.eq_ignore_ascii_case(other) => return Err(Ambiguous),
        (Some(text), _) | (None, Some(text)) => Authority::parse(text)?,
        (None, None) => return Err(Ambiguous),
    };
    let same = target.path_and_query.as_bytes() == raw_target;
    Ok((
        authority,
        (!same).then(|| target.path_and_query.into_owned()),
    ))
}

/// What the first look at an HTTP/2 request said. Over HTTP/1 the mark is a header like others.
fn refused_before(session: &Session) -> Option<Code> {
    let refused = || refusal(&session.req_header().headers);
    session.is_http2().then(refused).flatten()
}

fn peer(session: &Session) -> Peer {
    let address = session.client_addr().and_then(|address| address.as_inet());
    let over_tls = session
        .digest()
        .is_some_and(|digest| digest.ssl_digest.is_some());
    Peer {
        address: address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), std::net::SocketAddr::ip),
        scheme: if over_tls {
            Scheme::Https
        } else {
            Scheme::Http
        },
    }
}

/// Writes the host down that HTTP/2 names in a pseudo-header.
fn name_host(request: &mut RequestHeader) -> FrameworkResult<()> {
    let authority = request.uri.authority();
    let host = authority.map(|authority| authority.as_str().to_owned());
    match host {
        Some(host) if !request.headers.contains_key(header::HOST) => {
            request.insert_header(header::HOST, host)
        }
        _ => Ok(()),
    }
}

/// Tells the upstream what it cannot know: who asked, how, for which host, and under which id.
fn announce(
    request: &mut RequestHeader,
    client: &Client,
    asked: &Authority,
    id: &RequestId,
    upgrade: Upgrade,
) -> FrameworkResult<()> {
    request.insert_header(X_FORWARDED_FOR, client.forwarded_for.as_str())?;
    request.insert_header(
        X_FORWARDED_PROTO,
        HeaderValue::from_static(client.scheme.as_str()),
    )?;
    request.insert_header(X_FORWARDED_HOST, asked.as_str())?;
    request.insert_header(X_REQUEST_ID, id.header().clone())?;
    if upgrade == Upgrade::WebSocket {
        request.insert_header(header::CONNECTION, HeaderValue::from_static("Upgrade"))?;
        request.insert_header(header::UPGRADE, HeaderValue::from_static("websocket"))?;
    }
    Ok(())
}
