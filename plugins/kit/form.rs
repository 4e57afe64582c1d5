//! One renderer for all forms: what a template needs of a `Ui`, decided here and nowhere else.

use portcullis_core::{
    message::Message,
    ui::{Node, Ui},
};
use serde::Serialize;
use serde_json::Value;
use url::Url;

/// A form as a template reads it.
///
/// Buttons that choose a provider, or ask for a code, stand in a form of their own: pressing Enter in a field must
/// not press one of them, and an empty required field must not keep anybody from them.
#[derive(Debug, Serialize)]
pub(crate) struct FormView<'a> {
    action: &'a str,
    method: &'a str,
    alerts: Vec<Alert<'a>>,
    shared: Vec<Hidden<'a>>,
    sections: Vec<Section<'a>>,
    hidden: Vec<Hidden<'a>>,
    fields: Vec<Field<'a>>,
    buttons: Vec<Button<'a>>,
}

#[derive(Debug, Serialize)]
struct Alert<'a> {
    text: &'a str,
    kind: &'a str,
}

#[derive(Debug, Serialize)]
struct Hidden<'a> {
    name: &'a str,
    value: String,
}

/// Buttons that belong together, under a heading where the page has several kinds of them.
#[derive(Debug, Serialize)]
struct Section<'a> {
    heading: Option<&'static str>,
    choices: Vec<Choice<'a>>,
}

#[derive(Debug, Serialize)]
struct Choice<'a> {
    name: &'a str,
    value: String,
    label: &'a str,
    icon: Option<&'a str>,
    monogram: String,
    hue: u32,
}

#[derive(Debug, Serialize)]
struct Button<'a> {
    name: &'a str,
    value: String,
    label: &'a str,
}

#[derive(Debug, Serialize)]
struct Field<'a> {
    id: String,
    name: &'a str,
    kind: &'a str,
    label: &'a str,
    value: String,
    checked: bool,
    required: bool,
    disabled: bool,
    autofocus: bool,
    autocomplete: Option<&'a str>,
    inputmode: Option<&'static str>,
    /// Whether it is an identifier or an address, which a telephone must not begin with a capital.
    verbatim: bool,
    maxlength: Option<u64>,
    errors: Vec<&'a str>,
    notes: Vec<&'a str>,
}

impl<'a> FormView<'a> {
    /// The view of `ui`.
    pub(crate) fn of(ui: &'a Ui) -> Self {
        let chooses = |node: &Node| {
            let group = node.group.as_str();
            matches!(group, "oidc" | "code") && !has_fields(ui, group)
        };
        let (choices, rest): (Vec<&Node>, Vec<&Node>) =
            ui.nodes.iter().partition(|node| chooses(node));
        let is = |node: &Node, kind: &str| node.attributes.kind == kind;
        let mut view = Self {
            action: &ui.action,
            method: &ui.method,
            alerts: ui.messages.iter().map(Alert::of).collect(),
            shared: Vec::new(),
            sections: sections(&choices),
            hidden: Vec::new(),
            fields: Vec::new(),
            buttons: Vec::new(),
        };
        for node in rest {
            match node.group.as_str() {
                "default" if is(node, "hidden") => view.shared.push(Hidden::of(node)),
                _ if is(node, "hidden") => view.hidden.push(Hidden::of(node)),
                _ if is(node, "submit") => view.buttons.push(Button::of(node)),
                _ => view.fields.push(Field::of(node)),
            }
        }
        view.summarise();
        view.focus();
        view
    }

    /// Says above the form that fields are in error, for whoever cannot see them all at once.
    fn summarise(&mut self) {
        let told = self.alerts.iter().any(|alert| alert.kind == "error");
        if !told && self.fields.iter().any(|field| !field.errors.is_empty()) {
            self.alerts.push(Alert {
                text: "Please check the marked fields.",
                kind: "error",
            });
        }
    }

    /// Puts the focus on the first field in error, else on the first empty one that has to be
    /// filled in; where nothing is left to do, the page is read from its beginning.
    fn focus(&mut self) {
        let first = |is_it: fn(&Field<'_>) -> bool| self.fields.iter().position(is_it);
        let target = first(|field| !field.errors.is_empty() && !field.disabled)
            .or_else(|| first(|f| f.value.is_empty() && f.required && !f.disabled));
        if let Some(field) = target.and_then(|index| self.fields.get_mut(index)) {
            field.autofocus = true;
        }
    }
}

/// The origins of a form's pictures that are not our own.
pub fn pictures(ui: &Ui) -> Vec<String> {
    let mut origins: Vec<String> = ui.nodes.iter().filter_map(|n| origin(n.icon()?)).collect();
    origins.sort();
    origins.dedup();
    origins
}

/// Whether a picture is at a path of our own.
fn is_own(icon: &str) -> bool {
    icon.starts_with('/') && !icon.starts_with("//") && !icon.contains('\\')
}

/// The origin of a picture elsewhere; only TLS keeps others from changing it on the way.
fn origin(icon: &str) -> Option<String> {
    let url = Url::parse(icon)
        .ok()
        .filter(|url| url.scheme() == "https")?;
    Some(url.origin().ascii_serialization())
}

/// The buttons by what they are for; a page with one kind of them needs no headings.
fn sections<'a>(choices: &[&'a Node]) -> Vec<Section<'a>> {
    let kinds = [
        ("unlink", Some("Linked accounts")),
        ("link", Some("Link another account")),
    ];
    let is_headed = |node: &Node| kinds.iter().any(|(name, _)| node.attributes.name == *name);
    let section = |heading, is_in: &dyn Fn(&Node) -> bool| Section {
        heading,
        choices: choices
            .iter()
            .filter(|node| is_in(node))
            .map(|node| Choice::of(node))
            .collect(),
    };
    let others = section(None, &|node| !is_headed(node));
    let headed = kinds
        .iter()
        .map(|(name, heading)| section(*heading, &|node| node.attributes.name == *name));
    let all = std::iter::once(others).chain(headed);
    all.filter(|section| !section.choices.is_empty()).collect()
}

