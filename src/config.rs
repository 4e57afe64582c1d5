//! Configuration: one struct per section, read in layers and checked as a whole before anything runs.
//!
//! [`load()`] is the only way in; what it returns has passed every check, and secrets named by file
//! have been read.

mod admin;
mod admin_listener;
mod alone;
mod breached;
mod captcha;
mod collection;
mod connection;
mod drop_in;
mod duration;
mod expression;
mod file;
mod finding;
mod form_module;
mod header;
mod host;
mod identity;
mod json_position;
mod limits;
mod listen;
mod load;
mod log;
mod mail;
mod messages;
mod mfa;
mod origin;
mod outbound;
mod password;
mod past_drop_ins;
mod path;
mod plugins;
mod position;
mod provider;
mod rate;
pub(crate) mod reference;
mod required_actions;
mod route;
mod routes;
mod schema;
mod schema_folder;
mod security_headers;
mod session;
mod size;
mod sources;
mod store;
mod text;
mod tls;
mod tokens;
mod upstream;
mod wording;
mod written;

use std::{collections::BTreeMap, path::PathBuf};

use portcullis_core::return_to::Pattern;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub use self::{
    admin::{Admin, AdminAuth},
    admin_listener::{AdminListener, SocketMode},
    breached::Breached,
    captcha::{Captcha, CaptchaFlow, CaptchaProvider},
    connection::ConnectionUrl,
    finding::{Finding, KeyPath, Place, Report, Severity},
    form_module::FormModule,
    identity::{Identity, Local},
    limits::Limits,
    listen::{Listen, Tls},
    load::{Loaded, load, load_provider},
    log::{Log, LogFormat, LogLevel},
    mail::Mail,
    messages::Messages,
    outbound::Outbound,
    password::{Argon2, Password},
    past_drop_ins::load_past_drop_ins,
    plugins::{
        ErrorPage, LoginFlow, MailedFlow, MailedProof, Plugins, RegistrationFlow, SelfService,
    },
    provider::{
        Authentication, Cloud, MappedTrait, OnDisable, Preset, Protocol, Provider, ProviderKind,
        SubjectSource,
    },
    rate::Rate,
    required_actions::{RequiredAction, RequiredActions},
    route::{Access, EncodedSlash, HeaderPreset, Route, Timeouts, Unauthenticated},
    schema::SchemaSource,
    security_headers::SecurityHeaders,
    session::{ActionsInWhoAmI, Session, WhoAmI},
    size::ByteSize,
    sources::Sources,
    store::{Redis, Store},
    tokens::Tokens,
    upstream::Upstream,
};

pub(crate) use self::{
    provider::Spoken,
    schema::{is_name as is_schema_name, problems as schema_problems},
    schema_folder::{SchemaFolder, files as schema_files},
};

use self::finding::Check;

/// The drop-in files of a folder, in the order in which they are read; none where it cannot be read.
pub(crate) fn drop_ins(folder: &std::path::Path) -> Vec<PathBuf> {
    match folder.as_os_str().is_empty() {
        true => Vec::new(),
        false => drop_in::files(folder).unwrap_or_default(),
    }
}

/// Where drop-in files are looked for.
const PROVIDERS_DIR: &str = "providers.d";

