//! An identity of Ory Kratos as one of ours: as its list shows it, or as it is given to be created.

use portcullis_core::{
    credential::CredentialKind, id::IdentityId, identity::Identity, link::is_subject,
    secret::Secret,
};
use serde_json::{Map, Value, json};

use super::{
    newcomer::{
        Account, KeptFactor, Newcomer, NobodyKnown, Password, Proved, credential as named, is_empty,
    },
    shape::{Shape, tell_odd, time},
};

/// What an identity has there.
const MEMBERS: [(&str, Shape); 15] = [
    ("id", Shape::Any),
    ("schema_id", Shape::Any),
    ("schema_url", Shape::Any),
    ("state", Shape::Any),
    ("state_changed_at", Shape::Any),
    ("traits", Shape::Any),
    ("credentials", Shape::Object),
    ("verifiable_addresses", Shape::Objects),
    // Who is reached where follows from the schema.
    ("recovery_addresses", Shape::Any),
    ("metadata_public", Shape::Any),
    ("metadata_admin", Shape::Any),
    ("external_id", Shape::Text),
    ("organization_id", Shape::Any),
    ("created_at", Shape::Time),
    ("updated_at", Shape::Any),
];

/// What is said of an address there.
const ADDRESS: [(&str, Shape); 9] = [
    ("id", Shape::Any),
    ("value", Shape::Text),
    ("verified", Shape::Flag),
    ("verified_at", Shape::Time),
    ("via", Shape::Any),
    ("status", Shape::Any),
    ("created_at", Shape::Any),
    ("updated_at", Shape::Any),
    ("identity_id", Shape::Any),
];

/// What is said of a kind of credentials there; `config` is the rest of it.
const KIND: [(&str, Shape); 6] = [
    ("config", Shape::Object),
    ("type", Shape::Any),
    ("identifiers", Shape::Texts),
    ("version", Shape::Any),
    ("created_at", Shape::Any),
    ("updated_at", Shape::Any),
];

/// What is said of a password there.
const PASSWORD: [(&str, Shape); 3] = [
    ("hashed_password", Shape::Text),
    ("password", Shape::Text),
    ("use_password_migration_hook", Shape::Flag),
];

/// The schema that the identity names.
pub(crate) fn schema_id(entry: &Value) -> Option<&str> {
    unwrapped(entry)["schema_id"].as_str()
}

/// Somebody as Kratos knows them.
pub(crate) fn newcomer(entry: &Value) -> Result<Newcomer, NobodyKnown> {
    if wraps_more(entry) {
        return Err(NobodyKnown::Malformed(
            "something stands beside `create`, which would be lost; put it inside",
        ));
    }
    let entry = unwrapped(entry);
    if !entry.is_object() {
        return Err(NobodyKnown::Malformed("it is no object"));
    }
    if !entry["traits"].is_object() {
        return Err(NobodyKnown::Malformed("it has no traits"));
    }
    let id = match &entry["id"] {
        Value::Null => None,
        id => {
            let id = id.as_str().and_then(|id| id.parse().ok());
            let id = id.filter(|id: &IdentityId| !id.is_nil());
            Some(id.ok_or(NobodyKnown::Malformed("its id is no UUID"))?)
        }
    };
    if !matches!(entry["schema_id"], Value::Null | Value::String(_)) {
        return Err(NobodyKnown::Malformed("its schema_id is no text"));
    }
    let metadata = |name: &str| Some(&entry[name]).filter(|value| !value.is_null()).cloned();
    let mut newcomer = Newcomer {
        id,
        traits: entry["traits"].clone(),
        metadata_public: metadata("metadata_public"),
        metadata_admin: metadata("metadata_admin"),
        created_at: time(&entry["created_at"]),
        ..Newcomer::default()
    };
    tell_odd(entry, &MEMBERS, &mut newcomer);
    newcomer.is_inactive = is_inactive(&entry["state"], &mut newcomer);
    newcomer.proved = proved(&entry["verifiable_addresses"], &mut newcomer);
    newcomer.external_id = external_id(&entry["external_id"], &mut newcomer);
    if !is_empty(&entry["organization_id"]) {
        let why = "there are no organisations here";
        newcomer
            .losses("organization_id")
            .add("organization_id", why);
    }
    credentials(&entry["credentials"], &mut newcomer);
    Ok(newcomer)
}

