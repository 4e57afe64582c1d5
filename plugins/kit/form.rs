//! One renderer for all forms: what a template needs of a `Ui`, decided here and nowhere else.

mod choice;
mod exhibit;
mod field;
mod keys;
mod part;

use portcullis_core::{
    message::Message,
    ui::{Node, Ui},
};
use serde::Serialize;
use serde_json::Value;

use crate::captcha::Widget;

pub(crate) use self::{choice::pictures, exhibit::is_to_copy};
use self::{
    choice::{Section, sections},
    field::Control,
    field::Field,
    part::Part,
};

/// A form as a template reads it.
///
/// Buttons that choose a provider, or ask for a code, stand in a form of their own: pressing Enter in a field must
/// not press one of them, and an empty required field must not keep anybody from them. A plugin's own
/// template writes the fields of a part by including `blocks.html`.
#[derive(Debug, Serialize)]
pub struct FormView<'a> {
    action: &'a str,
    method: &'a str,
    alerts: Vec<Alert<'a>>,
    shared: Vec<Hidden<'a>>,
    sections: Vec<Section<'a>>,
    /// What is filled in, each part a form of its own.
    parts: Vec<Part<'a>>,
    /// What is filled in only by whoever has read everything else.
    last: Option<Part<'a>>,
    /// What tells people from machines.
    captcha: Option<Widget>,
}

#[derive(Debug, Serialize)]
struct Alert<'a> {
    text: &'a str,
    kind: &'a str,
    /// Whether the page says it of itself; the form's own messages are in the language already.
    is_ours: bool,
}

#[derive(Debug, Serialize)]
struct Hidden<'a> {
    name: &'a str,
    value: String,
}

impl<'a> FormView<'a> {
    /// The view of `ui`.
    pub fn of(ui: &'a Ui) -> Self {
        // A code for whoever the form asks to name themselves is asked for where they do that.
        let is_who = |node: &Node| node.attributes.name == "identifier";
        let asks_who = ui.nodes.iter().any(|n| is_who(n) && !n.attributes.disabled);
        let chooses = |node: &Node| {
            let group = node.group.as_str();
            let is_choice = group == "oidc" || (group == "code" && !asks_who);
            is_choice && !has_fields(ui, group)
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
            parts: Vec::new(),
            last: None,
            captcha: Widget::of(ui),
        };
        let is_divided = part::is_divided(ui);
        for node in rest {
            match node.group.as_str() {
                _ if node.kind == "script" => {}
                "captcha" => {}
                "default" if is(node, "hidden") => view.shared.push(Hidden::of(node)),
                _ => Part::of(&mut view.parts, node, is_divided).add(node),
            }
        }
        let is_last = |part: &Part<'_>| part.heading == Some(part::LAST);
        let last = view.parts.iter().position(is_last);
        view.last = last.map(|index| view.parts.remove(index));
        view.summarise();
        view.focus(is_divided);
        view
    }

    fn fields(&mut self) -> impl Iterator<Item = &mut Field<'a>> {
        self.parts.iter_mut().flat_map(Part::fields)
    }

    /// Says above the form that fields are in error, for whoever cannot see them all at once.
    fn summarise(&mut self) {
        let told = self.alerts.iter().any(|alert| alert.kind == "error");
        if !told && self.fields().any(|field| !field.errors.is_empty()) {
            let summary = Alert {
                text: "Please check the marked fields.",
                kind: "error",
                is_ours: true,
            };
            self.alerts.insert(0, summary);
        }
    }

    /// Puts the focus on the first field in error, else on the first empty one that has to be
    /// filled in; where nothing is left to do, the page is read from its beginning.
    fn focus(&mut self, is_divided: bool) {
        let is_open = |field: &Field<'_>| !field.disabled && field.control != Control::Exhibit;
        let mut first = |is_it: &dyn Fn(&Field<'_>) -> bool| {
            self.fields()
                .position(|field| is_open(field) && is_it(field))
        };
        let mut target = first(&|field| !field.errors.is_empty());
        // A page that changes several things does not know which of them somebody came for.
        if !is_divided {
            target = target.or_else(|| first(&|field| field.value.is_empty() && field.required));
        }
        if let Some(field) = target.and_then(|index| self.fields().nth(index)) {
            field.autofocus = true;
        }
    }
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
    node.attributes
        .value
        .as_ref()
        .map(plain)
        .unwrap_or_default()
}

/// A value as it is written into a field.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl<'a> Alert<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            text: &message.text,
            kind: &message.kind,
            is_ours: false,
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

#[cfg(test)]
mod tests;