/// The whole configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where browsers reach the gateway; default `http://localhost:4180`.
    #[serde(deserialize_with = "text::url")]
    pub public_url: Url,
    /// The path below which the gateway's own pages live; default `/.portcullis`.
    pub prefix: String,
    /// Where a flow may return to besides own hosts; `*.` stands for one or more labels.
    pub allowed_return_urls: Vec<String>,
    /// `[listen]`.
    pub listen: Listen,
    /// `[store]`.
    pub store: Store,
    /// `[redis]`.
    pub redis: Redis,
    /// `[session]`.
    pub session: Session,
    /// `[tokens]`.
    pub tokens: Tokens,
    /// `[[routes]]`; none by default, or one to the built-in echo application without any file.
    pub routes: Vec<Route>,
    /// `[providers.<id>]`; none by default.
    pub providers: BTreeMap<String, Provider>,
    /// The folder of files with more providers, as `[providers.<id>]` tables or as lists of Kratos'
    /// objects; default `providers.d` beside the configuration file. It need not exist; nothing: none is
    /// looked for.
    pub providers_dir: PathBuf,
    /// The file of `providers_dir` that a provider stands in; none for those of the main file.
    #[serde(skip)]
    pub drop_ins: BTreeMap<String, PathBuf>,
    /// What lists of `providers_dir` say that has no meaning here, with file and line.
    #[serde(skip)]
    pub drop_in_losses: Vec<String>,
    /// `[identity]`.
    pub identity: Identity,
    /// `[required_actions.<ALIAS>]`.
    pub required_actions: RequiredActions,
    /// `[plugins.…]`.
    pub plugins: Plugins,
    /// `[mail]`.
    pub mail: Mail,
    /// `[messages]`.
    pub messages: Messages,
    /// `[captcha]`.
    pub captcha: Captcha,
    /// `[security_headers]`.
    pub security_headers: SecurityHeaders,
    /// `[outbound]`.
    pub outbound: Outbound,
    /// `[limits]`.
    pub limits: Limits,
    /// `[log]`.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: local_url(),
            prefix: "/.portcullis".to_owned(),
            allowed_return_urls: Vec::new(),
            listen: Listen::default(),
            store: Store::default(),
            redis: Redis::default(),
            session: Session::default(),
            tokens: Tokens::default(),
            routes: Vec::new(),
            providers: BTreeMap::new(),
            providers_dir: PROVIDERS_DIR.into(),
            drop_ins: BTreeMap::new(),
            drop_in_losses: Vec::new(),
            identity: Identity::default(),
            required_actions: required_actions::defaults(),
            plugins: Plugins::default(),
            mail: Mail::default(),
            messages: Messages::default(),
            captcha: Captcha::default(),
            security_headers: SecurityHeaders::default(),
            outbound: Outbound::default(),
            limits: Limits::default(),
            log: Log::default(),
        }
    }
}

fn local_url() -> Url {
    match Url::parse("http://localhost:4180") {
        Ok(url) => url,
        Err(_) => unreachable!("the text is a constant, and tests read it"),
    }
}

impl Config {
    /// What serves when nothing is configured: the defaults, with the echo application behind the
    /// gate.
    pub fn embedded() -> Self {
        Self {
            routes: vec![Route::echo()],
            ..Self::default()
        }
    }

    /// The public URL's origin, without a slash at its end.
    pub fn public_origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Brings what may be spelled in several ways into one form.
    fn normalise(&mut self) {
        for route in &mut self.routes {
            route.path = path::trimmed(&route.path).to_owned();
            route.host = route.host.take().map(|host| host.to_ascii_lowercase());
        }
        let domain = &mut self.session.cookie_domain;
        *domain = domain.take().map(|domain| domain.to_ascii_lowercase());
    }

