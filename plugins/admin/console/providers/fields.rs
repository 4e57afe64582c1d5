//! The fields of a provider's form: which there are for its kind, and what is made of them.

use std::collections::BTreeMap;

use portcullis_core::administration::{Kind, ProviderRecord, Secrets};
use serde::Serialize;
use serde_json::{Map, Value};

/// What was typed, by the fields' names.
pub(super) type Typed = BTreeMap<String, String>;

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Text,
    /// Never shown again.
    Secret,
    /// The same over several lines.
    Key,
    /// Words, apart.
    Words,
    Check,
    Choice(&'static [(&'static str, &'static str)]),
}

/// A field before it is filled in.
#[derive(Debug, Clone, Copy)]
struct Spec {
    key: &'static str,
    label: &'static str,
    note: &'static str,
    input: Input,
}

const CREATE: Input = Input::Choice(&[
    ("auto", "Create them"),
    (
        "review",
        "Create them once they have seen what is taken over",
    ),
    ("never", "Refuse them"),
]);
const LINK: Input = Input::Choice(&[
    ("confirm", "Have them prove that it is theirs"),
    ("auto", "Link at once where that is safe"),
    ("deny", "Refuse them"),
]);

/// What every kind is asked first.
const FIRST: [&str; 2] = ["label", "client_id"];
/// And last.
const LAST: [&str; 6] = [
    "create",
    "link",
    "allow_domains",
    "scopes",
    "hidden",
    "store_tokens",
];
/// What no provider can be without.
const REQUIRED: [&str; 4] = ["client_id", "team_id", "key_id", "private_key"];

const SPECS: [Spec; 16] = [
    spec(
        "label",
        "Label",
        "What the button of the sign-in page says; left empty, the name of the kind.",
        Input::Text,
    ),
    spec(
        "client_id",
        "Client ID",
        "The provider gave it to you.",
        Input::Text,
    ),
    spec(
        "issuer_url",
        "Issuer",
        "The provider's address, exactly as it writes it itself.",
        Input::Text,
    ),
    spec(
        "client_secret",
        "Client secret",
        "It is kept sealed and never shown again.",
        Input::Secret,
    ),
    spec(
        "team_id",
        "Team ID",
        "The team whose key it is.",
        Input::Text,
    ),
    spec(
        "key_id",
        "Key ID",
        "The provider's name for the key.",
        Input::Text,
    ),
    spec(
        "private_key",
        "Private key",
        "In PEM. It is kept sealed and never shown again.",
        Input::Key,
    ),
    spec(
        "microsoft_tenant",
        "Tenant",
        "Its ID or domain, or common, organizations or consumers; left empty, common.",
        Input::Text,
    ),
    spec(
        "hosted_domains",
        "Workspace domains",
        "Only their members get in; left empty, everybody.",
        Input::Words,
    ),
    spec(
        "allow_private_network",
        "It may be at a private address",
        "",
        Input::Check,
    ),
    spec(
        "create",
        "Somebody new",
        "What happens to those whom nobody knows yet.",
        CREATE,
    ),
    spec(
        "link",
        "Somebody known by their address",
        "Whoever has a role proves it in any case.",
        LINK,
    ),
    spec(
        "allow_domains",
        "Admitted domains",
        "Of verified addresses; left empty, all.",
        Input::Words,
    ),
    spec(
        "scopes",
        "Scopes",
        "What is asked for; left empty, what the kind needs.",
        Input::Words,
    ),
    spec(
        "hidden",
        "Leave its button out of the sign-in page",
        "",
        Input::Check,
    ),
    spec(
        "store_tokens",
        "Keep its tokens, sealed, for later use",
        "",
        Input::Check,
    ),
];

const fn spec(key: &'static str, label: &'static str, note: &'static str, input: Input) -> Spec {
    Spec {
        key,
        label,
        note,
        input,
    }
}

/// A field as a template reads it.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "templates ask for each fact by itself"
)]
pub(super) struct Field {
    key: &'static str,
    label: &'static str,
    note: &'static str,
    input: &'static str,
    value: String,
    example: String,
    is_required: bool,
    /// Whether something is kept where nothing is typed.
    is_kept: bool,
    /// Whether it takes several values.
    has_several: bool,
    /// Whether something was typed that is not shown again.
    is_lost: bool,
    /// Whether it is the first that is wrong.
    is_focused: bool,
    options: Vec<(&'static str, &'static str, bool)>,
    errors: Vec<String>,
}

