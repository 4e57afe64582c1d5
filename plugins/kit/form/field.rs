//! One field: which control shows it, and everything the control is told.

use minijinja::Value as Markup;
use portcullis_core::{
    schema::shown_in,
    ui::{Input, Node},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{exhibit::Exhibit, label, plain, text};
use crate::locales::form::HTML;

/// A field as a template reads it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Field<'a> {
    pub(super) id: String,
    /// The name it is submitted under; each value of a list under the same.
    name: &'a str,
    pub(super) control: Control,
    /// The type of an `input`.
    kind: &'a str,
    label: &'a str,
    pub(super) value: String,
    /// The values of a list, with an empty one to fill in.
    values: Vec<String>,
    options: Vec<Choosable>,
    checked: bool,
    pub(super) required: bool,
    pub(super) disabled: bool,
    /// Who else has to change it, by the key of the words that say so.
    locked: Option<&'static str>,
    /// The zone of a time that is picked without one.
    zone: Option<&'a str>,
    pub(super) autofocus: bool,
    autocomplete: Option<&'a str>,
    inputmode: Option<&'static str>,
    /// Whether it is an identifier or an address, which a telephone must not begin with a capital.
    pub(super) verbatim: bool,
    /// More attributes, by their names.
    limits: Vec<(&'static str, String)>,
    placeholder: Option<&'a str>,
    before: Option<Markup>,
    after: Option<Markup>,
    pub(super) errors: Vec<&'a str>,
    notes: Vec<&'a str>,
    data: Vec<(&'a str, String)>,
    shown: Option<Exhibit<'a>>,
}

/// What shows a field.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Control {
    #[default]
    Input,
    /// A box to tick.
    Check,
    TextArea,
    Select,
    /// A list of which several can be chosen.
    MultiSelect,
    Radios,
    Boxes,
    /// An input for each value.
    List,
    /// No field at all, but something to look at.
    Exhibit,
}

/// One of a field's values to choose from.
#[derive(Debug, Serialize)]
struct Choosable {
    value: String,
    label: String,
    chosen: bool,
}

impl<'a> Field<'a> {
    pub(super) fn of(node: &'a Node) -> Self {
        let input = &node.attributes;
        if input.node_type != "input" {
            return Self::exhibit(node);
        }
        let of_kind = |error: bool| {
            let messages = node.messages.iter();
            let messages = messages.filter(|message| (message.kind == "error") == error);
            messages.map(|message| message.text.as_str()).collect()
        };
        let ext = &input.ext;
        let (control, kind) = control(node);
        let kind = picker(node, kind);
        let is_list = matches!(
            control,
            Control::MultiSelect | Control::Boxes | Control::List
        );
        let mut field = Self {
            id: format!("field-{}", input.name.replace('.', "-")),
            name: &input.name,
            control,
            kind,
            label: label(node),
            checked: input.value == Some(Value::Bool(true)),
            required: input.required,
            disabled: input.disabled,
            locked: locked(node),
            zone: member(ext, "zone").filter(|_| kind == "datetime-local" || kind == "time"),
            autocomplete: input.autocomplete.as_deref().or(autocomplete(node)),
            inputmode: inputmode(node, kind),
            verbatim: is_verbatim(node),
            limits: limits(node, control, kind),
            placeholder: member(ext, "placeholder"),
            before: helper(ext, "helperTextBefore"),
            after: helper(ext, "helperTextAfter"),
            errors: of_kind(true),
            notes: of_kind(false),
            data: data(ext),
            ..Self::default()
        };
        field.fill(node, is_list);
        field
    }

    fn fill(&mut self, node: &Node, is_list: bool) {
        // A password is never written into a page, whoever put it into the node.
        if self.kind == "password" {
            return;
        }
        let shown = |text: String| shown_in(self.kind, &text).unwrap_or(text);
        self.values = values(node).into_iter().map(shown).collect();
        self.value = match is_list {
            true => self.values.first().cloned().unwrap_or_default(),
            false => shown(text(node)),
        };
        self.options = options(node, &self.values);
        let is_full = self.disabled && !self.values.is_empty();
        if self.control == Control::List && !is_full {
            self.values.push(String::new());
        }
    }

    fn exhibit(node: &'a Node) -> Self {
        let id = node.attributes.shown.id.clone();
        Self {
            id: id.unwrap_or_default(),
            control: Control::Exhibit,
            label: node
                .meta
                .label
                .as_ref()
                .map_or("", |label| label.text.as_str()),
            shown: Some(Exhibit::of(node)),
            ..Self::default()
        }
    }
}

/// A helper text; one that is HTML was made harmless when it was put into the reader's language.
fn helper(ext: &Map<String, Value>, name: &str) -> Option<Markup> {
    let text = member(ext, name)?.to_owned();
    let of_html = ext.get(HTML).and_then(Value::as_array);
    Some(
        match of_html.is_some_and(|names| names.iter().any(|one| one == name)) {
            true => Markup::from_safe_string(text),
            false => Markup::from(text),
        },
    )
}

/// The values that there are already.
fn values(node: &Node) -> Vec<String> {
    match &node.attributes.value {
        Some(Value::Array(values)) => values.iter().map(plain).collect(),
        _ => Some(text(node))
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
    }
}

/// The type of an input, unless it could not show what there is already: an empty picker would
/// erase it, and a slider always stands somewhere.
fn picker<'a>(node: &Node, kind: &'a str) -> &'a str {
    if kind == "range" && !node.attributes.required && values(node).is_empty() {
        return "number";
    }
    let is_shown = |text: &String| shown_in(kind, text).is_some();
    match values(node).iter().all(is_shown) {
        true => kind,
        false => "text",
    }
}