/// Whether they may not sign in: whoever is in a state that nobody understands may not, either.
fn is_inactive(state: &Value, newcomer: &mut Newcomer) -> bool {
    match state {
        Value::Null => false,
        Value::String(state) if state == "active" => false,
        Value::String(state) if state == "inactive" => true,
        _ => {
            let why = "it is neither active nor inactive, so they come switched off";
            newcomer.losses("state").add("state", why);
            true
        }
    }
}

/// What they are called elsewhere.
fn external_id(value: &Value, newcomer: &mut Newcomer) -> Option<String> {
    let name = value.as_str().filter(|name| !name.is_empty())?;
    if !Identity::is_external_id(name) {
        let why = "it has at most 255 letters, digits and signs";
        newcomer.losses("external_id").add("external_id", why);
        return None;
    }
    Some(name.to_owned())
}

fn credentials(credentials: &Value, newcomer: &mut Newcomer) {
    for (kind, credential) in credentials.as_object().into_iter().flatten() {
        match kind.as_str() {
            kind if !credential.is_object() && !is_empty(credential) => newcomer
                .losses("credentials")
                .add(named(kind), "it is no object"),
            "password" => password(credential, newcomer),
            "oidc" => accounts(credential, newcomer),
            // Codes are mailed to whoever has an address.
            "code" => {}
            _ if is_empty(credential) => {}
            kind => match kind.parse() {
                Ok(known) => factor(known, credential, newcomer),
                Err(_) => {
                    let why = "there is no such credential here";
                    newcomer.losses("credentials").add(named(kind), why);
                }
            },
        }
    }
}

/// The identity itself, where it is wrapped as one of many to be created.
fn unwrapped(entry: &Value) -> &Value {
    match &entry["create"] {
        Value::Null => entry,
        create => create,
    }
}

/// Whether more is said around a wrapped identity than what an answer would call it: such as that they may
/// not sign in.
fn wraps_more(entry: &Value) -> bool {
    let is_more = |(name, value): (&String, &Value)| {
        !matches!(name.as_str(), "create" | "patch_id") && !is_empty(value)
    };
    let mut members = entry.as_object().into_iter().flatten();
    !entry["create"].is_null() && members.any(is_more)
}

fn proved(addresses: &Value, newcomer: &mut Newcomer) -> Vec<Proved> {
    let addresses = || addresses.as_array().into_iter().flatten();
    for address in addresses() {
        tell_odd(address, &ADDRESS, newcomer);
    }
    let proved = addresses().filter(|address| address["verified"] == true);
    let proved = proved.filter_map(|address| {
        Some(Proved {
            address: address["value"].as_str()?.to_owned(),
            at: time(&address["verified_at"]),
        })
    });
    proved.collect()
}

fn password(credential: &Value, newcomer: &mut Newcomer) {
    let config = &credential["config"];
    tell_odd(credential, &KIND, newcomer);
    tell_odd(config, &PASSWORD, newcomer);
    let text = |name: &str| config[name].as_str().filter(|text| !text.is_empty());
    let found = match (text("hashed_password"), text("password")) {
        (Some(hash), plain) => {
            if plain.is_some() {
                let why = "its hash stands beside it, which is enough";
                newcomer
                    .losses("credentials")
                    .add("a password in plain", why);
            }
            Password::Hashed(Secret::new(hash))
        }
        (None, Some(plain)) => Password::Plain(Secret::new(plain)),
        (None, None) => {
            let why = match config["use_password_migration_hook"] == true {
                true => "there is no hook here that asks another system for passwords",
                false => "the file does not have its hash",
            };
            return newcomer.losses("credentials").add("password", why);
        }
    };
    newcomer.password = Some(found);
}

