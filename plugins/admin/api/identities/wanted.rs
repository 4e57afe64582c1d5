//! What an administrator wants an identity to be, as the dialect writes it.

use portcullis_core::{
    credential::CredentialKind, id::IdentityId, identity::IdentityState, secret::Secret,
};
use portcullis_kit::Failure;
use serde_json::Value;

use crate::{
    api::document::Members,
    people::{NewFactor, NewLink, NewPassword, Proved, Wanted, refusal::mistaken},
};

/// What is said of an identity, new or stored.
const OF_ALL: [&str; 10] = [
    "schema_id",
    "traits",
    "state",
    "metadata_public",
    "metadata_admin",
    "external_id",
    "roles",
    "required_actions",
    "verifiable_addresses",
    "credentials",
];

/// What is said of a new one beside. The last three are known to the dialect and mean nothing here:
/// addresses for recovery follow from the traits, and there are neither organisations nor regions.
const OF_NEW: [&str; 6] = [
    "id",
    "created_at",
    "unmanaged",
    "recovery_addresses",
    "organization_id",
    "region",
];

/// What `GET` shows of an identity and `PUT` does not replace: whoever writes back what they read sends
/// it along, as Kratos lets them.
const ONLY_SHOWN: [&str; 11] = [
    "id",
    "schema_url",
    "state_changed_at",
    "recovery_addresses",
    "organization_id",
    "region",
    "tenant",
    "accepted_terms",
    "provenance",
    "created_at",
    "updated_at",
];

/// What is said of an address, most of which follows from the address itself.
pub(super) const ADDRESS: [&str; 8] = [
    "value",
    "verified",
    "verified_at",
    "status",
    "via",
    "id",
    "created_at",
    "updated_at",
];

/// What is said of a kind of credentials; all but `config` is what `GET` shows of it.
const KIND: [&str; 6] = [
    "config",
    "type",
    "identifiers",
    "version",
    "created_at",
    "updated_at",
];

/// What is said of an account at a provider. From the fourth on it is what `GET` shows of one, here or
/// in Kratos; tokens of another system are not taken over.
const LINK: [&str; 8] = [
    "provider",
    "subject",
    "use_auto_link",
    "label",
    "organization",
    "initial_id_token",
    "initial_access_token",
    "initial_refresh_token",
];

/// What a new identity is to be. Whoever comes from elsewhere keeps the id that others know them by.
pub(super) fn read_new(members: &Members<'_>) -> Result<Wanted, Failure> {
    members.only_in_dialect(&[&OF_ALL[..], &OF_NEW].concat())?;
    let id = members.text("id")?.map(own_id).transpose();
    let id = id.map_err(|why| mistaken(&members.at("id"), why))?;
    let rest = read(members)?;
    if let Some(credentials) = members.object("credentials")? {
        refuse_empty_factors(&credentials)?;
    }
    Ok(Wanted {
        id,
        created_at: members.moment("created_at")?,
        unmanaged: members.value("unmanaged").cloned(),
        ..rest
    })
}

/// The id of somebody new; why it is none. Others write that of zeros where they have none.
fn own_id(text: &str) -> Result<IdentityId, &'static str> {
    let read: Option<IdentityId> = text.parse().ok();
    read.filter(|id| !id.is_nil())
        .ok_or("this has to be a UUID, and not the one of zeros.")
}

/// Refuses second factors and passkeys of which only that is told what `GET` shows: whoever sends them takes
/// them for brought along. Of a stored identity they stay as they are.
fn refuse_empty_factors(credentials: &Members<'_>) -> Result<(), Failure> {
    for kind in FACTORS {
        let whole = credentials.object(kind.as_str())?;
        if let Some(whole) = whole.filter(|whole| whole.value("config").is_none()) {
            let why = "this is missing, and without it nothing comes along.";
            return Err(mistaken(&whole.at("config"), why));
        }
    }
    Ok(())
}

/// What an identity is to be.
fn read(members: &Members<'_>) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        schema_id: members.text("schema_id")?.map(str::to_owned),
        traits: Some(members.value("traits").cloned().unwrap_or_default()),
        state: state(members)?,
        metadata_public: members.value("metadata_public").cloned(),
        metadata_admin: members.value("metadata_admin").cloned(),
        external_id: members.text("external_id")?.map(str::to_owned),
        roles: members.texts("roles")?,
        required_actions: members.texts("required_actions")?,
        proved: proved(members)?,
        ..Wanted::default()
    };
    if let Some(credentials) = members.object("credentials")? {
        prove(&credentials, &mut wanted)?;
    }
    Ok(wanted)
}