/// Who else has to change a trait. What a provider vouches for, or is only shown, is fixed for this form.
fn locked(node: &Node) -> Option<&'static str> {
    let ext = &node.attributes.ext;
    let is_locked = node.attributes.disabled && is_trait(node);
    let is_for_now = ext.contains_key("vouchedForBy") || ext.contains_key("shown");
    match (is_locked, ext.contains_key("keptBy")) {
        (true, true) => Some("m4990011"),
        (true, false) if !is_for_now => Some("form-locked"),
        _ => None,
    }
}

/// The control, and the type of its inputs.
fn control(node: &Node) -> (Control, &str) {
    let input = &node.attributes;
    let kind = input.kind.as_str();
    let wanted = member(&input.ext, "inputType").unwrap_or_default();
    let is_multiple = input.ext.get("multiple") == Some(&Value::Bool(true));
    let has_options = !input.options.is_empty();
    match (wanted, has_options) {
        ("textarea", _) if !is_multiple => (Control::TextArea, kind),
        ("select", true) if !is_multiple => (Control::Select, kind),
        ("select-radiobuttons", true) if !is_multiple => (Control::Radios, kind),
        ("multiselect", true) | ("select", true) => (Control::MultiSelect, kind),
        ("multiselect-checkboxes", true) => (Control::Boxes, kind),
        (wanted, false) => {
            let kind = wanted.strip_prefix("html5-").unwrap_or(kind);
            match (is_multiple, kind) {
                (true, kind) => (Control::List, kind),
                (false, "checkbox") => (Control::Check, kind),
                (false, kind) => (Control::Input, kind),
            }
        }
        (_, true) if kind == "checkbox" => (Control::Check, kind),
        (_, true) if is_multiple => (Control::Boxes, kind),
        (_, true) => (Control::Select, kind),
    }
}

fn options(node: &Node, chosen: &[String]) -> Vec<Choosable> {
    let input = &node.attributes;
    let labels = input.ext.get("optionLabels");
    let values: Vec<String> = input.options.iter().map(|one| plain(&one.value)).collect();
    // A value that is no choice any more is shown all the same, and not lost without a word.
    let former = chosen.iter().filter(|value| !values.contains(value));
    let former = former.filter(|_| !values.is_empty()).cloned();
    let all: Vec<String> = values.iter().cloned().chain(former).collect();
    let choosable = |value: String| {
        let label = labels.and_then(|labels| labels.get(&value)?.as_str());
        Choosable {
            label: label.unwrap_or(&value).to_owned(),
            chosen: chosen.contains(&value),
            value,
        }
    };
    all.into_iter().map(choosable).collect()
}

