//! The one reading of a request's target and authority. What can be read in two ways is refused
//! here, so that what is matched, what is judged and what the upstream receives are the same.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// How often a path may be encoded, and decoded again to look for what it hides.
const LAYERS: usize = 8;

/// The text can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request can be read in more than one way")]
pub struct Ambiguous;

/// A request target with one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// The authority of an absolute-form target.
    pub authority: Option<&'a str>,
    /// The canonical path, and the query byte for byte.
    pub path_and_query: Cow<'a, str>,
}

/// A host and perhaps a port, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    text: Box<str>,
    host: usize,
}

impl Authority {
    /// Reads the value of a `Host` header or of `:authority`.
    ///
    /// A trailing dot and an empty port are refused: they name the same host in another spelling,
    /// and the application would be told the other one.
    pub fn parse(text: &str) -> Result<Self, Ambiguous> {
        let host = Self::check(text)?;
        Ok(Self {
            text: text.to_ascii_lowercase().into(),
            host,
        })
    }

    /// Where the host of an authority ends, if there is one reading of it.
    pub(super) fn check(text: &str) -> Result<usize, Ambiguous> {
        let host = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, _) = rest.split_once(']').ok_or(Ambiguous)?;
                address
                    .parse::<std::net::Ipv6Addr>()
                    .map_err(|_| Ambiguous)?;
                address.len() + 2
            }
            None => {
                let name = text.split(':').next().unwrap_or_default();
                is_name(name).then_some(name.len()).ok_or(Ambiguous)?
            }
        };
        is_port(&text[host..]).then_some(host).ok_or(Ambiguous)
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        &self.text[..self.host]
    }

    /// The host with its port, where one was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    name.len() <= 253
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(plain))
}

fn is_port(suffix: &str) -> bool {
    let Some(port) = suffix.strip_prefix(':') else {
        return suffix.is_empty();
    };
    port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// Reads a request target in origin-form or absolute-form (RFC 9112, section 3.2).
pub fn target(raw: &[u8]) -> Result<Target<'_>, Ambiguous> {
    // Anything outside visible ASCII, and a fragment, has no place in a request target.
    if !raw.iter().all(|&c| c.is_ascii_graphic() && c != b'#') {
        return Err(Ambiguous);
    }
    let text = std::str::from_utf8(raw).map_err(|_| Ambiguous)?;
    let (authority, rest) = match text.starts_with('/') {
        true => (None, text),
        false => split_absolute(text).map(|(authority, rest)| (Some(authority), rest))?,
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let path_and_query = match (canonical_path(path)?, query) {
        (Cow::Borrowed(same), _) if same.len() == path.len() => Cow::Borrowed(rest),
        (path, Some(query)) => Cow::Owned(format!("{path}?{query}")),
        (path, None) => path,
    };
    Ok(Target {
        authority,
        path_and_query,
    })
}

fn split_absolute(text: &str) -> Result<(&str, &str), Ambiguous> {
    let (scheme, rest) = text.split_once("://").ok_or(Ambiguous)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(Ambiguous);
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Ok(rest.split_at(end))
}

/// The path with every character in one spelling: what needs no escape is not escaped, what needs
/// one has it in capitals.
fn canonical_path(path: &str) -> Result<Cow<'_, str>, Ambiguous> {
    if path.is_empty() {
        return Ok(Cow::Borrowed("/"));
    }
    // Two leading slashes are a host for some parsers.
    if path.starts_with("//") {
        return Err(Ambiguous);
    }
    if path.bytes().all(is_plain) {
        let dots = path.contains("/.") && path.split('/').any(is_dots);
        return (!dots).then_some(Cow::Borrowed(path)).ok_or(Ambiguous);
    }
    let path = respelled(path.as_bytes())?;
    if has_hidden_dots(&path) {
        return Err(Ambiguous);
    }
    Ok(Cow::Owned(path))
}

fn respelled(path: &[u8]) -> Result<String, Ambiguous> {
    // Bytes that are no UTF-8 read differently everywhere, overlong dots and slashes among them.
    if std::str::from_utf8(&Cow::from(percent_decode(path))).is_err() {
        return Err(Ambiguous);
    }
    let mut text = String::with_capacity(path.len() + 8);
    let mut bytes = path.iter().copied();
    while let Some(byte) = bytes.next() {
        let (byte, escaped) = match byte {
            b'%' => (decoded(bytes.next(), bytes.next())?, true),
            _ => (byte, false),
        };
        if byte.is_ascii_control() || matches!(byte, b'\\' | b'#') {
            return Err(Ambiguous);
        }
        match (escaped, is_unreserved(byte), is_plain(byte)) {
            (_, true, _) | (false, _, true) => text.push(char::from(byte)),
            _ => text.push_str(percent_encoding::percent_encode_byte(byte)),
        }
    }
    Ok(text)
}

fn decoded(high: Option<u8>, low: Option<u8>) -> Result<u8, Ambiguous> {
    let digit = |c: Option<u8>| c.and_then(|c| char::from(c).to_digit(16));
    let (high, low) = digit(high).zip(digit(low)).ok_or(Ambiguous)?;
    u8::try_from(high * 16 + low).map_err(|_| Ambiguous)
}

/// Whether an application that decodes once more than it should, or takes an encoded slash or a
/// backslash for a slash, would see a dot segment. Nor does anybody honest encode a path many times
/// over: each layer costs a pass, and a long target could hold thousands.
fn has_hidden_dots(path: &str) -> bool {
    let mut bytes = Cow::Borrowed(path.as_bytes());
    for _ in 0..LAYERS {
        let text = String::from_utf8_lossy(&bytes);
        if text.split(['/', '\\']).any(is_dots) {
            return true;
        }
        match Cow::from(percent_decode(&bytes)) {
            Cow::Owned(shorter) => bytes = Cow::Owned(shorter),
            Cow::Borrowed(_) => return false,
        }
    }
    true
}

/// Whether a segment is `.` or `..`; path parameters do not hide it, for some servers drop them.
fn is_dots(segment: &str) -> bool {
    matches!(segment.split(';').next(), Some("." | ".."))
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether the byte stands for itself in a path (RFC 3986, section 3.3).
fn is_plain(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'/' | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

#[cfg(test)]
mod tests;
