//! What upstreams promise.

use std::collections::HashSet;

use super::*;
use crate::route::tests::route;

fn group(urls: &[&str]) -> Group {
    let urls: Vec<Url> = urls.iter().map(|url| Url::parse(url).unwrap()).collect();
    Group::build(&route("app", "/"), &urls).unwrap()
}

fn name(group: &Group) -> &str {
    group.pick(&mut group.turn()).unwrap().name()
}

#[test]
fn requests_take_turns() {
    let group = group(&[
        "http://127.0.0.1:1",
        "http://127.0.0.1:2",
        "https://[::1]:3",
    ]);
    let names: Vec<&str> = (0..6).map(|_| name(&group)).collect();
    assert_eq!(names[..3], names[3..]);
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 3);
}

#[test]
fn a_failing_address_is_left_for_another() {
    let group = group(&["http://127.0.0.1:1", "http://127.0.0.1:2"]);
    let mut turn = group.turn();
    let first = group.pick(&mut turn).unwrap().name();
    assert!(group.failed(&mut turn));
    let second = group.pick(&mut turn).unwrap().name();
    assert_ne!(first, second);
    for _ in 0..4 {
        assert_eq!(name(&group), second);
    }
    assert!(!group.failed(&mut turn));
    assert!(group.pick(&mut turn).is_some());
}

#[tokio::test]
async fn a_name_is_resolved_when_it_is_needed() {
    let group = group(&["http://localhost:8080"]);
    let address = group.pick(&mut group.turn()).unwrap();
    let peer = group.peer(address).await.unwrap();
    let resolved = peer._address.as_inet().unwrap();
    assert!(resolved.ip().is_loopback());
    assert_eq!(resolved.port(), 8080);
    assert_eq!(peer.sni, "localhost");
}

#[test]
fn other_schemes_are_refused() {
    assert!(Address::parse(&Url::parse("ftp://127.0.0.1").unwrap()).is_none());
}
