//! Which headers of a request never pass, on any route: identity headers from outside, what
//! belongs to one connection only, and what claims to come from a proxy but does not.

use http::{
    HeaderMap, HeaderName, Method, Version,
    header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE},
};

use super::canonical::Ambiguous;
use crate::enrich::{ReservedHeaders, plain};

/// Finds the headers to remove.
#[derive(Debug)]
pub struct Cleaner {
    reserved: ReservedHeaders,
}

/// What a request wants its connection to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upgrade {
    /// Nothing else, or nothing that is let through.
    None,
    /// A WebSocket.
    WebSocket,
}

impl Cleaner {
    /// A cleaner that also removes the `reserved` headers.
    pub fn new(reserved: ReservedHeaders) -> Self {
        Self { reserved }
    }

    /// The names to remove from a request of a peer whose word is, or is not, believed.
    ///
    /// Fails when `Connection` names a header that the request cannot be read without.
    pub fn condemned(
        &self,
        headers: &HeaderMap,
        peer_is_trusted: bool,
    ) -> Result<Vec<HeaderName>, Ambiguous> {
        let mut names: Vec<HeaderName> = headers
            .keys()
            .filter(|key| {
                let name = plain(key.as_str());
                // A proxy's word is overwritten in its own spelling only, so no other may pass.
                let believed = peer_is_trusted && name == key.as_str();
                is_hop_by_hop(&name)
                    || (is_proxys_word(&name) && !believed)
                    || self.reserved.is_reserved(key)
            })
            .cloned()
            .collect();
        for name in nominated(headers)? {
            if headers.contains_key(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

impl Upgrade {
    /// What this request may have: a WebSocket by GET over HTTP/1.1 and nothing else. Whoever asks
    /// for another protocol is answered in this one (RFC 9110, section 7.8).
    pub fn of(headers: &HeaderMap, method: &Method, version: Version) -> Self {
        let mut protocols = headers.get_all(UPGRADE).iter();
        let (Some(protocol), None) = (protocols.next(), protocols.next()) else {
            return Self::None;
        };
        let asked = protocol.as_bytes().eq_ignore_ascii_case(b"websocket")
            && tokens(headers).any(|token| token.eq_ignore_ascii_case(b"upgrade"));
        match asked && method == Method::GET && version == Version::HTTP_11 {
            true => Self::WebSocket,
            false => Self::None,
        }
    }
}

/// Refuses the framings that two parsers can read as two different requests (RFC 9112, section
/// 6.3). `head` is the head as it came, for the framework hides a length beside an encoding.
pub fn check_framing(headers: &HeaderMap, head: &[u8]) -> Result<(), Ambiguous> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    if let Some(length) = lengths.next() {
        let digits = length.as_bytes().iter().all(u8::is_ascii_digit);
        if lengths.next().is_some() || length.is_empty() || !digits {
            return Err(Ambiguous);
        }
    }
    let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(encoding) = encodings.next() else {
        return Ok(());
    };
    let chunked = encoding.as_bytes().eq_ignore_ascii_case(b"chunked");
    if encodings.next().is_some() || !chunked || has_length(head) {
        return Err(Ambiguous);
    }
    Ok(())
}

fn has_length(head: &[u8]) -> bool {
    head.split(|&c| c == b'\n').any(|line| {
        let name = line.split(|&c| c == b':').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(b"content-length")
    })
}

fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&c| c == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|token| !token.is_empty())
}

fn nominated(headers: &HeaderMap) -> Result<Vec<HeaderName>, Ambiguous> {
    let mut names = Vec::new();
    for token in tokens(headers) {
        let name = HeaderName::from_bytes(token).map_err(|_| Ambiguous)?;
        match name.as_str() {
            "host" | "content-length" | "transfer-encoding" => return Err(Ambiguous),
            "keep-alive" | "close" | "upgrade" => {}
            _ => names.push(name),
        }
    }
    Ok(names)
}

/// Headers for one connection only (RFC 9110, section 7.6.1). `Transfer-Encoding` is the
/// framework's, for it frames the body anew. `Proxy` is no header at all, but gateway interfaces make
/// of it the variable that tells libraries where to send their own requests.
pub fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection" | "keep-alive" | "te" | "trailer" | "upgrade" | "http2-settings" | "proxy"
    ) || name.starts_with("proxy-")
}

