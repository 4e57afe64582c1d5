//! Where commands do their work: the configuration and the stores, opened for one errand.

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_core::{
    action::{Action, Actions},
    broker::Broker,
    clock::SystemClock,
    credential::CredentialStore,
    event::{CreationReason, Event, UnlinkReason},
    id::IdentityId,
    identity::{Identity, IdentityStore},
    link::Link,
    method::MethodError,
    plugin::Announcer,
    schema::{Evaluation, ProfileContext, Rules, Schema, Schemas, TraitError, Viewer},
    secret::Secret,
    session::SessionStore,
    stage::Observer,
    store::{ADMINISTRATORS_ADDRESS, StoreError},
    throttle::Throttles,
};
use portcullis_local::Password;
use serde_json::{Value, json};

use super::{
    Common, Failure,
    output::{self, remark},
};
use crate::{
    config::{self, Config, Loaded, Sources},
    gateway::{Foundation, OtherSources, ProviderParts, log_format},
    observe::{events::EventLog, log, writer::Flush},
};

/// The stores and what is needed to work on them.
#[derive(Debug)]
pub(super) struct Desk {
    config: Config,
    foundation: Foundation,
    passwords: Password,
}

/// The configuration that a command goes by; its warnings are for `check` and `serve` to tell.
pub(super) fn configuration(common: &Common) -> Result<Config, Failure> {
    let sources = Sources::of_process(common.config.clone());
    Ok(loaded(&sources)?.config)
}

/// The same with its warnings.
pub(super) fn loaded(sources: &Sources) -> Result<Loaded, Failure> {
    config::load(sources).map_err(|report| Failure::Refused(report.to_string()))
}

/// The same for a command about identities, which goes on without drop-in files that are broken.
pub(super) fn configuration_past_drop_ins(common: &Common) -> Result<Config, Failure> {
    let sources = Sources::of_process(common.config.clone());
    let loaded = config::load_past_drop_ins(&sources);
    let (loaded, broken) = loaded.map_err(|report| Failure::Refused(report.to_string()))?;
    for finding in broken.iter().flat_map(|report| &report.findings) {
        remark(format_args!("warning: left out: {finding}"));
    }
    Ok(loaded.config)
}

/// A runtime for what happens before or without the gateway.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::refused(&error))
}

/// Lets a command tell of what it does to identities and links, as the gateway's log would.
pub(super) fn log_events(config: &Config) -> Option<Flush> {
    let format = log_format(&config.log);
    log::install(format, "event=info", Arc::new(SystemClock)).ok()
}

impl Desk {
    /// Opens the stores, does the errand, and closes them.
    pub(super) fn open<F>(common: &Common, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        let config = configuration_past_drop_ins(common)?;
        let _flush = log_events(&config);
        runtime()?.block_on(async {
            let desk = Self::furnish(&config).await?;
            let done = errand(&desk).await;
            desk.close().await;
            done.map_err(|failure| failure.asked(&config.store.url))
        })
    }

    /// A desk over the stores of this configuration.
    pub(super) async fn furnish(config: &Config) -> Result<Self, Failure> {
        let (foundation, _) = Foundation::lay(config)
            .await
            .map_err(|e| Failure::refused(&e))?;
        let passwords = foundation
            .passwords(config)
            .map_err(|e| Failure::refused(&e))?;
        Ok(Self {
            config: config.clone(),
            foundation,
            passwords,
        })
    }

