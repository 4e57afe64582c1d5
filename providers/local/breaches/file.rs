//! The list in a file: lines `SHA1:COUNT` in the order of their hashes, as Have I Been Pwned publishes
//! them. It is searched where it lies, so that its size does not matter.

use std::{
    cmp::Ordering,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use super::{Breaches, Fingerprint, Unasked, read_line, spelt};

/// No line is longer.
const LONGEST_LINE: u64 = 128;

/// The length of a hash in the list.
const DIGITS: usize = 40;

/// A file of breached passwords.
#[derive(Debug, Clone)]
pub struct BreachFile {
    path: PathBuf,
}

impl BreachFile {
    /// The list in this file, once its first line is seen to be one of a list.
    pub fn open(path: &Path) -> Result<Self, Unasked> {
        let file = File::open(path).map_err(|error| unasked(&error))?;
        match line_after(&mut BufReader::new(file), 0) {
            Ok(Some(_)) => Ok(Self {
                path: path.to_owned(),
            }),
            Ok(None) => Err(unasked(&"it is empty")),
            Err(error) => Err(unasked(&error)),
        }
    }
}

#[async_trait]
impl Breaches for BreachFile {
    async fn count(&self, fingerprint: &Fingerprint) -> Result<u64, Unasked> {
        let (path, hash) = (self.path.clone(), spelt(fingerprint));
        // Opened for each search, so that a newer list can take its place.
        let searched = spawn_blocking(move || search(&File::open(path)?, &hash)).await;
        let searched = searched.map_err(|_| unasked(&"the search broke off"))?;
        searched.map_err(|error| unasked(&error))
    }
}

/// How often the list has the hash: whichever line follows the middle tells in which half it is.
fn search(file: &File, hash: &str) -> io::Result<u64> {
    let (mut low, mut high) = (0, file.metadata()?.len());
    let mut reader = BufReader::with_capacity(512, file);
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(line) = line_after(&mut reader, middle)? else {
            high = middle;
            continue;
        };
        match line.hash.as_str().cmp(hash) {
            Ordering::Equal => return Ok(line.count),
            Ordering::Less => low = line.end,
            Ordering::Greater => high = middle,
        }
    }
    Ok(0)
}

struct Line {
    hash: String,
    count: u64,
    /// Where the next one begins.
    end: u64,
}

/// The first line that begins at this place or after it.
fn line_after<R: Read + Seek>(reader: &mut BufReader<R>, place: u64) -> io::Result<Option<Line>> {
    let mut end = match place {
        0 => reader.seek(SeekFrom::Start(0))?,
        // The place may be in the middle of a line, whose rest is passed over.
        _ => reader.seek(SeekFrom::Start(place - 1))? + read(reader)?.len() as u64,
    };
    let bytes = read(reader)?;
    end += bytes.len() as u64;
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "it has a line that is no hash");
    let text = str::from_utf8(&bytes).map_err(|_| broken())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (hash, count) = read_line(text).ok_or_else(broken)?;
    let is_hash = hash.len() == DIGITS && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    let hash = is_hash.then(|| hash.to_ascii_uppercase());
    let hash = hash.ok_or_else(broken)?;
    Ok(Some(Line { hash, count, end }))
}

/// What is left of a line, with its end.
fn read<R: Read + Seek>(reader: &mut BufReader<R>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
    Ok(bytes)
}

fn unasked(error: &dyn std::fmt::Display) -> Unasked {
    Unasked {
        reason: error.to_string(),
    }
}