/// What the form calls a key, where it asks for it.
pub(super) fn label(key: &str) -> Option<&'static str> {
    let spec = SPECS.iter().find(|spec| spec.key == key);
    spec.map(|spec| spec.label)
}

fn specs(kind: &Kind) -> impl Iterator<Item = Spec> {
    let own = kind.asks.iter().map(String::as_str);
    let keys = FIRST.into_iter().chain(own).chain(LAST);
    keys.filter_map(|key| SPECS.into_iter().find(|spec| spec.key == key))
}

/// What a stored provider has in its fields.
pub(super) fn stored(kind: &Kind, record: &ProviderRecord) -> Typed {
    let value = |spec: Spec| Some((spec.key.to_owned(), written(record.table.get(spec.key)?)));
    specs(kind).filter_map(value).collect()
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(words) => {
            let words = words.iter().filter_map(Value::as_str);
            words.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// The fields with what was typed, and what is wrong with it by key. What belongs to no field stays.
pub(super) fn fields(
    kind: &Kind,
    typed: &Typed,
    secrets: Secrets,
    errors: &mut Vec<(String, String)>,
) -> Vec<Field> {
    let mut focused = false;
    specs(kind)
        .map(|spec| {
            let value = typed.get(spec.key).cloned().unwrap_or_default();
            let is_kept = match spec.key {
                "client_secret" => secrets.has_client_secret,
                "private_key" => secrets.has_private_key,
                _ => false,
            };
            let is_own = |(key, _): &mut (String, String)| {
                key.split(['.', '['])
                    .next()
                    .is_some_and(|key| key == spec.key)
            };
            let own = errors.extract_if(.., is_own).map(|(_, message)| message);
            let errors: Vec<_> = own.collect();
            let is_focused = !errors.is_empty() && !focused;
            focused |= is_focused;
            Field {
                key: spec.key,
                label: spec.label,
                note: spec.note,
                input: spec.input.name(),
                options: spec.input.options(&value),
                errors,
                is_focused,
                has_several: spec.input == Input::Words,
                is_lost: spec.input.is_secret() && !value.is_empty(),
                example: example(kind, spec.key),
                is_required: is_required(kind, spec.key) && !is_kept,
                value: if spec.input.is_secret() {
                    String::new()
                } else {
                    value
                },
                is_kept,
            }
        })
        .collect()
}

fn is_required(kind: &Kind, key: &str) -> bool {
    REQUIRED.contains(&key) || (key == "issuer_url" && kind.issuer.is_none())
}

fn example(kind: &Kind, key: &str) -> String {
    let issuer = kind.issuer_example.as_ref().or(kind.issuer.as_ref());
    let issuer = issuer.filter(|_| key == "issuer_url");
    issuer.cloned().unwrap_or_default()
}

/// The members of a provider's table that a form gives. What is empty is taken away, except for a
/// secret, which is kept.
pub(super) fn members(kind: &Kind, typed: &Typed) -> Map<String, Value> {
    let member = |spec: Spec| {
        let text = typed.get(spec.key).map_or("", |text| text.trim());
        let value = match spec.input {
            Input::Check => Value::Bool(text == "true"),
            Input::Secret | Input::Key if text.is_empty() => return None,
            _ if text.is_empty() => Value::Null,
            Input::Words => {
                let words = text.split([',', ' ', '\n', '\r', '\t']);
                words.filter(|word| !word.is_empty()).collect()
            }
            _ => Value::from(text),
        };
        Some((spec.key.to_owned(), value))
    };
    specs(kind).filter_map(member).collect()
}

impl Input {
    fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Words => "text",
            Self::Secret => "password",
            Self::Key => "key",
            Self::Check => "check",
            Self::Choice(_) => "choice",
        }
    }

    fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Key)
    }

    fn options(self, chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
        let Self::Choice(options) = self else {
            return Vec::new();
        };
        let option =
            |(value, label): &(&'static str, &'static str)| (*value, *label, *value == chosen);
        options.iter().map(option).collect()
    }
}
