//! A person who does not see the page: what they hear of it comes from Chromium's accessibility tree.

use serde_json::{Value, json};

use super::Browser;

/// Everything that somebody can press, choose or type into.
const CONTROLS: [&str; 10] = [
    "button",
    "checkbox",
    "combobox",
    "Date",
    "DisclosureTriangle",
    "link",
    "radio",
    "searchbox",
    "spinbutton",
    "textbox",
];

impl Browser {
    /// The roles of controls on the page that say nothing of what they are for.
    pub(crate) async fn nameless(&self) -> Vec<String> {
        let tree = self
            .devtools("Accessibility.getFullAXTree", json!({}))
            .await;
        let nodes = tree["nodes"].as_array().expect("a tree").iter();
        let text = |node: &Value, what: &str| {
            let text = node[what]["value"].as_str().unwrap_or_default();
            text.trim().to_owned()
        };
        let controls = nodes.filter(|node| {
            let role = text(node, "role");
            node["ignored"] != true && CONTROLS.contains(&role.as_str())
        });
        let nameless = controls.filter(|node| text(node, "name").is_empty());
        nameless.map(|node| text(node, "role")).collect()
    }
}
