//! From a configuration to the pipeline and the gate: which part gets which.

use std::sync::Arc;

use portcullis_core::{
    flow::FlowKind,
    gauge::Gauge,
    method::Method,
    outbound::Way,
    pages::Pages,
    plugin::{Announcer, Host, Plugin, Services},
    stage::{Authenticator, Observer},
};
use portcullis_kit::{Locales, Shell};
use portcullis_self_service::{CaptchaGuard, SelfService};

use super::{
    BuildError, Foundation, ProviderParts, admin, routes, security_headers::security_headers,
};
use crate::{
    answer::Answers,
    aside::Aside,
    authenticate::SessionAuthenticator,
    captcha::Service,
    config::{self, Config},
    echo::Echo,
    enrich::ReservedHeaders,
    listener::{clean::Cleaner, client::TrustedProxies, limits::Limits, request_id::RequestIds},
    observe::events::EventLog,
    pipeline::{Pipeline, PipelineParts},
    profile_fetch::{self, ProfileFetch},
    proxy::{Gate, GateParts},
    upstream::Upstreams,
};

/// What own pages call the gateway.
pub(super) const PRODUCT: &str = "Portcullis";

/// The gate over this foundation, with the built-in plugins and the additional ones; and what of theirs
/// is beside it.
pub(super) async fn gate(
    config: &Config,
    foundation: &Foundation,
    providers: &ProviderParts,
    plugins: Plugins,
) -> Result<(Gate, Beside), BuildError> {
    let observers: Vec<Arc<dyn Observer>> = vec![
        Arc::new(foundation.metrics.clone()),
        Arc::clone(&foundation.post.observer),
        Arc::new(EventLog),
    ];
    let services = services(config, foundation, providers, plugins.announcer).await?;
    let mut host = host(services, observers);
    let authenticator: Arc<dyn Authenticator> = Arc::new(SessionAuthenticator::new(
        Arc::clone(&foundation.stores.principals),
        foundation.cookies.clone(),
    ));
    host.authenticators.push(Arc::clone(&authenticator));
    let locales = Arc::clone(&foundation.locales);
    let mut self_service = self_service(config).with_locales(Arc::clone(&locales));
    if let Some(guard) = captcha(&config.captcha, &foundation.way)? {
        self_service = self_service.with_captcha(guard);
    }
    self_service.install(&mut host)?;
    let fetch = host.public_pages.last().map(|(_, pages)| ProfileFetch {
        pages: Arc::clone(pages),
        prefix: config.prefix.clone(),
        authenticator,
        clock: Arc::clone(&foundation.clock),
    });
    for plugin in plugins.additional {
        plugin.install(&mut host)?;
    }
    if let Some(admin) = admin::admin(config, foundation)? {
        admin.install(&mut host)?;
    }
    let mut pages = std::mem::take(&mut host.admin_pages);
    if let Some(fetch) = fetch {
        pages.insert(0, (profile_fetch::PATH.to_owned(), Arc::new(fetch)));
    }
    let beside = Beside {
        admin_pages: aside(pages),
        gauges: std::mem::take(&mut host.gauges),
    };
    let gate = Gate::new(parts(config, foundation, host, locales)?);
    Ok((gate, beside))
}

/// What plugins add that no proxied request meets.
pub(super) struct Beside {
    /// Pages of the admin listener by the path they begin with; the first that fits answers.
    pub(super) admin_pages: Vec<(String, Arc<dyn Pages>)>,
    /// What is read while the gateway runs.
    pub(super) gauges: Vec<Arc<dyn Gauge>>,
}

/// What embedders add, and who tells all observers.
pub(super) struct Plugins {
    pub(super) additional: Vec<Arc<dyn Plugin>>,
    pub(super) announcer: Announcer,
}

/// The same pages, answered where they hold up no proxied request.
fn aside(pages: Vec<(String, Arc<dyn Pages>)>) -> Vec<(String, Arc<dyn Pages>)> {
    let pages = pages.into_iter();
    pages
        .map(|(path, pages)| (path, Aside::here(pages)))
        .collect()
}

