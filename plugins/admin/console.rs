//! The console: pages at `/ui` of the admin listener, for administrators at a browser.
//!
//! Each area is a file of its own that adds its rows to the table of [`Pages`](pages::Pages) and
//! stands in the menu by a row of `areas.rs`. What is done is done in `people/` and its neighbours.

mod api_credentials;
mod areas;
mod audit;
mod choice;
mod enter;
mod guard;
mod handover;
mod language;
mod mail;
mod narrowing;
mod notice;
mod once;
mod overview;
mod pages;
mod people;
mod providers;
mod question;
mod schemas;
mod sending;
mod sign_in;
mod sign_out;
mod throttles;
mod ticket;
mod told;
mod typed_json;
mod view;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect},
    routing::get,
};
use http::{Method, request::Parts};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::{Look, Outcome, Shell, Wants};

use self::pages::Pages;
#[cfg(test)]
pub(crate) use self::told::bare;
use crate::{desk::Desk, need::Need};

/// Where the console begins.
pub(crate) const HOME: &str = "/ui";
/// Where administrators are handed over to it, below the prefix of the public listener.
pub(crate) const HANDOVER: &str = "/console";

/// What the console's pages are made of.
pub(crate) const LOOK: Look = Look {
    templates: &[
        ("console.html", include_str!("templates/console.html")),
        (
            "console-menu.html",
            include_str!("templates/console-menu.html"),
        ),
        (
            "api-credentials.html",
            include_str!("templates/api-credentials.html"),
        ),
        (
            "api-credential.html",
            include_str!("templates/api-credential.html"),
        ),
        (
            "api-credential-new.html",
            include_str!("templates/api-credential-new.html"),
        ),
        (
            "api-credential-rights.html",
            include_str!("templates/api-credential-rights.html"),
        ),
        (
            "api-credential-roles.html",
            include_str!("templates/api-credential-roles.html"),
        ),
        (
            "api-credential-day.html",
            include_str!("templates/api-credential-day.html"),
        ),
        (
            "api-credential-remove.html",
            include_str!("templates/api-credential-remove.html"),
        ),
        ("once.html", include_str!("templates/once.html")),
        (
            "overview-console.html",
            include_str!("templates/overview-console.html"),
        ),
        ("person-new.html", include_str!("templates/person-new.html")),
        ("people.html", include_str!("templates/people.html")),
        (
            "people-list.html",
            include_str!("templates/people-list.html"),
        ),
        ("person.html", include_str!("templates/person.html")),
        (
            "person-details.html",
            include_str!("templates/person-details.html"),
        ),
        (
            "person-advanced.html",
            include_str!("templates/person-advanced.html"),
        ),
        (
            "person-schema.html",
            include_str!("templates/person-schema.html"),
        ),
        ("confirm.html", include_str!("templates/confirm.html")),
        ("question.html", include_str!("templates/question.html")),
        (
            "question-here.html",
            include_str!("templates/question-here.html"),
        ),
        (
            "person-password.html",
            include_str!("templates/person-password.html"),
        ),
        (
            "person-sign-in.html",
            include_str!("templates/person-sign-in.html"),
        ),
        (
            "person-link.html",
            include_str!("templates/person-link.html"),
        ),
        (
            "person-lifespan.html",
            include_str!("templates/person-lifespan.html"),
        ),
        (
            "person-credential.html",
            include_str!("templates/person-credential.html"),
        ),
        (
            "person-sessions.html",
            include_str!("templates/person-sessions.html"),
        ),
        (
            "person-actions.html",
            include_str!("templates/person-actions.html"),
        ),
        (
            "person-history.html",
            include_str!("templates/person-history.html"),
        ),
        (
            "person-impersonate.html",
            include_str!("templates/person-impersonate.html"),
        ),
        ("providers.html", include_str!("templates/providers.html")),
        ("provider.html", include_str!("templates/provider.html")),
        (
            "provider-kinds.html",
            include_str!("templates/provider-kinds.html"),
        ),
        (
            "provider-form.html",
            include_str!("templates/provider-form.html"),
        ),
        (
            "provider-field.html",
            include_str!("templates/provider-field.html"),
        ),
        (
            "provider-leave.html",
            include_str!("templates/provider-leave.html"),
        ),
        (
            "provider-try.html",
            include_str!("templates/provider-try.html"),
        ),
        ("pager.html", include_str!("templates/pager.html")),
        ("language.html", include_str!("templates/language.html")),
        ("narrowing.html", include_str!("templates/narrowing.html")),
        ("throttles.html", include_str!("templates/throttles.html")),
        ("mails.html", include_str!("templates/mails.html")),
        ("mail.html", include_str!("templates/mail.html")),
        ("audit.html", include_str!("templates/audit.html")),
        (
            "audit-entry.html",
            include_str!("templates/audit-entry.html"),
        ),
        (
            "profile-add.html",
            include_str!("templates/profile-add.html"),
        ),
        (
            "profile-schemas.html",
            include_str!("templates/profile-schemas.html"),
        ),
        (
            "profile-head.html",
            include_str!("templates/profile-head.html"),
        ),
        (
            "profile-report.html",
            include_str!("templates/profile-report.html"),
        ),
        (
            "profile-field.html",
            include_str!("templates/profile-field.html"),
        ),
        (
            "profile-attributes.html",
            include_str!("templates/profile-attributes.html"),
        ),
        (
            "profile-attribute.html",
            include_str!("templates/profile-attribute.html"),
        ),
        (
            "profile-groups.html",
            include_str!("templates/profile-groups.html"),
        ),
        (
            "profile-group.html",
            include_str!("templates/profile-group.html"),
        ),
        (
            "profile-json.html",
            include_str!("templates/profile-json.html"),
        ),
        (
            "profile-remove.html",
            include_str!("templates/profile-remove.html"),
        ),
    ],
    stylesheet: include_str!("assets/console.css"),
    scripts: &[("search", include_str!("assets/search.js"))],
};