/// A second factor, or passkeys, as far as the file has them.
fn factor(kind: CredentialKind, credential: &Value, newcomer: &mut Newcomer) {
    tell_odd(credential, &KIND, newcomer);
    let mut config = credential["config"].clone();
    let name = kind.as_str();
    if is_empty(&config) {
        let why = "the file does not have its secret; it has to be set up anew";
        return newcomer.losses("credentials").add(name, why);
    }
    if kind == CredentialKind::Webauthn {
        // The file says it, so that it may be of any shape.
        let keys = config.get_mut("credentials");
        let keys = keys.and_then(Value::as_array_mut);
        let before = keys.as_ref().map_or(0, |keys| keys.len());
        let after = keys.map_or(0, |keys| {
            keys.retain(|key| key["is_passwordless"] != true);
            keys.len()
        });
        if after < before {
            let why = "it needs no password, which only passkeys do here; it has to be set up anew";
            newcomer.losses("credentials").add("a security key", why);
        }
    }
    if has_more_than_empty_lists(kind, &mut config) {
        newcomer.factors.push(KeptFactor { kind, config });
    }
}

/// Whether anything is left once the lists of a kind that hold nothing are taken out: whoever has no more of
/// it than the place for it has none.
fn has_more_than_empty_lists(kind: CredentialKind, config: &mut Value) -> bool {
    let lists: &[&str] = match kind {
        CredentialKind::Webauthn | CredentialKind::Passkey => &["credentials"],
        CredentialKind::LookupSecret => &["recovery_codes", "codes"],
        CredentialKind::Password | CredentialKind::Oidc | CredentialKind::Totp => &[],
    };
    let Some(members) = config.as_object_mut() else {
        return true;
    };
    let before = members.len();
    members.retain(|name, value| !lists.contains(&name.as_str()) || *value != json!([]));
    let is_left = |list: &&str| members.contains_key(*list);
    before == members.len() || lists.iter().any(is_left)
}

fn accounts(credential: &Value, newcomer: &mut Newcomer) {
    tell_odd(credential, &KIND, newcomer);
    tell_odd(
        &credential["config"],
        &[("providers", Shape::Objects)],
        newcomer,
    );
    let Some(providers) = credential["config"]["providers"].as_array() else {
        return by_identifiers(credential, newcomer);
    };
    for account in providers {
        let text = |name: &str| account[name].as_str().filter(|text| !text.is_empty());
        let (provider, subject) = (text("provider"), text("subject"));
        let subject = subject.filter(|subject| is_subject(subject));
        if account["use_auto_link"] == true {
            let why = "it is only prepared; prepare it with prepare-oidc-link";
            newcomer.losses("credentials").add("a link", why);
        } else if let (Some(provider), Some(subject)) = (provider, subject) {
            newcomer.accounts.push(Account {
                provider: provider.to_owned(),
                subject: subject.to_owned(),
            });
        } else {
            newcomer
                .losses("credentials")
                .add("a link", "it is malformed");
        }
    }
    tokens(providers, newcomer);
}

/// The accounts where the file does not have more of them than `<provider>:<subject>`.
fn by_identifiers(credential: &Value, newcomer: &mut Newcomer) {
    for identifier in super::newcomer::texts(&credential["identifiers"]) {
        match identifier.split_once(':') {
            Some((provider, subject)) if is_subject(subject) => newcomer.accounts.push(Account {
                provider: provider.to_owned(),
                subject: subject.to_owned(),
            }),
            _ => newcomer
                .losses("credentials")
                .add("a link", "it is malformed"),
        }
    }
}

/// Tells that the tokens of the first sign-in stay behind.
fn tokens(providers: &[Value], newcomer: &mut Newcomer) {
    let is_token =
        |(name, value): (&String, &Value)| name.starts_with("initial_") && !is_empty(value);
    let has_token = |account: &Value| {
        let members = account.as_object().into_iter().flat_map(Map::iter);
        members.into_iter().any(is_token)
    };
    if providers.iter().any(has_token) {
        let why = "they are of long ago; new ones come with the next sign-in";
        newcomer
            .losses("credentials")
            .add("tokens of a provider", why);
    }
}

#[cfg(test)]
mod tests;