/// What the gate is made of, now that every plugin has added its parts.
fn parts(
    config: &Config,
    foundation: &Foundation,
    host: Host,
    locales: Arc<Locales>,
) -> Result<GateParts, BuildError> {
    host.services.announcer.settle(host.observers);
    let pages = aside(host.public_pages);
    let table = routes::table(&config.routes, &config.prefix, pages)?;
    let reserved = ReservedHeaders::build(table.routes(), &host.enrichers)
        .with_exposed(Arc::clone(&foundation.schemas));
    let upstreams = Upstreams::build(table.routes()).map_err(|e| BuildError::part(&e))?;
    let pipeline = Pipeline::new(PipelineParts {
        table,
        authenticators: host.authenticators,
        authorizers: host.authorizers,
        enrichers: host.enrichers,
        schemas: Arc::clone(&foundation.schemas),
        vault: host.services.broker.vault,
        addresses: foundation.addresses.clone(),
    })
    .with_actions(Arc::clone(&foundation.actions));
    Ok(GateParts {
        pipeline: Arc::new(pipeline),
        upstreams,
        trusted_proxies: TrustedProxies::new(config.listen.trusted_proxies.clone()),
        cleaner: Cleaner::new(reserved),
        limits: limits(&config.limits),
        cookies: foundation.cookies.clone(),
        public_origin: config.public_url.origin(),
        answers: Arc::new(answers(config, locales)?),
        echo: Echo::new(&config.prefix).map_err(|e| BuildError::part(&e))?,
        request_ids: RequestIds::new(&*foundation.entropy),
        clock: Arc::clone(&foundation.clock),
        metrics: foundation.metrics.clone(),
    })
}

/// What tells people from machines, and in which flows.
fn captcha(section: &config::Captcha, way: &Way) -> Result<Option<CaptchaGuard>, BuildError> {
    use config::CaptchaFlow;
    let service = Service::new(section, way).map_err(|error| BuildError::part(&error))?;
    let kind = |flow: &CaptchaFlow| match flow {
        CaptchaFlow::Login => FlowKind::Login,
        CaptchaFlow::Registration => FlowKind::Registration,
        CaptchaFlow::Recovery => FlowKind::Recovery,
        CaptchaFlow::Verification => FlowKind::Verification,
    };
    Ok(service.map(|service| CaptchaGuard {
        captcha: Arc::new(service),
        flows: section.flows.iter().map(kind).collect(),
    }))
}

fn answers(config: &Config, locales: Arc<Locales>) -> Result<Answers, BuildError> {
    let secure = config.public_url.scheme() == "https";
    let shell = Shell::new(PRODUCT, &config.prefix, secure).map_err(|e| BuildError::part(&e))?;
    Ok(Answers::new(
        Arc::new(
            shell
                .with_locales(locales)
                .with_security_headers(security_headers(config)),
        ),
        &config.public_url,
        &config.prefix,
    ))
}

fn host(services: Services, observers: Vec<Arc<dyn Observer>>) -> Host {
    Host {
        services,
        authenticators: Vec::new(),
        authorizers: Vec::new(),
        enrichers: Vec::new(),
        observers,
        gauges: Vec::new(),
        public_pages: Vec::new(),
        admin_pages: Vec::new(),
    }
}