fn has_fields(ui: &Ui, group: &str) -> bool {
    ui.nodes.iter().any(|node| {
        node.group == group && !matches!(node.attributes.kind.as_str(), "submit" | "hidden")
    })
}

fn label(node: &Node) -> &str {
    let label = node.meta.label.as_ref();
    label.map_or(node.attributes.name.as_str(), |label| label.text.as_str())
}

fn text(node: &Node) -> String {
    match &node.attributes.value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

impl<'a> Alert<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            text: &message.text,
            kind: &message.kind,
        }
    }
}

impl<'a> Hidden<'a> {
    fn of(node: &'a Node) -> Self {
        Self {
            name: &node.attributes.name,
            value: text(node),
        }
    }
}

impl<'a> Button<'a> {
    fn of(node: &'a Node) -> Self {
        Self {
            name: &node.attributes.name,
            value: text(node),
            label: label(node),
        }
    }
}

impl<'a> Choice<'a> {
    fn of(node: &'a Node) -> Self {
        let context = node.meta.label.as_ref().map(|label| &label.context);
        let provider = context
            .and_then(|context| context.get("provider"))
            .and_then(Value::as_str)
            .unwrap_or_else(|| label(node));
        let initial = provider.chars().find(|c| c.is_alphanumeric());
        Self {
            name: &node.attributes.name,
            value: text(node),
            label: label(node),
            icon: node
                .icon()
                .filter(|icon| is_own(icon) || origin(icon).is_some()),
            monogram: initial
                .map(|c| c.to_uppercase().collect())
                .unwrap_or_default(),
            hue: hue(&text(node)),
        }
    }
}

/// The colour of a provider's monogram; `value` is its id, or an account of it as
/// `<provider>:<subject>`.
fn hue(value: &str) -> u32 {
    let id = value.split(':').next().unwrap_or_default();
    id.bytes().map(u32::from).sum::<u32>() % 6
}

impl<'a> Field<'a> {
    fn of(node: &'a Node) -> Self {
        let input = &node.attributes;
        let of_kind = |error: bool| {
            node.messages
                .iter()
                .filter(|message| (message.kind == "error") == error)
                .map(|message| message.text.as_str())
                .collect()
        };
        Self {
            id: format!("field-{}", input.name.replace('.', "-")),
            name: &input.name,
            kind: &input.kind,
            label: label(node),
            // A password is never written into a page, whoever put it into the node.
            value: if input.kind == "password" {
                String::new()
            } else {
                text(node)
            },
            checked: input.value == Some(Value::Bool(true)),
            required: input.required,
            disabled: input.disabled,
            autofocus: false,
            autocomplete: input.autocomplete.as_deref().or(autocomplete(node)),
            inputmode: inputmode(&input.kind),
            verbatim: is_verbatim(node),
            maxlength: input.maxlength,
            errors: of_kind(true),
            notes: of_kind(false),
        }
    }
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

fn inputmode(kind: &str) -> Option<&'static str> {
    match kind {
        "email" => Some("email"),
        "tel" => Some("tel"),
        "url" => Some("url"),
        "number" => Some("decimal"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ui(nodes: Vec<Node>) -> Ui {
        Ui {
            action: "/".to_owned(),
            method: "POST".to_owned(),
            nodes,
            messages: Vec::new(),
        }
    }

    #[test]
    fn links_stand_under_headings_and_other_choices_do_not() {
        let button = |name, value| Node::submit("oidc", name, value, Message::sign_in());
        let links = ui(vec![
            button("link", "google"),
            button("unlink", "google:home"),
        ]);
        let view = FormView::of(&links);
        let headings: Vec<_> = view.sections.iter().map(|one| one.heading).collect();
        let expected = [Some("Linked accounts"), Some("Link another account")];
        assert_eq!(headings, expected);
        let hues: Vec<_> = view.sections.iter().map(|one| one.choices[0].hue).collect();
        assert_eq!(hues[0], hues[1], "an account has its provider's colour");
        let sign_in = ui(vec![button("provider", "google")]);
        let view = FormView::of(&sign_in);
        assert_eq!((view.sections.len(), view.sections[0].heading), (1, None));
    }

    #[test]
    fn only_what_has_to_be_done_has_the_focus() {
        let optional = Node::input("default", "traits.name", "text");
        let required = Node::input("default", "traits.email", "email").required();
        let form = ui(vec![optional.clone(), required]);
        let view = FormView::of(&form);
        let focus: Vec<_> = view.fields.iter().map(|field| field.autofocus).collect();
        assert_eq!(focus, [false, true]);
        let verbatim: Vec<_> = view.fields.iter().map(|field| field.verbatim).collect();
        assert_eq!(verbatim, [false, true], "a name begins with a capital");
        let form = ui(vec![optional]);
        assert!(!FormView::of(&form).fields[0].autofocus);
    }
}