/// Headers by which proxies tell where a request came from or what it was before.
fn is_proxys_word(name: &str) -> bool {
    name.starts_with("x-forwarded")
        || name.starts_with("x-original")
        || matches!(
            name,
            "forwarded"
                | "via"
                | "x-real-ip"
                | "x-client-ip"
                | "x-cluster-client-ip"
                | "true-client-ip"
                | "cf-connecting-ip"
                | "client-ip"
                | "x-rewrite-url"
                | "x-url-scheme"
                | "x-scheme"
                | "front-end-https"
                | "x-host"
        )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn cleaner() -> Cleaner {
        Cleaner::new(ReservedHeaders::build([], &[]))
    }

    fn condemned(lines: &[(&'static str, &'static str)], trusted: bool) -> Vec<String> {
        let names = cleaner().condemned(&headers(lines), trusted).unwrap();
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn identity_headers_are_condemned_in_every_spelling() {
        let lines = &[
            ("X-Forwarded-User", "a"),
            ("x_forwarded-USER", "b"),
            ("accept", "*/*"),
        ];
        assert_eq!(
            condemned(lines, true),
            ["x-forwarded-user", "x_forwarded-user"]
        );
    }

    #[test]
    fn what_connection_names_is_condemned() {
        let lines = &[
            ("connection", "close, X-Secret, te"),
            ("connection", "keep-alive"),
            ("keep-alive", "timeout=5"),
            ("x-secret", "1"),
            ("te", "trailers"),
            ("proxy-authorization", "x"),
        ];
        assert_eq!(
            condemned(lines, true),
            [
                "connection",
                "keep-alive",
                "proxy-authorization",
                "te",
                "te",
                "x-secret"
            ]
        );
    }

    #[test]
    fn a_proxys_word_passes_only_from_a_trusted_one() {
        let lines = &[
            ("forwarded", "for=x"),
            ("x-real-ip", "1"),
            ("x-original-url", "/admin"),
        ];
        assert_eq!(
            condemned(lines, false),
            ["forwarded", "x-original-url", "x-real-ip"]
        );
        assert_eq!(condemned(lines, true), [""; 0]);
    }

    #[test]
    fn no_other_spelling_of_a_proxys_word_passes_from_anybody() {
        // To an application behind a gateway interface each of them is the header it trusts.
        let lines = &[
            ("x_forwarded_for", "6.6.6.6"),
            ("x.forwarded.proto", "https"),
            ("x_real_ip", "6.6.6.6"),
        ];
        let all = ["x.forwarded.proto", "x_forwarded_for", "x_real_ip"];
        assert_eq!(condemned(lines, false), all);
        assert_eq!(condemned(lines, true), all);
    }

    #[test]
    fn nobody_outside_names_the_applications_proxy() {
        assert_eq!(condemned(&[("proxy", "http://x")], true), ["proxy"]);
    }

    #[test]
    fn connection_cannot_name_what_frames_the_request() {
        for name in [
            "host",
            "Content-Length",
            "transfer-encoding",
            "\"x\"",
            ":path",
        ] {
            let headers = [(CONNECTION, HeaderValue::from_static(name))]
                .into_iter()
                .collect();
            assert!(cleaner().condemned(&headers, false).is_err(), "{name}");
        }
    }

    #[test]
    fn only_a_websocket_by_get_is_an_upgrade() {
        let ask = |protocol, connection, method: Method, version| {
            let headers = headers(&[("upgrade", protocol), ("connection", connection)]);
            Upgrade::of(&headers, &method, version)
        };
        let v11 = Version::HTTP_11;
        assert_eq!(
            ask("WebSocket", "keep-alive, Upgrade", Method::GET, v11),
            Upgrade::WebSocket
        );
        for other in [
            ask("websocket", "upgrade", Method::POST, v11),
            ask("websocket", "keep-alive", Method::GET, v11),
            ask("websocket", "upgrade", Method::GET, Version::HTTP_10),
            ask("h2c", "upgrade", Method::GET, v11),
            ask("websocket, h2c", "upgrade", Method::GET, v11),
        ] {
            assert_eq!(other, Upgrade::None);
        }
    }

    #[test]
    fn two_framings_are_refused() {
        let check = |lines, head: &str| check_framing(&headers(lines), head.as_bytes());
        assert!(check(&[("content-length", "5")], "").is_ok());
        assert!(
            check(
                &[("transfer-encoding", "Chunked")],
                "POST / HTTP/1.1\r\nA: b\r\n\r\n"
            )
            .is_ok()
        );
        for bad in [
            check(&[("content-length", "5"), ("content-length", "5")], ""),
            check(&[("content-length", "5, 5")], ""),
            check(&[("content-length", "+5")], ""),
            check(&[("transfer-encoding", "gzip, chunked")], ""),
            check(
                &[
                    ("transfer-encoding", "chunked"),
                    ("transfer-encoding", "chunked"),
                ],
                "",
            ),
            check(
                &[("transfer-encoding", "chunked")],
                "POST / HTTP/1.1\r\nCONTENT-LENGTH: 3\r\n\r\n",
            ),
        ] {
            assert_eq!(bad, Err(Ambiguous));
        }
    }
}
