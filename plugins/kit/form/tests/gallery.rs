//! A form with every input type there is.

use super::*;

const COLOURS: [&str; 3] = ["red", "green", "blue"];

pub(super) fn nodes() -> Vec<Node> {
    let of = |kind: &str, extra: Value| {
        let mut ext = json!({"inputType": kind});
        let members = extra.as_object().unwrap().clone();
        ext.as_object_mut().unwrap().extend(members);
        input(kind, ext)
    };
    let basics = json!({"group": {
        "name": "basics", "header": "Basics", "description": "How we reach you and what we call you.",
    }});
    let times = json!({"group": {"name": "times", "header": "Dates and times"}});
    let labels =
        json!({"optionLabels": {"red": "Red like a rose", "green": "Green", "blue": "Blue"}});
    let text = json!({
        "helperTextBefore": "As it stands in your passport.",
        "helperTextAfter": "Nobody else sees this.", "placeholder": "Ada Lovelace",
        "group": basics["group"],
    });
    let colours = |kind: &str| with_options(of(kind, labels.clone()), &COLOURS);
    let mut locked = input("employee-number", basics.clone()).with_value("4711");
    locked.attributes.disabled = true;
    let mut wrong = of("html5-url", basics.clone()).with_value("nowhere");
    wrong
        .messages
        .push(Message::invalid("This is not accepted here."));
    vec![
        of("text", text).required(),
        of("html5-email", basics.clone()).required(),
        of("html5-tel", basics),
        wrong,
        locked,
        of("textarea", json!({"rows": 3, "placeholder": "A few words"})),
        of(
            "html5-number",
            json!({"min": 1, "max": 10, "data": {"kcNumberFormat": "{2}"}}),
        ),
        of(
            "html5-range",
            json!({"min": "0", "max": "100", "step": "5"}),
        )
        .with_value("40"),
        colours("select"),
        colours("select-radiobuttons").with_value("green"),
        colours("multiselect").with_value(json!(["red", "blue"])),
        colours("multiselect-checkboxes").with_value(json!(["red"])),
        of("html5-date", times.clone()),
        of("html5-datetime-local", times.clone()),
        of("html5-month", times.clone()),
        of("html5-week", times.clone()),
        of("html5-time", times),
        input("nicknames", json!({"multiple": true})).with_value(json!(["Countess"])),
        Node::submit("profile", "method", "profile", Message::go_on()),
    ]
}