/// The attributes that narrow what can be entered, or say how large a control is, where they mean
/// something.
fn limits(node: &Node, control: Control, kind: &str) -> Vec<(&'static str, String)> {
    let input = &node.attributes;
    let whole = |name| number(&input.ext, name).filter(|text| text.parse::<u32>().is_ok());
    let any = |name| number(&input.ext, name);
    let is_text = matches!(
        kind,
        "text" | "email" | "tel" | "url" | "password" | "search"
    );
    let is_ordered = matches!(
        kind,
        "number" | "range" | "date" | "month" | "week" | "time" | "datetime-local"
    );
    let maxlength = input.maxlength.map(|length| length.to_string());
    let in_words = member(&input.ext, Input::PATTERN_IN_WORDS).filter(|_| input.pattern.is_some());
    let in_words = in_words.map(str::to_owned);
    let found = match control {
        Control::TextArea => vec![
            ("maxlength", maxlength),
            ("minlength", whole("minlength")),
            ("rows", whole("rows").or_else(|| Some("4".to_owned()))),
            ("cols", whole("cols")),
        ],
        Control::MultiSelect => vec![("size", whole("size"))],
        Control::Input | Control::List if is_text => vec![
            ("maxlength", maxlength),
            ("minlength", whole("minlength")),
            ("pattern", input.pattern.clone()),
            ("title", in_words),
            ("size", whole("size")),
        ],
        Control::Input | Control::List if is_ordered => {
            // A step would refuse fractions, and the seconds of a time that has some.
            let is_any = matches!(kind, "number" | "time" | "datetime-local");
            let step = is_any.then(|| "any".to_owned());
            vec![
                ("min", any("min")),
                ("max", any("max")),
                ("step", any("step").or(step)),
            ]
        }
        _ => Vec::new(),
    };
    let named = |(name, value): (_, Option<String>)| Some((name, value?));
    found.into_iter().filter_map(named).collect()
}

/// The annotations that scripts of the page read. A name that is none for an attribute is left
/// out.
fn data(ext: &Map<String, Value>) -> Vec<(&str, String)> {
    let members = ext.get("data").and_then(Value::as_object);
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let members = members.into_iter().flatten();
    let members = members.filter(|(name, _)| is_name(name));
    members
        .map(|(name, value)| (name.as_str(), plain(value)))
        .collect()
}

/// A member that is a text of some length.
fn member<'a>(ext: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    ext.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// A member that is a number or a text; annotations of other products are all texts.
fn number(ext: &Map<String, Value>, name: &str) -> Option<String> {
    ext.get(name).map(plain).filter(|text| !text.is_empty())
}

fn is_trait(node: &Node) -> bool {
    node.attributes.name.starts_with("traits.")
}

fn is_verbatim(node: &Node) -> bool {
    let input = &node.attributes;
    let hint = input.autocomplete.as_deref().or(autocomplete(node));
    let mut hints = hint.unwrap_or_default().split(' ');
    let last = input.name.rsplit('.').next();
    input.kind == "email"
        || input.kind == "text"
            && (hints.any(|hint| matches!(hint, "username" | "email"))
                || matches!(last, Some("identifier" | "username" | "login" | "email")))
}

/// What browsers may fill in where the wire dialect has no word for it.
fn autocomplete(node: &Node) -> Option<&'static str> {
    let name = node.attributes.name.as_str();
    match (name, node.attributes.kind.as_str()) {
        ("identifier", _) | ("traits.username", _) => Some("username"),
        ("traits.name.first", _) => Some("given-name"),
        ("traits.name.last", _) => Some("family-name"),
        (_, "email") => Some("email"),
        (_, "tel") => Some("tel"),
        _ => None,
    }
}

fn inputmode(node: &Node, kind: &str) -> Option<&'static str> {
    match kind {
        // The codes that are typed are all digits.
        _ if node.attributes.autocomplete.as_deref() == Some("one-time-code") => Some("numeric"),
        "email" => Some("email"),
        "tel" => Some("tel"),
        "url" => Some("url"),
        "number" => Some("decimal"),
        _ => None,
    }
}
