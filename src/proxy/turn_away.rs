//! Requests whose head is refused before the framework sees it: an own answer, an access line and a
//! count, as for every other, and the end of their connection.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use async_trait::async_trait;
use pingora::protocols::Stream;
use portcullis_core::catalogue::Code;

use super::Gate;
use crate::{
    answer::Asked,
    listener::{head::Remains, limits::Limits, parting, turn_away::TurnAway},
    observe::access::AccessLine,
    pipeline::Remedy,
};

#[async_trait]
impl TurnAway for Gate {
    fn limits(&self) -> &Limits {
        &self.parts.limits
    }

    async fn turn_away(&self, mut stream: Stream, bytes: &[u8], code: Code) {
        let started = Instant::now();
        let remains = Remains::of(bytes);
        let id = self.parts.request_ids.of(&remains.headers);
        let asked = Asked {
            id: id.as_str(),
            method: &remains.method,
            path: &remains.path,
            headers: &remains.headers,
        };
        let response = self.parts.answers.refuse(code, &Remedy::None, &asked);
        let status = response.status().as_u16();
        let sent = parting::answer(&mut stream, response, &remains.method).await;
        let status = if sent.is_ok() { status } else { 0 };
        let took = started.elapsed();
        self.parts
            .metrics
            .request("", &remains.method, status, took);
        let line = AccessLine {
            request_id: id.as_str(),
            route: "",
            identity: None,
            actor: None,
            decision: "refuse",
            code: code.as_str(),
            upstream: "",
            status,
            duration: took,
            method: remains.method.as_str(),
            path: &remains.path,
            client: peer(&stream),
        };
        line.write();
        parting::close(stream).await;
    }
}

fn peer(stream: &Stream) -> IpAddr {
    let digest = stream.get_socket_digest();
    let address = digest.and_then(|digest| digest.peer_addr()?.as_inet().copied());
    address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| {
        address.ip().to_canonical()
    })
}
