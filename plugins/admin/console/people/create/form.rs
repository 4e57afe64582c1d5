//! The form that creates somebody, with what was entered and what is wrong with it.

use std::sync::Arc;

use axum::response::Response;
use portcullis_core::{
    action::Action,
    catalogue::Code,
    schema::{Evaluation, ProfileContext, Schema, TraitError},
    ui::Ui,
};
use portcullis_kit::{Failure, FormView, Locale, Visit};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Entered, PATH, Way};
use crate::{
    caller::Caller,
    console::{
        areas::PEOPLE,
        choice::{self, Choice},
        people::{
            actions,
            taken::{Holder, IDENTIFIER, Taken},
        },
        told::bare,
        view::{self, Page},
    },
    desk::Desk,
    people::refusal::SHARED_ADDRESS,
};

/// The group of the fields.
const GROUP: &str = "profile";
/// How a complaint about a password begins.
const OF_PASSWORD: &str = "credentials.password.config.password: ";

/// The form as a template reads it.
#[derive(Debug, Serialize)]
struct View<'a> {
    /// The schemas there are to choose from, where there are several.
    schemas: Vec<&'a str>,
    schema_id: &'a str,
    form: FormView<'a>,
    trouble: Option<String>,
    /// Whoever has already what is nobody else's.
    holders: Vec<Holder>,
    ways: Vec<Choice>,
    takes_password: bool,
    password_trouble: Option<String>,
    actions: Vec<Choice>,
    roles: Vec<Choice>,
}

/// The schema of this name, or else the default one.
pub(super) fn schema(desk: &Desk, id: &str) -> Arc<Schema> {
    let schemas = &desk.services.schemas;
    let found = schemas.find(id);
    found.unwrap_or_else(|| schemas.default_schema())
}

/// The way in that is chosen where nobody has chosen yet.
pub(super) fn usual(desk: &Desk) -> Way {
    match has_passwords(desk) {
        true => Way::Recovery,
        false => Way::Nothing,
    }
}

/// The page, with why nobody was created.
pub(super) fn draw(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    entered: &Entered,
    why: Option<(&Failure, Taken)>,
) -> Response {
    let locale = view::locale(desk, visit);
    let schema = schema(desk, &entered.schema_id);
    let mut ui = fields(&schema, entered);
    let (failure, taken) = why.unzip();
    let taken = taken.unwrap_or_default();
    let is_wrong = failure.is_some() && mark(desk, (&schema, entered), &mut ui);
    let is_marked = taken.mark(&mut ui) || is_wrong;
    locale.form(&mut ui);
    let reason = failure.and_then(reason).filter(|_| !is_marked);
    let (password_trouble, trouble) = complaint(reason, &locale);
    let all = desk.services.schemas.all();
    let view = View {
        schemas: match all.len() {
            0 | 1 => Vec::new(),
            _ => all.iter().map(|schema| schema.id()).collect(),
        },
        schema_id: schema.id(),
        form: FormView::of(&ui),
        trouble,
        holders: taken.holders,
        ways: ways(desk, entered.way),
        takes_password: has_passwords(desk),
        password_trouble,
        actions: asked(desk, &entered.actions),
        roles: choice::roles(&caller.roles, &entered.roles),
    };
    let page = Page {
        area: PEOPLE,
        title: "Create a person",
        template: "person-new.html",
    };
    view::draw(desk, (caller, visit), page, view)
}

fn fields(schema: &Schema, entered: &Entered) -> Ui {
    let place = Evaluation::of(ProfileContext::Admin);
    Ui {
        action: PATH.to_owned(),
        method: "POST".to_owned(),
        nodes: schema.nodes(&place, &entered.traits, GROUP),
        messages: Vec::new(),
    }
}

/// Puts what is wrong with the traits beside their fields; `false` where nothing is.
fn mark(desk: &Desk, (schema, entered): (&Schema, &Entered), ui: &mut Ui) -> bool {
    let errors = complaints(desk, schema, &entered.traits);
    let is_marked = !errors.is_empty();
    for error in errors {
        let name = format!("traits.{}", error.path);
        let mut nodes = ui.nodes.iter_mut();
        match nodes.find(|node| node.attributes.name == name) {
            Some(node) => node.messages.push(error.message),
            None => ui.messages.push(error.message),
        }
    }
    is_marked
}

fn complaints(desk: &Desk, schema: &Schema, traits: &Value) -> Vec<TraitError> {
    let services = &desk.services;
    let place = Evaluation::of(ProfileContext::Admin);
    let accepted = schema.accept(&place, traits.clone(), &json!({}));
    let made = accepted.and_then(|traits| {
        let (clock, entropy) = (&*services.clock, &*services.entropy);
        services.schemas.identity(schema, traits, clock, entropy)
    });
    made.err().unwrap_or_default()
}

/// Why nobody was created, where that is no matter of a field.
fn reason(failure: &Failure) -> Option<&str> {
    match failure.code() {
        Code::IdentityConflict if failure.reason() == Some(SHARED_ADDRESS) => failure.reason(),
        Code::IdentityConflict => Some(IDENTIFIER),
        _ => failure.reason(),
    }
}

/// What is said of the password, and what is said of all.
fn complaint(reason: Option<&str>, locale: &Locale) -> (Option<String>, Option<String>) {
    let of_password = reason.and_then(|reason| reason.strip_prefix(OF_PASSWORD));
    match of_password {
        Some(reason) => (Some(locale.text(reason)), None),
        None => (None, reason.map(|reason| locale.text(bare(reason)))),
    }
}

fn has_passwords(desk: &Desk) -> bool {
    let mut methods = desk.services.methods.iter();
    methods.any(|method| method.name() == "password")
}

fn ways(desk: &Desk, chosen: Way) -> Vec<Choice> {
    let actions = &desk.services.actions;
    let has_passwords = has_passwords(desk);
    let is_offered = |way: &Way| match way {
        Way::Password | Way::Recovery => has_passwords,
        Way::Temporary => has_passwords && actions.settings(Action::UpdatePassword).is_some(),
        Way::Nothing => true,
    };
    let ways = Way::ALL.into_iter().filter(is_offered);
    ways.map(|way| Choice {
        name: way.name().to_owned(),
        label: label(way),
        is_chosen: way == chosen,
        is_fixed: false,
    })
    .collect()
}

fn label(way: Way) -> &'static str {
    match way {
        Way::Password => "With the password below, which they keep",
        Way::Temporary => "With the password below, once: then they choose their own",
        Way::Recovery => "With a code and a link that you hand out, shown once",
        Way::Nothing => "By themselves: through a provider, or not yet",
    }
}

fn asked(desk: &Desk, chosen: &[String]) -> Vec<Choice> {
    let defaults = desk.services.actions.defaults();
    let choices = actions::on_offer(desk).map(|action| {
        let alias = action.alias();
        let is_fixed = defaults.iter().any(|one| one == alias);
        Choice {
            name: alias.to_owned(),
            label: actions::label(action),
            is_chosen: is_fixed || chosen.iter().any(|one| one == alias),
            is_fixed,
        }
    });
    choices.collect()
}
