//! What stands in the log by its name on the wire, in words.

use portcullis_core::{audit::AuditEntry, catalogue::Code};
use portcullis_kit::Locale;
use serde_json::Value;

/// What is done, by its verb.
pub(super) const ACTS: [(&str, &str); 30] = [
    ("identity.create", "Created a person"),
    ("identity.import", "Took people in from elsewhere"),
    ("identity.update", "Changed a person"),
    ("identity.delete", "Deleted a person"),
    (
        "identity.follow_schema",
        "Left a person what they sign in with, against their schema",
    ),
    ("identity.password.set", "Set a person's password"),
    ("identity.recovery.hand_out", "Made a way to get back in"),
    ("identity.actions_email", "Mailed what there is to do"),
    ("identity.link", "Linked an account"),
    ("identity.credential.import", "Brought second factors along"),
    ("identity.credential.label", "Named a credential"),
    ("identity.credential.move", "Moved a credential"),
    ("identity.credential.delete", "Deleted a credential"),
    ("identity.sessions.revoke", "Ended all sessions of a person"),
    ("session.revoke", "Ended a session"),
    ("session.extend", "Prolonged a session"),
    ("identity.impersonate", "Began to act as somebody"),
    ("identity.impersonate.end", "Stopped acting as somebody"),
    ("provider.create", "Added a provider"),
    ("provider.update", "Changed a provider"),
    ("provider.delete", "Removed a provider"),
    ("schema.create", "Added a schema"),
    ("schema.update", "Changed a schema"),
    ("schema.delete", "Removed a schema"),
    ("api-credential.create", "Made an API credential"),
    ("api-credential.update", "Changed an API credential"),
    (
        "api-credential.rotate",
        "Gave an API credential a new secret",
    ),
    ("api-credential.delete", "Removed an API credential"),
    ("throttle.lift", "Lifted a throttle"),
    ("console.enter", "Came in to the console"),
];

/// What it is done to, by its kind.
pub(super) const KINDS: [(&str, &str); 7] = [
    ("identity", "A person"),
    ("session", "A session"),
    ("provider", "A provider"),
    ("schema", "A schema"),
    ("api-credential", "An API credential"),
    ("throttle", "A throttle"),
    ("path", "An address here"),
];

/// The names of facts, as people say them.
const FACTS: [(&str, &str); 41] = [
    ("schema_id", "Schema"),
    ("state", "State"),
    ("traits", "Own details"),
    ("metadata_public", "Public metadata"),
    ("metadata_admin", "Metadata of administrators"),
    ("external_id", "Id elsewhere"),
    ("roles", "Roles"),
    ("holder", "Whose it is"),
    ("required_actions", "What there is to do"),
    ("unmanaged", "Other attributes"),
    ("verified_addresses", "Verified addresses"),
    ("name", "Its name"),
    ("client_id", "Client id"),
    ("scopes", "Scopes"),
    ("expires_at", "Expires"),
    ("identity_id", "Person"),
    ("kind", "What is held up"),
    ("subject", "Whom it is about"),
    ("network", "Address on the network"),
    ("since", "Since"),
    ("until", "Until"),
    ("reason", "Reason"),
    ("id", "Id"),
    ("by", "What was handed out"),
    ("temporary", "To be changed at the next sign-in"),
    ("sessions_ended", "Sessions that ended"),
    ("credential", "Credential"),
    ("credentials", "Credentials"),
    ("label", "Label"),
    ("order", "Order"),
    ("actions", "What there is to do"),
    ("provider", "Provider"),
    ("issuer", "Issuer"),
    ("address", "Address"),
    ("read_only", "To look only"),
    ("actor", "Who acted"),
    ("type", "What it is"),
    ("priority", "Place in the order"),
    ("created_at", "Added"),
    ("updated_at", "Last changed"),
    ("last_used_at", "Last used"),
];
/// The name of the account of a link, which is not what a throttle is about.
const ACCOUNT: &str = "Account there";

fn word(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let found = table.iter().find(|(known, _)| *known == name);
    found.map(|(_, words)| *words)
}

/// What was done, where there are words for it. Whatever was refused has the name of its request,
/// method first.
fn known_act(verb: &str) -> Option<&'static str> {
    let refused = verb.contains(' ').then_some("Tried what they may not do");
    word(&ACTS, verb).or(refused)
}

/// What was done.
fn act(verb: &str) -> &'static str {
    known_act(verb).unwrap_or("Did something else")
}

/// What was done, as this entry tells it: a provider that is switched off is more than changed, and a
/// link is no credential like others.
pub(in crate::console) fn done(entry: &AuditEntry) -> &'static str {
    known_done(entry).unwrap_or_else(|| act(&entry.verb))
}

/// The same, where there are words for it.
pub(in crate::console) fn known_done(entry: &AuditEntry) -> Option<&'static str> {
    let before = entry.before.as_ref();
    let is_link = before.is_some_and(|facts| facts["type"] == "oidc");
    if entry.verb == "identity.credential.delete" && is_link {
        return Some("Unlinked an account");
    }
    let enabled = |facts: &Option<Value>| facts.as_ref()?.get("enabled")?.as_bool();
    let is_turned =
        entry.verb == "provider.update" && enabled(&entry.before) != enabled(&entry.after);
    match enabled(&entry.after).filter(|_| is_turned) {
        Some(true) => Some("Switched a provider on"),
        Some(false) => Some("Switched a provider off"),
        None => known_act(&entry.verb),
    }
}

/// What it was done to.
pub(in crate::console) fn kind(kind: &str) -> &'static str {
    word(&KINDS, kind).unwrap_or("Something else")
}

/// The name of a fact about a thing of this kind, where it has one.
pub(in crate::console) fn fact(kind: Option<&str>, name: &str) -> Option<&'static str> {
    match (kind, name) {
        (Some("identity"), "subject") => Some(ACCOUNT),
        _ => word(&FACTS, name),
    }
}

/// What the code of a refusal means; the code itself where there is none of this name.
pub(in crate::console) fn refusal(locale: &Locale, outcome: &str) -> String {
    let code = Code::ALL.iter().find(|code| code.as_str() == outcome);
    code.map_or_else(|| outcome.to_owned(), |code| locale.meaning(*code))
}

/// Who did it; commands and callers that nobody asks for their name have none of their own.
pub(in crate::console) fn who(actor: &str, label: &str) -> String {
    match actor {
        "anybody" => "Nobody signed in".to_owned(),
        _ => label.to_owned(),
    }
}
