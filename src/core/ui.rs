//! A form as data: the nodes that pages render and API clients read, in the wire dialect's shape.

use serde::{Deserialize, Serialize, Serializer, ser::Error};
use serde_json::{Map, Value};

use crate::message::Message;

/// The type of nodes that are submitted.
const INPUT: &str = "input";

/// A form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ui {
    /// Where it is submitted to.
    pub action: String,
    /// With which HTTP method.
    pub method: String,
    /// Its fields and buttons, in order.
    pub nodes: Vec<Node>,
    /// What concerns the whole form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

/// A field or button. `messages` and `meta` are always present: some clients insist on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `input`, `text`, `img`, `a` or `script`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The method it belongs to: `default`, `password`, `oidc`, `profile`.
    pub group: String,
    /// What it is.
    #[serde(serialize_with = "written")]
    pub attributes: Input,
    /// What is wrong with it, or worth knowing about it.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// Its label.
    #[serde(default)]
    pub meta: Meta,
}

/// An input's attributes; and of what is only shown, those of the other types of nodes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The name it is submitted under; nested traits are dotted.
    #[serde(default)]
    pub name: String,
    /// `text`, `password`, `number`, `checkbox`, `hidden`, `email`, `tel`, `submit`, `url`, `date`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Whether it must be filled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether it can be changed.
    #[serde(default)]
    pub disabled: bool,
    /// What browsers and password managers may fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<String>,
    /// What it must look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// How long it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maxlength: Option<u64>,
    /// The values there are to choose from; empty where anything can be entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The node's own type again.
    pub node_type: String,
    /// The function of the page's script that a press calls.
    #[serde(
        rename = "onclickTrigger",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub onclick_trigger: Option<String>,
    /// The function of the page's script that is called as soon as the page is there.
    #[serde(
        rename = "onloadTrigger",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub onload_trigger: Option<String>,
    /// What the dialect has no word for, such as the `icon` of a button.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub ext: Map<String, Value>,
    /// What is shown instead of an input.
    #[serde(flatten)]
    pub shown: Shown,
}

/// One value there is to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What is submitted; its label stands in `ext.optionLabels`.
    pub value: Value,
}

/// The attributes of texts, pictures, links and scripts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The name of the node in the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The text of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Message>,
    /// Where a picture or script is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<String>,
    /// How wide a picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// How high a picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Where a link leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// What people read on a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Message>,
    /// The digest that a script must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<String>,
    /// Whether a script is fetched beside everything else.
    #[serde(rename = "async", default, skip_serializing_if = "Option::is_none")]
    pub is_async: Option<bool>,
    /// Whether cookies go with the request for a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossorigin: Option<String>,
    /// What that request tells of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrerpolicy: Option<String>,
    /// What a page may write into its policy and into the script's element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// Only inputs have a name, a type and can be switched off; of the others a script has a type.
fn written<S: Serializer>(input: &Input, serializer: S) -> Result<S::Ok, S::Error> {
    if input.node_type == INPUT {
        return input.serialize(serializer);
    }
    let mut value = serde_json::to_value(input).map_err(S::Error::custom)?;
    if let Value::Object(members) = &mut value {
        members.shift_remove("name");
        members.shift_remove("disabled");
        if input.kind.is_empty() {
            members.shift_remove("type");
        }
    }
    value.serialize(serializer)
}

/// A node's label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// What people read beside or on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
}

impl Input {
    /// The member of `ext` that says in words what the pattern asks for.
    pub const PATTERN_IN_WORDS: &str = "patternTitle";

    /// Says in words what the pattern asks for, which browsers tell whoever does not meet it.
    pub fn explain_pattern(&mut self, words: &str) {
        let name = Self::PATTERN_IN_WORDS.to_owned();
        self.ext.insert(name, words.into());
    }
}

impl Node {
    /// An input of `group` under `name`.
    pub fn input(group: &str, name: &str, kind: &str) -> Self {
        Self {
            attributes: Input {
                name: name.to_owned(),
                kind: kind.to_owned(),
                node_type: INPUT.to_owned(),
                ..Input::default()
            },
            ..Self::of_type(INPUT, group)
        }
    }

    /// A text that is shown under its label.
    pub fn text(group: &str, id: &str, text: Message) -> Self {
        Self::shown("text", group, id, |shown| shown.text = Some(text))
    }

