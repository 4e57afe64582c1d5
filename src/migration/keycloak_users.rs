//! A user of a Keycloak realm as somebody here: the representation that realm exports, partial
//! exports and the administration API share.

use jiff::Timestamp;
use portcullis_core::{
    action::Action, id::IdentityId, link::is_subject, schema::Schema, secret::Secret,
};
use serde_json::{Map, Value, json};

use super::{
    keycloak_credentials,
    newcomer::{
        Account, Newcomer, NobodyKnown, Password, Proved, credential as named, is_empty, put, texts,
    },
    shape::{Shape, tell_no_texts, tell_odd},
};

/// What a user has there.
const MEMBERS: [(&str, Shape); 25] = [
    ("id", Shape::Any),
    ("username", Shape::Text),
    ("email", Shape::Text),
    ("firstName", Shape::Text),
    ("lastName", Shape::Text),
    ("emailVerified", Shape::Flag),
    ("enabled", Shape::Flag),
    ("createdTimestamp", Shape::Milliseconds),
    ("attributes", Shape::Object),
    ("credentials", Shape::Objects),
    ("federatedIdentities", Shape::Objects),
    ("requiredActions", Shape::Texts),
    ("realmRoles", Shape::Texts),
    ("groups", Shape::Texts),
    ("clientRoles", Shape::Any),
    ("clientConsents", Shape::Any),
    ("federationLink", Shape::Any),
    ("serviceAccountClientId", Shape::Any),
    // What follows from the rest, and what says nothing of the person.
    ("self", Shape::Any),
    ("origin", Shape::Any),
    ("totp", Shape::Any),
    ("disableableCredentialTypes", Shape::Any),
    ("notBefore", Shape::Any),
    ("access", Shape::Any),
    ("userProfileMetadata", Shape::Any),
];

/// Where schemas keep what Keycloak has a member for.
const PLACES: [(&str, &[&str]); 4] = [
    ("username", &["username"]),
    ("email", &["email"]),
    ("firstName", &["firstName", "name.first", "given_name"]),
    ("lastName", &["lastName", "name.last", "family_name"]),
];

/// What a representation may say besides that has no place here.
const PLACELESS: [(&str, &str); 3] = [
    (
        "federationLink",
        "their password is kept in the directory that the realm reads; add it as a provider",
    ),
    (
        "clientConsents",
        "there is no consent of people for applications here",
    ),
    (
        "clientRoles",
        "roles belong to no application here; only account/delete-account is taken over",
    ),
];

/// Somebody as Keycloak knows them, with their traits where this schema keeps them.
pub(crate) fn newcomer(user: &Value, schema: &Schema) -> Result<Newcomer, NobodyKnown> {
    if !user.is_object() {
        return Err(NobodyKnown::Malformed("it is no object"));
    }
    if !is_empty(&user["serviceAccountClientId"]) {
        return Err(NobodyKnown::NoPerson("it is an application and no person"));
    }
    let has = |name: &str| user[name].as_str().is_some_and(|text| !text.is_empty());
    if !has("username") && !has("email") {
        return Err(NobodyKnown::Malformed(
            "it has neither username nor address",
        ));
    }
    let mut newcomer = Newcomer {
        // Ids that a directory made are none here.
        id: id(&user["id"]),
        // Keycloak, too, takes nobody for enabled of whom nothing is said.
        is_inactive: user["enabled"] != true,
        created_at: created(&user["createdTimestamp"]),
        ..Newcomer::default()
    };
    tell_odd(user, &MEMBERS, &mut newcomer);
    if newcomer.id.is_none() && !is_empty(&user["id"]) {
        let why = "it is no UUID, so they get another one";
        newcomer.losses("id").add("id", why);
    }
    tell_no_texts(&user["attributes"], &mut newcomer);
    traits(user, schema, &mut newcomer);
    if user["emailVerified"] == true
        && let Some(email) = user["email"].as_str()
    {
        newcomer.proved.push(Proved {
            address: email.to_owned(),
            at: None,
        });
    }
    credentials(&user["credentials"], &mut newcomer);
    accounts(&user["federatedIdentities"], &mut newcomer);
    actions(&user["requiredActions"], &mut newcomer);
    roles(user, &mut newcomer);
    Ok(newcomer)
}

fn id(value: &Value) -> Option<IdentityId> {
    let id: IdentityId = value.as_str()?.parse().ok()?;
    (!id.is_nil()).then_some(id)
}

fn created(milliseconds: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds.as_i64()?).ok()
}

