//! The last answer on a connection whose requests nobody can read any further. It is written past
//! the framework, which has not seen a request there.

use std::{io, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderValue, Method, Response, header};
use pingora::{
    prelude::timeout,
    protocols::{Stream, http::date::get_cached_date},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::write;

/// How long an answer may take to be written.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// How long, and how much, is still read of a client that has not finished: an answer on a
/// connection closed over unread bytes is lost.
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 8 << 20;

/// Writes the answer to a request by `method`. An error means that the client has not had all of it.
pub(crate) async fn answer(
    stream: &mut Stream,
    response: Response<Vec<u8>>,
    method: &Method,
) -> io::Result<()> {
    let sent = timeout(WRITE_TIME, send(stream, response, method)).await;
    sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Says that nothing more comes, and lets the client finish for a while.
pub(crate) async fn close(mut stream: Stream) {
    let _ = timeout(LINGER_TIME, linger(&mut stream)).await;
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
