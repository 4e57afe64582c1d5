//! An app that was set up elsewhere, by the address that it was read from (the key URI format of Google
//! Authenticator). What the verifier here cannot do is refused, never guessed.

use std::collections::BTreeMap;

use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::Misfit,
};
use serde_json::json;
use totp_rs::Secret;
use url::Url;

use super::{
    PURPOSE, SECRET,
    generator::{Digest, Generator, LONGEST_PERIOD, Parameters},
};
use crate::imports::{
    said::Said,
    tools::{Tools, Whose},
};

/// The longest address, in bytes.
const LONGEST_URL: usize = 2048;
/// How many bytes a secret has (RFC 4226, section 4); no digest takes in more at once.
const SECRETS: std::ops::RangeInclusive<usize> = 16..=128;
/// How many digits are verified (RFC 4226, section 5.3).
const DIGITS: std::ops::RangeInclusive<u8> = 6..=8;
/// The parameters that say how codes are made; all others are names and pictures.
const MEANT: [&str; 5] = ["secret", "algorithm", "digits", "period", "encoder"];

/// The app, in place of the one that the identity has.
pub(crate) fn credential(
    kept: &Said<'_>,
    whose: Whose<'_>,
    tools: &Tools,
) -> Result<Credential, Misfit> {
    let address = kept.member("totp_url");
    let generator = generator(address.required(LONGEST_URL)?);
    let generator = generator.map_err(|reason| address.wrong(reason))?;
    let owner = whose.0;
    let purpose = (PURPOSE, owner);
    let sealed = tools
        .seals
        .close(purpose, generator.secret(), &*tools.entropy);
    let sealed = sealed.map_err(|_| address.wrong("its secret cannot be sealed"))?;
    let mut config = json!(generator.parameters());
    config[SECRET] = sealed.into();
    let name = (CredentialKind::Totp, owner.to_string());
    Ok(tools.credential(name, config, whose))
}

fn generator(address: &str) -> Result<Generator, &'static str> {
    let address = Url::parse(address).map_err(|_| "this is no otpauth address")?;
    let kind = address.host_str().unwrap_or_default().to_ascii_lowercase();
    match (address.scheme(), &*kind) {
        ("otpauth", "totp") => {}
        ("otpauth", "hotp") => return Err("codes that count (hotp) are not known here"),
        _ => return Err("this is no otpauth address of a totp app"),
    }
    let said = parameters(&address)?;
    if said.contains_key("encoder") {
        return Err("its codes are no digits (encoder)");
    }
    let secret = secret(said.get("secret").ok_or("it has no secret")?)?;
    let usual = Parameters::default();
    let parameters = Parameters {
        algorithm: match said.get("algorithm") {
            None => usual.algorithm,
            Some(name) => algorithm(name)?,
        },
        digits: match said.get("digits") {
            None => usual.digits,
            Some(digits) => {
                let digits = digits.parse().ok().filter(|digits| DIGITS.contains(digits));
                digits.ok_or("its codes have to have 6 to 8 digits")?
            }
        },
        period: match said.get("period") {
            None => usual.period,
            Some(period) => {
                let period = period.parse().ok();
                let period = period.filter(|period| (1..=LONGEST_PERIOD).contains(period));
                period.ok_or("its period has to be 1 to 300 seconds")?
            }
        },
    };
    Generator::new(parameters, secret).ok_or("no codes can be made like this")
}

/// What is said of how codes are made, each once: two words for one thing would be a guess.
fn parameters(address: &Url) -> Result<BTreeMap<String, String>, &'static str> {
    let mut said = BTreeMap::new();
    for (name, value) in address.query_pairs() {
        let name = name.to_ascii_lowercase();
        if !MEANT.contains(&name.as_str()) || value.is_empty() {
            continue;
        }
        if said.insert(name, value.into_owned()).is_some() {
            return Err("it says the same thing twice");
        }
    }
    Ok(said)
}

fn algorithm(name: &str) -> Result<Digest, &'static str> {
    match &*name.replace('-', "").to_ascii_uppercase() {
        "SHA1" => Ok(Digest::Sha1),
        "SHA256" => Ok(Digest::Sha256),
        "SHA512" => Ok(Digest::Sha512),
        _ => Err("its algorithm has to be SHA1, SHA256 or SHA512"),
    }
}

fn secret(text: &str) -> Result<Vec<u8>, &'static str> {
    let signs = text.chars().filter(|c| !c.is_whitespace() && *c != '=');
    let text: String = signs.map(|c| c.to_ascii_uppercase()).collect();
    let secret = Secret::try_from_base32(&text).map_err(|_| "its secret is no base 32")?;
    let secret = secret.as_bytes().to_vec();
    match SECRETS.contains(&secret.len()) {
        true => Ok(secret),
        false => Err("its secret has to have 16 to 128 bytes (RFC 4226, section 4)"),
    }
}
