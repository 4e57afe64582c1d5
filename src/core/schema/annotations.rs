//! Annotations: what a schema says of a form field that JSON Schema has no keyword for. The wire
//! dialect has few input types; everything else goes into `ext`.

use serde_json::{Map, Value};

use super::field::Field;
use crate::ui::Input;

/// The input types that an annotation may ask for, and what each is to clients that know few.
pub(super) const INPUT_TYPES: [(&str, &str); 16] = [
    ("text", "text"),
    ("textarea", "text"),
    ("select", "text"),
    ("select-radiobuttons", "text"),
    ("multiselect", "text"),
    ("multiselect-checkboxes", "text"),
    ("html5-email", "email"),
    ("html5-tel", "tel"),
    ("html5-url", "url"),
    ("html5-number", "number"),
    ("html5-range", "number"),
    ("html5-datetime-local", "text"),
    ("html5-date", "date"),
    ("html5-month", "text"),
    ("html5-week", "text"),
    ("html5-time", "text"),
];

/// The annotation that names the validator whose `options` there are to choose from.
pub(super) const OPTIONS_FROM: &str = "inputOptionsFromValidation";

/// The member of `ext` that names those of its texts that are HTML.
const HTML: &str = "html";

/// Annotations that go into `ext` under another name.
const PASSED: [(&str, &str); 10] = [
    ("inputHelperTextBefore", "helperTextBefore"),
    ("inputHelperTextAfter", "helperTextAfter"),
    ("inputTypePlaceholder", "placeholder"),
    ("inputTypeSize", "size"),
    ("inputTypeCols", "cols"),
    ("inputTypeRows", "rows"),
    ("inputTypeMinLength", "minlength"),
    ("inputTypeMin", "min"),
    ("inputTypeMax", "max"),
    ("inputTypeStep", "step"),
];

/// What the annotated input type of a field is on the wire.
pub(super) fn wire_type(field: &Field) -> Option<&'static str> {
    // A box stays one: nothing else can be ticked.
    let (_, wire) = asked(field).filter(|_| !field.is("boolean"))?;
    Some(wire)
}

/// The input type that pages show the field with, where it is another than the usual one.
pub(super) fn input_type(field: &Field) -> Option<&'static str> {
    asked(field).map(|(name, _)| *name)
}

fn asked(field: &Field) -> Option<&'static (&'static str, &'static str)> {
    let annotated = field.profile.annotations.get("inputType");
    let name = match annotated.and_then(Value::as_str) {
        Some(name) => name,
        None => usual(field.format.as_deref())?,
    };
    INPUT_TYPES.iter().find(|(known, _)| *known == name)
}

/// The annotation that is meant where a format has a control of its own and nobody asks for another.
fn usual(format: Option<&str>) -> Option<&'static str> {
    match format {
        Some("date-time") => Some("html5-datetime-local"),
        Some("time") => Some("html5-time"),
        _ => None,
    }
}

/// The zone of what a control sends that knows none, where the format needs one.
fn zone(field: &Field) -> Option<&'static str> {
    let needs_one = matches!(field.format.as_deref(), Some("date-time" | "time"));
    needs_one.then_some("UTC")
}

/// Writes the annotations of a field into its attributes.
pub(super) fn apply(field: &Field, attributes: &mut Input) {
    let annotations = &field.profile.annotations;
    let ext = &mut attributes.ext;
    if let Some((name, _)) = asked(field) {
        ext.insert("inputType".to_owned(), (*name).into());
        if let Some(zone) = zone(field) {
            ext.insert("zone".to_owned(), zone.into());
        }
    }
    let mut of_html: Vec<Value> = Vec::new();
    for (annotation, name) in PASSED {
        let Some(value) = annotations.get(annotation) else {
            continue;
        };
        // What may be HTML says so itself, as an object.
        if let Some(text) = text(value).or_else(|| text(&value["text"])) {
            ext.insert(name.to_owned(), text.into());
            if value["html_safe"] == true && name.starts_with("helperText") {
                of_html.push(name.into());
            }
        }
    }
    if !of_html.is_empty() {
        ext.insert(HTML.to_owned(), of_html.into());
    }
    let labels = labels(field);
    if !labels.is_empty() {
        ext.insert("optionLabels".to_owned(), Value::Object(labels));
    }
    let is_module = |name: &str| name.starts_with("kc");
    let data: Map<String, Value> = annotations
        .iter()
        .filter(|(name, _)| is_module(name))
        .filter_map(|(name, value)| Some((name.clone(), Value::String(text(value)?))))
        .collect();
    if !data.is_empty() {
        ext.insert("data".to_owned(), Value::Object(data));
    }
    if let Some(pattern) = annotations.get("inputTypePattern").and_then(text) {
        attributes.pattern = Some(pattern);
    }
    let length = annotations.get("inputTypeMaxLength").and_then(text);
    if let Some(length) = length.and_then(|length| length.parse().ok()) {
        attributes.maxlength = Some(length);
    }
}

/// What people read for each value they may choose; nothing where they read the values.
fn labels(field: &Field) -> Map<String, Value> {
    let annotations = &field.profile.annotations;
    let named = annotations
        .get("inputOptionLabels")
        .and_then(Value::as_object);
    let prefix = annotations
        .get("inputOptionLabelsI18nPrefix")
        .and_then(Value::as_str);
    let values = field.options.iter().filter_map(text);
    values
        .filter_map(|value| {
            let own = named.and_then(|named| named.get(&value)).and_then(text);
            let label = own.or_else(|| Some(format!("${{{}.{value}}}", prefix?)))?;
            Some((value, Value::String(label)))
        })
        .collect()
}

/// A value as a text; lists are read as one line.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text).collect();
            Some(items.join(", "))
        }
        Value::Null | Value::Object(_) => None,
    }
}
