//! Buttons that choose: a provider, a code, an account.

use portcullis_core::ui::{Node, Ui};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{label, text};

/// Buttons that belong together, under a heading where the page has several kinds of them.
#[derive(Debug, Serialize)]
pub(super) struct Section<'a> {
    pub(super) heading: Option<&'static str>,
    pub(super) choices: Vec<Choice<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Choice<'a> {
    name: &'a str,
    value: String,
    label: &'a str,
    icon: Option<&'a str>,
    /// The initial of the provider, where the button is about one.
    monogram: Option<String>,
    pub(super) hue: u32,
}

/// The origins of a form's pictures that are not our own.
pub(crate) fn pictures(ui: &Ui) -> Vec<String> {
    let shown = |node: &Node| node.attributes.shown.src.as_deref().and_then(origin);
    let of = |node: &Node| node.icon().and_then(origin).or_else(|| shown(node));
    let mut origins: Vec<String> = ui.nodes.iter().filter_map(of).collect();
    origins.sort();
    origins.dedup();
    origins
}

/// Whether something is at a path of our own.
pub(super) fn is_own(icon: &str) -> bool {
    icon.starts_with('/') && !icon.starts_with("//") && !icon.contains('\\')
}

/// The origin of a picture elsewhere; only TLS keeps others from changing it on the way.
pub(super) fn origin(icon: &str) -> Option<String> {
    let url = Url::parse(icon)
        .ok()
        .filter(|url| url.scheme() == "https")?;
    Some(url.origin().ascii_serialization())
}

/// The buttons by what they are for; a page with one kind of them needs no headings.
pub(super) fn sections<'a>(choices: &[&'a Node]) -> Vec<Section<'a>> {
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

impl<'a> Choice<'a> {
    fn of(node: &'a Node) -> Self {
        let context = node.meta.label.as_ref().map(|label| &label.context);
        let provider = context
            .and_then(|context| context.get("provider"))
            .and_then(Value::as_str);
        let initial = provider.and_then(|name| name.chars().find(|c| c.is_alphanumeric()));
        Self {
            name: &node.attributes.name,
            value: text(node),
            label: label(node),
            icon: node
                .icon()
                .filter(|icon| is_own(icon) || origin(icon).is_some()),
            monogram: initial.map(|c| c.to_uppercase().collect()),
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
