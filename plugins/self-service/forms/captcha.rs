//! The nodes of a captcha, in forms of the flows that have one.

use portcullis_core::{flow::FlowKind, ui::Node};
use serde_json::json;

use crate::desk::Desk;

/// The group of its nodes.
pub(crate) const GROUP: &str = "captcha";

/// The nodes that ask for it in forms of this kind.
pub(crate) fn nodes(desk: &Desk, kind: FlowKind) -> Vec<Node> {
    let guard = desk.captcha.as_ref();
    let Some(guard) = guard.filter(|guard| guard.flows.contains(&kind)) else {
        return Vec::new();
    };
    let service = guard.captcha.kind();
    let options = json!({
        "sitekey": guard.captcha.site_key(),
        "theme": "auto",
        "action": kind.as_str(),
        "response_field_name": service.field(),
    });
    let mut asked = Node::input(GROUP, &service.options(), "hidden");
    // A text, since that is what pages of others read it from.
    asked.attributes.value = Some(options.to_string().into());
    vec![Node::input(GROUP, &service.field(), "hidden"), asked]
}
