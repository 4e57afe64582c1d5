//! The plugin port: a plugin adds parts to a host when the gateway is put together.

use std::{
    fmt::{Debug, Display},
    sync::{Arc, OnceLock},
};

use url::Url;

use crate::{
    action::Actions,
    administration::{ProviderAdministration, SignOutAddresses},
    afterwards::Afterwards,
    api_credential::ApiCredentialStore,
    audit::AuditLog,
    broker::Broker,
    catalogue::Code,
    clock::Clock,
    cookie::Cookies,
    credential::CredentialStore,
    entropy::Entropy,
    errand::Outreach,
    event::Event,
    factor::Factors,
    flow::FlowStore,
    gauge::Gauge,
    id::ProviderId,
    identity::IdentityStore,
    mail::{Courier, Mailer},
    method::Method,
    pages::Pages,
    return_to::ReturnUrls,
    schema::{Schemas, runtime::SchemaDesk},
    seal::Seal,
    search::IdentitySearch,
    sessions::Sessions,
    stage::{Authenticator, Authorizer, Enricher, Observer},
    throttle::Throttles,
    vault::UpstreamSessionStore,
};

/// Something that adds parts to the gateway.
pub trait Plugin: Debug + Send + Sync {
    /// Its name, as in `[plugins.<name>]`.
    fn name(&self) -> &'static str;

    /// Adds its parts to `host`. Called once, before the first request.
    fn install(&self, host: &mut Host) -> Result<(), InstallError>;
}

/// A plugin could not be installed.
#[derive(Debug, thiserror::Error)]
#[error("the plugin cannot be installed: {reason}")]
pub struct InstallError {
    /// What is missing or wrong.
    pub reason: String,
}

/// What the gateway offers to plugins, and the parts they have added.
#[derive(Debug)]
pub struct Host {
    /// What plugins may use.
    pub services: Services,
    /// Who callers are found out by, asked in order.
    pub authenticators: Vec<Arc<dyn Authenticator>>,
    /// Who judges beside the routes' rules.
    pub authorizers: Vec<Arc<dyn Authorizer>>,
    /// Who adds headers beside the routes' presets.
    pub enrichers: Vec<Arc<dyn Enricher>>,
    /// Who hears what happens.
    pub observers: Vec<Arc<dyn Observer>>,
    /// What is read again and again while the gateway runs.
    pub gauges: Vec<Arc<dyn Gauge>>,
    /// Pages on the proxy listener, by the path below the gateway's prefix they begin with.
    pub public_pages: Vec<(String, Arc<dyn Pages>)>,
    /// Pages on the admin listener, by the path they begin with.
    pub admin_pages: Vec<(String, Arc<dyn Pages>)>,
}

/// What plugins may use of the gateway.
#[derive(Debug, Clone)]
pub struct Services {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The identity schemas.
    pub schemas: Arc<Schemas>,
    /// Looking them up as documents, and changing them.
    pub schema_desk: Arc<SchemaDesk>,
    /// What people may have to do before they are let through.
    pub actions: Arc<Actions>,
    /// The identities.
    pub identities: Arc<dyn IdentityStore>,
    /// Finding them.
    pub search: Arc<dyn IdentitySearch>,
    /// Their credentials.
    pub credentials: Arc<dyn CredentialStore>,
    /// The sessions.
    pub sessions: Sessions,
    /// The flows.
    pub flows: Arc<dyn FlowStore>,
    /// What may happen only so often.
    pub throttles: Throttles,
    /// Where sessions came from, for those that began at a provider.
    pub upstream_sessions: Arc<dyn UpstreamSessionStore>,
    /// The methods of local identities; empty when local sign-in is off.
    pub methods: Vec<Arc<dyn Method>>,
    /// What proves somebody beside them, or without them.
    pub factors: Factors,
    /// Sign-in through providers.
    pub broker: Broker,
    /// What programs prove themselves with to the admin API.
    pub api_credentials: Arc<dyn ApiCredentialStore>,
    /// Who did what.
    pub audit: Arc<dyn AuditLog>,
    /// Adding, changing and removing providers.
    pub administration: Arc<dyn ProviderAdministration>,
    /// The key that seals what browsers carry for us.
    pub seal: Seal,
    /// The gateway's cookies.
    pub cookies: Cookies,
    /// Where the gateway is and where browsers may return to.
    pub addresses: Addresses,
    /// Who sees to what is left to do after an answer.
    pub afterwards: Arc<dyn Afterwards>,
    /// Who takes mail.
    pub mailer: Arc<dyn Mailer>,
    /// Who knows which mail waits.
    pub courier: Arc<dyn Courier>,
    /// What administrators hand out to people and have them do.
    pub outreach: Arc<dyn Outreach>,
    /// Who hears of sign-ins.
    pub announcer: Announcer,
}