/// What a stored identity is to be: what the dialect knows of it is replaced as a whole, what it does
/// not know only where it is said.
pub(super) fn read_whole(members: &Members<'_>) -> Result<Wanted, Failure> {
    members.only_in_dialect(&[&OF_ALL[..], &ONLY_SHOWN].concat())?;
    members.required("schema_id")?;
    members.required("state")?;
    if members.value("traits").is_none() {
        return Err(mistaken("traits", "this is missing."));
    }
    let mut wanted = read(members)?;
    for facts in [&mut wanted.metadata_public, &mut wanted.metadata_admin] {
        facts.get_or_insert(Value::Null);
    }
    wanted.external_id.get_or_insert_default();
    Ok(wanted)
}

/// Whether an identity may sign in, where that is said.
pub(super) fn state(members: &Members<'_>) -> Result<Option<IdentityState>, Failure> {
    match members.text("state")? {
        None | Some("") => Ok(None),
        Some("active") => Ok(Some(IdentityState::Active)),
        Some("inactive") => Ok(Some(IdentityState::Inactive)),
        Some(_) => Err(mistaken("state", "this has to be active or inactive.")),
    }
}

/// The addresses of which it is said whether somebody proved to hold them. Those for recovery only
/// have to be there.
fn proved(members: &Members<'_>) -> Result<Vec<Proved>, Failure> {
    let mut all = Vec::new();
    let name = "verifiable_addresses";
    for (at, address) in members.list(name)?.into_iter().flatten().enumerate() {
        let address = Members::of(&members.at(&format!("{name}[{at}]")), address)?;
        address.only_in_dialect(&ADDRESS)?;
        let at = address.moment("verified_at")?;
        let is_completed = address.text("status")? == Some("completed");
        all.push(Proved {
            value: address.required("value")?.to_owned(),
            is_verified: address.flag("verified")?.unwrap_or(is_completed),
            at,
        });
    }
    Ok(all)
}

/// The kinds that come as another system keeps them.
const FACTORS: [CredentialKind; 4] = [
    CredentialKind::Totp,
    CredentialKind::LookupSecret,
    CredentialKind::Webauthn,
    CredentialKind::Passkey,
];

/// What it proves itself with.
fn prove(credentials: &Members<'_>, wanted: &mut Wanted) -> Result<(), Failure> {
    let mut given = credentials.names();
    let is_other = |name: &&str| name.parse::<CredentialKind>().is_err();
    if let Some(other) = given.find(|name| is_other(name) && credentials.value(name).is_some()) {
        let at = credentials.at(other);
        let why = match other {
            "saml" => "nobody signs in through SAML here.",
            _ => "there is no such credential that can be given to somebody.",
        };
        return Err(mistaken(&at, why));
    }
    let whole = |kind: &str| -> Result<Option<Members<'_>>, Failure> {
        let whole = credentials.object(kind)?;
        let told = whole.as_ref().map(|whole| whole.only_in_dialect(&KIND));
        told.transpose().map(|_| whole)
    };
    let config = |kind: &str| match whole(kind)? {
        Some(whole) => whole.object("config"),
        None => Ok(None),
    };
    if let Some(config) = config("password")? {
        wanted.password = password(&config)?;
    }
    if let Some(config) = config("oidc")? {
        wanted.links = links(&config)?;
    }
    for kind in FACTORS {
        let whole = whole(kind.as_str())?;
        if let Some(config) = whole.as_ref().and_then(|whole| whole.value("config")) {
            wanted.factors.push(NewFactor {
                kind,
                config: config.clone(),
            });
        }
    }
    Ok(())
}

fn password(config: &Members<'_>) -> Result<Option<NewPassword>, Failure> {
    config.only_in_dialect(&["password", "hashed_password", "use_password_migration_hook"])?;
    if config.flag("use_password_migration_hook")? == Some(true) {
        let at = config.at("use_password_migration_hook");
        return Err(mistaken(&at, "nobody else is asked for passwords here."));
    }
    let given = |name: &str| -> Result<Option<&str>, Failure> {
        Ok(config.text(name)?.filter(|text| !text.is_empty()))
    };
    match (given("password")?, given("hashed_password")?) {
        (Some(_), Some(_)) => Err(mistaken(
            &config.at("password"),
            "this stands beside hashed_password; one of them is enough.",
        )),
        (Some(plain), None) => Ok(Some(NewPassword::Plain(Secret::new(plain)))),
        (None, Some(hash)) => Ok(Some(NewPassword::Hashed(Secret::new(hash)))),
        (None, None) => Ok(None),
    }
}

fn links(config: &Members<'_>) -> Result<Vec<NewLink>, Failure> {
    config.only_in_dialect(&["providers"])?;
    let name = config.at("providers");
    let all = config.list("providers")?.into_iter().flatten().enumerate();
    all.map(|(at, link)| {
        let link = Members::of(&format!("{name}[{at}]"), link)?;
        link.only_in_dialect(&LINK)?;
        Ok(NewLink {
            provider: link.required("provider")?.to_owned(),
            subject: link.required("subject")?.to_owned(),
            is_prepared: link.flag("use_auto_link")?.unwrap_or(false),
        })
    })
    .collect()
}