    /// A picture of this size.
    pub fn image(group: &str, id: &str, src: &str, (width, height): (u32, u32)) -> Self {
        Self::shown("img", group, id, |shown| {
            shown.src = Some(src.to_owned());
            (shown.width, shown.height) = (Some(width), Some(height));
        })
    }

    /// A link.
    pub fn link(group: &str, id: &str, href: &str, title: Message) -> Self {
        Self::shown("a", group, id, |shown| {
            shown.href = Some(href.to_owned());
            shown.title = Some(title);
        })
    }

    /// A script; only one with this digest is run. Clients insist on every member of it, on the
    /// nonce as well, which a script with a digest can do without.
    pub fn script(group: &str, id: &str, src: &str, integrity: &str) -> Self {
        let mut node = Self::shown("script", group, id, |shown| {
            shown.src = Some(src.to_owned());
            shown.integrity = Some(integrity.to_owned());
            shown.is_async = Some(true);
            shown.crossorigin = Some("anonymous".to_owned());
            shown.referrerpolicy = Some("no-referrer".to_owned());
            shown.nonce = Some(String::new());
        });
        node.attributes.kind = "text/javascript".to_owned();
        node
    }

    /// A button that submits nothing, but calls a function of the page's script.
    pub fn trigger(group: &str, name: &str, function: &str, label: Message) -> Self {
        let mut node = Self::input(group, name, "button").with_label(label);
        node.attributes.onclick_trigger = Some(function.to_owned());
        node
    }

    fn shown(kind: &str, group: &str, id: &str, fill: impl FnOnce(&mut Shown)) -> Self {
        let mut node = Self::of_type(kind, group);
        node.attributes.shown.id = Some(id.to_owned());
        fill(&mut node.attributes.shown);
        node
    }

    fn of_type(kind: &str, group: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            group: group.to_owned(),
            attributes: Input {
                node_type: kind.to_owned(),
                ..Input::default()
            },
            messages: Vec::new(),
            meta: Meta::default(),
        }
    }

    /// A button of `group` that submits `value` under `name`.
    pub fn submit(group: &str, name: &str, value: &str, label: Message) -> Self {
        Self::input(group, name, "submit")
            .with_value(value)
            .with_label(label)
    }

    /// The node with this value.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<Value>) -> Self {
        self.attributes.value = Some(value.into());
        self
    }

    /// The node with this label.
    #[must_use]
    pub fn with_label(mut self, label: Message) -> Self {
        self.meta.label = Some(label);
        self
    }

    /// The node with a picture, where there is one: an own path or an `https` URL.
    #[must_use]
    pub fn with_icon(mut self, icon: Option<&str>) -> Self {
        if let Some(icon) = icon {
            self.attributes.ext.insert("icon".to_owned(), icon.into());
        }
        self
    }

    /// The node with a text that says what to fill in.
    #[must_use]
    pub fn with_helper_text(mut self, text: &str) -> Self {
        let ext = &mut self.attributes.ext;
        ext.insert("helperTextBefore".to_owned(), text.into());
        self
    }

    /// The picture of the node.
    pub fn icon(&self) -> Option<&str> {
        self.attributes.ext.get("icon")?.as_str()
    }

    /// The node, to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.attributes.required = true;
        self
    }

    /// The node with an autocomplete hint of the dialect's list.
    #[must_use]
    pub fn with_autocomplete(mut self, hint: &str) -> Self {
        self.attributes.autocomplete = Some(hint.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_only_shown_has_no_name_on_the_wire() {
        let image = Node::image("totp", "totp_qr", "data:image/png;base64,AA", (256, 256));
        let wire = serde_json::to_value(&image).unwrap();
        assert_eq!(
            wire,
            json!({
                "type": "img", "group": "totp", "messages": [], "meta": {},
                "attributes": {
                    "node_type": "img", "id": "totp_qr", "src": "data:image/png;base64,AA",
                    "width": 256, "height": 256,
                },
            })
        );
        assert_eq!(serde_json::from_value::<Node>(wire).unwrap(), image);
        let script = Node::script("webauthn", "webauthn_script", "/.p/w.js", "sha384-x");
        let wire = serde_json::to_value(&script).unwrap();
        assert_eq!(
            wire["attributes"],
            json!({
                "node_type": "script", "type": "text/javascript", "id": "webauthn_script",
                "src": "/.p/w.js", "integrity": "sha384-x", "async": true, "nonce": "",
                "crossorigin": "anonymous", "referrerpolicy": "no-referrer",
            })
        );
        assert_eq!(serde_json::from_value::<Node>(wire).unwrap(), script);
    }
}
