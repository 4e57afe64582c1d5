//! Local identities: the password method, what a password must be like, and the bounded pool on
//! which passwords are hashed.

mod bearable;
mod breaches;
mod cost;
mod imported;
mod password;
mod policy;
mod pool;

pub use crate::{
    breaches::{
        BreachCheck, BreachFile, BreachRange, Breaches, Fingerprint, InvalidRange, OnFailure,
        Unasked,
    },
    cost::{Cost, InvalidCost},
    imported::UnusableHash,
    password::{Config, Password, Stores},
    policy::Policy,
};