/// Where the gateway is.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Where browsers may return to; knows the public URL.
    pub return_urls: Arc<ReturnUrls>,
    /// The path own pages live under, without a trailing slash: `/.portcullis`.
    pub prefix: String,
}

impl Addresses {
    /// The absolute URL of an own page; `path` begins with a slash.
    pub fn own(&self, path: &str) -> String {
        let base = self.return_urls.public_url().as_str().trim_end_matches('/');
        format!("{base}{}{path}", self.prefix)
    }

    /// The URI to register at a provider.
    pub fn redirect_uri(&self, provider: &ProviderId) -> String {
        self.of_provider("callback", provider)
    }

    fn of_provider(&self, what: &str, provider: &dyn Display) -> String {
        self.own(&format!("/self-service/methods/oidc/{what}/{provider}"))
    }

    /// The URIs to register at providers, `{provider}` standing for the provider's id.
    pub fn redirect_uri_pattern(&self) -> String {
        self.of_provider("callback", &"{provider}")
    }

    /// Where a provider sends the browser, or word, when somebody signs out.
    pub fn sign_out(&self, provider: &ProviderId) -> SignOutAddresses {
        let at = |what: &str| self.of_provider(what, provider);
        SignOutAddresses {
            post_logout_redirect_uri: at("signed-out"),
            backchannel_logout_uri: at("backchannel-logout"),
            frontchannel_logout_uri: at("frontchannel-logout"),
        }
    }

    /// Where browsers reach the gateway.
    pub fn public_url(&self) -> &Url {
        self.return_urls.public_url()
    }
}

/// Tells every observer what happened.
///
/// Plugins take theirs while further plugins may still add observers, so who is told is settled
/// once all are installed; before that nothing happens that could be told.
#[derive(Debug, Clone, Default)]
pub struct Announcer {
    observers: Arc<OnceLock<Vec<Arc<dyn Observer>>>>,
}

impl Announcer {
    /// An announcer to these observers.
    pub fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        Self {
            observers: Arc::new(OnceLock::from(observers)),
        }
    }

    /// Settles who is told by this announcer and all its clones; a second time changes nothing.
    pub fn settle(&self, observers: Vec<Arc<dyn Observer>>) {
        let _ = self.observers.set(observers);
    }

    /// Tells everyone.
    pub fn announce(&self, event: &Event<'_>) {
        let observers = self.observers.get().into_iter().flatten();
        observers.for_each(|observer| observer.observe(event));
    }

    /// Tells everyone that a sign-in was refused, and hands the code back.
    pub fn refuse(&self, method: &str, code: Code) -> Code {
        self.announce(&Event::SignInRefused {
            method,
            provider: None,
            code,
            reason: None,
        });
        code
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Debug, Default)]
    struct Ear(AtomicUsize);

    impl Observer for Ear {
        fn observe(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_plugin_that_came_first_is_heard_by_observers_that_came_later() {
        let (ear, announcer) = (Arc::new(Ear::default()), Announcer::default());
        let taken_early = announcer.clone();
        announcer.settle(vec![ear.clone()]);
        taken_early.refuse("password", Code::CredentialsInvalid);
        assert_eq!(ear.0.load(Ordering::Relaxed), 1);
    }
}
