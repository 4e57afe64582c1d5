//! On to the upstream and back: which address, which headers it receives, and what of its answer
//! the client does not get.

use http::{HeaderName, HeaderValue, StatusCode, header};
use pingora::{
    http::{RequestHeader, ResponseHeader},
    prelude::{Error, ErrorType, HttpPeer, Result},
};

use super::{Gate, Passage, internal};
use crate::{
    answer::X_PORTCULLIS,
    authenticate::token_headers,
    listener::{
        clean::{Upgrade, is_hop_by_hop},
        cookie::Cookies,
    },
};

impl Gate {
    /// Where this request goes; without a permit it goes nowhere.
    pub(super) async fn peer(&self, passage: &mut Passage) -> Result<Box<HttpPeer>> {
        let permit = passage.permit().ok_or_else(|| internal("no permit"))?;
        let group = self.parts.upstreams.group(permit.route());
        let group = group.ok_or_else(|| internal("no upstream"))?;
        let mut turn = passage.turn.unwrap_or_else(|| group.turn());
        let address = group
            .pick(&mut turn)
            .ok_or_else(|| internal("no upstream"))?;
        let peer = match passage.upgrade() {
            Upgrade::WebSocket => group.websocket_peer(address).await,
            Upgrade::None => group.peer(address).await,
        };
        let peer = peer.map_err(|error| {
            Error::because(ErrorType::ConnectNoRoute, "resolving the upstream", error).into_up()
        })?;
        passage.turn = Some(turn);
        Ok(peer)
    }

    /// After a connection failed: whether another address may do.
    pub(super) fn try_next(&self, passage: &mut Passage, mut error: Box<Error>) -> Box<Error> {
        let group = passage
            .permit()
            .and_then(|permit| self.parts.upstreams.group(permit.route()));
        let mut turn = passage.turn;
        let again = group
            .zip(turn.as_mut())
            .is_some_and(|(group, turn)| group.failed(turn));
        passage.turn = turn;
        if again {
            // The last failure is counted with the answer it leads to.
            self.parts.metrics.upstream_errors.inc();
        }
        error.set_retry(again);
        error
    }

    /// Makes the head an upstream receives of the one that was judged.
    pub(super) fn enrich(
        &self,
        request: &mut RequestHeader,
        passage: &Passage,
        http2: bool,
    ) -> Result<()> {
        let permit = passage.permit().ok_or_else(|| internal("no permit"))?;
        let own = self.parts.cookies.names();
        let cookies = match http2 {
            true => Cookies::joined(&request.headers, &own),
            false => Cookies::without(&request.headers, &own),
        };
        if let Cookies::Replaced(lines) = cookies {
            request.remove_header(&header::COOKIE);
            for line in lines {
                request.append_header(header::COOKIE, line)?;
            }
        }
        let tokens: Vec<HeaderName> = token_headers(&request.headers).cloned().collect();
        for name in &tokens {
            request.remove_header(name);
        }
        for (name, value) in permit.headers() {
            request.insert_header(name.clone(), value.clone())?;
        }
        Ok(())
    }
}

/// Refuses a switch of protocols that nobody asked for: what follows it could not be judged.
pub(super) fn check_switch(response: &ResponseHeader, asked: Upgrade) -> Result<()> {
    if response.status == StatusCode::SWITCHING_PROTOCOLS && asked == Upgrade::None {
        let error = Error::explain(ErrorType::InvalidHTTPHeader, "an uninvited switch");
        return Err(error.into_up());
    }
    Ok(())
}

/// Takes out of an upstream's answer what was meant for one connection only, and the mark by which
/// our own answers are told from an application's. The framework frames the body, so its headers
/// stay.
///
/// Our own cookies are nobody else's to set: an application could sign its visitors in as somebody.
pub(super) fn clean_response(response: &mut ResponseHeader, own_cookies: &[&str]) {
    refuse_own_cookies(response, own_cookies);
    let switching = response.status == StatusCode::SWITCHING_PROTOCOLS;
    let nominated = nominated(response);
    let condemned: Vec<HeaderName> = response
        .headers
        .keys()
        .filter(|name| {
            let kept = switching && matches!(name.as_str(), "connection" | "upgrade");
            let offered = matches!(name.as_str(), "proxy-authenticate" | "proxy-status");
            !kept && !offered && (is_hop_by_hop(name.as_str()) || **name == X_PORTCULLIS)
        })
        .cloned()
        .chain(nominated)
        .collect();
    for name in &condemned {
        response.remove_header(name);
    }
}

fn refuse_own_cookies(response: &mut ResponseHeader, own: &[&str]) {
    let sets_own = |line: &HeaderValue| {
        let name = line
            .as_bytes()
            .split(|&c| c == b'=')
            .next()
            .unwrap_or_default();
        own.iter().any(|own| own.as_bytes() == name.trim_ascii())
    };
    let lines = response.headers.get_all(header::SET_COOKIE);
    if !lines.iter().any(sets_own) {
        return;
    }
    let kept: Vec<HeaderValue> = lines
        .iter()
        .filter(|line| !sets_own(line))
        .cloned()
        .collect();
    response.remove_header(&header::SET_COOKIE);
    for line in kept {
        // Only a response with too many headers refuses one; what it had before fitted.
        let _ = response.append_header(header::SET_COOKIE, line);
    }
}

fn nominated(response: &ResponseHeader) -> Vec<HeaderName> {
    response
        .headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&c| c == b','))
        .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
        .filter(|name| {
            !matches!(
                name.as_str(),
                "upgrade" | "content-length" | "transfer-encoding" | "content-type" | "set-cookie"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(status: u16, lines: &[(&'static str, &'static str)]) -> Vec<String> {
        let mut response = ResponseHeader::build(status, None).unwrap();
        for (name, value) in lines {
            response.append_header(*name, *value).unwrap();
        }
        clean_response(&mut response, &["portcullis"]);
        let mut left: Vec<String> = response.headers.keys().map(ToString::to_string).collect();
        left.sort();
        left
    }

    #[test]
    fn what_belongs_to_one_connection_is_taken_out_of_answers() {
        let lines = &[
            ("Connection", "close, X-Hop"),
            ("Keep-Alive", "timeout=5"),
            ("X-Hop", "1"),
            ("Upgrade", "h2c"),
            ("Proxy-Connection", "x"),
            ("X-Portcullis", "1"),
            ("Transfer-Encoding", "chunked"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ];
        assert_eq!(cleaned(200, lines), ["set-cookie", "transfer-encoding"]);
    }

    #[test]
    fn an_application_sets_no_cookie_of_ours() {
        let mut response = ResponseHeader::build(200, None).unwrap();
        for line in ["portcullis=planted; Path=/", "theirs=1", "portcullis2=1"] {
            response.append_header("Set-Cookie", line).unwrap();
        }
        clean_response(&mut response, &["portcullis"]);
        let left: Vec<_> = response.headers.get_all("set-cookie").iter().collect();
        assert_eq!(left, ["theirs=1", "portcullis2=1"]);
    }

    #[test]
    fn a_switch_of_protocols_keeps_its_headers() {
        let lines = &[("Connection", "Upgrade"), ("Upgrade", "websocket")];
        assert_eq!(cleaned(101, lines), ["connection", "upgrade"]);
    }
}
