//! Requests whose head is refused before the framework sees it: an own answer, an access line and a
//! count, as for every other, and the end of their connection.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderValue, Method, Response, header};
use pingora::{
    prelude::timeout,
    protocols::{Stream, http::date::get_cached_date},
};
use portcullis_core::catalogue::Code;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Gate;
use crate::{
    answer::Asked,
    listener::{head::Remains, limits::Limits, turn_away::TurnAway, write},
    observe::access::AccessLine,
    pipeline::Remedy,
};

/// How long an answer may take to be written.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// How long, and how much, is still read of a client that has not finished: an answer on a
/// connection closed over unread bytes is lost.
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 8 << 20;

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
        let sending = send(&mut stream, response, &remains.method);
        let sent = matches!(timeout(WRITE_TIME, sending).await, Ok(Ok(())));
        let status = if sent { status } else { 0 };
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
        let _ = timeout(LINGER_TIME, linger(&mut stream)).await;
    }
}

async fn send(stream: &mut Stream, response: Response<Vec<u8>>, method: &Method) -> io::Result<()> {
    let (mut head, body) = write::split(response, method).map_err(io::Error::other)?;
    let lines = [
        (header::DATE, get_cached_date()),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    for (name, value) in lines {
        head.insert_header(name, value).map_err(io::Error::other)?;
    }
    let mut bytes = BytesMut::with_capacity(1024 + body.len());
    let reason = head.status.canonical_reason().unwrap_or_default();
    bytes.put_slice(format!("HTTP/1.1 {} {reason}\r\n", head.status.as_str()).as_bytes());
    head.header_to_h1_wire(&mut bytes);
    bytes.put_slice(b"\r\n");
    bytes.put(Bytes::from(body));
    stream.write_all(&bytes).await?;
    stream.flush().await
}

async fn linger(stream: &mut Stream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut left = LINGER_BYTES;
    let mut unread = BytesMut::with_capacity(16 << 10);
    while left > 0 {
        unread.clear();
        match stream.read_buf(&mut unread).await? {
            0 => return Ok(()),
            read => left = left.saturating_sub(read),
        }
    }
    Ok(())
}

fn peer(stream: &Stream) -> IpAddr {
    let digest = stream.get_socket_digest();
    let address = digest.and_then(|digest| digest.peer_addr()?.as_inet().copied());
    address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| {
        address.ip().to_canonical()
    })
}
