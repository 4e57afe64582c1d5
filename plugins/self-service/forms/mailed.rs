//! The forms of flows that write to people: one that asks where to, and one that takes the answer.

use portcullis_core::{
    flow::{Flow, FlowKind},
    message::Message,
    ui::Node,
};
use portcullis_kit::Visit;

use crate::{addresses::awaits_verification, config::MailedProof, start};

/// The field of the address; also of the button that mails another proof.
pub(crate) const EMAIL: &str = "email";
/// The field of the code.
pub(crate) const CODE: &str = "code";
/// The field, and the query parameter, of the token in a link.
pub(crate) const TOKEN: &str = "token";

/// Asks for an address; of whoever is signed in, the one that waits to be verified is known.
pub(super) fn nodes(visit: &Visit, kind: FlowKind, proof: MailedProof) -> Vec<Node> {
    let group = proof.as_str();
    let label = match kind {
        FlowKind::Recovery => Message::recovery_address(),
        _ => Message::email(),
    };
    let mut email = Node::input(group, EMAIL, "email")
        .with_label(label)
        .with_autocomplete("email")
        .required();
    if let (FlowKind::Verification, Some(principal)) = (kind, &visit.visitor.principal) {
        let mut addresses = principal.identity.addresses.iter();
        let waiting = addresses.find(|one| awaits_verification(one));
        email.attributes.value = waiting.map(|one| one.value.as_str().into());
    }
    let button = Node::submit(group, "method", group, Message::go_on());
    vec![email, button]
}

/// Takes a code, and offers to mail another proof to the same address.
pub(crate) fn sent(kind: FlowKind, proof: MailedProof, resend: Option<&str>) -> Vec<Node> {
    let group = proof.as_str();
    let mut nodes = Vec::new();
    if proof == MailedProof::Code {
        let label = match kind {
            FlowKind::Recovery => Message::recovery_code(),
            _ => Message::verification_code(),
        };
        nodes.push(six_digits(group, label));
        nodes.push(Node::submit(group, "method", group, Message::go_on()));
    }
    let again = |address| Node::submit(group, EMAIL, address, Message::resend_code());
    nodes.extend(resend.map(again));
    start::arrange(nodes)
}

/// The field of a code that was mailed.
pub(crate) fn six_digits(group: &str, label: Message) -> Node {
    let mut code = Node::input(group, CODE, "text")
        .with_label(label)
        .with_autocomplete("one-time-code")
        .required();
    code.attributes.pattern = Some("[0-9]{6}".to_owned());
    code.attributes.explain_pattern("Six digits");
    code.attributes.maxlength = Some(6);
    code
}

/// Leads on once an address is proved.
pub(crate) fn passed(label: Message) -> Vec<Node> {
    let button = Node::submit("default", "method", "code", label);
    start::arrange(vec![button])
}

/// The address that a flow has mailed a proof to.
pub(crate) fn receiver(flow: &Flow) -> Option<&str> {
    let mut inputs = flow.ui.nodes.iter().map(|node| &node.attributes);
    let again = inputs.find(|input| input.name == EMAIL && input.kind == "submit")?;
    again.value.as_ref()?.as_str()
}
