//! What is filled in together and sent with one button: most forms have one part, settings several.

use portcullis_core::{
    message::Message,
    ui::{Node, Ui},
};
use serde::Serialize;

use super::{
    Hidden,
    field::Field,
    keys::{self, Row},
    label, text,
};

/// The value of the button that deletes an account.
const FINAL: &str = "delete_account";
/// The heading, as a word key, of the part that stands behind everything else.
pub(super) const LAST: &str = "form-delete";
/// The group of the nodes of one's own traits, which only settings have.
const PROFILE: &str = "profile";

/// A part of a form.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part<'a> {
    /// A word key.
    pub(super) heading: Option<&'static str>,
    /// The group whose nodes stand here alone.
    group: Option<&'static str>,
    /// The keys there are.
    keys: Vec<Row<'a>>,
    hidden: Vec<Hidden<'a>>,
    pub(super) blocks: Vec<Block<'a>>,
    buttons: Vec<Button<'a>>,
}

/// Fields that stand together, under the header of their group where they have one.
#[derive(Debug, Default, Serialize)]
pub(super) struct Block<'a> {
    pub(super) group: Option<&'a str>,
    header: Option<&'a str>,
    description: Option<&'a str>,
    pub(super) fields: Vec<Field<'a>>,
}

#[derive(Debug, Serialize)]
struct Button<'a> {
    name: &'a str,
    value: String,
    label: &'a str,
    kind: &'a str,
    /// Whether there is no way back from it.
    is_final: bool,
    /// Whether it is the lesser choice.
    is_quiet: bool,
    /// Whether it takes the form however much of it is filled in.
    is_free: bool,
    /// The function of the page's script that it calls.
    trigger: Option<&'a str>,
    /// The one that is called as soon as the page is there.
    load_trigger: Option<&'a str>,
}

/// Whether the form changes several things that are saved apart from each other.
pub(super) fn is_divided(ui: &Ui) -> bool {
    let is_profile = |node: &Node| node.group == PROFILE && text(node) != FINAL;
    let mut nodes = ui.nodes.iter();
    let saves_profile = nodes.any(|node| node.group == PROFILE && node.attributes.name == "method");
    let mut nodes = ui.nodes.iter();
    saves_profile && nodes.any(|node| node.group != "default" && !is_profile(node))
}

/// The heading of the part that the node of a divided form belongs to.
fn heading(node: &Node) -> Option<&'static str> {
    match node.group.as_str() {
        PROFILE if text(node) == FINAL && node.attributes.kind == "submit" => Some(LAST),
        PROFILE => Some("form-profile"),
        "password" => Some("form-password"),
        "totp" => Some("form-totp"),
        "lookup_secret" => Some("form-lookup"),
        "webauthn" => Some("form-webauthn"),
        "passkey" => Some("form-passkey"),
        _ => None,
    }
}

impl<'a> Part<'a> {
    /// The part that this node belongs to.
    pub(super) fn of<'p>(parts: &'p mut Vec<Self>, node: &Node, is_divided: bool) -> &'p mut Self {
        let heading = heading(node).filter(|_| is_divided);
        let group = keys::apart(node).or_else(|| apart(node));
        let is_it = |part: &Self| part.heading == heading && part.group == group;
        let known = parts.iter().position(is_it);
        let index = known.unwrap_or(parts.len());
        if known.is_none() {
            parts.push(Self {
                heading,
                group,
                ..Self::default()
            });
        }
        &mut parts[index]
    }

    /// Puts the node where it belongs.
    pub(super) fn add(&mut self, node: &'a Node) {
        match node.attributes.kind.as_str() {
            "hidden" => self.hidden.push(Hidden::of(node)),
            "submit" | "button" if keys::add(&mut self.keys, node) => {}
            "submit" | "button" => self.buttons.push(Button::of(node)),
            _ => self.add_field(node),
        }
    }

    /// Puts a field with the others of its group, where its first one stands; one without a group
    /// stands with its neighbours.
    fn add_field(&mut self, node: &'a Node) {
        let group = node.attributes.ext.get("group");
        let member = |name: &str| {
            let text = group.and_then(|group| group.get(name)?.as_str());
            text.filter(|text| !text.is_empty())
        };
        let name = member("name");
        let known = match name {
            Some(_) => self.blocks.iter().position(|block| block.group == name),
            None => self.blocks.len().checked_sub(1),
        };
        let known = known.and_then(|index| self.blocks.get_mut(index));
        match known.filter(|block| block.group == name) {
            Some(block) => block.fields.push(Field::of(node)),
            None => self.blocks.push(Block {
                group: name,
                header: member("header").or(name),
                description: member("description"),
                fields: vec![Field::of(node)],
            }),
        }
    }

    /// Its fields.
    pub(super) fn fields(&mut self) -> impl Iterator<Item = &mut Field<'a>> {
        self.blocks.iter_mut().flat_map(|block| &mut block.fields)
    }
}

/// The groups whose nodes are a form of their own, wherever they stand: of several things that prove
/// somebody, one is filled in.
const APART: [&str; 2] = ["totp", "lookup_secret"];

/// The group, where its nodes are a form of their own.
fn apart(node: &Node) -> Option<&'static str> {
    APART.into_iter().find(|group| *group == node.group)
}

/// The buttons that take something away, put it first, and ask for a new mail.
const QUIET: [&str; 6] = [
    "credential_first",
    "resend",
    "email",
    "totp_unlink",
    "lookup_secret_disable",
    "passkey_login_trigger",
];

/// Whether a button is the lesser choice: to have another mail, to take something away, or to leave all
/// as it is.
fn is_quiet(name: &str, value: &str) -> bool {
    QUIET.contains(&name) || (name == "confirm" && value != FINAL)
}

/// Whether a button begins to give something another name.
fn is_renaming(node: &Node) -> bool {
    let label = node.meta.label.as_ref();
    label.is_some_and(|label| label.id == Message::rename_key("").id)
}

/// Whether a button asks for mail, for which nothing else has to be filled in.
fn is_free(node: &Node) -> bool {
    let label = node.meta.label.as_ref();
    let asks = label.is_some_and(|label| label.id == Message::send_code().id);
    asks || matches!(&*node.attributes.name, "resend" | "email")
}

impl<'a> Button<'a> {
    fn of(node: &'a Node) -> Self {
        let value = text(node);
        let input = &node.attributes;
        Self {
            name: &input.name,
            is_final: value == FINAL,
            is_quiet: is_quiet(&input.name, &value) || is_renaming(node) || is_free(node),
            is_free: is_free(node),
            // The script reads what a button asks for; its value is never submitted.
            trigger: input.onclick_trigger.as_deref(),
            load_trigger: input.onload_trigger.as_deref(),
            value,
            label: label(node),
            kind: &input.kind,
        }
    }
}