async fn services(
    config: &Config,
    foundation: &Foundation,
    providers: &ProviderParts,
    announcer: Announcer,
) -> Result<Services, BuildError> {
    let methods: Vec<Arc<dyn Method>> = match config.identity.local.enabled {
        true => vec![Arc::new(foundation.passwords(config)?)],
        false => Vec::new(),
    };
    let outreach = foundation.outreach(config, announcer.clone()).await?;
    Ok(Services {
        clock: Arc::clone(&foundation.clock),
        entropy: Arc::clone(&foundation.entropy),
        schemas: Arc::clone(&foundation.schemas),
        schema_desk: Arc::clone(&foundation.schema_desk),
        actions: Arc::clone(&foundation.actions),
        identities: Arc::clone(&foundation.stores.identities),
        search: Arc::clone(&foundation.stores.search),
        credentials: Arc::clone(&foundation.stores.credentials),
        sessions: foundation.sessions(),
        flows: Arc::clone(&foundation.stores.flows),
        throttles: foundation.stores.throttles.clone(),
        upstream_sessions: Arc::clone(&providers.upstream_sessions),
        methods,
        factors: foundation.factors(config).await?,
        broker: providers.broker.clone(),
        api_credentials: Arc::clone(&foundation.stores.api_credentials),
        audit: Arc::clone(&foundation.stores.audit),
        administration: providers.administration.clone(),
        seal: foundation.seal(config).await?,
        cookies: foundation.cookies.clone(),
        addresses: foundation.addresses.clone(),
        afterwards: Arc::new(foundation.afterwards.clone()),
        mailer: Arc::clone(&foundation.post.mailer),
        courier: Arc::clone(&foundation.post.courier),
        outreach: Arc::new(outreach),
        announcer,
    })
}

fn mailed(section: &config::MailedFlow) -> portcullis_self_service::MailedConfig {
    use portcullis_self_service::MailedProof;
    portcullis_self_service::MailedConfig {
        enabled: section.enabled,
        ui_url: section.ui_url.clone(),
        flow_lifespan: section.flow_lifespan,
        proof: match section.proof {
            config::MailedProof::Code => MailedProof::Code,
            config::MailedProof::Link => MailedProof::Link,
        },
        lifespan: section.lifespan,
    }
}

fn self_service(config: &Config) -> SelfService {
    use portcullis_self_service as plugin;
    let section = &config.plugins.self_service;
    let whoami = config.session.whoami;
    let rate = |rate: config::Rate| plugin::Rate {
        count: rate.count,
        per: rate.per,
    };
    let settings = plugin::Config {
        login: plugin::LoginConfig {
            ui_url: section.login.ui_url.clone(),
            flow_lifespan: section.login.flow_lifespan,
        },
        registration: plugin::RegistrationConfig {
            enabled: section.registration.enabled,
            ui_url: section.registration.ui_url.clone(),
            flow_lifespan: section.registration.flow_lifespan,
        },
        settings: plugin::SettingsConfig {
            ui_url: section.settings.ui_url.clone(),
            flow_lifespan: section.settings.flow_lifespan,
            privileged_session_max_age: section.settings.privileged_session_max_age,
            end_other_sessions: section.settings.end_other_sessions,
        },
        recovery: mailed(&section.recovery),
        verification: mailed(&section.verification),
        error: plugin::ErrorConfig {
            ui_url: section.error.ui_url.clone(),
        },
        whoami_enforces_actions: whoami.required_actions == config::ActionsInWhoAmI::Enforce,
        whoami_cache_for: whoami.cache_for,
        passwordless_code: config.identity.code.passwordless,
        devices: plugin::Devices {
            notify_new: config.session.notify_new_device,
            retention: config.session.device_retention,
        },
        form_modules: section
            .form_modules
            .iter()
            .map(|(name, module)| (name.clone(), module.into()))
            .collect(),
    };
    let limits = plugin::Limits {
        sign_ins_per_address: rate(config.limits.sign_ins_per_address),
        flows_per_address: rate(config.limits.flows_per_address),
        registrations_per_address: rate(config.limits.registrations_per_address),
        sign_ins_per_identity: rate(config.limits.sign_ins_per_identity),
    };
    SelfService::new(settings, limits).with_security_headers(security_headers(config))
}

/// What requests may measure.
pub(super) fn limits(limits: &config::Limits) -> Limits {
    Limits {
        header_count: limits.header_count,
        header_bytes: limits.header_bytes.as_usize(),
        target_bytes: limits.target_bytes.as_usize(),
        page_body_bytes: limits.body_bytes.as_usize(),
        ..Limits::default()
    }
}