    /// Closes the stores.
    pub(super) async fn close(&self) {
        self.foundation.close().await;
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn foundation(&self) -> &Foundation {
        &self.foundation
    }

    pub(super) fn identities(&self) -> &dyn IdentityStore {
        &*self.foundation.stores.identities
    }

    pub(super) fn credentials(&self) -> &dyn CredentialStore {
        &*self.foundation.stores.credentials
    }

    pub(super) fn sessions(&self) -> &dyn SessionStore {
        &*self.foundation.stores.sessions
    }

    pub(super) fn throttles(&self) -> &Throttles {
        &self.foundation.stores.throttles
    }

    pub(super) fn schemas(&self) -> &Arc<Schemas> {
        &self.foundation.schemas
    }

    pub(super) fn actions(&self) -> &Actions {
        &self.foundation.actions
    }

    /// The present moment.
    pub(super) fn now(&self) -> Timestamp {
        self.foundation.clock.now()
    }

    /// What this gateway decides beside the schema of this name.
    pub(super) fn rules(&self, schema: &str) -> Rules {
        self.config.identity.rules(schema)
    }

    /// An identity as administrators see it: without traits that its schema keeps from them, and
    /// addresses in such traits.
    pub(super) fn shown(&self, identity: &Identity) -> Value {
        let mut seen = identity.clone();
        let schema = self.schemas().find(&identity.schema_id);
        let traits = schema
            .as_ref()
            .map(|one| one.visible(Viewer::Administrator, &identity.traits));
        // Where the schema is gone, nobody knows what may be shown.
        seen.traits = traits.unwrap_or_else(|| json!({}));
        let found = schema.as_ref().map(|schema| schema.addresses(&seen.traits));
        let found = found.unwrap_or_default();
        seen.addresses.retain(|address| {
            let mut found = found.iter();
            found.any(|own| own.value == address.value && own.via == address.via)
        });
        let schemas_url = self.foundation.addresses.own("/schemas");
        output::identity(&seen, self.schemas(), &schemas_url)
    }

    /// How many sessions of an identity have not ended.
    pub(super) async fn live_sessions(&self, id: IdentityId) -> Result<usize, Failure> {
        let sessions = self.sessions().list(id).await?;
        let live = sessions.iter().filter(|one| one.expires_at > self.now());
        Ok(live.count())
    }

    /// The accounts at providers that an identity is linked to.
    pub(super) async fn links(&self, id: IdentityId) -> Result<Vec<Link>, Failure> {
        let credentials = self.foundation.stores.credentials.list(id).await?;
        Ok(credentials.iter().filter_map(Link::of).collect())
    }

    /// Forgets the upstream tokens of an identity, once their providers have been told.
    pub(super) async fn forget_tokens(&self, id: IdentityId) -> Result<(), Failure> {
        let forgotten = self.broker().await?.vault.forget_all(id).await;
        forgotten.map_err(|e| Failure::refused(&e))
    }

    async fn broker(&self) -> Result<Broker, Failure> {
        let announcer = Announcer::default();
        let other = OtherSources::default();
        let parts = ProviderParts::prepare(&self.config, &self.foundation, other, &announcer).await;
        Ok(parts.map_err(|e| Failure::refused(&e))?.broker)
    }

    /// Takes away all that lets anybody in as an identity of which nothing is proved yet.
    async fn take_back(&self, id: IdentityId) -> Result<(), Failure> {
        let mut unlinked = Vec::new();
        let done = self.broker().await?.take_back(id, &mut unlinked).await;
        for provider in &unlinked {
            EventLog.observe(&Event::Unlinked {
                identity: id,
                provider,
                reason: UnlinkReason::Reclaimed,
            });
        }
        done.map_err(|e| Failure::refused(&e))
    }

    /// Gives an identity this password. Of one that was registered and never proved nothing else that
    /// lets anybody in stays.
    pub(super) async fn set_password(
        &self,
        identity: &Identity,
        password: &Secret,
    ) -> Result<(), Failure> {
        if identity.awaits_first_proof() {
            // A password that is refused takes nothing away.
            let tried = self.passwords.credential(identity, password.expose());
            tried.await.map_err(refused_password)?;
            self.take_back(identity.id).await?;
        }
        self.passwords
            .set(identity, password.expose())
            .await
            .map_err(refused_password)
    }

    /// Creates an identity with the role `admin` that signs in with this password, if any, and has to
    /// change one that is temporary.
    pub(super) async fn create_admin(
        &self,
        schema: &Schema,
        traits: Value,
        (password, is_temporary): (Option<&Secret>, bool),
    ) -> Result<Identity, Failure> {
        let (schemas, foundation) = (self.schemas(), &self.foundation);
        let place = Evaluation::of(ProfileContext::Admin);
        let (clock, entropy) = (&*foundation.clock, &*foundation.entropy);
        let accepted = schema.accept(&place, traits, &json!({}));
        let made = accepted.and_then(|traits| schemas.identity(schema, traits, clock, entropy));
        let mut identity = made.map_err(refused_traits)?;
        identity.roles = vec!["admin".to_owned()];
        if is_temporary {
            let alias = Action::UpdatePassword.alias();
            identity.required_actions.retain(|one| one != alias);
            identity.required_actions.push(alias.to_owned());
        }
        let mut credentials = Vec::new();
        if let Some(password) = password {
            let credential = self.passwords.credential(&identity, password.expose());
            credentials.push(credential.await.map_err(refused_password)?);
        }
        match self.identities().insert(&identity, &credentials).await {
            Err(StoreError::Conflict { what }) => {
                let reason = match what {
                    ADMINISTRATORS_ADDRESS => {
                        "this identity conflicts with another identity that already exists; one of the two is an administrator, whose addresses are nobody else's"
                    }
                    _ => "this identity conflicts with another identity that already exists",
                };
                return Err(Failure::Refused(reason.to_owned()));
            }
            done => done?,
        }
        EventLog.observe(&Event::IdentityCreated {
            identity: identity.id,
            provider: None,
            reason: CreationReason::Command,
        });
        Ok(identity)
    }

    /// Whether an identity signs in with this identifier.
    pub(super) async fn knows(&self, identifier: &str) -> Result<bool, Failure> {
        Ok(self
            .identities()
            .find_by_identifier(identifier)
            .await?
            .is_some())
    }
}

fn refused_traits(errors: Vec<TraitError>) -> Failure {
    let line = |error: TraitError| format!("{}: {}", error.path, error.message.text);
    Failure::Refused(errors.into_iter().map(line).collect::<Vec<_>>().join("; "))
}

fn refused_password(error: MethodError) -> Failure {
    match error {
        MethodError::Invalid(messages) => {
            let texts: Vec<String> = messages.into_iter().map(|(_, m)| m.text).collect();
            Failure::Refused(texts.join("; "))
        }
        other => Failure::refused(&other),
    }
}
