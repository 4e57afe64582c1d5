//! What is no secret about a credential: how it is made, never what of.

use serde_json::{Map, Value, json};

use crate::{
    credential::{Credential, CredentialKind},
    link::{Link, PreparedLink},
};

/// The parameters of hashes that say how costly they are, with the names they are shown under.
const COSTS: [(&str, &str); 8] = [
    ("m", "memory"),
    ("t", "iterations"),
    ("p", "parallelism"),
    ("i", "iterations"),
    ("rounds", "iterations"),
    ("ln", "log_cost"),
    ("r", "block_size"),
    ("v", "version"),
];

/// What of a key's config is shown.
const OF_KEYS: [&str; 5] = [
    "algorithm",
    "transports",
    "aaguid",
    "sign_count",
    "backed_up",
];

/// What of an application's config is shown.
const OF_APPLICATIONS: [&str; 3] = ["algorithm", "digits", "period"];

/// What may be shown of a credential.
pub(super) fn of(credential: &Credential) -> Value {
    let config = &credential.config;
    match credential.kind {
        CredentialKind::Password => {
            let hash = config["hashed_password"].as_str();
            hash.map_or_else(|| json!({}), of_hash)
        }
        CredentialKind::Oidc => of_link(credential),
        CredentialKind::Totp => chosen(config, &OF_APPLICATIONS),
        CredentialKind::Webauthn | CredentialKind::Passkey => chosen(config, &OF_KEYS),
        CredentialKind::LookupSecret => {
            let codes = config["codes"].as_array().map_or(&[][..], Vec::as_slice);
            let unused = codes
                .iter()
                .filter(|code| code["used_at"].is_null())
                .count();
            json!({"codes": codes.len(), "unused": unused})
        }
    }
}

fn chosen(config: &Value, names: &[&str]) -> Value {
    let shown = names.iter().filter_map(|name| {
        let value = config.get(name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    Value::Object(shown.collect())
}

fn of_link(credential: &Credential) -> Value {
    if let Some(prepared) = PreparedLink::of(credential) {
        return json!({"provider": prepared.provider, "prepared": true});
    }
    let link = Link::of(credential);
    link.map_or_else(
        || json!({}),
        |link| {
            let key = &link.key;
            json!({"provider": key.provider, "issuer": key.issuer, "subject": key.subject})
        },
    )
}

/// The algorithm of a hash and what it costs. Whatever else stands in a hash may be of a key, a salt or
/// the hash itself, so that only what is known to be a cost is shown.
fn of_hash(hash: &str) -> Value {
    if let Some((scheme, _)) = hash.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return json!({"algorithm": scheme.to_lowercase(), "parameters": {}});
    }
    let mut fields = hash.strip_prefix('$').unwrap_or_default().split('$');
    let name = fields.next().unwrap_or_default();
    let mut parameters = Map::new();
    // Behind the costs come salt and hash.
    for field in fields.take(2) {
        for (name, number) in field.split(',').filter_map(|part| part.split_once('=')) {
            let known = COSTS.iter().find(|(short, _)| *short == name);
            if let (Some((_, name)), Ok(number)) = (known, number.parse::<u64>()) {
                parameters.insert((*name).to_owned(), number.into());
            }
        }
    }
    let algorithm = match name {
        "2a" | "2b" | "2y" | "2z" => {
            let cost = hash
                .split('$')
                .nth(2)
                .and_then(|cost| cost.parse::<u8>().ok());
            parameters.extend(cost.map(|cost| ("cost".to_owned(), cost.into())));
            "bcrypt"
        }
        "1" => "md5-crypt",
        "5" => "sha256-crypt",
        "6" => "sha512-crypt",
        other => other,
    };
    json!({"algorithm": algorithm, "parameters": parameters})
}
