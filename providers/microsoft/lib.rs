//! Microsoft on top of the generic OpenID provider: tenants and their issuers, subjects that last,
//! and addresses trusted only where Microsoft or the operator vouches for them.

mod config;
mod rules;
mod tenant;

pub use crate::{
    config::{Cloud, Config},
    rules::SubjectSource,
    tenant::is_tenant_id,
};

#[cfg(test)]
mod tests;
