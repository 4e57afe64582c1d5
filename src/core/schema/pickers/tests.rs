//! KC-055: nothing is lost on the way through a browser's controls.

use serde_json::{Value, json};

use super::shown_in;
use crate::schema::{Evaluation, ProfileContext, Schema};

fn schema(property: &Value) -> Schema {
    let document = json!({"type": "object", "properties": {"a": property}});
    Schema::parse("s", document).unwrap()
}

/// What is kept of `sent`, where `stored` was there before.
fn kept(property: &Value, sent: &Value, stored: &Value) -> Value {
    let account = Evaluation::of(ProfileContext::Account);
    let (sent, stored) = (json!({ "a": sent }), json!({ "a": stored }));
    let mut traits = schema(property).accept(&account, sent, &stored).unwrap();
    traits["a"].take()
}

/// KC-055.
#[test]
fn kc_055_a_control_shows_what_is_stored() {
    for (control, stored, shown) in [
        (
            "datetime-local",
            "2026-01-01T12:00:00Z",
            Some("2026-01-01T12:00"),
        ),
        (
            "datetime-local",
            "2026-01-01T12:00:37+02:00",
            Some("2026-01-01T10:00:37"),
        ),
        (
            "datetime-local",
            "2026-01-01T12:00:00.25Z",
            Some("2026-01-01T12:00:00.250"),
        ),
        (
            "datetime-local",
            "2026-01-01T12:00",
            Some("2026-01-01T12:00"),
        ),
        ("datetime-local", "2026-01-01", None),
        ("datetime-local", "soon", None),
        ("time", "12:00:00Z", Some("12:00")),
        ("time", "01:30:00+02:00", Some("23:30")),
        ("time", "09:05", Some("09:05")),
        ("time", "noon", None),
        ("date", "2000-12-31", Some("2000-12-31")),
        ("date", "31.12.2000", Some("2000-12-31")),
        ("date", "12/31/2000", Some("2000-12-31")),
        ("date", "31/12/2000", Some("2000-12-31")),
        ("date", "1.2.2000", Some("2000-02-01")),
        // Nobody knows which month.
        ("date", "1/2/2000", None),
        ("month", "2026-02", Some("2026-02")),
        ("month", "2026-13", None),
        ("week", "2026-W07", Some("2026-W07")),
        ("week", "2026-W7", None),
        ("text", "anything", Some("anything")),
    ] {
        assert_eq!(
            shown_in(control, stored).as_deref(),
            shown,
            "{control} {stored}"
        );
    }
}

/// KC-055.
#[test]
fn kc_055_what_a_control_sends_has_the_format_that_is_asked() {
    let moment = json!({"type": "string", "format": "date-time"});
    let time = json!({"type": "string", "format": "time"});
    let times = json!({"type": "array", "items": time});
    for (property, sent, expected) in [
        (
            &moment,
            json!("2026-01-01T12:00"),
            json!("2026-01-01T12:00:00Z"),
        ),
        (
            &moment,
            json!("2026-01-01 12:00"),
            json!("2026-01-01T12:00:00Z"),
        ),
        (
            &moment,
            json!("2026-01-01T12:00:00+02:00"),
            json!("2026-01-01T12:00:00+02:00"),
        ),
        (&time, json!("12:00"), json!("12:00:00Z")),
        (&time, json!("12:00:05+01:00"), json!("12:00:05+01:00")),
        (
            &times,
            json!(["08:00", "", "09:30"]),
            json!(["08:00:00Z", "09:30:00Z"]),
        ),
    ] {
        assert_eq!(kept(property, &sent, &Value::Null), expected, "{sent}");
    }
}

/// KC-055.
#[test]
fn kc_055_what_was_not_touched_in_a_control_stays_as_it_was() {
    let with = |format: &str, control: &str| {
        json!({"type": "string", "format": format,
            "x-profile": {"annotations": {"inputType": control}}})
    };
    let moment = with("date-time", "html5-datetime-local");
    let plain = json!({"type": "string", "format": "date-time"});
    let time = with("time", "html5-time");
    let date = with("local-date", "html5-date");
    for (property, control, stored) in [
        (
            &moment,
            "datetime-local",
            "2026-01-01T12:00:37.123456+02:00",
        ),
        (&plain, "datetime-local", "2026-01-01T12:00:00Z"),
        (&time, "time", "01:30:00+02:00"),
        (&date, "date", "31.12.2000"),
    ] {
        let sent = shown_in(control, stored).unwrap();
        assert_eq!(kept(property, &json!(sent), &json!(stored)), stored);
    }
    let changed = kept(&date, &json!("2001-01-01"), &json!("31.12.2000"));
    assert_eq!(changed, "2001-01-01");
    assert_eq!(kept(&date, &json!(""), &json!("31.12.2000")), Value::Null);
}

#[test]
fn a_control_that_sends_something_else_than_the_format_is_odd() {
    let lints = |format: &str, control: &str| {
        let property = json!({"type": "string", "format": format, "maxLength": 9,
            "x-profile": {"annotations": {"inputType": control}}});
        schema(&property).lint().len()
    };
    assert_eq!(lints("local-date", "html5-date"), 1);
    assert_eq!(lints("date", "html5-date"), 0);
    assert_eq!(lints("date-time", "html5-time"), 1);
    assert_eq!(lints("date-time", "html5-datetime-local"), 0);
}
