//! The desk: what every page function works with, and the addresses of the flows.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use portcullis_core::{flow::FlowKind, id::FlowId, method::Method, plugin::Services};
use portcullis_kit::Shell;
use serde_json::Value;
use url::Url;

use crate::{
    config::{Config, Limits},
    guard::CaptchaGuard,
};

/// What every page function works with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// What the gateway offers.
    pub(crate) services: Services,
    /// What the operator chose.
    pub(crate) config: Config,
    /// How often things may happen.
    pub(crate) limits: Limits,
    /// What renders pages.
    pub(crate) shell: Arc<Shell>,
    /// What tells people from machines, where the operator asks for that.
    pub(crate) captcha: Option<CaptchaGuard>,
    /// The description of all pages, made with their router: no request changes it.
    pub(crate) description: OnceLock<Value>,
}

impl Desk {
    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.services.clock.now()
    }

    /// The absolute URL of an own page.
    pub(crate) fn own(&self, path: &str) -> String {
        self.services.addresses.own(path)
    }

    /// Where browsers land when nobody says otherwise.
    pub(crate) fn home(&self) -> String {
        self.services.addresses.public_url().to_string()
    }

    /// The page that shows flows of this kind.
    pub(crate) fn ui_url(&self, kind: FlowKind) -> String {
        let custom = match kind {
            FlowKind::Login => &self.config.login.ui_url,
            FlowKind::Registration => &self.config.registration.ui_url,
            FlowKind::Settings => &self.config.settings.ui_url,
            FlowKind::Recovery => &self.config.recovery.ui_url,
            FlowKind::Verification => &self.config.verification.ui_url,
            FlowKind::Error => &self.config.error.ui_url,
        };
        match custom {
            Some(url) => url.to_string(),
            None => self.own(&format!("/{}", kind.as_str())),
        }
    }

    /// The page that shows this flow.
    pub(crate) fn flow_page(&self, kind: FlowKind, id: FlowId) -> String {
        with_query(&self.ui_url(kind), &[("flow", &id.to_string())])
    }

    /// Where a browser begins a flow of this kind, to return to `return_to`.
    pub(crate) fn begin_page(&self, kind: FlowKind, return_to: Option<&str>) -> String {
        let page = self.own(&format!("/self-service/{}/browser", kind.as_str()));
        match return_to {
            Some(url) => with_query(&page, &[("return_to", url)]),
            None => page,
        }
    }

    /// Where a browser proves again who it is for, on behalf of the flow `waits`, to return to
    /// `return_to`.
    pub(crate) fn confirm_page(&self, waits: FlowId, return_to: &str) -> String {
        with_query(
            &self.refresh_page(return_to),
            &[("waits", &waits.to_string())],
        )
    }

    /// Where a browser that is signed in shows a second factor, to return to `return_to`.
    pub(crate) fn step_up_page(&self, return_to: Option<&str>) -> String {
        with_query(
            &self.begin_page(FlowKind::Login, return_to),
            &[("aal", "aal2")],
        )
    }

    /// Where a browser that is signed in proves again who it is for, to return to `return_to`.
    pub(crate) fn refresh_page(&self, return_to: &str) -> String {
        let page = self.begin_page(FlowKind::Login, Some(return_to));
        with_query(&page, &[("refresh", "true")])
    }

    /// How long a flow of this kind may take.
    pub(crate) fn lifespan(&self, kind: FlowKind) -> Duration {
        match kind {
            FlowKind::Registration => self.config.registration.flow_lifespan,
            FlowKind::Settings => self.config.settings.flow_lifespan,
            FlowKind::Recovery => self.config.recovery.flow_lifespan,
            FlowKind::Verification => self.config.verification.flow_lifespan,
            FlowKind::Login | FlowKind::Error => self.config.login.flow_lifespan,
        }
    }

    /// The local method of this name.
    pub(crate) fn method(&self, name: &str) -> Option<&Arc<dyn Method>> {
        let mut methods = self.services.methods.iter();
        methods.find(|method| method.name() == name)
    }
}

/// `url` with further query parameters; unchanged when it is no URL.
pub(crate) fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(parameters);
            url.into()
        }
        Err(_) => url.to_owned(),
    }
}
