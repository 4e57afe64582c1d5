//! What log lines promise.

use std::{io, net::Ipv4Addr, sync::Mutex, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    id::IdentityId,
    testing::{FrozenClock, SeededEntropy},
};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use super::*;
use crate::observe::access::AccessLine;

#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH))
}

fn json(tell: impl FnOnce()) -> String {
    let written = Written::default();
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(written.clone())
        .event_format(JsonLine(clock()));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), tell);
    String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
}

fn text(tell: impl FnOnce()) -> String {
    let written = Written::default();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(written.clone())
        .event_format(TextLine(clock()));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), tell);
    String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
}

fn access(identity: Option<IdentityId>) -> AccessLine<'static> {
    AccessLine {
        request_id: "id-1",
        route: "app",
        identity,
        actor: None,
        decision: "forward",
        code: "",
        upstream: "http://127.0.0.1:3000",
        status: 200,
        duration: Duration::from_micros(1250),
        method: "GET",
        path: "/a\"b",
        client: Ipv4Addr::LOCALHOST.into(),
    }
}

#[test]
fn an_access_line_is_one_json_object_with_the_documented_fields() {
    let identity = IdentityId::generate(&SeededEntropy::new(1));
    let line = json(|| access(Some(identity)).write());
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    let expected = serde_json::json!({
        "time": "1970-01-01T00:00:00.000Z",
        "level": "INFO",
        "target": "portcullis::access",
        "message": "GET /a\"b 200",
        "request.id": "id-1",
        "route.name": "app",
        "principal.kind": "identity",
        "identity.id": identity.to_string(),
        "decision": "forward",
        "code": "",
        "upstream.name": "http://127.0.0.1:3000",
        "status": 200,
        "duration_ms": 1.25,
        "method": "GET",
        "path": "/a\"b",
        "client": "127.0.0.1",
    });
    assert_eq!(value, expected);
    let documented = include_str!("../../../docs/logging.md");
    for field in expected.as_object().unwrap().keys() {
        assert!(documented.contains(&format!("`{field}`")), "{field}");
    }
}

#[test]
fn a_line_for_people_reads_alone() {
    let line = text(|| access(None).write());
    assert!(
        line.starts_with("00:00:00  INFO GET /a\\\"b 200 "),
        "{line}"
    );
    assert!(line.contains(" route.name=app "), "{line}");
}

#[test]
fn what_is_quoted_cannot_pose_as_a_line_of_its_own() {
    let tell = || tracing::warn!(quoted = "x\ny", "a\nb");
    assert_eq!(text(tell).matches('\n').count(), 1);
    assert_eq!(json(tell).matches('\n').count(), 1);
}

#[test]
fn text_is_escaped_for_json() {
    let mut out = String::new();
    Escaped(&mut out).write_str("a\"b\\c\nd\u{1}ü").unwrap();
    assert_eq!(out, "a\\\"b\\\\c\\nd\\u0001ü");
    let value: String = serde_json::from_str(&format!("\"{out}\"")).unwrap();
    assert_eq!(value, "a\"b\\c\nd\u{1}ü");
}
