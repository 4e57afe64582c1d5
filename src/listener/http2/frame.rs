//! Frames of HTTP/2 (RFC 9113, sections 4.1, 6.2 and 6.10), as far as header blocks need them.

use bytes::{BufMut, BytesMut};

/// How long a frame's own head is.
pub(super) const HEAD: usize = 9;
/// How long a payload may be; the default, for the server announces no other.
pub(super) const LONGEST: usize = 1 << 14;

pub(super) const HEADERS: u8 = 0x1;
const PUSH_PROMISE: u8 = 0x5;
pub(super) const CONTINUATION: u8 = 0x9;

const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// How long the fields are that stand before a block with a priority.
const PRIORITY_LENGTH: usize = 5;

/// What stands before each payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// How long the payload is.
    pub(super) length: usize,
    /// What it is.
    pub(super) kind: u8,
    flags: u8,
    /// Whose it is.
    pub(super) stream: [u8; 4],
}

/// A header block, as far as it has arrived.
pub(super) struct Block {
    /// Whose it is.
    pub(super) stream: [u8; 4],
    /// Its bytes.
    pub(super) bytes: BytesMut,
    /// How many frames it came in.
    pub(super) frames: usize,
    flags: u8,
    priority: Option<[u8; PRIORITY_LENGTH]>,
}

impl FrameHead {
    /// Reads the head that `bytes` begin with, if it is whole.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c, kind, flags, s, t, u, v] = bytes.first_chunk::<HEAD>()?;
        Some(Self {
            length: u32::from_be_bytes([0, a, b, c]) as usize,
            kind,
            flags,
            // The first bit means nothing.
            stream: [s & 0x7f, t, u, v],
        })
    }

    /// Whether it has to do with header blocks. A client's PUSH_PROMISE has, too, and is an error.
    pub(super) fn is_of_block(&self) -> bool {
        matches!(self.kind, HEADERS | PUSH_PROMISE | CONTINUATION)
    }

    /// How long the frame is.
    pub(super) fn whole(&self) -> usize {
        HEAD + self.length
    }

    /// Whether no further frame belongs to the block.
    pub(super) fn ends_block(&self) -> bool {
        self.flags & END_HEADERS != 0
    }

    fn write(&self, out: &mut BytesMut) {
        let [_, a, b, c] = u32::try_from(self.length).unwrap_or_default().to_be_bytes();
        out.put_slice(&[a, b, c, self.kind, self.flags]);
        out.put_slice(&self.stream);
    }
}

impl Block {
    /// The block that begins in a HEADERS frame, if it is well formed.
    pub(super) fn of(head: &FrameHead, payload: &[u8]) -> Option<Self> {
        let mut rest = payload;
        let mut padding = 0;
        if head.flags & PADDED != 0 {
            let (&first, others) = rest.split_first()?;
            (padding, rest) = (usize::from(first), others);
        }
        let mut priority = None;
        if head.flags & PRIORITY != 0 {
            let (fields, others) = rest.split_first_chunk()?;
            (priority, rest) = (Some(*fields), others);
        }
        let bytes = &rest[..rest.len().checked_sub(padding)?];
        Some(Self {
            stream: head.stream,
            bytes: bytes.into(),
            frames: 1,
            flags: head.flags & (END_STREAM | PRIORITY),
            priority,
        })
    }

    /// Writes `bytes` in the place of this block.
    pub(super) fn replace(&self, bytes: &[u8], out: &mut BytesMut) {
        let priority = self.priority.as_ref().map_or(&[][..], |fields| fields);
        let first = bytes.len().min(LONGEST - priority.len());
        let (first, mut rest) = bytes.split_at(first);
        out.reserve(bytes.len() + priority.len() + (2 + rest.len() / LONGEST) * HEAD);
        self.head(
            HEADERS,
            self.flags,
            priority.len() + first.len(),
            rest.is_empty(),
        )
        .write(out);
        out.put_slice(priority);
        out.put_slice(first);
        while !rest.is_empty() {
            let (part, others) = rest.split_at(rest.len().min(LONGEST));
            self.head(CONTINUATION, 0, part.len(), others.is_empty())
                .write(out);
            out.put_slice(part);
            rest = others;
        }
    }

    fn head(&self, kind: u8, flags: u8, length: usize, is_last: bool) -> FrameHead {
        FrameHead {
            length,
            kind,
            flags: if is_last { flags | END_HEADERS } else { flags },
            stream: self.stream,
        }
    }
}

/// A frame that ends every connection: a block whose first line nobody can look up.
pub(super) fn write_unreadable(out: &mut BytesMut) {
    let head = FrameHead {
        length: 1,
        kind: HEADERS,
        flags: END_HEADERS,
        stream: [0, 0, 0, 1],
    };
    head.write(out);
    out.put_u8(0x80);
}
