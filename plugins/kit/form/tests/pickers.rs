//! Controls that pick dates and times.

use serde_json::json;

use super::{has, input, shown};

/// KC-055.
#[test]
fn kc_055_a_picker_shows_what_is_stored_or_gives_way_to_a_line() {
    let ext = |kind: &str| json!({"inputType": kind, "zone": "UTC"});
    for (kind, stored, shown_as) in [
        (
            "html5-datetime-local",
            "2026-01-01T12:00:00Z",
            "\" value=\"2026-01-01T12:00\" step=\"any\"",
        ),
        (
            "html5-time",
            "12:00:30Z",
            "\" value=\"12:00:30\" step=\"any\"",
        ),
        ("html5-date", "31.12.2000", "\" value=\"2000-12-31\""),
    ] {
        let page = shown(vec![input("x", ext(kind)).with_value(stored)]);
        let kind = kind.trim_start_matches("html5-");
        has(&page, &format!("<input type=\"{kind}\""));
        has(&page, shown_as);
        assert_eq!(page.contains("Times are in UTC."), kind != "date", "{page}");
    }
    for (kind, stored) in [("html5-date", "1/2/2000"), ("html5-time", "noon")] {
        let page = shown(vec![input("x", ext(kind)).with_value(stored)]);
        has(
            &page,
            &format!(
                "<input type=\"text\" id=\"field-traits-x\" name=\"traits.x\" value=\"{stored}\""
            ),
        );
    }
    let mut list = input("x", ext("html5-time")).with_value(json!(["08:00:00Z", "09:30:00Z"]));
    list.attributes
        .ext
        .insert("multiple".to_owned(), true.into());
    has(&shown(vec![list]), "value=\"09:30\"");
}
