//! Forms as data: what a page of one's own shows and sends.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A form.
#[derive(ToSchema)]
pub(crate) struct Ui {
    /// Where it is submitted to.
    action: String,
    /// With which HTTP method.
    method: String,
    /// Its fields and buttons, in order.
    nodes: Vec<Node>,
    /// What concerns the whole form.
    #[schema(nullable = false)]
    messages: Option<Vec<Message>>,
}

/// A field, a button, or something to look at.
#[derive(ToSchema)]
pub(crate) struct Node {
    #[schema(rename = "type")]
    kind: NodeType,
    /// The method it belongs to.
    group: String,
    attributes: NodeAttributes,
    /// What is wrong with it, or worth knowing about it.
    messages: Vec<Message>,
    meta: NodeMeta,
}

/// What a node is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum NodeType {
    Input,
    Text,
    Img,
    A,
    Script,
}

/// A node's label.
#[derive(ToSchema)]
pub(crate) struct NodeMeta {
    #[schema(nullable = false)]
    label: Option<Message>,
}

/// A text that people read, with the id by which it can be translated.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Message {
    id: u32,
    /// The text, in the language that was asked for.
    text: String,
    #[schema(rename = "type")]
    kind: MessageType,
    /// The values that the text is made with.
    #[schema(value_type = Option<Object>, nullable = false)]
    context: Option<Value>,
}

/// What a message is about.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum MessageType {
    Info,
    Error,
    Success,
}

/// What a node is made of; `node_type` tells which.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum NodeAttributes {
    Input(InputAttributes),
    Text(TextAttributes),
    Image(ImageAttributes),
    Anchor(AnchorAttributes),
    Script(ScriptAttributes),
}

/// A field or a button.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InputAttributes {
    node_type: InputNode,
    /// The name it is submitted under; nested traits are dotted.
    name: String,
    /// What browsers make of it, such as `text`, `password`, `hidden` or `submit`.
    #[schema(rename = "type")]
    kind: String,
    /// What it holds, or submits.
    #[schema(required = false)]
    value: Value,
    #[schema(nullable = false)]
    required: Option<bool>,
    disabled: bool,
    /// What browsers and password managers may fill in.
    #[schema(nullable = false)]
    autocomplete: Option<String>,
    /// What it must look like.
    #[schema(nullable = false)]
    pattern: Option<String>,
    /// How long it may be.
    #[schema(nullable = false)]
    maxlength: Option<u64>,
    /// The values there are to choose from.
    #[schema(nullable = false)]
    options: Option<Vec<InputChoice>>,
    /// The function of the page's script that a press calls.
    #[schema(rename = "onclickTrigger", nullable = false)]
    onclick_trigger: Option<String>,
    /// The function of the page's script that is called as soon as the page is there.
    #[schema(rename = "onloadTrigger", nullable = false)]
    onload_trigger: Option<String>,
    /// What the dialect has no word for.
    #[schema(value_type = Option<Object>, nullable = false)]
    ext: Option<Value>,
}

/// One value there is to choose; its label stands in `ext.optionLabels`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InputChoice {
    value: Value,
}

/// It is an input.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum InputNode {
    Input,
}

/// A text.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TextAttributes {
    node_type: TextNode,
    id: String,
    text: Message,
    #[schema(value_type = Option<Object>, nullable = false)]
    ext: Option<Value>,
}

/// It is a text.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum TextNode {
    Text,
}

/// A picture.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ImageAttributes {
    node_type: ImageNode,
    id: String,
    src: String,
    width: u32,
    height: u32,
    #[schema(value_type = Option<Object>, nullable = false)]
    ext: Option<Value>,
}

/// It is a picture.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum ImageNode {
    Img,
}

/// A link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AnchorAttributes {
    node_type: AnchorNode,
    id: String,
    href: String,
    title: Message,
    #[schema(value_type = Option<Object>, nullable = false)]
    ext: Option<Value>,
}

/// It is a link.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum AnchorNode {
    A,
}

/// A script that a page has to run.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ScriptAttributes {
    node_type: ScriptNode,
    id: String,
    src: String,
    #[schema(rename = "type")]
    kind: String,
    #[schema(rename = "async")]
    is_async: bool,
    crossorigin: String,
    /// The digest that it must have.
    integrity: String,
    referrerpolicy: String,
    nonce: String,
    #[schema(value_type = Option<Object>, nullable = false)]
    ext: Option<Value>,
}

/// It is a script.
#[derive(Deserialize, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum ScriptNode {
    Script,
}
