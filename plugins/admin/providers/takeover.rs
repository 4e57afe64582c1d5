//! Nobody becomes an administrator by a provider they look after: what decides who its accounts are
//! is changed under an administrator's link only by whoever may do all that they may; and a provider
//! that may give roles changes in its looks only. Nor are links of administrators taken away so.

use portcullis_core::{
    administration::{Change, Leave, LinkFate, ProviderRecord, SessionFate},
    credential::Credential,
    id::ProviderId,
    link::provider_of,
};
use portcullis_kit::Failure;
use serde_json::Value;

use super::{given_secrets, refusal};
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

/// The keys that let nobody in whom a map could give a role, `enabled` as far as it switches off.
const LOOKS: [&str; 6] = ["label", "icon", "order", "hidden", "notify", "enabled"];

/// Refuses a change of a provider, or without an id one more, by which the caller could come to sign
/// in as somebody who may do more than they, or could take such a one's way in.
pub(super) async fn may_decide(
    desk: &Desk,
    caller: &Caller,
    id: Option<&ProviderId>,
    (change, leave): (&Change, Leave),
) -> Result<(), Failure> {
    if may_all(caller) {
        return Ok(());
    }
    let administration = &desk.services.administration;
    let after = administration.preview(id, change.clone()).await;
    let after = after.map_err(refusal)?;
    let before = match id {
        Some(id) => administration.find(id).await.ok(),
        None => None,
    };
    let before = before.as_ref();
    let is_privileged =
        before.is_some_and(ProviderRecord::may_give_roles) || after.may_give_roles();
    if is_privileged && !is_about_looks(before, &after, change) {
        // Its map could give anybody any role, so whom it lets in decides as much as who they are.
        caller.require(Permission::ManageAccess)?;
    }
    let is_same = before.is_some_and(|before| rest(before, &HARMLESS) == rest(&after, &HARMLESS));
    match is_same && !(leaves(before, &after, (change, leave)) && takes_along(leave, Some(&after)))
    {
        true => Ok(()),
        false => refuse_under_administrators(desk, caller, &after.id).await,
    }
}

/// Refuses to remove a provider together with the links or the sessions of somebody who may do more
/// than the caller.
pub(super) async fn may_remove(
    desk: &Desk,
    caller: &Caller,
    id: &ProviderId,
    leave: Leave,
) -> Result<(), Failure> {
    if may_all(caller) {
        return Ok(());
    }
    // One whose table is broken has nothing to say of it.
    let found = desk.services.administration.find(id).await.ok();
    match takes_along(leave, found.as_ref()) {
        true => refuse_under_administrators(desk, caller, id).await,
        false => Ok(()),
    }
}

fn may_all(caller: &Caller) -> bool {
    caller.roles.cover(&Roles::new([Role::Admin]))
}

fn is_off(record: &ProviderRecord) -> bool {
    record.table.get("enabled") == Some(&Value::Bool(false))
}

/// Whether a change is of its looks at most, and may switch it off.
fn is_about_looks(
    before: Option<&ProviderRecord>,
    after: &ProviderRecord,
    (Change::Replace(given) | Change::Merge(given)): &Change,
) -> bool {
    let is_same = |before: &ProviderRecord| {
        let switches_on = is_off(before) && !is_off(after);
        !switches_on && rest(before, &LOOKS) == rest(after, &LOOKS)
    };
    given_secrets(given).is_empty() && before.is_some_and(is_same)
}

/// Whether a change makes a provider leave, as its administration does it: where it is switched off,
/// or anything is said of an end.
fn leaves(
    before: Option<&ProviderRecord>,
    after: &ProviderRecord,
    (change, leave): (&Change, Leave),
) -> bool {
    let was_on = before.is_none_or(|before| !is_off(before));
    let says_off = matches!(change, Change::Merge(patch) if patch.contains_key("enabled"));
    is_off(after) && (was_on || says_off || leave != Leave::default())
}

/// Whether links or sessions go with it, by what is asked for, and else by its own table.
fn takes_along(leave: Leave, record: Option<&ProviderRecord>) -> bool {
    let own = |key: &str, fate: &str| {
        let on_disable = record.and_then(|record| record.table.get("on_disable"));
        on_disable.is_some_and(|own| own[key] == fate)
    };
    let links = leave.links.map(|fate| fate == LinkFate::Unlink);
    let sessions = leave.sessions.map(|fate| fate == SessionFate::Revoke);
    links.unwrap_or_else(|| own("links", "unlink"))
        || sessions.unwrap_or_else(|| own("sessions", "revoke"))
}

/// What a table says but for these keys.
fn rest<'a>(record: &'a ProviderRecord, but: &[&str]) -> Vec<(&'a String, &'a Value)> {
    let table = record.table.iter();
    let mut left: Vec<_> = table
        .filter(|(key, _)| !but.contains(&key.as_str()))
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
