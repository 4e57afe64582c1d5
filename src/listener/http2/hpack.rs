//! Header blocks of HTTP/2 (RFC 7541): read with the client's table, and written without one.

use std::{borrow::Cow, collections::VecDeque};

use bytes::{BufMut, BytesMut};
use octets::Octets;

use table::STATIC;

mod table;

/// What the client's table may hold; the default, for the server announces no other.
const MOST: usize = 4096;
/// What an entry counts besides its bytes.
pub(super) const OVERHEAD: usize = 32;

/// The block is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header block cannot be decoded")]
pub(super) struct Malformed;

/// The client's table, and the reading of blocks that refer to it.
pub(super) struct Decoder {
    entries: VecDeque<Entry>,
    size: usize,
    /// What the client wants the table to hold.
    most: usize,
}

/// A name, perhaps of the table, and a value of the block.
type Literal<'a, 'b> = (Cow<'a, [u8]>, Cow<'b, [u8]>);

/// A line of the table.
struct Entry {
    line: Box<[u8]>,
    name: usize,
}

impl Entry {
    fn new(name: &[u8], value: &[u8]) -> Self {
        Self {
            line: [name, value].concat().into(),
            name: name.len(),
        }
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        self.line.split_at(self.name)
    }

    fn size(&self) -> usize {
        self.line.len() + OVERHEAD
    }
}

impl Decoder {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            most: MOST,
        }
    }

    /// Hands each line of a whole block to `line`, as name and value.
    pub(super) fn decode(
        &mut self,
        block: &[u8],
        mut line: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Malformed> {
        let mut rest = Rest(block);
        let mut began = false;
        while let Some(&first) = rest.0.first() {
            match first {
                0x80.. => {
                    let (name, value) = self.entry(rest.integer(7)?)?;
                    line(name, value);
                }
                0x40.. => {
                    let (name, value) = self.literal(&mut rest, 6)?;
                    let entry = Entry::new(&name, &value);
                    line(&name, &value);
                    self.insert(entry);
                }
                // A change of the table's size stands before all lines.
                0x20.. if began => return Err(Malformed),
                0x20.. => {
                    self.resize(rest.integer(5)?)?;
                    continue;
                }
                _ => {
                    let (name, value) = self.literal(&mut rest, 4)?;
                    line(&name, &value);
                }
            }
            began = true;
        }
        Ok(())
    }

    fn literal<'a, 'b: 'a>(
        &'a self,
        rest: &mut Rest<'b>,
        prefix: u8,
    ) -> Result<Literal<'a, 'b>, Malformed> {
        let name = match rest.integer(prefix)? {
            0 => rest.string()?,
            index => Cow::Borrowed(self.entry(index)?.0),
        };
        Ok((name, rest.string()?))
    }

    fn entry(&self, index: usize) -> Result<(&[u8], &[u8]), Malformed> {
        let index = index.checked_sub(1).ok_or(Malformed)?;
        match index.checked_sub(STATIC.len()) {
            None => Ok(STATIC[index]),
            Some(index) => self.entries.get(index).map(Entry::parts).ok_or(Malformed),
        }
    }

    fn insert(&mut self, entry: Entry) {
        self.size += entry.size();
        self.entries.push_front(entry);
        self.evict();
    }

    fn resize(&mut self, size: usize) -> Result<(), Malformed> {
        if size > MOST {
            return Err(Malformed);
        }
        self.most = size;
        self.evict();
        Ok(())
    }

    /// Drops the oldest lines; one that is larger than the table empties it.
    fn evict(&mut self) {
        while self.size > self.most {
            let oldest = self.entries.pop_back();
            self.size -= oldest.map_or(self.size, |entry| entry.size());
        }
    }
}

/// What is still to be read of a block.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1).map(|byte| byte[0])
    }

    /// A number that begins in the last `prefix` bits of a byte. Nothing here needs more than four
    /// further bytes.
    fn integer(&mut self, prefix: u8) -> Result<usize, Malformed> {
        let full = (1 << prefix) - 1;
        let mut number = usize::from(self.byte()?) & full;
        if number < full {
            return Ok(number);
        }
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            number += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    fn string(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let is_coded = self.0.first().is_some_and(|byte| byte & 0x80 != 0);
        let length = self.integer(7)?;
        let bytes = self.take(length)?;
        if !is_coded {
            return Ok(Cow::Borrowed(bytes));
        }
        let decoded = Octets::with_slice(bytes).get_huffman_decoded();
        decoded.map(Cow::Owned).map_err(|_| Malformed)
    }
}

/// Writes a line that no table remembers.
pub(super) fn write(block: &mut BytesMut, name: &[u8], value: &[u8]) {
    block.put_u8(0);
    for text in [name, value] {
        write_length(block, text.len());
        block.put_slice(text);
    }
}

fn write_length(block: &mut BytesMut, length: usize) {
    let mut rest = match length {
        0..0x7f => return block.put_slice(&[low(length)]),
        _ => length - 0x7f,
    };
    block.put_u8(0x7f);
    while rest >= 0x80 {
        block.put_u8(0x80 | low(rest));
        rest >>= 7;
    }
    block.put_u8(low(rest));
}

/// The last seven bits.
fn low(number: usize) -> u8 {
    (number & 0x7f) as u8
}

#[cfg(test)]
mod tests;
