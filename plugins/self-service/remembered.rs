//! What flows remember in the clear beside their form, under names that only this file spells.

use portcullis_core::{
    flow::{Flow, FlowKind},
    id::{IdentityId, ProviderId},
};
use serde_json::{Value, json};

/// Of which providers people choose an account there.
const CHOOSES: &str = "chooses";

/// The context of a login flow in which somebody who is signed in proves it again.
pub(crate) fn refresh(identity: IdentityId) -> Value {
    json!({"refresh": true, "identity_id": identity})
}

/// The context of a flow that belongs to somebody.
pub(crate) fn owner(identity: IdentityId) -> Value {
    json!({"identity_id": identity})
}

/// The same context, of a flow that only this identity can complete.
pub(crate) fn owned_by(mut context: Value, identity: IdentityId) -> Value {
    context["identity_id"] = json!(identity);
    context
}

/// Whether somebody who is signed in proves it again.
pub(crate) fn refreshes(flow: &Flow) -> bool {
    flow.context["refresh"] == true
}

/// Whether somebody in it proves to be an identity that is known here: the flow of a refresh, or one
/// in which an account waits to be linked.
pub(crate) fn proves(flow: &Flow) -> bool {
    flow.kind == FlowKind::Login && identity(flow).is_some()
}

/// The only identity that can complete the flow, where there is one.
pub(crate) fn identity(flow: &Flow) -> Option<IdentityId> {
    flow.context["identity_id"].as_str()?.parse().ok()
}

/// Whether people choose an account of this provider there, where something has settled that since
/// the form was made.
pub(crate) fn choice(flow: &Flow, provider: &ProviderId) -> Option<bool> {
    flow.context[CHOOSES][provider.as_str()].as_bool()
}

/// Settles whether they do.
pub(crate) fn settle_choice(flow: &mut Flow, provider: &ProviderId, chooses: bool) {
    flow.context[CHOOSES][provider.as_str()] = json!(chooses);
}

/// The form is made anew, and with it whether they do.
pub(crate) fn forget_choices(flow: &mut Flow) {
    if let Some(context) = flow.context.as_object_mut() {
        context.shift_remove(CHOOSES);
    }
}