fn traits(user: &Value, schema: &Schema, newcomer: &mut Newcomer) {
    let paths = schema.paths();
    let mut traits = Map::new();
    for (name, value) in user["attributes"].as_object().into_iter().flatten() {
        let values: Vec<&str> = match value.as_str() {
            Some(text) => vec![text],
            None => texts(value).collect(),
        };
        let is_own = PLACES.iter().any(|(own, _)| own == name);
        match &values[..] {
            _ if is_own => {}
            [] => {}
            [value] if paths.contains(name) => put(&mut traits, name, json!(value)),
            values if paths.contains(name) => put(&mut traits, name, json!(values)),
            values => {
                let values = values.iter().map(|&value| value.to_owned()).collect();
                newcomer.unmanaged.insert(name.clone(), values);
            }
        }
    }
    for (name, places) in PLACES {
        let Some(text) = user[name].as_str().filter(|text| !text.is_empty()) else {
            continue;
        };
        match places
            .iter()
            .find(|place| paths.iter().any(|path| path == *place))
        {
            Some(place) => put(&mut traits, place, json!(text)),
            // The address says it.
            None if name == "username" && user["email"] == text => {}
            None => newcomer
                .losses(name)
                .add("the attribute", "the schema has no place for it"),
        }
    }
    groups(user, &paths, &mut traits, newcomer);
    newcomer.traits = Value::Object(traits);
}

fn groups(
    user: &Value,
    paths: &[String],
    traits: &mut Map<String, Value>,
    newcomer: &mut Newcomer,
) {
    let groups: Vec<&str> = texts(&user["groups"]).collect();
    if groups.is_empty() || traits.contains_key("groups") {
        return;
    }
    match paths.iter().any(|path| path == "groups") {
        true => {
            traits.insert("groups".to_owned(), json!(groups));
        }
        false => newcomer.losses("groups").add(
            groups.join(", "),
            "the schema has no trait `groups` to keep them in",
        ),
    }
}

fn credentials(credentials: &Value, newcomer: &mut Newcomer) {
    for credential in credentials.as_array().into_iter().flatten() {
        let kind = credential["type"].as_str().unwrap_or_default();
        if kind != "password" {
            let why = "there is no such credential here yet; it has to be set up anew";
            newcomer.losses("credentials").add(named(kind), why);
            continue;
        }
        if newcomer.password.is_some() {
            newcomer
                .losses("credentials")
                .add("a second password", "one is enough");
            continue;
        }
        match password(credential) {
            Ok(password) => newcomer.password = Some(password),
            Err(why) => newcomer.losses("credentials").add("password", why),
        }
        if credential["temporary"] == true {
            require(Action::UpdatePassword.alias(), newcomer);
        }
    }
}

/// The password, whose hash Keycloak exports; files written by hand have the password itself.
fn password(credential: &Value) -> Result<Password, String> {
    match credential["value"].as_str().filter(|text| !text.is_empty()) {
        Some(plain) => Ok(Password::Plain(Secret::new(plain))),
        None => keycloak_credentials::hash(credential).map(Password::Hashed),
    }
}

fn accounts(accounts: &Value, newcomer: &mut Newcomer) {
    for account in accounts.as_array().into_iter().flatten() {
        let text = |name: &str| account[name].as_str().filter(|text| !text.is_empty());
        match (text("identityProvider"), text("userId")) {
            (Some(provider), Some(subject)) if is_subject(subject) => {
                newcomer.accounts.push(Account {
                    provider: provider.to_owned(),
                    subject: subject.to_owned(),
                })
            }
            _ => newcomer
                .losses("federatedIdentities")
                .add("a link", "it is malformed"),
        }
    }
}

fn actions(actions: &Value, newcomer: &mut Newcomer) {
    for alias in texts(actions) {
        if alias.parse::<Action>().is_err() {
            let why = "it is kept, but nobody is asked to do it here";
            newcomer.losses("requiredActions").add(alias, why);
        }
        require(alias, newcomer);
    }
}

fn require(alias: &str, newcomer: &mut Newcomer) {
    if !newcomer.required_actions.iter().any(|own| own == alias) {
        newcomer.required_actions.push(alias.to_owned());
    }
}

fn roles(user: &Value, newcomer: &mut Newcomer) {
    for role in texts(&user["realmRoles"]) {
        newcomer.grant(role);
    }
    if texts(&user["clientRoles"]["account"]).any(|role| role == "delete-account") {
        newcomer.grant("delete-account");
    }
    for (member, why) in PLACELESS {
        let value = &user[member];
        let is_own = member == "clientRoles" && value.as_object().is_some_and(is_of_account);
        if !is_empty(value) && !is_own {
            newcomer.losses(member).add(member, why);
        }
    }
}

/// Whether these are only the roles that everybody has of their own account.
fn is_of_account(clients: &Map<String, Value>) -> bool {
    let own = [
        "delete-account",
        "manage-account",
        "manage-account-links",
        "view-profile",
    ];
    clients
        .iter()
        .all(|(client, roles)| client == "account" && texts(roles).all(|role| own.contains(&role)))
}

#[cfg(test)]
mod tests;
