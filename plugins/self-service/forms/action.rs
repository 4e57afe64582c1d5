//! The form of each action: what it asks for, and nothing else.

use portcullis_core::{
    action::Action,
    catalogue::Code,
    credential::CredentialKind,
    flow::{Flow, FlowKind},
    id::IdentityId,
    identity::{Address, Identity},
    message::Message,
    schema::{Evaluation, ProfileContext},
    ui::Node,
};
use portcullis_kit::Failure;

use super::{
    deletion,
    profile::{self, PROFILE},
};
use crate::{complaint, desk::Desk, factors, form::Form, remembered, scopes};

/// The group of what no factor asks for.
const GROUP: &str = "profile";
/// The method whose button accepts the terms.
pub(crate) const ACCEPT: &str = "terms_and_conditions";
/// The field that says which terms.
pub(crate) const VERSION: &str = "terms_version";
/// The method whose button begins to prove an address.
pub(crate) const VERIFY: &str = "verify_email";
/// The method that changes a password.
const PASSWORD: &str = "password";

/// The kind of credential that an action adds.
pub(crate) fn adds(action: Action) -> Option<CredentialKind> {
    match action {
        Action::ConfigureTotp => Some(CredentialKind::Totp),
        Action::ConfigureRecoveryCodes => Some(CredentialKind::LookupSecret),
        Action::WebauthnRegister => Some(CredentialKind::Webauthn),
        Action::WebauthnRegisterPasswordless => Some(CredentialKind::Passkey),
        _ => None,
    }
}

/// An action's form, on the way to where these scopes are asked for.
pub(crate) async fn form(
    desk: &Desk,
    identity: &Identity,
    asked: (Action, &[String]),
) -> Result<Form, Failure> {
    match adds(asked.0) {
        Some(kind) => factors::offer_only(desk, identity, kind).await,
        None => Ok(nodes(desk, identity, asked).into()),
    }
}

/// The nodes of the form of an action that is about no factor.
pub(crate) fn nodes(
    desk: &Desk,
    identity: &Identity,
    (action, scopes): (Action, &[String]),
) -> Vec<Node> {
    let traits = |context| traits(desk, identity, &Evaluation::of(context).asking(scopes));
    match action {
        Action::UpdatePassword => password(desk),
        Action::UpdateProfile => traits(ProfileContext::UpdateProfile),
        Action::VerifyProfile => traits(ProfileContext::VerifyProfile),
        Action::VerifyEmail => {
            let address = unverified(identity).map_or("", |one| &one.value);
            let label = Message::verify_address(address);
            vec![Node::submit(GROUP, "method", VERIFY, label)]
        }
        Action::TermsAndConditions => terms(desk),
        Action::DeleteAccount => vec![deletion::node()],
        Action::ConfigureTotp
        | Action::ConfigureRecoveryCodes
        | Action::WebauthnRegister
        | Action::WebauthnRegisterPasswordless => Vec::new(),
    }
}

/// An action's form, for the identity as it is stored.
pub(crate) async fn of_stored(
    desk: &Desk,
    id: IdentityId,
    asked: (Action, &[String]),
) -> Result<Form, Failure> {
    let identity = desk.services.identities.find(id).await?;
    let identity = identity.ok_or(Code::SignedOut)?;
    form(desk, &identity, asked).await
}

/// The place in which the traits of a settings flow are judged.
pub(crate) fn place(flow: &Flow) -> Evaluation {
    let context = match remembered::action(flow) {
        Some(Action::UpdateProfile) => ProfileContext::UpdateProfile,
        Some(Action::VerifyProfile) => ProfileContext::VerifyProfile,
        _ => ProfileContext::Account,
    };
    Evaluation::of(context).asking(&scopes::of_flow(flow))
}

/// Whether `identity` could do this here at all.
pub(crate) fn is_possible(desk: &Desk, identity: &Identity, action: Action) -> bool {
    match action {
        Action::UpdatePassword => desk.method(PASSWORD).is_some(),
        Action::UpdateProfile | Action::VerifyProfile => {
            desk.services.schemas.find(&identity.schema_id).is_some()
        }
        Action::TermsAndConditions => desk.services.actions.terms().is_some(),
        Action::VerifyEmail => true,
        Action::DeleteAccount => deletion::is_open_to(desk, identity),
        Action::ConfigureTotp
        | Action::ConfigureRecoveryCodes
        | Action::WebauthnRegister
        | Action::WebauthnRegisterPasswordless => {
            let mut enrolments = desk.services.factors.enrolments.iter();
            enrolments.any(|one| Some(one.kind()) == adds(action))
        }
    }
}

/// Whether an address of the identity waits to be proved.
pub(crate) fn has_unverified(identity: &Identity) -> bool {
    unverified(identity).is_some()
}

/// The newest address that waits to be proved.
fn unverified(identity: &Identity) -> Option<&Address> {
    let addresses = identity.addresses.iter();
    let waiting = addresses
        .filter(|one| one.purpose.verification && one.via == "email" && one.verified_at.is_none());
    waiting.max_by_key(|one| one.created_at)
}

fn password(desk: &Desk) -> Vec<Node> {
    let method = desk.method(PASSWORD);
    method.map_or_else(Vec::new, |method| method.nodes(FlowKind::Settings))
}

/// The traits; whatever is missing or wrong is said from the start.
fn traits(desk: &Desk, identity: &Identity, evaluation: &Evaluation) -> Vec<Node> {
    let Some(schema) = desk.services.schemas.find(&identity.schema_id) else {
        return Vec::new();
    };
    let mut nodes = schema.nodes(evaluation, &identity.traits, GROUP);
    profile::lock(&mut nodes, identity);
    if evaluation.context == ProfileContext::VerifyProfile {
        let errors = schema.errors_in(evaluation, &identity.traits);
        for (field, message) in complaint::about_traits(errors) {
            let name = field.unwrap_or_default();
            let node = nodes.iter_mut().find(|node| node.attributes.name == name);
            if let Some(node) = node {
                node.messages.push(message);
            }
        }
    }
    nodes.push(Node::submit(GROUP, "method", PROFILE, Message::go_on()));
    nodes
}

fn terms(desk: &Desk) -> Vec<Node> {
    let Some(terms) = desk.services.actions.terms() else {
        return Vec::new();
    };
    let text = terms.text.as_deref();
    let text = text.map(|text| Node::text(GROUP, "terms-text", Message::terms(text)));
    let link = terms.url.as_deref();
    let link = link.map(|url| Node::link(GROUP, "terms-link", url, Message::read_terms()));
    let version = Node::input(GROUP, VERSION, "hidden").with_value(terms.version.as_str());
    let button = Node::submit(GROUP, "method", ACCEPT, Message::accept_terms());
    text.into_iter()
        .chain(link)
        .chain([version, button])
        .collect()
}
