//! The details of somebody: traits, state, roles and addresses.

use axum::response::Response;
use portcullis_core::{
    identity::{Identity, IdentityState},
    ui::{Node, Ui},
};
use portcullis_kit::{Failure, FormView, Line, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::{
    advanced::{self, Advanced},
    call::{self, Call, Trouble},
    head::Tab,
    traits,
};
use crate::{console::choice::meaning, people, role::Role};

const TEMPLATE: &str = "person-details.html";

/// The details as a template reads them.
#[derive(Serialize)]
struct Details<'a> {
    form: FormView<'a>,
    /// The same for those who only look.
    traits: Vec<(&'a str, String)>,
    facts: Vec<(&'static str, Line)>,
    addresses: Vec<Proof>,
    roles: Vec<(&'static str, &'static str, bool)>,
    other_roles: String,
    is_active: bool,
    advanced: Advanced,
}

/// An address, and whether somebody proved to hold it.
#[derive(Serialize)]
struct Proof {
    value: String,
    is_verified: bool,
    told: Option<Line>,
}

pub(super) async fn page(call: Call) -> Outcome {
    Ok(draw(&call, &traits::form(&call), None))
}

/// Saves the traits.
pub(super) async fn save(call: Call) -> Outcome {
    let want = |identity: &_| Ok(traits::wanted(&call, identity));
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", "Saved."),
        Err(failure) if call::is_told(&failure) => {
            let (form, holders) = traits::refused(&call, &failure).await?;
            let trouble = call.wrong("traits", "Nothing was saved.");
            Ok(draw(&call, &form, Some(trouble.with_holders(holders))))
        }
        Err(failure) => Err(failure),
    }
}

/// Saves what is seldom changed, all or nothing.
pub(super) async fn save_advanced(call: Call) -> Outcome {
    let Some(wanted) = advanced::wanted(&call) else {
        return Ok(draw_typed(&call, None));
    };
    let want = |identity: &Identity| {
        call.require_shown(identity)?;
        Ok(wanted.clone())
    };
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", "Saved."),
        Err(failure) if call::is_told(&failure) => Ok(draw_typed(&call, Some(&failure))),
        Err(failure) => Err(failure),
    }
}

/// The details with what was typed of what is seldom changed.
fn draw_typed(call: &Call, failure: Option<&Failure>) -> Response {
    let trouble = call.wrong("advanced", "Nothing was saved.");
    let advanced = Advanced::typed(call, failure);
    draw_with(call, (&traits::form(call), advanced), Some(trouble))
}

/// The details with this form of the traits.
pub(super) fn draw(call: &Call, form: &Ui, trouble: Option<Trouble>) -> Response {
    draw_with(call, (form, Advanced::stored(call)), trouble)
}

/// The same with what is seldom changed as it was typed.
fn draw_with(call: &Call, (form, advanced): (&Ui, Advanced), trouble: Option<Trouble>) -> Response {
    let identity = &call.identity;
    let inputs = form.nodes.iter();
    let shown = inputs.filter(|node| {
        let kind = node.attributes.kind.as_str();
        node.attributes.node_type == "input" && !matches!(kind, "hidden" | "submit")
    });
    let others = identity.roles.iter();
    let others = others.filter(|role| role.parse::<Role>().is_err()).cloned();
    let details = Details {
        form: FormView::of(form),
        traits: shown.map(|node| (label(node), value(node))).collect(),
        facts: facts(call),
        addresses: addresses(call),
        roles: roles(call),
        other_roles: others.collect::<Vec<_>>().join(" "),
        is_active: identity.state == IdentityState::Active,
        advanced,
    };
    call.draw((Tab::Details, TEMPLATE), details, trouble)
}

fn label(node: &Node) -> &str {
    let label = node.meta.label.as_ref();
    label.map_or(node.attributes.name.as_str(), |label| label.text.as_str())
}

fn value(node: &Node) -> String {
    match &node.attributes.value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(values)) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Some(value) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn facts(call: &Call) -> Vec<(&'static str, Line)> {
    let identity = &call.identity;
    let mut facts = vec![
        ("Id", identity.id.to_string().into()),
        ("Schema", identity.schema_id.clone().into()),
        ("Created", call.moment(identity.created_at)),
        ("Changed", call.moment(identity.updated_at)),
    ];
    if let Some(name) = &identity.external_id {
        facts.push(("Known elsewhere as", name.clone().into()));
    }
    for accepted in &identity.accepted_terms {
        let line = call.told(accepted.accepted_at, |at| {
            format!("Version {}, accepted on {at}", accepted.version)
        });
        facts.push(("Terms", line));
    }
    facts
}

fn addresses(call: &Call) -> Vec<Proof> {
    let known = call.identity.addresses.iter();
    let proved = known.filter(|one| one.purpose.verification);
    let proof = proved.map(|one| Proof {
        value: one.value.clone(),
        is_verified: one.verified_at.is_some(),
        told: one
            .verified_at
            .map(|at| call.told(at, |at| format!("Proved on {at}"))),
    });
    proof.collect()
}

/// The roles of administrators, what each permits, and whether somebody has it.
fn roles(call: &Call) -> Vec<(&'static str, &'static str, bool)> {
    let own = &call.identity.roles;
    let role = |role: Role| {
        let name = role.as_str();
        (name, meaning(role), own.iter().any(|one| one == name))
    };
    Role::ALL.into_iter().map(role).collect()
}
