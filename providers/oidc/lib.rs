//! Any OpenID provider: discovery when first used, code flow with state, nonce and PKCE, and checks
//! of everything that comes back. Speaks to the provider and to nobody else.

mod assertion;
mod authentication;
mod certificate;
mod client;
mod config;
mod discovery;
mod email;
mod exchange;
mod fetch;
mod guard;
mod id_token;
mod keys;
mod logout_token;
mod oidc;
mod outbound;
mod proof;
mod remote;
mod revocation;
mod rules;
mod sign_out;
mod signed;
mod tokens;
mod trouble;
mod userinfo;

pub use crate::{
    authentication::{ClientAuthentication, SigningKey},
    client::{Client, InvalidConfig, check_parameter},
    config::Config,
    oidc::Oidc,
    outbound::Outbound,
    rules::{Plain, Rules},
    trouble::safe_code,
};

#[cfg(test)]
mod tests;