/// Every page of the console.
pub(crate) fn table() -> Pages {
    Pages::default()
        .at((Method::GET, "/"), Need::Anybody, index)
        .at((Method::GET, HOME), Need::Anybody, index)
        .with(enter::pages)
        .with(sign_out::pages)
        .with(overview::pages)
        .with(people::pages)
        .with(api_credentials::pages)
        .with(providers::pages)
        .with(throttles::pages)
        .with(mail::pages)
        .with(audit::pages)
        .with(schemas::pages)
}

/// The router that serves them, with what they look like.
pub(crate) fn router(shell: &Shell) -> Router<Arc<Desk>> {
    table()
        .into_router()
        .merge(Router::new().nest(HOME, shell.assets()))
}

/// The page of the public listener that hands administrators over.
pub(crate) fn public(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(HANDOVER, get(handover::page))
        .fallback(|| async { Outcome::Err(Code::NotFound.into()) })
        .with_state(desk)
}

/// Whether somebody at a browser asks for this path, and no program.
pub(crate) fn is_page(path: &str) -> bool {
    let below = path.strip_prefix(HOME);
    path == "/" || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Leads to the first area that the caller may see.
async fn index(State(desk): State<Arc<Desk>>, parts: Parts) -> Outcome {
    if Wants::of(&parts.headers) == Wants::Json {
        return Err(Code::NotFound.into());
    }
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    let Some(caller) = guard::caller(&desk, &parts.headers, visitor).await? else {
        return guard::ask_to_sign_in(&desk, visitor, &parts, HOME);
    };
    let mut areas = areas::ALL.into_iter();
    match areas.find(|area| caller.roles.permit(area.permission)) {
        Some(area) => Ok(Redirect::to(area.path).into_response()),
        None => Err(guard::no_administrator()),
    }
}
