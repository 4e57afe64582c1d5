//! Where a request comes from: neither a page that got hold of our address under a name of its own
//! (DNS rebinding) nor a page of another site may have a browser ask for anything.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
};
use http::{HeaderMap, HeaderName, header::ORIGIN};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::{Failure, Outcome};

use crate::{
    config::{Config, Listener},
    desk::Desk,
};

/// What clients of a Unix socket name as the host: no network can give this name to anybody.
const HOST_OF_SOCKETS: &str = "localhost";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what was sent to somebody else's name, and changes that a page elsewhere asks for. What
/// passes carries the desk, by which the guards of endpoints go.
pub(crate) async fn check(
    State(desk): State<Arc<Desk>>,
    mut request: Request,
    next: Next,
) -> Outcome {
    let visitor = request.extensions().get::<Visitor>();
    let visitor = visitor.ok_or(Code::Internal)?;
    if !is_named(&desk.config, visitor) {
        return Err(Failure::from(Code::HostRefused)
            .hint("Hosts are ours by public_url or allowed_hosts in [plugins.admin]."));
    }
    if !request.method().is_safe() && is_foreign(&desk.config, request.headers(), visitor) {
        return Err(Code::OriginRefused.into());
    }
    request.extensions_mut().insert(desk);
    Ok(next.run(request).await)
}

/// Whether a request was sent to a name of ours.
pub(crate) fn is_named(config: &Config, visitor: &Visitor) -> bool {
    is_ours(config, name_of(&visitor.authority))
}

/// Whether a page of this origin made the browser ask, as only browsers can say.
pub(crate) fn is_same(headers: &HeaderMap, visitor: &Visitor) -> bool {
    match text(headers, &SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => text(headers, &ORIGIN)
            .is_some_and(|origin| authority_of(origin) == Some(&visitor.authority)),
    }
}

/// The host of an authority without its port.
pub(crate) fn name_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of a bare IPv6 address stand in brackets.
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// Whether requests may be sent to this host. Ports do not count: a page elsewhere cannot choose the
/// name, and whoever forwards a port may.
fn is_ours(config: &Config, name: &str) -> bool {
    let named = config.public_url.host_str() == Some(name)
        || config.allowed_hosts.iter().any(|host| host == name);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>().ok();
    named
        || match (&config.listener, address) {
            (Listener::Network(listener), Some(address)) => {
                // An address in figures is nobody's name, so it cannot lead elsewhere first.
                let listener = listener.ip();
                listener.is_unspecified()
                    || address == listener
                    || (listener.is_loopback() && address.is_loopback())
            }
            (Listener::Network(listener), None) => {
                listener.ip().is_loopback() && name == "localhost"
            }
            // No browser opens a socket, but a forwarded port may lead one there. What clients name for
            // want of a host is no name that a page elsewhere can have.
            (Listener::Socket(_), Some(_)) => true,
            (Listener::Socket(_), None) => name == HOST_OF_SOCKETS,
        }
}

fn is_foreign(config: &Config, headers: &HeaderMap, visitor: &Visitor) -> bool {
    let own = config.public_url.origin().ascii_serialization();
    let foreign_origin = headers.get(ORIGIN).is_some_and(|origin| {
        origin != own.as_str()
            && origin.to_str().ok().and_then(authority_of) != Some(&visitor.authority)
    });
    let foreign_site = headers
        .get(SEC_FETCH_SITE)
        .is_some_and(|site| site != "same-origin" && site != "none");
    foreign_origin || foreign_site
}

fn authority_of(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, authority)| authority)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Auth;

    fn config(listener: &str, public_url: &str) -> Config {
        Config {
            auth: Auth::Token,
            public_url: public_url.parse().unwrap(),
            allowed_hosts: vec!["also.test".to_owned()],
            listener: match listener.strip_prefix("unix:") {
                Some(path) => Listener::Socket(path.into()),
                None => Listener::Network(listener.parse().unwrap()),
            },
            proxy_listener: "127.0.0.1:4180".parse().unwrap(),
            metrics_listener: "127.0.0.1:9464".parse().unwrap(),
            token_lifespan: Duration::from_secs(3600),
            console: true,
            end_sessions: true,
        }
    }

    #[test]
    fn only_own_names_are_asked() {
        let loopback = config("127.0.0.1:4434", "https://admin.test");
        for name in ["admin.test", "also.test", "localhost", "127.0.0.1", "[::1]"] {
            assert!(is_ours(&loopback, name), "{name}");
        }
        for name in ["evil.test", "admin.test.evil.test", "192.0.2.1", ""] {
            assert!(!is_ours(&loopback, name), "{name}");
        }
        let everywhere = config("0.0.0.0:4434", "https://admin.test");
        assert!(is_ours(&everywhere, "192.0.2.1"));
        assert!(!is_ours(&everywhere, "localhost"));
        let one = config("192.0.2.1:4434", "https://admin.test");
        assert!(is_ours(&one, "192.0.2.1"));
        assert!(!is_ours(&one, "192.0.2.2"));
    }

    /// HA-19: DNS rebinding through a port that is forwarded to the socket.
    #[test]
    fn a_socket_is_asked_under_names_that_no_page_elsewhere_has() {
        let socket = config("unix:/run/admin.sock", "https://admin.test");
        for name in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "192.0.2.1",
            "admin.test",
            "also.test",
        ] {
            assert!(is_ours(&socket, name), "{name}");
        }
        for name in ["evil.test", "localhost.evil.test", "unix", ""] {
            assert!(!is_ours(&socket, name), "{name}");
        }
    }

    #[test]
    fn a_host_is_told_from_its_port() {
        for (authority, name) in [
            ("a.test:4434", "a.test"),
            ("a.test", "a.test"),
            ("[::1]:4434", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(name_of(authority), name);
        }
    }
}
