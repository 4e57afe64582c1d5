//! What can be set of one attribute, each setting a text by its name as a form sends it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{PROFILE, member, set};

/// Settings by their names.
pub(crate) type Settings = BTreeMap<String, String>;

/// What is wrong with a setting, by its name.
pub(crate) type Trouble = (&'static str, &'static str);

const KRATOS: &str = "ory.sh/kratos";

/// Settings that are one text somewhere.
const TEXTS: [(&str, &[&str]); 6] = [
    ("title", &["title"]),
    ("format", &["format"]),
    ("pattern", &["pattern"]),
    ("group", &[PROFILE, "group"]),
    ("verification", &[KRATOS, "verification", "via"]),
    ("recovery", &[KRATOS, "recovery", "via"]),
];

/// Settings that hold or do not.
const FLAGS: [(&str, &[&str]); 4] = [
    (
        "identifier",
        &[KRATOS, "credentials", "password", "identifier"],
    ),
    ("searchable", &[PROFILE, "searchable"]),
    ("trim", &[PROFILE, "trim"]),
    ("protected", &[PROFILE, "protected"]),
];

/// Who may do what.
const RIGHTS: [(&str, &str, &str); 4] = [
    ("view_user", "view", "user"),
    ("view_admin", "view", "admin"),
    ("edit_user", "edit", "user"),
    ("edit_admin", "edit", "admin"),
];

const YES: &str = "true";
const NO_NUMBER: &str = "This is no number that fits here.";

/// Whether a setting holds.
pub(super) fn holds(settings: &Settings, name: &str) -> bool {
    text(settings, name) == YES
}

/// A setting, empty where nothing is said.
pub(super) fn text<'a>(settings: &'a Settings, name: &str) -> &'a str {
    settings.get(name).map_or("", |text| text.trim())
}

fn flag(holds: bool) -> String {
    if holds { YES } else { "" }.to_owned()
}

/// The settings of an attribute, as its schema says them.
pub(super) fn read(schema: &Value) -> Settings {
    let mut all = Settings::new();
    let kind = kind(schema);
    for (name, path) in TEXTS {
        let text = member(schema, path).and_then(Value::as_str);
        all.insert(name.to_owned(), text.unwrap_or_default().to_owned());
    }
    for (name, path) in FLAGS {
        let is_set = member(schema, path) == Some(&Value::Bool(true));
        all.insert(name.to_owned(), flag(is_set));
    }
    for (name, right, role) in RIGHTS {
        all.insert(name.to_owned(), flag(may(&schema[PROFILE], right, role)));
    }
    let number = |value: Option<&Value>| match value {
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let [least, most] = bounds(kind);
    all.insert("order".to_owned(), number(schema[PROFILE].get("order")));
    all.insert("least".to_owned(), number(schema.get(least)));
    all.insert("most".to_owned(), number(schema.get(most)));
    let (for_whom, scopes) = required_for(&schema[PROFILE]);
    all.insert("required_for".to_owned(), for_whom.to_owned());
    all.insert("required_scopes".to_owned(), scopes);
    let options = member(schema, options(kind)).and_then(lines);
    all.insert("options".to_owned(), options.unwrap_or_default());
    all.insert("kind".to_owned(), kind.to_owned());
    all
}

/// The type, empty where it is not one alone.
pub(super) fn kind(schema: &Value) -> &str {
    schema["type"].as_str().unwrap_or_default()
}

/// The keywords for the least and the most.
fn bounds(kind: &str) -> [&'static str; 2] {
    match kind {
        "integer" | "number" => ["minimum", "maximum"],
        "array" => ["minItems", "maxItems"],
        _ => ["minLength", "maxLength"],
    }
}

fn options(kind: &str) -> &'static [&'static str] {
    match kind {
        "array" => &["items", "enum"],
        _ => &["enum"],
    }
}

fn may(profile: &Value, right: &str, role: &str) -> bool {
    let (view, edit) = (profile.get("view"), profile.get("edit"));
    let names = |list: Option<&Value>| {
        let list = list.and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|name| name == role))
    };
    match (view, edit) {
        (None, None) => true,
        _ if right == "view" => names(view) || names(edit),
        _ => names(edit),
    }
}

