//! One provider: what it is, how it is, and what can be done to it.

use std::sync::Arc;

use axum::extract::{Path, State};
use portcullis_core::administration::{ProviderRecord, ProviderSource};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{
    findings::Finding,
    is_on, label,
    list::{self, Light},
    place, text,
};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        view::{self, Page},
    },
    desk::Desk,
    providers,
    role::Permission,
};

#[derive(Debug, Serialize)]
struct Shown {
    place: String,
    light: Light,
    is_on: bool,
    /// Whether the caller may try it, and where it is of the store, change it.
    may_try: bool,
    may_change: bool,
    /// What keeps it from being changed here.
    elsewhere: Option<&'static str>,
    last_error: Option<String>,
    clock_skew: Option<i64>,
    facts: Vec<(&'static str, String)>,
    /// What is registered at the provider.
    addresses: Vec<(&'static str, String)>,
    warnings: Vec<Finding>,
    sign_in: String,
    settings: String,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    let report = match visit.query("ask") {
        Some(_) => providers::reach(&desk, &id).await?,
        None => providers::report(&desk, &record.id).await?,
    };
    let found = providers::weakness(&desk, &record).await;
    let locale = view::locale(&desk, &visit);
    let may_try = caller.roles.permit(Permission::WriteProviders);
    let shown = Shown {
        place: place(&id),
        light: Light::of(is_on(&record), Some(&report.status)),
        is_on: is_on(&record),
        may_try,
        may_change: may_try && record.source == ProviderSource::Runtime,
        elsewhere: elsewhere(record.source),
        last_error: report.status.last_error,
        clock_skew: report.status.clock_skew.filter(|seconds| seconds.abs() > 1),
        facts: facts(&desk, &record),
        addresses: addresses(&record),
        warnings: found.iter().map(|one| Finding::of(&locale, one)).collect(),
        sign_in: sign_in(&desk, &id),
        settings: serde_json::to_string_pretty(&record.table).unwrap_or_default(),
    };
    let label = label(&record);
    let page = Page {
        area: PROVIDERS,
        title: &label,
        template: "provider.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, shown))
}

/// Where somebody signs in through it.
fn sign_in(desk: &Desk, id: &str) -> String {
    let addresses = &desk.services.addresses;
    addresses.own(&format!("/self-service/login/browser?provider={id}"))
}

fn elsewhere(source: ProviderSource) -> Option<&'static str> {
    match source {
        ProviderSource::Config => {
            Some("This provider is written in the configuration, so it is changed there.")
        }
        ProviderSource::File => {
            Some("This provider is written in a file of providers_dir, so it is changed there.")
        }
        ProviderSource::Runtime => None,
    }
}

fn facts(desk: &Desk, record: &ProviderRecord) -> Vec<(&'static str, String)> {
    let all = [
        ("Name in addresses", record.id.to_string()),
        ("Kind", list::kind(desk, record)),
        ("Client ID", text(record, "client_id").to_owned()),
        ("Issuer", text(record, "issuer_url").to_owned()),
        ("Tenant", text(record, "microsoft_tenant").to_owned()),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn addresses(record: &ProviderRecord) -> Vec<(&'static str, String)> {
    let sign_out = &record.sign_out;
    vec![
        ("Redirect URI", record.redirect_uri.clone()),
        (
            "After signing out",
            sign_out.post_logout_redirect_uri.clone(),
        ),
        (
            "Back-channel logout",
            sign_out.backchannel_logout_uri.clone(),
        ),
        (
            "Front-channel logout",
            sign_out.frontchannel_logout_uri.clone(),
        ),
    ]
}
