//! Google on top of the generic OpenID provider: both spellings of its issuer, hosted domains that
//! are verified, and addresses trusted only where Google itself is their authority.

mod config;
mod rules;

pub use crate::config::Config;

#[cfg(test)]
mod tests;
