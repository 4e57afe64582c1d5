//! The list of identities.

use std::sync::Arc;

use axum::{Json, extract::State};
use portcullis_core::{id::IdentityId, identity::Identity, schema::normalise_identifier};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::Value;

use super::declassified;
use crate::{
    api::pages::{Page, all},
    desk::Desk,
    people::refusal::refused,
};

/// How many ids may be asked for at once.
const MOST_IDS: usize = 500;

/// How many identities are passed over at a time on the way to a page that is counted.
const STRIDE: u32 = 1000;

pub(super) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let declassified = declassified(&visit)?;
    let page = Page::of(&visit)?;
    let (identities, next) = match named(&desk, &visit).await? {
        Some(named) => (named, None),
        None => listed(&desk, &page).await?,
    };
    let mut shown: Vec<Value> = Vec::new();
    for identity in &identities {
        let mut json = dialect::identity_for_administrators(&desk.services, identity);
        if !declassified.is_empty() {
            let own = desk.services.credentials.list(identity.id).await?;
            json["credentials"] = dialect::credentials(identity, &own, &declassified);
        }
        shown.push(json);
    }
    Ok(page.linked(&visit, (Json(shown), next)))
}

/// The identities that a request names, where it does.
async fn named(desk: &Desk, visit: &Visit) -> Result<Option<Vec<Identity>>, Failure> {
    let identities = &desk.services.identities;
    if let Some(identifier) = visit.query("credentials_identifier") {
        let identifier = normalise_identifier(identifier);
        let found = identities.find_by_identifier(&identifier).await?;
        return Ok(Some(found.into_iter().collect()));
    }
    let ids = all(visit, "ids");
    if ids.len() > MOST_IDS {
        return Err(refused(format!("ids: these are more than {MOST_IDS}.")));
    }
    if ids.is_empty() {
        return Ok(None);
    }
    let mut found: Vec<Identity> = Vec::new();
    for id in ids {
        let id = id.parse().map_err(|_| refused("ids: this is no id."))?;
        if found.iter().all(|one| one.id != id) {
            found.extend(identities.find(id).await?);
        }
    }
    Ok(Some(found))
}

/// A page of all identities in the order of their ids, and what the next one is behind.
async fn listed(desk: &Desk, page: &Page) -> Result<(Vec<Identity>, Option<String>), Failure> {
    let identities = &desk.services.identities;
    let after = match page {
        Page::Behind { token, .. } => {
            let unread = |_| refused("page_token: this is no token of ours.");
            token
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(unread)?
        }
        Page::Numbered { number, size } => {
            match passed(desk, u64::from(*number) * u64::from(*size)).await? {
                Passed::Beyond => return Ok((Vec::new(), None)),
                Passed::To(after) => after,
            }
        }
    };
    let size = page.size();
    let mut found = identities.list(after, size + 1).await?;
    let is_more = found.len() > size as usize;
    found.truncate(size as usize);
    let next = found.last().filter(|_| is_more);
    let next = next.map(|last| last.id.to_string());
    Ok((found, next))
}

/// Where so many identities are passed.
enum Passed {
    To(Option<IdentityId>),
    /// There are not so many.
    Beyond,
}

async fn passed(desk: &Desk, mut count: u64) -> Result<Passed, Failure> {
    let mut after = None;
    while count > 0 {
        let step = u32::try_from(count).unwrap_or(STRIDE).min(STRIDE);
        let some = desk.services.identities.list(after, step).await?;
        match some.last() {
            Some(last) if some.len() == step as usize => after = Some(last.id),
            _ => return Ok(Passed::Beyond),
        }
        count -= u64::from(step);
    }
    Ok(Passed::To(after))
}
