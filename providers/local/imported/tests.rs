//! Hashes that other implementations made, and hashes that would do harm.

use serde_json::Value;

use super::*;
use crate::{
    Cost,
    cost::{Hasher, Outcome},
    policy::Normalised,
};

/// Made by bcrypt, passlib, argon2-cffi, cryptography and hashlib of Python.
const VECTORS: &str = include_str!("vectors.json");

#[test]
fn hashes_of_other_makers_know_their_password_and_no_other() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let password = vectors["password"].as_str().unwrap();
    let hashes = vectors["hashes"].as_array().unwrap();
    assert!(hashes.len() > 30);
    for hash in hashes {
        let hash = hash["hash"].as_str().unwrap();
        let imported: Imported = hash.parse().unwrap_or_else(|e| panic!("{hash}: {e}"));
        assert!(imported.verify(password.as_bytes()), "{hash}");
        for wrong in ["", "x", &password[1..], &format!("{password} ")] {
            assert!(!imported.verify(wrong.as_bytes()), "{hash}: {wrong}");
        }
    }
}

#[test]
fn a_hash_that_is_not_ours_is_outdated_and_is_made_of_what_was_typed() {
    let cost = Cost {
        memory: 64,
        iterations: 1,
        parallelism: 1,
    };
    let hasher = Hasher::new(cost).unwrap();
    // An e with an accent beside it, which is one letter in our own form.
    let typed = "cafe\u{301} noir";
    let password = Normalised::new(typed).unwrap();
    let own = hasher.hash(&password, [1; 16]).unwrap();
    assert_eq!(hasher.verify(&password, &own), Outcome::Right);
    for form in [typed.as_bytes(), "caf\u{e9} noir".as_bytes()] {
        let hash = bcrypt::hash(form, 4).unwrap();
        let outcome = hasher.verify(&password, &hash);
        assert_eq!(outcome, Outcome::RightButOutdated);
        let other = Normalised::new("cafe noir").unwrap();
        assert_eq!(hasher.verify(&other, &hash), Outcome::Wrong);
    }
}

#[test]
fn a_hash_that_takes_too_long_is_refused() {
    let digits = "x".repeat(86);
    let (salt, key) = ("c2FsdHNhbHQ", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE");
    for hash in [
        format!("$2b$16${}", ".".repeat(53)),
        format!("$2b$31${}", ".".repeat(53)),
        format!("$argon2id$v=19$m=1048576,t=1,p=1${salt}${key}"),
        format!("$argon2id$v=19$m=65536,t=4000000,p=1${salt}${key}"),
        format!("$pbkdf2-sha256$i=4294967295,l=32${salt}${key}"),
        format!("$scrypt$ln=1073741824,r=8,p=1${salt}${key}"),
        format!("$scrypt$ln=63,r=8,p=1${salt}${key}"),
        format!("$scrypt$ln=1,r=4294967295,p=4294967295${salt}${key}"),
        format!("$scrypt$ln=16384,r=8,p=4294967295${salt}${key}"),
        format!("$firescrypt$ln=4294967295,r=8,p=1${salt}${key}$Bw${key}"),
        format!("$6$rounds=999999999$salt${digits}"),
    ] {
        let refused = hash.parse::<Imported>().err();
        assert_eq!(refused, Some(UnusableHash::TooCostly), "{hash}");
    }
}

#[test]
fn a_hash_that_cannot_be_read_is_refused() {
    for hash in [
        "",
        "plain",
        "$",
        "$x$",
        "$2x$04$a",
        "{MD5}x",
        "$pbkdf2-md5$1$a$b",
        "$hmac-md4$a$b",
        "$argon2d$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$QUFBQUFBQUFBQUFBQUFBQQ",
    ] {
        let refused = hash.parse::<Imported>().err();
        assert!(refused.is_some(), "{hash}");
    }
    let everybodys = [
        // No password in what is digested.
        "$md5$pf=e1NBTFR9$c2FsdA==$CY9rzUYh03PK3k6DJie09g==",
        // Nothing to compare with, or next to nothing.
        "$pbkdf2-sha256$1000$c2FsdA$",
        "$pbkdf2-sha256$1000$c2FsdA$QQ",
        "$scrypt$ln=16,r=8,p=1$c2FsdA==$",
        "$firescrypt$ln=10,r=8,p=1$c2FsdA==$$Bw==$",
        "$hmac-sha256$$a2V5",
        "$sha256$pf=e1BBU1NXT1JEfQ==$c2FsdA==$",
        "{SSHA}",
        "$1$salt$",
        "$5$salt$",
        "$2b$04$",
    ];
    for hash in everybodys {
        let refused = hash.parse::<Imported>().err();
        assert_eq!(refused, Some(UnusableHash::Malformed), "{hash}");
    }
    let long = format!("$md5${}", "A".repeat(1 << 20));
    assert!(long.parse::<Imported>().is_err());
}
