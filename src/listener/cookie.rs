//! What the upstream sees of a request's cookies: everything but the gateway's own, in order and
//! byte for byte.

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// What becomes of a request's `Cookie` lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cookies {
    /// They pass as they are.
    Unchanged,
    /// These lines replace them; none when there is nothing left.
    Replaced(Vec<HeaderValue>),
}

impl Cookies {
    /// The lines of `headers` without the cookies called one of `own`.
    pub fn without(headers: &HeaderMap, own: &[&str]) -> Self {
        let touched = headers
            .get_all(COOKIE)
            .iter()
            .any(|line| pieces(line).any(|piece| is_own(piece, own)));
        if !touched {
            return Self::Unchanged;
        }
        let lines = headers.get_all(COOKIE).iter();
        Self::Replaced(lines.filter_map(|line| stripped(line, own)).collect())
    }

    /// The same as one line, as HTTP/1.1 wants the crumbs of HTTP/2 (RFC 9113, section 8.2.3).
    pub fn joined(headers: &HeaderMap, own: &[&str]) -> Self {
        let kept = match Self::without(headers, own) {
            Self::Replaced(lines) => lines,
            Self::Unchanged => headers.get_all(COOKIE).iter().cloned().collect(),
        };
        let lines: Vec<&[u8]> = kept.iter().map(HeaderValue::as_bytes).collect();
        let line = HeaderValue::from_bytes(&lines.join(&b"; "[..])).ok();
        Self::Replaced(line.filter(|line| !line.is_empty()).into_iter().collect())
    }
}

fn pieces(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes().split(|&c| c == b';')
}

fn is_own(piece: &[u8], own: &[&str]) -> bool {
    let name = piece.split(|&c| c == b'=').next().unwrap_or_default();
    let name = name.trim_ascii();
    own.iter().any(|own| own.as_bytes() == name)
}

fn stripped(line: &HeaderValue, own: &[&str]) -> Option<HeaderValue> {
    let kept: Vec<&[u8]> = pieces(line).filter(|piece| !is_own(piece, own)).collect();
    let joined = kept.join(&b';');
    // Only a piece that moved to the front brings a space of its own.
    let line = match is_own(pieces(line).next().unwrap_or_default(), own) {
        true => joined.trim_ascii_start(),
        false => &joined,
    };
    let blank = line.iter().all(|&c| c == b';' || c == b' ');
    (!blank)
        .then(|| HeaderValue::from_bytes(line).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[&str] = &["portcullis", "csrf"];

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    fn after(lines: &[&'static str]) -> Vec<String> {
        let text = |line: &HeaderValue| line.to_str().unwrap().to_owned();
        match Cookies::without(&headers(lines), OWN) {
            Cookies::Unchanged => lines.iter().map(|&line| line.to_owned()).collect(),
            Cookies::Replaced(kept) => kept.iter().map(text).collect(),
        }
    }

    #[test]
    fn own_cookies_are_taken_out_and_others_stay_byte_for_byte() {
        assert_eq!(
            after(&["portcullis=x; a=1;b=2;  c==\"3\""]),
            ["a=1;b=2;  c==\"3\""]
        );
        assert_eq!(after(&["a=1; portcullis=x; b=2"]), ["a=1; b=2"]);
        assert_eq!(after(&["a=1; b=2; csrf=y"]), ["a=1; b=2"]);
        assert_eq!(
            after(&["a=1", "portcullis=x; csrf=y", "b=2"]),
            ["a=1", "b=2"]
        );
        assert_eq!(after(&["portcullis=x"]), [""; 0]);
        assert_eq!(after(&["portcullis=x; ; "]), [""; 0]);
        assert_eq!(after(&[" portcullis =x;portcullis=y;a"]), ["a"]);
    }

    #[test]
    fn lines_without_own_cookies_are_not_touched() {
        let odd = headers(&["a=1;;; b", "xportcullis=1; portcullisx=2; c=portcullis=3"]);
        assert_eq!(Cookies::without(&odd, OWN), Cookies::Unchanged);
    }

    #[test]
    fn crumbs_become_one_line() {
        let crumbs = headers(&["a=1", "portcullis=x", "b=2"]);
        let line = HeaderValue::from_static("a=1; b=2");
        assert_eq!(Cookies::joined(&crumbs, OWN), Cookies::Replaced(vec![line]));
        let none = headers(&["portcullis=x"]);
        assert_eq!(Cookies::joined(&none, OWN), Cookies::Replaced(vec![]));
    }
}
