//! Passwords as Keycloak keeps them, in the notation of imported hashes.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use portcullis_core::secret::Secret;
use serde_json::Value;

/// The hash of a credential of type `password`; why there is none, where it cannot be used.
pub(crate) fn hash(credential: &Value) -> Result<Secret, String> {
    let data = inner(&credential["credentialData"])?;
    let secret = inner(&credential["secretData"])?;
    let value = part(&secret, "value")?;
    let salt = part(&secret, "salt")?;
    let rounds = whole(&data["hashIterations"]).ok_or("it does not say how often it is hashed")?;
    match data["algorithm"].as_str().unwrap_or_default() {
        "pbkdf2" => Ok(pbkdf2("sha1", rounds, &salt, &value)),
        "pbkdf2-sha256" => Ok(pbkdf2("sha256", rounds, &salt, &value)),
        "pbkdf2-sha512" => Ok(pbkdf2("sha512", rounds, &salt, &value)),
        "argon2" => argon2(&data["additionalParameters"], rounds, &salt, &value),
        other => Err(format!("its algorithm {other:?} is not known")),
    }
}

fn pbkdf2(digest: &str, rounds: u64, salt: &[u8], value: &[u8]) -> Secret {
    let (length, salt, value) = (value.len(), STANDARD.encode(salt), STANDARD.encode(value));
    Secret::new(format!(
        "$pbkdf2-{digest}$i={rounds},l={length}${salt}${value}"
    ))
}

fn argon2(further: &Value, rounds: u64, salt: &[u8], value: &[u8]) -> Result<Secret, String> {
    let first = |name: &str| &further[name][0];
    let kind = match first("type").as_str() {
        None | Some("id") => "argon2id",
        Some("i") => "argon2i",
        Some(other) => return Err(format!("argon2{other} is not checked here")),
    };
    let version = match first("version").as_str() {
        None | Some("1.3") => 19,
        Some("1.0") => 16,
        Some(other) => return Err(format!("its version {other:?} of argon2 is not known")),
    };
    let missing = "it does not say how much memory it takes";
    let memory = whole(first("memory")).ok_or(missing)?;
    let lanes = whole(first("parallelism")).unwrap_or(1);
    let (salt, value) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(value));
    Ok(Secret::new(format!(
        "${kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${value}"
    )))
}

/// The object, which Keycloak writes as a text.
fn inner(data: &Value) -> Result<Value, String> {
    let malformed = || "it is malformed".to_owned();
    match data {
        Value::String(text) => serde_json::from_str(text).map_err(|_| malformed()),
        Value::Object(_) => Ok(data.clone()),
        _ => Err(malformed()),
    }
}

/// Bytes, which must be some.
fn part(secret: &Value, name: &str) -> Result<Vec<u8>, String> {
    let text = secret[name].as_str().unwrap_or_default();
    let bytes = STANDARD.decode(text).unwrap_or_default();
    match bytes.is_empty() {
        true => Err(format!("its {name} is missing or malformed")),
        false => Ok(bytes),
    }
}

/// A number, which may be written as a text.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credential(data: &Value, secret: &Value) -> Value {
        json!({
            "type": "password", "credentialData": data.to_string(),
            "secretData": secret.to_string(),
        })
    }

    #[test]
    fn each_algorithm_of_keycloak_has_its_notation() {
        let secret = json!({"value": "QUJD", "salt": "c2FsdA==", "additionalParameters": {}});
        let argon2 = json!({
            "hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"],
            "parallelism": ["1"],
        });
        for (data, expected) in [
            (
                json!({"hashIterations": 20_000, "algorithm": "pbkdf2"}),
                "$pbkdf2-sha1$i=20000,l=3$c2FsdA==$QUJD",
            ),
            (
                json!({"hashIterations": 27_500, "algorithm": "pbkdf2-sha256"}),
                "$pbkdf2-sha256$i=27500,l=3$c2FsdA==$QUJD",
            ),
            (
                json!({"hashIterations": "210000", "algorithm": "pbkdf2-sha512"}),
                "$pbkdf2-sha512$i=210000,l=3$c2FsdA==$QUJD",
            ),
            (
                json!({"hashIterations": 5, "algorithm": "argon2", "additionalParameters": argon2}),
                "$argon2id$v=19$m=7168,t=5,p=1$c2FsdA$QUJD",
            ),
        ] {
            let hash = hash(&credential(&data, &secret)).unwrap();
            assert_eq!(hash.expose(), expected);
        }
    }

    #[test]
    fn what_cannot_be_read_says_why_and_not_what() {
        let secret = json!({"value": "QUJD", "salt": "c2FsdA=="});
        let fine = json!({"hashIterations": 1, "algorithm": "pbkdf2"});
        for (data, secret) in [
            (
                json!({"hashIterations": 1, "algorithm": "bcrypt"}),
                secret.clone(),
            ),
            (json!({"algorithm": "pbkdf2"}), secret.clone()),
            (
                json!({"hashIterations": 1, "algorithm": "argon2", "additionalParameters":
                    {"type": ["d"], "memory": ["64"]}}),
                secret.clone(),
            ),
            (json!({"hashIterations": 1, "algorithm": "argon2"}), secret),
            (fine.clone(), json!({"value": "QUJD"})),
            (fine.clone(), json!({"value": "***", "salt": "c2FsdA=="})),
            (fine, json!(7)),
        ] {
            let why = hash(&credential(&data, &secret)).unwrap_err();
            assert!(!why.contains("QUJD") && !why.contains("***"), "{why}");
        }
        let broken = json!({"type": "password", "credentialData": "{", "secretData": "{}"});
        assert!(hash(&broken).is_err());
        assert!(hash(&json!({"type": "password"})).is_err());
    }
}
