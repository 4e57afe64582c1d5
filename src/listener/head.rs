//! The first look at an HTTP/1 head, before the proxy framework parses it. The framework mends some
//! odd heads and answers others by itself; what is whole here it reads in the same way, so that
//! every refusal is the gateway's own.

use std::{mem::MaybeUninit, ops::Range};

use bytes::{Buf, BytesMut};
use httparse::{Error, Header, Request, Status};
use portcullis_core::catalogue::Code;

use super::{
    canonical::{Ambiguous, Authority, target},
    limits::Limits,
};

pub use remains::Remains;

mod remains;

/// The framework reads no more header lines, and no longer heads and targets.
const MOST_LINES: usize = 256;
const MOST_BYTES: usize = (1 << 20) - 1;
const LONGEST_TARGET: usize = (1 << 16) - 2;
/// What a request line holds besides its target: a method, a version and what stands between.
const AROUND_TARGET: usize = 64;

/// How far a head has arrived.
#[derive(Debug)]
pub enum Reading {
    /// It goes on.
    Partial,
    /// It is whole, and there is one reading of it.
    Whole(Head),
    /// It is refused, whatever may follow.
    Refused(Code),
}

/// A head with one reading.
#[derive(Debug)]
pub struct Head {
    length: usize,
    body: Body,
    /// Where an absolute-form target stands, and its path and query.
    absolute: Option<(Range<usize>, String)>,
}

/// A request, as far as it has arrived.
#[derive(Debug)]
pub(super) struct Taken {
    /// Its bytes.
    pub(super) request: BytesMut,
    /// How many more belong to it; `None` where its own framing says.
    pub(super) left: Option<usize>,
}

/// What follows a head.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// So many bytes; after them the next request.
    Exact(usize),
    /// What ends where its own framing says.
    Open,
}

/// The headers a head cannot be read without.
#[derive(Debug, Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<usize>,
    is_chunked: bool,
    is_upgrade: bool,
}

/// Reads the head that `bytes` begin with. It may have arrived in part, or with more behind it.
pub fn read(bytes: &[u8], limits: &Limits) -> Reading {
    let mut lines = [const { MaybeUninit::uninit() }; MOST_LINES];
    let mut request = Request::new(&mut []);
    let read = match request.parse_with_uninit_headers(bytes, &mut lines) {
        Ok(Status::Complete(length)) => Head::of(&bytes[..length], &request, limits).map(Some),
        Ok(Status::Partial) => outgrown(bytes, limits).map(|()| None),
        Err(error) => Err(unreadable(bytes, error)),
    };
    match read {
        Ok(Some(head)) => Reading::Whole(head),
        Ok(None) => Reading::Partial,
        Err(code) => Reading::Refused(code),
    }
}

/// Drops empty lines before a request line, as RFC 9112, section 2.2, advises.
pub(super) fn skip_empty_lines(bytes: &mut BytesMut) {
    while bytes.starts_with(b"\r\n") {
        bytes.advance(2);
    }
}

impl Head {
    fn of(head: &[u8], request: &Request<'_, '_>, limits: &Limits) -> Result<Self, Code> {
        let method = request.method.unwrap_or_default();
        let raw = request.path.unwrap_or_default().as_bytes();
        measure(head, raw, request.headers, limits)?;
        if matches!(method, "TRACE" | "CONNECT") {
            return Err(Code::MethodNotAllowed);
        }
        if has_bare_newline(head) || !is_spoken(raw) {
            return Err(Code::AmbiguousRequest);
        }
        let fields = Fields::of(request.headers)?;
        let body = fields.body(request.version == Some(1))?;
        let host = str::from_utf8(fields.host.ok_or(Ambiguous)?).map_err(|_| Ambiguous)?;
        Authority::check(host)?;
        let target = target(raw)?;
        let absolute = match target.authority {
            None => None,
            Some(authority) if authority.eq_ignore_ascii_case(host) => {
                let start = method.len() + 1;
                let place = start..start + raw.len();
                Some((place, target.path_and_query.into_owned()))
            }
            Some(_) => return Err(Code::AmbiguousRequest),
        };
        Ok(Self {
            length: head.len(),
            body,
            absolute,
        })
    }

    /// Takes this head and what has arrived of its body off `bytes`, and leaves what belongs to the
    /// next request. A target in absolute form becomes the path and query it means, for its host was
    /// compared here.
    pub(super) fn take(self, bytes: &mut BytesMut) -> Taken {
        let whole = match self.body {
            Body::Exact(length) => Some(self.length.saturating_add(length)),
            Body::Open => None,
        };
        let end = whole.unwrap_or(bytes.len()).min(bytes.len());
        let left = whole.map(|whole| whole - end);
        let request = match end == bytes.len() {
            true => std::mem::take(bytes),
            false => bytes.split_to(end),
        };
        let Some((place, target)) = self.absolute else {
            return Taken { request, left };
        };
        let mut rewritten = BytesMut::with_capacity(request.len());
        rewritten.extend_from_slice(&request[..place.start]);
        rewritten.extend_from_slice(target.as_bytes());
        rewritten.extend_from_slice(&request[place.end..]);
        Taken {
            request: rewritten,
            left,
        }
    }
}