fn required_for(profile: &Value) -> (&'static str, String) {
    let Some(wanted) = profile.get("required_for") else {
        return ("", String::new());
    };
    let words = |name: &str| -> Vec<&str> {
        let list = wanted[name].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    };
    let (roles, scopes) = (words("roles"), words("scopes"));
    let has = |role: &str| roles.contains(&role);
    let for_whom = match (has("user"), has("admin")) {
        (true, false) => "user",
        (false, true) => "admin",
        (false, false) if !scopes.is_empty() => "",
        _ => "both",
    };
    (for_whom, scopes.join(" "))
}

/// Texts to choose from, one a line; nothing where they are no texts.
fn lines(options: &Value) -> Option<String> {
    let options = options.as_array()?.iter();
    let texts: Option<Vec<&str>> = options.map(Value::as_str).collect();
    Some(texts?.join("\n"))
}

/// Writes the settings that are other ones than the schema has.
pub(super) fn write(schema: &mut Value, wanted: &Settings) -> Result<(), Vec<Trouble>> {
    retype(schema, text(wanted, "kind"));
    let before = read(schema);
    let differs = |name: &str| {
        let new = wanted.get(name).map(|text| text.replace("\r\n", "\n"));
        new.is_some_and(|new| new.trim() != text(&before, name))
    };
    let mut troubles = Vec::new();
    for (name, path) in TEXTS.into_iter().filter(|(name, _)| differs(name)) {
        let text = text(wanted, name);
        set(schema, path, (!text.is_empty()).then(|| text.into()));
    }
    for (name, path) in FLAGS.into_iter().filter(|(name, _)| differs(name)) {
        set(schema, path, holds(wanted, name).then_some(true.into()));
    }
    if RIGHTS.iter().any(|(name, ..)| differs(name)) {
        rights(schema, wanted);
    }
    let kind = kind(schema).to_owned();
    let [least, most] = bounds(&kind);
    let numbers: [(&str, &[&str], bool); 3] = [
        ("order", &[PROFILE, "order"], false),
        ("least", &[least], kind != "integer" && kind != "number"),
        ("most", &[most], kind != "integer" && kind != "number"),
    ];
    for (name, path, is_count) in numbers.into_iter().filter(|(name, ..)| differs(name)) {
        match number(text(wanted, name), (is_count, name == "order")) {
            Ok(number) => set(schema, path, number),
            Err(()) => troubles.push((name, NO_NUMBER)),
        }
    }
    if differs("required_for") || differs("required_scopes") {
        require(schema, wanted);
    }
    if differs("options") {
        let lines = text(wanted, "options").lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let new = (!lines.is_empty()).then(|| json!(lines));
        set(schema, options(&kind), new);
    }
    match troubles.is_empty() {
        true => Ok(()),
        false => Err(troubles),
    }
}

/// Makes it another type: what the one before was held to means nothing to the new one.
fn retype(schema: &mut Value, new: &str) {
    let old = kind(schema).to_owned();
    if new.is_empty() || new == old {
        return;
    }
    let [least, most] = bounds(&old);
    for path in [&[least][..], &[most], &["enum"], &["items"]] {
        set(schema, path, None);
    }
    set(schema, &["type"], Some(new.into()));
    if new == "array" {
        set(schema, &["items"], Some(json!({"type": "string"})));
    }
}

fn number(text: &str, (is_count, is_whole): (bool, bool)) -> Result<Option<Value>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let value: Value = serde_json::from_str(text).map_err(drop)?;
    let fits = match (is_count, is_whole) {
        (true, _) => value.is_u64(),
        (_, true) => value.is_i64(),
        _ => value.is_number(),
    };
    if fits { Ok(Some(value)) } else { Err(()) }
}

fn rights(schema: &mut Value, wanted: &Settings) {
    for right in ["view", "edit"] {
        let own = RIGHTS.iter().filter(|(_, of, _)| *of == right);
        let own = own.filter(|(name, ..)| holds(wanted, name));
        let roles: Vec<&str> = own.map(|(_, _, role)| *role).collect();
        set(schema, &[PROFILE, right], Some(json!(roles)));
    }
}

fn require(schema: &mut Value, wanted: &Settings) {
    let scopes: Vec<&str> = text(wanted, "required_scopes").split_whitespace().collect();
    let roles: &[&str] = match text(wanted, "required_for") {
        "user" => &["user"],
        "admin" => &["admin"],
        "both" => &["user", "admin"],
        _ => return set(schema, &[PROFILE, "required_for"], None),
    };
    let mut new = json!({ "roles": roles });
    if !scopes.is_empty() {
        new["scopes"] = json!(scopes);
    }
    set(schema, &[PROFILE, "required_for"], Some(new));
}
