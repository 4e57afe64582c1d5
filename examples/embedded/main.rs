//! The gateway inside a program of one's own, with a plugin that adds a header and hears of sign-ins.

use std::{env, path::PathBuf, sync::Arc};

use anyhow::anyhow;
use http::{HeaderName, HeaderValue};
use portcullis::{
    config::{self, Sources},
    gateway::Gateway,
};
use portcullis_core::{
    event::Event,
    plugin::{Host, InstallError, Plugin},
    principal::Principal,
    stage::{Enricher, Observer},
};

const ROLES: HeaderName = HeaderName::from_static("x-company-roles");

/// Tells applications the roles of whoever asks, and the log who signed in.
#[derive(Debug)]
struct Company;

impl Plugin for Company {
    fn name(&self) -> &'static str {
        "company"
    }

    fn install(&self, host: &mut Host) -> Result<(), InstallError> {
        host.enrichers.push(Arc::new(Roles));
        host.observers.push(Arc::new(Journal));
        Ok(())
    }
}

#[derive(Debug)]
struct Roles;

impl Enricher for Roles {
    fn headers(&self, _route: &str, principal: &Principal) -> Vec<(HeaderName, HeaderValue)> {
        let roles = principal.identity.roles.join(",");
        let value = HeaderValue::try_from(roles).ok();
        value.map(|value| (ROLES, value)).into_iter().collect()
    }

    /// No client can send what is named here.
    fn reserved(&self) -> Vec<HeaderName> {
        vec![ROLES]
    }
}

#[derive(Debug)]
struct Journal;

impl Observer for Journal {
    fn observe(&self, event: &Event<'_>) {
        if let Event::SignedIn {
            identity, method, ..
        } = event
        {
            tracing::info!(identity.id = %identity, method, "somebody signed in");
        }
    }
}

/// `embedded [FILE]`: the configuration file, else what `portcullis` itself would read.
fn main() -> anyhow::Result<()> {
    let file = env::args_os().nth(1).map(PathBuf::from);
    let loaded = config::load(&Sources::of_process(file)).map_err(|report| anyhow!("{report}"))?;
    Gateway::builder(loaded.config).plugin(Company).run()?;
    Ok(())
}
