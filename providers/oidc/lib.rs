//! Any OpenID provider, on the openidconnect crate.
