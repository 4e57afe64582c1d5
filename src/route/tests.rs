//! Routes for tests.

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderName, Method};
use portcullis_core::expression::{Expression, Scope};

use super::{
    Access, EncodedSlash, HeaderPreset, HostPattern, Route, Target, Timeouts, Unauthenticated,
};

/// A signed-in route of every host with the default header preset.
pub(crate) fn route(name: &str, path: &str) -> Route {
    Route {
        id: 0,
        name: name.to_owned(),
        host: HostPattern::Any,
        path: path.to_owned(),
        methods: None,
        target: Target::Echo,
        access: Access::SignedIn,
        allow: None,
        deny: None,
        preset: HeaderPreset::OAuth2Proxy,
        set_headers: BTreeMap::new(),
        inject_access_token: None,
        scopes: Vec::new(),
        scopes_id: 0,
        encoded_slash: EncodedSlash::Reject,
        unauthenticated: Unauthenticated::Auto,
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            read: None,
            write: Duration::from_secs(60),
        },
    }
}

impl Route {
    pub(crate) fn on(mut self, host: &str) -> Self {
        self.host = match host.strip_prefix("*.") {
            Some(host) => HostPattern::Below(host.to_owned()),
            None => HostPattern::Exact(host.to_owned()),
        };
        self
    }

    pub(crate) fn by(mut self, methods: &[Method]) -> Self {
        self.methods = Some(methods.to_vec());
        self
    }

    pub(crate) fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    pub(crate) fn allow(mut self, rule: &str) -> Self {
        self.allow = Some(rule_of(rule));
        self
    }

    pub(crate) fn deny(mut self, rule: &str) -> Self {
        self.deny = Some(rule_of(rule));
        self
    }

    pub(crate) fn preset(mut self, preset: HeaderPreset) -> Self {
        self.preset = preset;
        self
    }

    pub(crate) fn set(mut self, name: &str, text: &str) -> Self {
        let header = HeaderName::try_from(name).unwrap();
        self.set_headers
            .insert(name.to_owned(), (header, rule_of(text)));
        self
    }

    pub(crate) fn asking_for(mut self, scope: &str) -> Self {
        self.scopes = vec![scope.to_owned()];
        self
    }

    pub(crate) fn inject(mut self, provider: &str) -> Self {
        self.inject_access_token = Some(provider.parse().unwrap());
        self
    }
}

fn rule_of(text: &str) -> Expression {
    Expression::compile(text, Scope::Policy).unwrap()
}
