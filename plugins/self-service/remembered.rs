//! What flows remember in the clear beside their form, under names that only this file spells.

use portcullis_core::{
    action::Action,
    flow::{Flow, FlowKind},
    id::{FlowId, IdentityId, ProviderId, SessionId},
    principal::Principal,
    session::Aal,
};
use serde_json::{Value, json};

/// Of which providers people choose an account there.
const CHOOSES: &str = "chooses";
/// What a native flow keeps of its way through a browser.
const EXCHANGE: &str = "exchange";
/// As whom a verification was begun.
const BEGUN_AS: &str = "begun_as";

/// The context of a login flow in which somebody who is signed in proves it again; for the flow
/// `waits`, if that is what they prove it for, and for what waits there with this mark.
pub(crate) fn refresh(principal: &Principal, waits: Option<FlowId>, mark: Option<&str>) -> Value {
    json!({
        "refresh": true,
        Flow::OWNER: principal.identity.id,
        "session_id": principal.session.id,
        "waits": waits,
        "releases": mark,
    })
}

/// The context of a login flow in which somebody who is signed in shows a second factor.
pub(crate) fn step_up(principal: &Principal) -> Value {
    json!({
        "requested_aal": Aal::Aal2,
        Flow::OWNER: principal.identity.id,
        "session_id": principal.session.id,
    })
}

/// Whether somebody who is signed in shows a second factor in it.
pub(crate) fn steps_up(flow: &Flow) -> bool {
    flow.context["requested_aal"] == Aal::Aal2.as_str()
}

/// The session in which a flow was begun that proves something again, or more.
pub(crate) fn session(flow: &Flow) -> Option<SessionId> {
    flow.context["session_id"].as_str()?.parse().ok()
}

/// The flow for which somebody proves again who they are.
pub(crate) fn waits(flow: &Flow) -> Option<FlowId> {
    flow.context["waits"].as_str()?.parse().ok()
}

/// Notes in the flow that waited that somebody has proved for it who they are: the session that
/// asked for that is followed by `session`.
pub(crate) fn confirm(waiting: &mut Flow, refresh: &Flow, session: SessionId) {
    waiting.context["confirmed"] = json!({
        "asked_by": refresh.context["session_id"],
        "session_id": session,
        "releases": refresh.context["releases"],
    });
}

/// Whether the person of `session` has proved for this flow who they are, after the session
/// `asked_by` had asked for it, and for what waits there with this mark: what came to wait after
/// they had been told is not what they were told of.
pub(crate) fn is_confirmed(
    flow: &Flow,
    (asked_by, session): (SessionId, SessionId),
    mark: &str,
) -> bool {
    let expected = json!({"asked_by": asked_by, "session_id": session, "releases": mark});
    flow.context["confirmed"] == expected
}

/// The context of a flow that belongs to somebody.
pub(crate) fn owner(identity: IdentityId) -> Value {
    json!({ Flow::OWNER: identity })
}

/// The same context, of a flow that only this identity can complete.
pub(crate) fn owned_by(mut context: Value, identity: IdentityId) -> Value {
    context[Flow::OWNER] = json!(identity);
    context
}

/// Notes that the flow belongs to nobody in particular.
pub(crate) fn disown(flow: &mut Flow) {
    flow.context[Flow::OWNER] = Value::Null;
}

/// The context of a settings flow that is for one action; `asked` where an application asked for
/// it.
pub(crate) fn errand(identity: IdentityId, action: Action, asked: bool) -> Value {
    json!({Flow::OWNER: identity, "kc_action": action, "asked": asked})
}

/// The context of a recovery that an administrator has mailed for the sake of what comes after it.
pub(crate) fn leading_on() -> Value {
    json!({"leads_on": true})
}

/// Whether a recovery leads on to what its person has to do: nothing of theirs is lost.
pub(crate) fn leads_on(flow: &Flow) -> bool {
    flow.context["leads_on"] == true
}

/// The context of a registration flow for this schema, which is not the default one.
pub(crate) fn schema(id: &str) -> Value {
    json!({"identity_schema": id})
}

/// The schema that a registration flow is for, where it is not the default one.
pub(crate) fn identity_schema(flow: &Flow) -> Option<&str> {
    flow.context["identity_schema"].as_str()
}

/// Notes what people sign in with who have proved that it is theirs.
pub(crate) fn sign_in_with(flow: &mut Flow, identifier: &str) {
    flow.context["identifier"] = identifier.into();
}

/// What people sign in with who have proved that it is theirs.
pub(crate) fn identifier(flow: &Flow) -> Option<&str> {
    flow.context["identifier"].as_str()
}

/// The context of a flow that follows a registration of this identity which has begun no session.
pub(crate) fn registered(identity: IdentityId) -> Value {
    json!({"registered": true, BEGUN_AS: identity})
}

/// The context of a flow that somebody has begun who is signed in as this identity.
pub(crate) fn begun_as(identity: IdentityId) -> Value {
    json!({ BEGUN_AS: identity })
}

/// Notes that whoever asks for a proof in the flow is signed in as this identity.
pub(crate) fn asked_as(flow: &mut Flow, identity: IdentityId) {
    flow.context[BEGUN_AS] = json!(identity);
}

/// Whether who holds the flow has registered this identity, or was signed in as it.
pub(crate) fn is_begun_as(flow: &Flow, identity: IdentityId) -> bool {
    flow.context[BEGUN_AS] == json!(identity)
}

/// Notes that whoever has proved an address in the flow has nothing to sign in with.
pub(crate) fn get_back_in(flow: &mut Flow) {
    flow.context["gets_back_in"] = true.into();
}

/// Whether they go on to get back in.
pub(crate) fn gets_back_in(flow: &Flow) -> bool {
    flow.context["gets_back_in"] == true
}

/// Whether the flow follows one.
pub(crate) fn has_registered(flow: &Flow) -> bool {
    flow.context["registered"] == true
}

/// What a native flow keeps of its way through a browser, as JSON; null where it has none.
pub(crate) fn exchange(flow: &Flow) -> &Value {
    &flow.context[EXCHANGE]
}

/// The context of a native flow that may go through a browser.
pub(crate) fn exchanging(mut context: Value, exchange: Value) -> Value {
    context[EXCHANGE] = exchange;
    context
}

/// The action that a settings flow is for.
pub(crate) fn action(flow: &Flow) -> Option<Action> {
    flow.context["kc_action"].as_str()?.parse().ok()
}

/// Whether an application asked for that action.
pub(crate) fn is_asked(flow: &Flow) -> bool {
    flow.context["asked"] == true
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
    flow.owner()
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