    fn validate(&self, check: &mut Check<'_>) {
        self.validate_public_url(&mut check.under("public_url"));
        if let Err(reason) = validate_prefix(&self.prefix) {
            check.under("prefix").problem(reason);
        }
        for (index, url) in self.allowed_return_urls.iter().enumerate() {
            if url.parse::<Pattern>().is_err() {
                check.under("allowed_return_urls").item(index).problem(format!(
                    "{url:?} is no address to return to; write one such as \"https://*.example.org\""
                ));
            }
        }
        self.listen.validate(&mut check.under("listen"));
        self.store.validate(&mut check.under("store"));
        self.redis.validate(&mut check.under("redis"));
        self.session
            .validate(&self.public_url, &mut check.under("session"));
        routes::validate(
            &self.routes,
            &self.prefix,
            &self.listen,
            &mut check.under("routes"),
        );
        routes::warn_of_unknown_providers(
            &self.routes,
            &self.providers,
            &mut check.under("routes"),
        );
        self.tokens.validate(&mut check.under("tokens"));
        let schemas = self.identity.schemas();
        for (id, provider) in &self.providers {
            let mut check = check.under("providers");
            let mut check = check.under(id);
            provider.validate(id, &mut check);
            provider.validate_traits(&schemas, self.identity.default_id(), &mut check);
        }
        self.warn_of_open_doors(check);
        self.identity.validate(&mut check.under("identity"));
        self.validate_codes(&mut check.under("identity"));
        self.validate_factors(&mut check.under("identity").under("mfa"));
        required_actions::validate(self, &mut check.under("required_actions"));
        self.plugins
            .self_service
            .validate(&mut check.under("plugins").under("self-service"));
        if let Some(admin) = &self.plugins.admin {
            admin.validate(
                &self.listen.admin,
                &mut check.under("plugins").under("admin"),
            );
        }
        self.mail.validate(&mut check.under("mail"));
        self.messages.validate(&mut check.under("messages"));
        self.warn_of_silence(&mut check.under("mail"));
        self.captcha.validate(&mut check.under("captcha"));
        self.security_headers
            .validate(&mut check.under("security_headers"));
        self.outbound.validate(&mut check.under("outbound"));
        self.limits.validate(&mut check.under("limits"));
    }

    fn warn_of_silence(&self, check: &mut Check<'_>) {
        let mut providers = self.providers.values();
        if self.mail.url.is_none() && providers.any(|one| one.enabled && one.notify) {
            check.warn(
                "nobody is written to when an account is linked or unlinked, for there is no mail \
                 server; write url and from, or notify = false at the providers",
            );
        }
    }

    fn validate_public_url(&self, check: &mut Check<'_>) {
        let url = &self.public_url;
        if !matches!(url.scheme(), "http" | "https") {
            return check.problem("browsers open http:// and https:// only; write such a URL");
        }
        let origin = self.public_origin();
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return check.problem(format!(
                "it takes no path, query, fragment or credentials; write {origin:?}"
            ));
        }
        if url.scheme() == "http" && !is_loopback(url) {
            check
                .warn("cookies and passwords travel in the clear; write https:// outside of tests");
        }
        if url.scheme() == "http" && self.listen.tls.files().is_some() {
            check.warn("[listen.tls] is given, but browsers are sent to http; write https://");
        }
    }

    /// Behind a gate that asks only for a session, whoever gets an identity may enter.
    fn warn_of_open_doors(&self, check: &mut Check<'_>) {
        let narrowed = |route: &Route| {
            route.access == Access::Public || route.allow.is_some() || route.deny.is_some()
        };
        let Some(route) = self.routes.iter().find(|route| !narrowed(route)) else {
            return;
        };
        for (id, one) in self
            .providers
            .iter()
            .filter(|(_, one)| one.is_open_to_the_world())
        {
            check.under("providers").under(id).warn(format!(
                "anybody with an account there may pass route {:?}; write {}, create = \
                 \"never\", or a rule in the route's allow",
                route.name,
                one.preset().narrowing_key()
            ));
        }
        if self.plugins.self_service.registration.enabled {
            let mut plugins = check.under("plugins");
            let mut section = plugins.under("self-service");
            let proved = match self.proves_addresses() {
                true => "",
                false => ", under any email address that is free: nobody proves theirs",
            };
            section.under("registration").under("enabled").warn(format!(
                "anybody may pass route {:?}{proved}; write false, or a rule in the route's allow",
                route.name
            ));
        }
    }
}

fn validate_prefix(prefix: &str) -> Result<(), String> {
    path::validate(prefix)?;
    match prefix.ends_with('/') {
        true => Err(format!(
            "{prefix:?} ends in a slash; write a path such as \"/.portcullis\""
        )),
        false => Ok(()),
    }
}

/// Whether traffic to `url` stays on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
