//! What can still be told of a head that is refused unread: enough to answer it in the form its
//! sender wants, and to write a line about it.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header::ACCEPT};

use crate::listener::{canonical::target, request_id::X_REQUEST_ID};

/// The headers that decide how an answer looks.
const WANTED: [HeaderName; 4] = [
    ACCEPT,
    X_REQUEST_ID,
    HeaderName::from_static("sec-fetch-mode"),
    HeaderName::from_static("x-requested-with"),
];
/// How many lines are looked at.
const LINES: usize = 256;
/// Longer methods are made up.
const LONGEST_METHOD: usize = 32;

/// What can be told of a head.
#[derive(Debug)]
pub struct Remains {
    /// The method; `UNKNOWN` when there is none.
    pub method: Method,
    /// The canonical path; empty when there is none.
    pub path: String,
    /// The headers that an answer depends on.
    pub headers: HeaderMap,
}

impl Remains {
    /// What can be told of the head that `bytes` begin with.
    pub fn of(bytes: &[u8]) -> Self {
        let mut lines = bytes.split(|&c| c == b'\n').take(LINES);
        let first = lines.next().unwrap_or_default().trim_ascii();
        let mut words = first.split(|&c| c == b' ');
        let word = words.next().unwrap_or_default();
        let known = word.len() <= LONGEST_METHOD;
        let method = known.then(|| Method::from_bytes(word).ok()).flatten();
        Self {
            method: method.unwrap_or_else(unknown),
            path: words.next().map(path).unwrap_or_default(),
            headers: lines
                .take_while(|line| !line.trim_ascii().is_empty())
                .filter_map(header)
                .collect(),
        }
    }
}

fn unknown() -> Method {
    Method::from_bytes(b"UNKNOWN").unwrap_or_default()
}

fn path(word: &[u8]) -> String {
    let Ok(target) = target(word) else {
        return String::new();
    };
    let path = target.path_and_query.split('?').next();
    path.unwrap_or_default().to_owned()
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&c| c == b':')?;
    let name = line[..colon].trim_ascii();
    let wanted = WANTED
        .into_iter()
        .find(|wanted| name.eq_ignore_ascii_case(wanted.as_str().as_bytes()))?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((wanted, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_depends_on_is_found_in_a_spoiled_head() {
        let head = b"HEAD /a/%62?token=x HTTP/1.1\r\nHost : a\r\nACCEPT: text/html\r\n\
                     x-request-id: r-1\r\nCookie: secret\r\n\r\nAccept: in/body";
        let remains = Remains::of(head);
        assert_eq!(remains.method, Method::HEAD);
        assert_eq!(remains.path, "/a/b");
        assert_eq!(remains.headers[ACCEPT], "text/html");
        assert_eq!(remains.headers[X_REQUEST_ID], "r-1");
        assert_eq!(remains.headers.len(), 2);
    }

    #[test]
    fn nothing_is_made_up_about_what_is_no_request() {
        for garbage in [&b""[..], b"\x16\x03\x01", b" / ", b"\r\n\r\n"] {
            let remains = Remains::of(garbage);
            assert_eq!(remains.method.as_str(), "UNKNOWN");
            assert!(remains.headers.is_empty());
        }
        assert_eq!(Remains::of(b"GET /a b HTTP/1.1").path, "/a");
        assert_eq!(Remains::of(b"GET http://u:p@h/x?y HTTP/1.1").path, "/x");
        assert_eq!(Remains::of(b"GET /../x HTTP/1.1").path, "");
    }
}
