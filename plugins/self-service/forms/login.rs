//! The login form: a button for each provider, then what the local methods need.

use portcullis_core::{flow::FlowKind, message::Message, ui::Node};
use portcullis_kit::Failure;

use super::{code, provider};
use crate::{desk::Desk, factors, form::Form};

/// The form. A provider that is not offered still has its button when it is asked for by name.
pub(super) async fn form(desk: &Desk, named: Option<&str>) -> Result<Form, Failure> {
    let mut form = Form::from(nodes(desk, named));
    let mut passwordless = factors::passwordless(desk, |_| true).await?;
    form.nodes.append(&mut passwordless.nodes);
    form.memory = passwordless.memory;
    if code::is_offered(desk) {
        add_code(&mut form.nodes);
    }
    Ok(form)
}

/// Offers a code by mail; who it is for is asked once, however many ways take it.
fn add_code(nodes: &mut Vec<Node>) {
    if !nodes
        .iter()
        .any(|node| node.attributes.name == "identifier")
    {
        let identifier = Node::input("default", "identifier", "text")
            .with_label(Message::identifier())
            .with_value("")
            .with_autocomplete("username webauthn")
            .required();
        nodes.push(identifier);
    }
    nodes.push(code::ask());
}

fn nodes(desk: &Desk, named: Option<&str>) -> Vec<Node> {
    let providers = desk.services.broker.registry.current();
    let buttons = providers
        .enabled()
        .filter(|one| provider::is_offered(one) || named == Some(one.id.as_str()))
        .map(|one| {
            let label = Message::sign_in_with(&one.label, one.id.as_str());
            provider::button(one, "provider", label)
        });
    let methods = desk.services.methods.iter();
    let local = methods.flat_map(|method| method.nodes(FlowKind::Login));
    buttons.chain(local).collect()
}
