//! Local identities: the password method, what a password must be like, the bounded pool on which
//! passwords are hashed, and the second factors that need no device of their own.

mod bearable;
mod cost;
mod fields;
mod imported;
mod lookup_secret;
mod password;
mod policy;
mod pool;
mod seals;
mod totp;

pub use crate::{
    cost::{Cost, InvalidCost},
    imported::UnusableHash,
    lookup_secret::LookupSecret,
    password::{Config, Password, Stores},
    policy::Policy,
    seals::Seals,
    totp::Totp,
};