impl<'a> Fields<'a> {
    fn of(headers: &[Header<'a>]) -> Result<Self, Ambiguous> {
        let mut fields = Self::default();
        for header in headers {
            fields.note(header)?;
        }
        Ok(fields)
    }

    fn note(&mut self, header: &Header<'a>) -> Result<(), Ambiguous> {
        let (name, value) = (header.name, header.value);
        let is = |expected: &str| name.eq_ignore_ascii_case(expected);
        // Most names differ from all of these in their length.
        match name.len() {
            4 if is("host") => once(&mut self.host, value),
            7 if is("upgrade") => {
                self.is_upgrade = true;
                Ok(())
            }
            14 if is("content-length") => once(&mut self.length, length(value)?),
            17 if is("transfer-encoding") => {
                let known = value.eq_ignore_ascii_case(b"chunked") && !self.is_chunked;
                self.is_chunked = true;
                known.then_some(()).ok_or(Ambiguous)
            }
            _ => Ok(()),
        }
    }

    /// How the body is framed (RFC 9112, section 6.3). HTTP/1.0 knows no chunks.
    fn body(&self, is_http11: bool) -> Result<Body, Ambiguous> {
        match (self.is_chunked, self.length) {
            (true, Some(_)) => Err(Ambiguous),
            (true, None) if !is_http11 => Err(Ambiguous),
            (true, None) => Ok(Body::Open),
            (false, _) if self.is_upgrade => Ok(Body::Open),
            (false, length) => Ok(Body::Exact(length.unwrap_or_default())),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Ambiguous> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Ambiguous),
    }
}

/// The value of `Content-Length`.
pub(super) fn length(value: &[u8]) -> Result<usize, Ambiguous> {
    // A sign would be read as part of a number.
    let digits = str::from_utf8(value).ok().filter(|text| {
        let mut bytes = text.bytes();
        bytes.all(|c| c.is_ascii_digit())
    });
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or(Ambiguous)
}

fn measure(
    head: &[u8],
    target: &[u8],
    headers: &[Header<'_>],
    limits: &Limits,
) -> Result<(), Code> {
    if target.len() > limits.target_bytes.min(LONGEST_TARGET) {
        return Err(Code::TargetTooLong);
    }
    // Four more bytes per line, for what stands around a name and a value.
    let bytes = |header: &Header<'_>| header.name.len() + header.value.len() + 4;
    let bytes: usize = headers.iter().map(bytes).sum();
    if headers.len() > limits.header_count
        || bytes > limits.header_bytes
        || head.len() > longest(limits)
    {
        return Err(Code::HeadersTooLarge);
    }
    Ok(())
}

fn longest(limits: &Limits) -> usize {
    (limits.target_bytes + limits.header_bytes + AROUND_TARGET).min(MOST_BYTES)
}

/// Refuses what has arrived of a head when no more of it could make it acceptable.
fn outgrown(bytes: &[u8], limits: &Limits) -> Result<(), Code> {
    if bytes.len() > limits.target_bytes + AROUND_TARGET && !bytes.contains(&b'\n') {
        return Err(Code::TargetTooLong);
    }
    if bytes.len() > longest(limits) {
        return Err(Code::HeadersTooLarge);
    }
    match has_bare_newline(bytes) {
        true => Err(Code::AmbiguousRequest),
        false => Ok(()),
    }
}

/// What a head that cannot be parsed is: too much, a request in a shape that parsers mend in
/// different ways, or no request at all.
fn unreadable(bytes: &[u8], error: Error) -> Code {
    let line = bytes.split(|&c| c == b'\n').next().unwrap_or_default();
    let is_request = line.windows(7).any(|seven| seven == b"HTTP/1.");
    match error {
        Error::TooManyHeaders => Code::HeadersTooLarge,
        Error::Token | Error::Version | Error::Status if !is_request => Code::BadRequest,
        _ => Code::AmbiguousRequest,
    }
}

/// Whether a line ends in a newline alone: some parsers take that for the end of a line, others for
/// a part of it.
fn has_bare_newline(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    // No early end, so that many bytes are compared at once.
    let bare = pairs.fold(false, |bare, (&before, &c)| {
        bare | ((c == b'\n') & (before != b'\r'))
    });
    bare || bytes.first() == Some(&b'\n')
}

/// Whether a target holds only what URI libraries agree on; no browser sends the others as they are.
pub(super) fn is_spoken(target: &[u8]) -> bool {
    let query = target.iter().position(|&c| c == b'?');
    let (path, query) = target.split_at(query.unwrap_or(target.len()));
    !path.iter().any(|&c| matches!(c, b'<' | b'>' | b'`'))
        && !query.iter().any(|&c| matches!(c, b'<' | b'>' | b'"'))
}

#[cfg(test)]
mod tests;
