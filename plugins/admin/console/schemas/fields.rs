//! The form of an attribute: what can be set, in sections.

use serde::Serialize;

use super::value;
use crate::profile::{Group, Settings, Trouble};

/// How a setting is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Text,
    Lines,
    Check,
    Kind,
    Group,
    Choice(Options),
}

/// A setting before it is filled in: its name, label, note and input.
type Spec = (&'static str, &'static str, &'static str, Input);
/// Values with their labels.
type Options = &'static [(&'static str, &'static str)];

use Input::{Check, Choice, Kind, Lines, Text};

/// What attributes are.
pub(super) const KINDS: [(&str, &str); 6] = [
    ("string", "Text"),
    ("integer", "Whole number"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
    ("array", "List of texts"),
    ("object", "Attributes inside"),
];

const FORMATS: Options = &[
    ("", "Anything"),
    ("email", "E-mail address"),
    ("tel", "Telephone number"),
    ("uri", "Web address"),
    ("date", "Date"),
    ("time", "Time of day"),
    ("date-time", "Date and time"),
    ("local-date", "Date as people write it"),
    ("person-name", "Name of a person"),
    ("username", "User name"),
    ("not-idn-homograph", "Latin letters only"),
    ("no-validate", "Anything, although it is verified"),
];
const VIA: Options = &[
    ("", "No"),
    ("email", "By e-mail"),
    ("sms", "By text message"),
];
const REQUIRED_FOR: Options = &[
    ("", "Nobody in particular"),
    ("user", "People themselves"),
    ("admin", "Administrators"),
    ("both", "Everybody who may change it"),
];

/// What every attribute has.
const ANY: [(&str, &[Spec]); 3] = [
    (
        "In general",
        &[
            (
                "title",
                "Title",
                "What people read; left empty, the name.",
                Text,
            ),
            ("kind", "Type", "", Kind),
            ("group", "Group", "", Input::Group),
            (
                "order",
                "Order",
                "A whole number; the least stands first.",
                Text,
            ),
        ],
    ),
    (
        "Who sees and changes it",
        &[
            ("view_user", "People see it", "", Check),
            ("view_admin", "Administrators see it", "", Check),
            ("edit_user", "People change it", "", Check),
            (
                "edit_admin",
                "Administrators change it",
                "Whoever changes it sees it, too.",
                Check,
            ),
        ],
    ),
    (
        "When it is required",
        &[
            ("required", "Always required", "", Check),
            (
                "required_for",
                "Forms require it of",
                "",
                Choice(REQUIRED_FOR),
            ),
            (
                "required_scopes",
                "Only with one of these scopes",
                "Apart by spaces; left empty, always.",
                Text,
            ),
        ],
    ),
];

/// What those have that hold a value of their own.
const OF_VALUES: [(&str, &[Spec]); 2] = [
    (
        "What it has to be",
        &[
            ("format", "Format", "", Choice(FORMATS)),
            (
                "least",
                "At least",
                "Characters of a text, entries of a list; else the number itself.",
                Text,
            ),
            ("most", "At most", "", Text),
            ("pattern", "Pattern", "A regular expression.", Text),
            (
                "options",
                "Values to choose from",
                "One a line; left empty, any.",
                Lines,
            ),
        ],
    ),
    (
        "Signing in and searching",
        &[
            ("identifier", "People sign in with it", "", Check),
            ("verification", "It is verified", "", Choice(VIA)),
            ("recovery", "It recovers the access", "", Choice(VIA)),
            ("protected", "Changing it needs a fresh sign-in", "", Check),
            ("searchable", "Administrators search by it", "", Check),
            ("trim", "Spaces around it are dropped", "", Check),
        ],
    ),
];

/// Settings that stand together.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    legend: &'static str,
    fields: Vec<Field>,
}

/// A setting as a template reads it.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    key: &'static str,
    label: &'static str,
    note: &'static str,
    input: &'static str,
    value: String,
    options: Vec<(String, String, bool)>,
    error: Option<&'static str>,
}

fn sections_of(kind: &str) -> impl Iterator<Item = (&'static str, &'static [Spec])> {
    let holds_others = kind == "object";
    let of_values = OF_VALUES.into_iter().filter(move |_| !holds_others);
    ANY.into_iter().chain(of_values)
}

/// The form with these settings; `stands` is the type that the attribute has.
pub(super) fn sections(
    (settings, stands): (&Settings, &str),
    groups: &[Group],
    troubles: &[Trouble],
) -> Vec<Section> {
    let field = |&(key, label, note, input): &Spec| {
        let chosen = value(settings, key);
        let error = troubles.iter().find(|(name, _)| *name == key);
        Field {
            key,
            label,
            note,
            input: input.name(),
            value: chosen.to_owned(),
            options: input.options(chosen, (stands, groups)),
            error: error.map(|(_, text)| *text),
        }
    };
    let sections = sections_of(stands);
    let section = |(legend, specs): (&'static str, &'static [Spec])| Section {
        legend,
        fields: specs.iter().map(field).collect(),
    };
    sections.map(section).collect()
}

/// Completes what a browser sends of the form: it leaves out what is not ticked.
pub(super) fn complete(typed: &mut Settings, stands: &str) {
    let specs = sections_of(stands).flat_map(|(_, specs)| specs);
    for (key, ..) in specs.filter(|(.., input)| *input == Check) {
        typed.entry((*key).to_owned()).or_default();
    }
}

impl Input {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Lines => "lines",
            Self::Check => "check",
            Self::Kind | Self::Group | Self::Choice(_) => "choice",
        }
    }

    fn options(
        self,
        chosen: &str,
        (stands, groups): (&str, &[Group]),
    ) -> Vec<(String, String, bool)> {
        let owned = |(value, label): &(&str, &str)| ((*value).to_owned(), (*label).to_owned());
        let mut options: Vec<(String, String)> = match self {
            Self::Text | Self::Lines | Self::Check => return Vec::new(),
            Self::Choice(options) => options.iter().map(owned).collect(),
            Self::Kind => {
                let fits = |kind: &str| (kind == "object") == (stands == "object");
                let kinds = KINDS.iter().filter(|(kind, _)| fits(kind));
                kinds.map(owned).collect()
            }
            Self::Group => {
                let label = |group: &Group| match group.header.as_str() {
                    "" => group.name.clone(),
                    header => header.to_owned(),
                };
                let groups = groups
                    .iter()
                    .map(|group| (group.name.clone(), label(group)));
                std::iter::once((String::new(), "None".to_owned()))
                    .chain(groups)
                    .collect()
            }
        };
        if !options.iter().any(|(value, _)| value == chosen) {
            let label = if chosen.is_empty() {
                "Something else"
            } else {
                chosen
            };
            options.push((chosen.to_owned(), label.to_owned()));
        }
        let options = options.into_iter().map(|(value, label)| {
            let is_chosen = value == chosen;
            (value, label, is_chosen)
        });
        options.collect()
    }
}
