//! Blocks that stay as they are, and blocks that become a marked request.

use http::uri::PathAndQuery;
use proptest::prelude::{ProptestConfig, prop, proptest};

use super::*;
use crate::listener::http2::hpack::Decoder;

type Lines = Vec<(String, String)>;

fn judged(lines: &[(&str, &str)]) -> Lines {
    let limits = Limits::default();
    let mut judge = Judge::new(&limits);
    for (name, value) in lines {
        judge.see(name.as_bytes(), value.as_bytes());
    }
    let mut lines = Vec::new();
    Decoder::new()
        .decode(&judge.finish(), |name, value| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            lines.push((text(name), text(value)));
        })
        .unwrap();
    lines
}

fn value<'a>(lines: &'a Lines, name: &str) -> Option<&'a str> {
    let mut found = lines.iter().filter(|(known, _)| known == name);
    let first = found.next().map(|(_, value)| value.as_str());
    assert_eq!(found.next(), None);
    first
}

fn owned(lines: &[(&str, &str)]) -> Lines {
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    lines.iter().map(own).collect()
}

fn to<'a>(authority: &'a str, path: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", authority),
        (":path", path),
    ]
}

fn with<'a>(lines: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&to("app.test", "/a?b")[..], lines].concat()
}

fn mark(lines: &Lines) -> Option<&str> {
    value(lines, "portcullis-refused")
}

#[test]
fn ordinary_blocks_stay_as_they_are() {
    for lines in [
        to("App.test:443", "/"),
        with(&[("cookie", "a=1"), ("x", ""), ("cookie", "b=2")]),
        with(&[("accept", "*/*"), ("content-length", "3")]),
        vec![(":method", "GET"), (":path", "/"), ("host", "app.test")],
        vec![(":method", "CONNECT"), (":authority", "app.test:443")],
        // The end of a body.
        vec![("x-checksum", "1"), ("host", "a"), ("host", "b")],
    ] {
        assert_eq!(judged(&lines), owned(&lines));
    }
}

#[test]
fn a_host_in_another_case_goes_and_another_host_is_refused() {
    let same = judged(&with(&[("host", "APP.Test"), ("x", "1")]));
    assert_eq!(same, owned(&with(&[("x", "1")])));
    for hosts in [
        &[("host", "other.test")][..],
        &[("host", "app.test:443")],
        &[("host", "")],
        &[("host", "app.test"), ("host", "app.test")],
        &[("host", "other.test"), ("host", "app.test")],
    ] {
        let lines = judged(&with(hosts));
        assert_eq!(mark(&lines), Some("ambiguous_request"), "{hosts:?}");
        assert_eq!(value(&lines, ":authority"), Some("app.test"));
        assert_eq!(value(&lines, "host"), None);
        assert_eq!(value(&lines, ":path"), Some("/a?b"));
    }
}

#[test]
fn a_host_that_is_none_is_replaced() {
    for authority in ["", "a b", "u@app.test", "app.test.", "app.test:", "ü"] {
        let lines = judged(&to(authority, "/"));
        assert_eq!(mark(&lines), Some("ambiguous_request"), "{authority}");
        assert_eq!(value(&lines, ":authority"), Some("refused.invalid"));
    }
    let unnamed = [(":method", "GET"), (":scheme", "https"), (":path", "/")];
    for host in [None, Some(("host", "u@app.test")), Some(("host", ""))] {
        let lines: Vec<_> = unnamed.into_iter().chain(host).collect();
        let lines = judged(&lines);
        assert_eq!(mark(&lines), Some("ambiguous_request"));
        assert_eq!(value(&lines, "host"), Some("refused.invalid"));
    }
}

#[test]
fn odd_paths_are_refused_and_told_as_far_as_they_are_clear() {
    for (path, told) in [
        ("/a#b", "/a"),
        ("/a?b#c", "/a?b"),
        ("/#", "/"),
        ("#", "/"),
        ("/a b", "/a"),
        ("/a\tb", "/a"),
        ("/a\r\nb", "/a"),
        ("/\0", "/"),
        ("/ü", "/"),
        ("/a<b", "/"),
        ("/a?\"", "/"),
        ("", "/"),
        ("*", "/"),
        ("a", "/"),
        ("https://app.test/", "/"),
    ] {
        let lines = judged(&to("app.test", path));
        assert_eq!(mark(&lines), Some("ambiguous_request"), "{path:?}");
        assert_eq!(value(&lines, ":path"), Some(told), "{path:?}");
    }
}

#[test]
fn odd_lengths_are_refused() {
    for lengths in [
        &[("content-length", "3"), ("content-length", "3")][..],
        &[("content-length", "+3")],
        &[("content-length", "3, 3")],
        &[("content-length", "")],
        &[("content-length", "99999999999999999999999")],
    ] {
        let lines = judged(&with(lengths));
        assert_eq!(mark(&lines), Some("ambiguous_request"), "{lengths:?}");
        assert_eq!(value(&lines, "content-length"), None);
    }
}

#[test]
fn a_mark_from_outside_refuses_its_request() {
    for forged in ["", "headers_too_large", "none"] {
        let lines = judged(&with(&[("portcullis-refused", forged)]));
        assert_eq!(mark(&lines), Some("ambiguous_request"));
    }
}

#[test]
fn too_much_is_told_and_not_kept() {
    let long = "y".repeat(8 << 10);
    let lines = judged(&to("app.test", &format!("/{long}")));
    assert_eq!(mark(&lines), Some("target_too_long"));
    assert_eq!(value(&lines, ":path"), Some("/"));
    let much = [("x", long.as_str()); 100];
    let lines = judged(&with(&much));
    assert_eq!(mark(&lines), Some("headers_too_large"));
    let bytes = |(name, value): &(String, String)| name.len() + value.len() + OVERHEAD;
    let kept: usize = lines.iter().map(bytes).sum();
    assert!(kept < longest(&Limits::default()) + ADDED);
    let many = judged(&with(&[("x", ""); 5000]));
    assert_eq!(mark(&many), Some("headers_too_large"));
    let twice = judged(&[(":path", long.as_str()); 5000]);
    assert!(twice.len() < 10);
}

#[test]
fn what_only_http2_forbids_is_left_to_its_library() {
    for lines in [
        with(&[("connection", "close")]),
        with(&[("X-Upper", "1")]),
        with(&[(":path", "/again")]),
        with(&[("x", "1"), (":scheme", "http")]),
        vec![("x", "1"), (":authority", "a"), (":path", "/")],
    ] {
        assert_eq!(judged(&lines), owned(&lines));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_library_reads_every_path_that_is_told(
        path in prop::collection::vec(0u8..=255, 0..24),
    ) {
        let limits = Limits::default();
        for path in [&path[..], &[b"/", &path[..]].concat()] {
            let told = Judge::new(&limits).path_of(path).to_vec();
            let read = PathAndQuery::from_maybe_shared(Bytes::from(told.clone())).unwrap();
            assert_eq!(read.as_str().as_bytes(), &told[..]);
        }
    }

    #[test]
    fn the_library_reads_every_host_that_is_told(host in prop::collection::vec(0u8..=255, 0..24)) {
        if is_authority(&host) {
            http::uri::Authority::from_maybe_shared(Bytes::from(host)).unwrap();
        }
    }
}
