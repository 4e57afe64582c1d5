//! Nobody becomes an administrator by a provider they look after: what decides who its accounts are
//! is changed under an administrator's link only by whoever may do all that they may.

use portcullis_core::{
    administration::{Change, ProviderRecord},
    credential::Credential,
    id::ProviderId,
    link::provider_of,
};
use portcullis_kit::Failure;
use serde_json::Value;

use super::refusal;
use crate::{
    caller::Caller,
    desk::Desk,
    role::{Permission, Role, Roles},
};

/// How many links are read at a time.
const PAGE: u32 = 500;
/// The keys by which nobody becomes anybody: how it looks, whom it lets in, what proves us there, and
/// what becomes of what it leaves. Every other key is taken for one that does.
const HARMLESS: [&str; 24] = [
    "label",
    "icon",
    "order",
    "enabled",
    "hidden",
    "link_only",
    "create",
    "link",
    "unverified_local",
    "allow_domains",
    "deny_domains",
    "require_claims",
    "hosted_domains",
    "allowed_tenants",
    "scopes",
    "client_secret_file",
    "private_key_file",
    "key_id",
    "certificate",
    "certificate_file",
    "store_tokens",
    "logout",
    "notify",
    "on_disable",
];

/// Refuses a change of a provider, or without an id one more, by which the caller could come to sign
/// in as somebody who may do more than they.
pub(super) async fn may_decide(
    desk: &Desk,
    caller: &Caller,
    id: Option<&ProviderId>,
    change: &Change,
) -> Result<(), Failure> {
    if caller.roles.cover(&Roles::new([Role::Admin])) {
        return Ok(());
    }
    let administration = &desk.services.administration;
    let after = administration.preview(id, change.clone()).await;
    let after = after.map_err(refusal)?;
    let before = match id {
        Some(id) => administration.find(id).await.ok(),
        None => None,
    };
    if before.is_some_and(|before| decisive(&before) == decisive(&after)) {
        return Ok(());
    }
    if after.table.get("allow_privileged") == Some(&Value::Bool(true)) {
        // Its map could give anybody any role.
        caller.require(Permission::ManageAccess)?;
    }
    refuse_under_administrators(desk, caller, &after.id).await
}

/// What decides who its accounts are.
fn decisive(record: &ProviderRecord) -> Vec<(&String, &Value)> {
    let table = record.table.iter();
    let mut left: Vec<_> = table
        .filter(|(key, _)| !HARMLESS.contains(&key.as_str()))
        .collect();
    left.sort_by_key(|(key, _)| *key);
    left
}

/// Links stay where a provider went, so one of its name may find some.
async fn refuse_under_administrators(
    desk: &Desk,
    caller: &Caller,
    provider: &ProviderId,
) -> Result<(), Failure> {
    let is_own = |link: &Credential| provider_of(link).is_some_and(|own| own == *provider);
    let mut after = None;
    loop {
        let links = &desk.services.credentials;
        let page = links.list_by_provider(provider, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for link in page.iter().filter(|link| is_own(link)) {
            let owner = desk.services.identities.find(link.identity_id).await?;
            owner.map_or(Ok(()), |owner| caller.may_touch(&owner))?;
        }
    }
}
