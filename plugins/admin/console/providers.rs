//! Providers: who else may say who somebody is, looked after.

mod fields;
mod findings;
mod form;
mod leave;
mod list;
mod show;
mod trial;

pub(in crate::console) use self::list::{Answer, answer};
use http::Method;
use portcullis_core::administration::ProviderRecord;

use super::{areas, pages::Pages};
use crate::{need::Need, role::Permission};

const ONE: &str = "/ui/providers/{id}";
const NEW: &str = "/ui/providers/new";
const CHANGE: &str = "/ui/providers/{id}/change";
const DISABLE: &str = "/ui/providers/{id}/disable";
const REMOVE: &str = "/ui/providers/{id}/remove";
const TRIAL: &str = "/ui/providers/{id}/try";

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(areas::PROVIDERS.permission);
    let write = Need::Permission(Permission::WriteProviders);
    let all = areas::PROVIDERS.path;
    table
        .at((Method::GET, all), read, list::page)
        .at((Method::GET, NEW), write, form::new)
        .at((Method::POST, NEW), write, form::add)
        .at((Method::GET, ONE), read, show::page)
        .at((Method::GET, CHANGE), write, form::open)
        .at((Method::POST, CHANGE), write, form::change)
        .at(
            (Method::POST, "/ui/providers/{id}/enable"),
            write,
            leave::enable,
        )
        .at((Method::GET, DISABLE), write, leave::ask_disable)
        .at((Method::POST, DISABLE), write, leave::disable)
        .at((Method::GET, REMOVE), write, leave::ask_remove)
        .at((Method::POST, REMOVE), write, leave::remove)
        .at((Method::GET, TRIAL), write, trial::page)
        .at((Method::POST, TRIAL), write, trial::submit)
}

/// Where the page of a provider is.
fn place(id: &str) -> String {
    format!("{}/{id}", areas::PROVIDERS.path)
}

/// What people call a provider.
pub(in crate::console) fn label(record: &ProviderRecord) -> String {
    let label = record.table.get("label").and_then(|label| label.as_str());
    label.map_or_else(|| record.id.to_string(), str::to_owned)
}

/// Whether it is switched on.
pub(in crate::console) fn is_on(record: &ProviderRecord) -> bool {
    record
        .table
        .get("enabled")
        .and_then(serde_json::Value::as_bool)
        != Some(false)
}

/// The value of a key that is a text.
fn text<'r>(record: &'r ProviderRecord, key: &str) -> &'r str {
    record
        .table
        .get(key)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

/// What was typed into a form, by the fields' names.
fn typed(visit: &portcullis_kit::Visit) -> std::collections::BTreeMap<String, String> {
    url::form_urlencoded::parse(visit.body())
        .into_owned()
        .collect()
}
