//! What HTTP/1 heads are refused for, seen in a header block. A block that is refused becomes a
//! request that every library takes, with a mark that the gate understands.

use bytes::{Bytes, BytesMut};
use portcullis_core::catalogue::Code;

use super::{
    REFUSED,
    hpack::{self, OVERHEAD},
};
use crate::listener::{canonical::Authority, head, limits::Limits};

/// How much longer than its lines may be together a block gets by what is put in.
pub(super) const ADDED: usize = 1 << 10;
/// More lines than the limit that are looked at: the pseudo-headers, for one, are not counted.
const MORE_LINES: usize = 8;
/// The host of a request whose own is none.
const NO_HOST: &[u8] = b"refused.invalid";

/// A block that is being judged line by line.
pub(super) struct Judge<'a> {
    limits: &'a Limits,
    block: BytesMut,
    size: usize,
    /// Whether pseudo-headers came first; without them it is the end of a body.
    is_request: bool,
    has_path: bool,
    authority: Option<Bytes>,
    host: Option<Bytes>,
    length: Option<Bytes>,
    refused: Option<Code>,
}

/// What the lines of a block may measure, as HTTP/2 counts.
pub(super) fn longest(limits: &Limits) -> usize {
    let overhead = OVERHEAD * (limits.header_count + MORE_LINES);
    limits.header_bytes + limits.target_bytes + overhead
}

impl<'a> Judge<'a> {
    /// Nothing seen yet.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            block: BytesMut::new(),
            size: 0,
            is_request: false,
            has_path: false,
            authority: None,
            host: None,
            length: None,
            refused: None,
        }
    }

    /// Sees the next line.
    pub(super) fn see(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b":path" if !self.has_path => self.see_path(value),
            b":authority" if self.authority.is_none() => self.see_authority(value),
            _ if !self.fits(name, value) => {}
            [b':', ..] => self.keep(name, value),
            _ if name == REFUSED.as_str().as_bytes() => self.refuse(Code::AmbiguousRequest),
            b"host" if self.is_request => {
                if self.host.replace(Bytes::copy_from_slice(value)).is_some() {
                    self.refuse(Code::AmbiguousRequest);
                }
            }
            b"content-length" if self.is_request => {
                let known = self.length.replace(Bytes::copy_from_slice(value));
                if known.is_some() || head::length(value).is_err() {
                    self.refuse(Code::AmbiguousRequest);
                }
            }
            _ => return hpack::write(&mut self.block, name, value),
        }
        self.is_request |= name.starts_with(b":");
    }

    /// The block to go on with.
    pub(super) fn finish(mut self) -> BytesMut {
        if !self.is_request {
            return self.block;
        }
        let host = self.host.take();
        let is_one = match (&self.authority, &host) {
            (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
            (Some(_), None) => true,
            (None, Some(host)) => is_authority(host),
            (None, None) => false,
        };
        if !is_one {
            self.refuse(Code::AmbiguousRequest);
        }
        let length = self.length.take().filter(|_| self.refused.is_none());
        if let Some(length) = length {
            self.keep(b"content-length", &length);
        }
        if self.authority.is_none() {
            let host = host.as_deref().filter(|_| is_one);
            self.keep(b"host", host.unwrap_or(NO_HOST));
        }
        if let Some(code) = self.refused {
            self.keep(REFUSED.as_str().as_bytes(), code.as_str().as_bytes());
        }
        self.block
    }

    fn see_path(&mut self, path: &[u8]) {
        self.has_path = true;
        let told = self.path_of(path);
        self.size += told.len() + OVERHEAD;
        self.keep(b":path", told);
    }

    /// The path, or what is told of it where it is refused: what nobody reads differently.
    fn path_of<'p>(&mut self, path: &'p [u8]) -> &'p [u8] {
        if path.len() > self.limits.target_bytes {
            self.refuse(Code::TargetTooLong);
            return b"/";
        }
        let clear = path.iter().position(|&c| !is_clear(c));
        let clear = &path[..clear.unwrap_or(path.len())];
        let is_spoken = clear.starts_with(b"/") && head::is_spoken(clear);
        if !is_spoken || clear.len() < path.len() {
            self.refuse(Code::AmbiguousRequest);
        }
        if is_spoken { clear } else { b"/" }
    }

    fn see_authority(&mut self, authority: &[u8]) {
        let known = match is_authority(authority) {
            true => authority,
            false => {
                self.refuse(Code::AmbiguousRequest);
                NO_HOST
            }
        };
        self.size += known.len() + OVERHEAD;
        self.authority = Some(Bytes::copy_from_slice(known));
        self.keep(b":authority", known);
    }

    /// Whether there is room for one more line.
    fn fits(&mut self, name: &[u8], value: &[u8]) -> bool {
        self.size = self
            .size
            .saturating_add(name.len() + value.len() + OVERHEAD);
        let fits = self.size <= longest(self.limits);
        if !fits {
            self.refuse(Code::HeadersTooLarge);
        }
        fits
    }

    fn keep(&mut self, name: &[u8], value: &[u8]) {
        hpack::write(&mut self.block, name, value);
    }

    /// The first reason is the one that is told.
    fn refuse(&mut self, code: Code) {
        self.refused.get_or_insert(code);
    }
}

fn is_clear(c: u8) -> bool {
    c.is_ascii_graphic() && c != b'#'
}

fn is_authority(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| Authority::check(text).is_ok())
}

#[cfg(test)]
mod tests;
