//! The first look at HTTP/2. Its library cuts some requests to fit and answers others by itself, so
//! header blocks are decoded here, judged like HTTP/1 heads, and written anew without the client's
//! table. All other frames pass as they are.

use std::{
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use http::{HeaderMap, HeaderName};
use pingora::protocols::{
    Stream,
    http::v2::server::{H2Options, default_h2_options},
};
use portcullis_core::catalogue::Code;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use self::{
    frame::{Block, FrameHead},
    hpack::Decoder,
    judge::Judge,
};
use super::{limits::Limits, wire::Intake};

mod frame;
mod hpack;
mod judge;

/// The mark of a request that is refused. One that comes from outside refuses its own request.
const REFUSED: HeaderName = HeaderName::from_static("portcullis-refused");
/// What a client begins with.
const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
/// How many more frames a block may come in than it needs.
const MORE_FRAMES: usize = 16;
/// How much is read at a time while a block is waited for.
const ROOM: usize = 4096;

/// Why the header block of this request was refused, if it was.
pub(crate) fn refusal(headers: &HeaderMap) -> Option<Code> {
    let mark = headers.get(REFUSED)?;
    let known = [
        Code::TargetTooLong,
        Code::HeadersTooLarge,
        Code::AmbiguousRequest,
    ];
    let code = known.into_iter().find(|code| mark == code.as_str());
    Some(code.unwrap_or(Code::AmbiguousRequest))
}

/// The options of the library: it refuses nothing that is let through here.
pub(super) fn options(limits: &Limits) -> H2Options {
    let mut options = default_h2_options();
    let longest = judge::longest(limits) + judge::ADDED;
    options.max_header_list_size(u32::try_from(longest).unwrap_or(u32::MAX));
    options
}

/// Gives out what arrives, with other header blocks.
pub(super) struct Blocks {
    limits: Limits,
    decoder: Decoder,
    /// What has arrived and was not looked at.
    input: BytesMut,
    /// What is given out before anything else.
    output: BytesMut,
    /// How many of the next bytes pass as they are.
    passing: usize,
    /// A block that goes on.
    block: Option<Block>,
    /// Whether nothing more is read.
    ended: bool,
}

/// What a look at the next frame says.
enum Look {
    /// It goes on.
    Partial,
    /// It was dealt with.
    Done,
}

impl Intake for Blocks {
    fn poll_read(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if !self.output.is_empty() {
                let most = self.output.len();
                give(&mut self.output, most, buffer);
                return Poll::Ready(Ok(()));
            }
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            if self.input.is_empty() && self.block.is_none() {
                let known = buffer.filled().len();
                ready!(Pin::new(&mut *stream).poll_read(context, buffer))?;
                let passed = self.pass(&buffer.filled()[known..]);
                let left = buffer.filled().len() - known;
                buffer.set_filled(known + passed);
                if passed > 0 || left == 0 {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            if self.passing > 0 {
                self.passing -= give(&mut self.input, self.passing, buffer);
                return Poll::Ready(Ok(()));
            }
            if let Look::Partial = self.look() {
                self.input.reserve(ROOM);
                let read = pin!(stream.read_buf(&mut self.input)).poll(context);
                if ready!(read)? == 0 {
                    self.ended = true;
                }
            }
        }
    }
}

impl Blocks {
    /// A connection on which nothing has arrived.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            decoder: Decoder::new(),
            input: BytesMut::new(),
            output: BytesMut::new(),
            passing: PREFACE,
            block: None,
            ended: false,
        }
    }

    /// How many of these bytes pass where they are. The others are kept to be looked at.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut passed = 0;
        loop {
            let passing = self.passing.min(bytes.len() - passed);
            passed += passing;
            self.passing -= passing;
            let rest = &bytes[passed..];
            match FrameHead::read(rest) {
                Some(head) if !head.is_of_block() => self.passing = head.whole(),
                _ => {
                    self.input.extend_from_slice(rest);
                    return passed;
                }
            }
        }
    }

    /// Looks at the next frame.
    fn look(&mut self) -> Look {
        let Some(head) = FrameHead::read(&self.input) else {
            return Look::Partial;
        };
        if self.block.is_none() && !head.is_of_block() {
            self.passing = head.whole();
            return Look::Done;
        }
        if head.length > frame::LONGEST {
            self.end();
        } else if self.input.len() < head.whole() {
            return Look::Partial;
        } else {
            let mut payload = self.input.split_to(head.whole());
            payload.advance(frame::HEAD);
            if self.input.is_empty() {
                // Idle connections hold no memory.
                self.input = BytesMut::new();
            }
            if self.take(&head, &payload).is_none() {
                self.end();
            }
        }
        Look::Done
    }

    /// Takes a frame of a block in, unless it breaks the rules.
    fn take(&mut self, head: &FrameHead, payload: &[u8]) -> Option<()> {
        let block = match (head.kind, self.block.take()) {
            (frame::HEADERS, None) => Block::of(head, payload)?,
            (frame::CONTINUATION, Some(mut block)) if block.stream == head.stream => {
                block.bytes.extend_from_slice(payload);
                block.frames += 1;
                block
            }
            _ => return None,
        };
        // What is coded is rarely longer than what it means; the lines that are too many are told.
        let most = 2 * judge::longest(&self.limits);
        let most_frames = most / frame::LONGEST + MORE_FRAMES;
        if block.bytes.len() > most || block.frames > most_frames {
            return None;
        }
        if !head.ends_block() {
            self.block = Some(block);
            return Some(());
        }
        let mut judge = Judge::new(&self.limits);
        let decoded = self
            .decoder
            .decode(&block.bytes, |name, value| judge.see(name, value));
        decoded.ok()?;
        block.replace(&judge.finish(), &mut self.output);
        Some(())
    }

    /// Leaves it to the library to end the connection.
    fn end(&mut self) {
        frame::write_unreadable(&mut self.output);
        self.ended = true;
    }
}

/// Moves at most so many bytes, and tells how many.
fn give(bytes: &mut BytesMut, most: usize, buffer: &mut ReadBuf<'_>) -> usize {
    let given = most.min(bytes.len()).min(buffer.remaining());
    buffer.put_slice(&bytes[..given]);
    bytes.advance(given);
    if bytes.is_empty() {
        *bytes = BytesMut::new();
    }
    given
}

#[cfg(test)]
mod tests;
