//! Local identities: the password method, what a password must be like, the bounded pool on which
//! passwords are hashed, second factors, and passkeys.

mod bearable;
mod breaches;
mod cost;
mod fields;
mod imported;
mod imports;
mod lookup_secret;
mod naming;
mod password;
mod policy;
mod pool;
mod seals;
mod totp;
mod webauthn;

pub use crate::{
    breaches::{
        BreachCheck, BreachFile, BreachRange, Breaches, Fingerprint, InvalidRange, OnFailure,
        Unasked,
    },
    cost::{Cost, InvalidCost},
    imported::{UnusableHash, usable_hash},
    imports::Imports,
    lookup_secret::LookupSecret,
    password::{Config, Password, Stores},
    policy::Policy,
    seals::Seals,
    totp::Totp,
    webauthn::{Keys, Passkeys, RelyingParty, Script, SecurityKeys},
};
