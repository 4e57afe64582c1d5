//! What the one reading promises.

use proptest::prelude::*;

use super::*;

fn path(raw: &str) -> Option<String> {
    target(raw.as_bytes())
        .ok()
        .map(|target| target.path_and_query.into_owned())
}

#[test]
fn plain_targets_stay_as_they_are() {
    for same in [
        "/",
        "/a/b.c/~d?x=%2F&y=100%&z=\\",
        "/a//b",
        "/.well-known/x",
        "/..a/b..",
        "/a%2Fb",
        "/a;p=1/b",
        "/%C3%BC",
        "/?",
    ] {
        assert_eq!(path(same).as_deref(), Some(same));
    }
}

#[test]
fn every_character_has_one_spelling() {
    assert_eq!(path("/%41%2d%7e").as_deref(), Some("/A-~"));
    assert_eq!(path("/%c3%bc%2f").as_deref(), Some("/%C3%BC%2F"));
    assert_eq!(path("/a|b[c]").as_deref(), Some("/a%7Cb%5Bc%5D"));
    assert_eq!(path("/%3a").as_deref(), Some("/%3A"));
    assert_eq!(path("/%61?%61").as_deref(), Some("/a?%61"));
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    for bad in [
        "",
        "*",
        "a",
        "//host/x",
        "/\\x",
        "/a\\..\\b",
        "/%5cx",
        "/%00",
        "/%0a",
        "/%7f",
        "/%23x",
        "/a#b",
        "/a b",
        "/ü",
        "/%",
        "/%4",
        "/%zz",
        "/%+1",
        "/%C0%AE%C0%AE/x",
        "/%FF",
        "/..",
        "/.",
        "/a/../b",
        "/a/./b",
        "/%2e%2e/b",
        "/.%2E/b",
        "/a/%2e",
        "/a/..;/b",
        "/a/..;x=1/b",
        "/a/..%3Bx/b",
        "/a%2F..%2Fb",
        "/a/..%2Fb",
        "/a%2f%2e%2e",
        "/%252e%252e/b",
        "/a%252f..%252fb",
        "/a%255c..%255cb",
        "/%25252e%25252e/b",
        "ftp://host/x",
        "https:/host/x",
    ] {
        assert_eq!(path(bad), None, "{bad}");
    }
}

#[test]
fn a_path_is_not_decoded_without_end() {
    let encoded = |times: usize| format!("/%{}41", "25".repeat(times));
    assert!(path(&encoded(6)).is_some());
    assert_eq!(path(&encoded(4000)), None);
}

#[test]
fn absolute_form_gives_its_authority() {
    let read = |raw| target(raw).unwrap();
    let full = read(b"HTTP://Host:80/%61?q");
    assert_eq!(full.authority, Some("Host:80"));
    assert_eq!(full.path_and_query, "/a?q");
    assert_eq!(read(b"http://host").path_and_query, "/");
    assert_eq!(read(b"http://host?q=1").path_and_query, "/?q=1");
}

#[test]
fn an_authority_is_a_name_or_an_address() {
    let host = |text| Authority::parse(text).map(|found| found.host().to_owned());
    assert_eq!(
        host("App.Example.org:8080").as_deref(),
        Ok("app.example.org")
    );
    assert_eq!(host("[::1]:80").as_deref(), Ok("[::1]"));
    assert_eq!(host("127.0.0.1").as_deref(), Ok("127.0.0.1"));
    for bad in [
        "", ":80", "a:", "a:0", "a:65536", "a:+8", "a:8:8", "a.", ".a", "a..b", "a b", "a/b",
        "u@a", "a%2e", "[::1", "::1", "[x]", "[::1]x", "ü", "a,b",
    ] {
        assert!(Authority::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(raw in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = target(&raw);
        let _ = Authority::parse(&String::from_utf8_lossy(&raw));
    }

    #[test]
    fn the_canonical_target_reads_as_itself(raw in "/[a-zA-Z0-9%./;:|?&=_~-]{0,40}") {
        if let Some(once) = path(&raw) {
            prop_assert_eq!(path(&once), Some(once));
        }
    }

    #[test]
    fn no_accepted_path_leads_upwards(raw in "/(%2e|%2E|\\.|%25|2e|/|%2f|;|a|%5c){0,12}") {
        if let Some(path) = path(&raw) {
            let mut text = path;
            for _ in 0..12 {
                prop_assert!(!text.split(['/', '\\']).any(is_dots), "{} -> {}", raw, text);
                text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
            }
        }
    }

    #[test]
    fn spelling_does_not_change_what_is_read(text in "[a-zA-Z0-9._~-]{1,12}") {
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        prop_assert_eq!(path(&format!("/{escaped}")), path(&format!("/{text}")));
    }
}
