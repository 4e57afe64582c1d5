//! What an identity signs in with, as the dialect writes it for administrators: never what proves it.

use std::collections::BTreeMap;

use portcullis_core::{
    credential::{Credential, CredentialKind},
    credentials::Listed,
    identity::Identity,
    link::{Link, PreparedLink},
};
use serde_json::{Map, Value, json};

/// The member `credentials` of an identity: one entry for each kind, under its name. The kinds of
/// `declassified` also tell what is not secret of how they are set up.
pub fn credentials(
    identity: &Identity,
    all: &[Credential],
    declassified: &[CredentialKind],
) -> Value {
    let mut kinds: BTreeMap<&str, Vec<&Credential>> = BTreeMap::new();
    for one in all {
        kinds.entry(one.kind.as_str()).or_default().push(one);
    }
    let written = kinds.into_iter().map(|(name, ones)| {
        let kind = ones[0].kind;
        let mut json = kind_of(identity, &ones);
        if declassified.contains(&kind) {
            json["config"] = config(kind, &ones);
        }
        (name.to_owned(), json)
    });
    Value::Object(written.collect::<Map<_, _>>())
}

fn kind_of(identity: &Identity, ones: &[&Credential]) -> Value {
    let identifiers = ones.iter().flat_map(|one| identifiers(identity, one));
    json!({
        "type": ones[0].kind,
        "identifiers": identifiers.collect::<Vec<_>>(),
        "version": 0,
        "created_at": ones.iter().map(|one| one.created_at).min(),
        "updated_at": ones.iter().map(|one| one.updated_at).max(),
    })
}

/// What finds it: of links the account, `provider:subject`; of the rest what one signs in with.
fn identifiers(identity: &Identity, one: &Credential) -> Vec<String> {
    if one.kind != CredentialKind::Oidc {
        return match one.kind {
            CredentialKind::Password => identity.identifiers.clone(),
            _ => vec![identity.id.to_string()],
        };
    }
    let link = Link::of(one).map(|link| format!("{}:{}", link.key.provider, link.key.subject));
    let prepared = || PreparedLink::of(one).map(|one| format!("{}:{}", one.provider, one.address));
    link.or_else(prepared).into_iter().collect()
}

fn config(kind: CredentialKind, ones: &[&Credential]) -> Value {
    if kind != CredentialKind::Oidc {
        return json!(Listed::of(ones[0], true).data);
    }
    let providers = ones.iter().filter_map(|one| {
        let made = Link::of(one).map(|link| {
            json!({
                "provider": link.key.provider,
                "subject": link.key.subject,
                "label": link.label,
                "organization": "",
            })
        });
        made.or_else(|| {
            let prepared = PreparedLink::of(one)?;
            Some(json!({
                "provider": prepared.provider,
                "subject": prepared.address,
                "use_auto_link": true,
            }))
        })
    });
    json!({"providers": providers.collect::<Vec<_>>()})
}
