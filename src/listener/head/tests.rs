//! Heads with one reading, and the many that have another.

use pingora::http::RequestHeader;
use proptest::prelude::{ProptestConfig, prop, proptest};

use super::*;

const GOOD: &str = "GET /a?b HTTP/1.1\r\nHost: app.test\r\n\r\n";

fn reading(bytes: &[u8]) -> Reading {
    read(bytes, &Limits::default())
}

fn refusal(bytes: impl AsRef<[u8]>) -> Option<Code> {
    match reading(bytes.as_ref()) {
        Reading::Refused(code) => Some(code),
        _ => None,
    }
}

fn taken(bytes: &str) -> (String, String) {
    let Reading::Whole(head) = reading(bytes.as_bytes()) else {
        panic!("{bytes:?} is read");
    };
    let mut bytes = BytesMut::from(bytes);
    let request = head.take(&mut bytes).request;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&request), text(&bytes))
}

fn with(lines: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: app.test\r\n{lines}\r\n\r\n")
}

fn to(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: App.Test:80\r\n\r\n")
}

#[test]
fn a_head_is_whole_with_its_last_byte_and_not_before() {
    for end in 0..GOOD.len() {
        let part = &GOOD.as_bytes()[..end];
        assert!(matches!(reading(part), Reading::Partial), "{end}");
    }
    assert_eq!(taken(GOOD), (GOOD.to_owned(), String::new()));
}

#[test]
fn what_belongs_to_the_next_request_is_left() {
    let next = "GET /next HTTP/1.1\r\n";
    let bare = format!("{GOOD}{next}");
    assert_eq!(taken(&bare), (GOOD.to_owned(), next.to_owned()));
    let body = format!("{}abc", with("Content-Length: 3"));
    assert_eq!(taken(&format!("{body}{next}")), (body, next.to_owned()));
    let started = with("Content-Length: 99") + "abc";
    assert_eq!(taken(&started), (started.clone(), String::new()));
    let chunks = with("Transfer-Encoding: chunked") + "0\r\n\r\n" + next;
    assert_eq!(taken(&chunks), (chunks.clone(), String::new()));
}

#[test]
fn a_body_may_hold_what_a_head_may_not() {
    let body = with("Content-Length: 4") + "\n\0\n\r";
    assert_eq!(taken(&body).0, body);
}

#[test]
fn an_absolute_target_of_the_same_host_becomes_its_path() {
    for (target, path) in [
        ("http://app.test:80/x?Y=%61", "/x?Y=%61"),
        ("HTTP://APP.TEST:80/%61", "/a"),
        ("https://App.Test:80", "/"),
        ("http://app.test:80?q", "/?q"),
    ] {
        assert_eq!(taken(&to(target)).0, to(path), "{target}");
    }
    for target in [
        "http://other.test/",
        "http://app.test/",
        "http://u@app.test:80/",
        "http:///x",
        "http:/app.test:80/",
        "http:app.test:80",
        "ftp://app.test:80/",
        "//app.test:80/",
        "app.test:80",
        "*",
    ] {
        assert_eq!(
            refusal(to(target)),
            Some(Code::AmbiguousRequest),
            "{target}"
        );
    }
}

#[test]
fn what_parsers_mend_in_different_ways_is_ambiguous() {
    let lines = [
        "Host: app.test",
        "Host: b.test",
        "X-A : 1",
        "X-A\t: 1",
        " X-A: folded",
        "\tfolded",
        "X-A: 1\r\n folded",
        "X-A: 1\nX-B: 2",
        "X-A: 1\rX-B: 2",
        "X-A: \0",
        "X-A: \x0b",
        "X-A",
        ": 1",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3, 3",
        "Content-Length: +3",
        "Content-Length: 0x3",
        "Content-Length:",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding\0: chunked",
    ];
    for lines in lines {
        assert_eq!(
            refusal(with(lines)),
            Some(Code::AmbiguousRequest),
            "{lines:?}"
        );
    }
    let old = "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(refusal(old), Some(Code::AmbiguousRequest));
    for bare in [
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        assert_eq!(refusal(bare), Some(Code::AmbiguousRequest), "{bare:?}");
    }
}

#[test]
fn odd_request_lines_are_refused() {
    for line in [
        "GET /a b HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        " GET / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\t HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "GET /a<b HTTP/1.1",
        "GET /?a\"b HTTP/1.1",
        "GET /\x7f HTTP/1.1",
        "GET /ü HTTP/1.1",
        "GET / HTTP/1.1 ",
        "G\0T / HTTP/1.1",
    ] {
        let head = format!("{line}\r\nHost: a\r\n\r\n");
        assert_eq!(refusal(&head), Some(Code::AmbiguousRequest), "{line:?}");
    }
    for line in ["GET /", "GET / HTTP/2.0", "GET / http/1.1", "\x16\x03\x01"] {
        let head = format!("{line}\r\nHost: a\r\n\r\n");
        assert_eq!(refusal(&head), Some(Code::BadRequest), "{line:?}");
    }
    for method in ["TRACE", "CONNECT"] {
        let head = format!("{method} a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
        assert_eq!(refusal(&head), Some(Code::MethodNotAllowed));
    }
}

#[test]
fn hosts_that_are_none_are_refused() {
    for host in [
        "",
        "a b",
        "u@a.test",
        "a.test:",
        "a.test.",
        "a.test, a.test",
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(refusal(&head), Some(Code::AmbiguousRequest), "{host:?}");
    }
    let none = "GET / HTTP/1.1\r\nX: 1\r\n\r\n";
    assert_eq!(refusal(none), Some(Code::AmbiguousRequest));
}

#[test]
fn too_much_is_told_apart_as_soon_as_it_is_known() {
    let many = |count: usize| "X: 1\r\n".repeat(count);
    for count in [100, 255, 256, 10_000] {
        let head = with(&many(count));
        assert_eq!(refusal(&head), Some(Code::HeadersTooLarge), "{count}");
    }
    let endless = "y".repeat(50 << 10);
    let unfinished = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {endless}");
    assert_eq!(refusal(&unfinished), Some(Code::HeadersTooLarge));
    let padded = with(&format!("X: {}1", " ".repeat(50 << 10)));
    assert_eq!(refusal(&padded), Some(Code::HeadersTooLarge));
    assert_eq!(
        refusal(format!("GET /{endless}")),
        Some(Code::TargetTooLong)
    );
    assert_eq!(
        refusal(to(&format!("/{endless}"))),
        Some(Code::TargetTooLong)
    );
    let fitting = with(&format!("X: {}", "y".repeat(31 << 10)));
    assert_eq!(refusal(&fitting), None);
}

#[test]
fn empty_lines_before_a_request_are_skipped() {
    let mut bytes = BytesMut::from(format!("\r\n\r\n{GOOD}").as_str());
    skip_empty_lines(&mut bytes);
    assert_eq!(&bytes[..], GOOD.as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_framework_reads_every_target_that_is_let_through(
        target in prop::collection::vec(0u8..=255, 0..24),
    ) {
        let target = [b"/", &target[..]].concat();
        let head = [b"GET ", &target[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
        if let Reading::Whole(_) = reading(&head) {
            RequestHeader::build("GET", &target, None).unwrap();
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(
        bytes in prop::collection::vec(0u8..=255, 0..64),
    ) {
        let _ = reading(&bytes);
        let head = [b"GET / HTTP/1.1\r\n", &bytes[..], b"\r\n\r\n"].concat();
        let _ = (reading(&head), Remains::of(&bytes), Remains::of(&head));
    }
}
