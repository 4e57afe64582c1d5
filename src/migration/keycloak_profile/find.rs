//! Where a file keeps the profile: it is one, or it is a whole realm.

use serde_json::Value;

use super::Unreadable;
use crate::migration::{Loss, Losses};

/// Where a realm keeps its profile.
const COMPONENT: &str = "org.keycloak.userprofile.UserProfileProvider";

/// A profile, and what the realm around it says.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) profile: Value,
    pub(super) signs_in_with_email: bool,
    pub(super) losses: Vec<Loss>,
}

/// Finds the profile in a document.
pub(super) fn profile(document: &Value) -> Result<Found, Unreadable> {
    // A realm has attributes of its own, which are no list.
    if document["attributes"].is_array() {
        return Ok(Found {
            profile: document.clone(),
            signs_in_with_email: true,
            losses: Vec::new(),
        });
    }
    if document.get("realm").is_none() && document.get("components").is_none() {
        let reason = "this is neither a user profile, which has a list of attributes, nor a realm";
        return Err(Unreadable(reason.to_owned()));
    }
    let text = document["components"][COMPONENT][0]["config"]["kc.user.profile.config"][0].as_str();
    let text = text.ok_or_else(|| {
        let reason = "this realm has no profile of its own, so Keycloak's holds: use the built-in \
                      schema `keycloak-default`";
        Unreadable(reason.to_owned())
    })?;
    let profile: Value = serde_json::from_str(text)
        .map_err(|error| Unreadable(format!("the realm's profile is no JSON: {error}")))?;
    Ok(Found {
        profile,
        signs_in_with_email: document["loginWithEmailAllowed"] != false,
        losses: settings(document),
    })
}

/// What the realm says that stands in the configuration here, and in no schema.
fn settings(realm: &Value) -> Vec<Loss> {
    let mut found = Vec::new();
    let mut losses = Losses::of("", &mut found);
    let key = "that is no matter of the schema";
    if realm["registrationEmailAsUsername"] == true {
        let why = format!("{key}; write `email_as_username = true` under [identity.login]");
        losses.add("registrationEmailAsUsername", why);
    }
    if realm["editUsernameAllowed"] == false {
        let why = format!("{key}; write `edit_username = false` under [identity.login]");
        losses.add("editUsernameAllowed", why);
    }
    if realm["registrationAllowed"] == true {
        let why =
            format!("{key}; write `enabled = true` under [plugins.self-service.registration]");
        losses.add("registrationAllowed", why);
    }
    found
}
