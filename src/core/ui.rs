//! A form as data: the nodes that pages render and API clients read, in the wire dialect's shape.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::message::Message;

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
    pub attributes: Input,
    /// What is wrong with it, or worth knowing about it.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// Its label.
    #[serde(default)]
    pub meta: Meta,
}

/// An input's attributes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The name it is submitted under; nested traits are dotted.
    pub name: String,
    /// `text`, `password`, `number`, `checkbox`, `hidden`, `email`, `tel`, `submit`, `url`, `date`.
    #[serde(rename = "type")]
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
    /// Always `input`.
    pub node_type: String,
    /// What the dialect has no word for, such as the `icon` of a button.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub ext: Map<String, Value>,
}

/// One value there is to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What is submitted; its label stands in `ext.optionLabels`.
    pub value: Value,
}

/// A node's label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// What people read beside or on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
}

impl Node {
    /// An input of `group` under `name`.
    pub fn input(group: &str, name: &str, kind: &str) -> Self {
        Self {
            kind: "input".to_owned(),
            group: group.to_owned(),
            attributes: Input {
                name: name.to_owned(),
                kind: kind.to_owned(),
                node_type: "input".to_owned(),
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
