//! What becomes of claims: the identity they are linked to, a new one, or a form.

use serde_json::Value;

use super::{Arrival, Arrived, Broker, BrokerError, Draft};
use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityState},
    link::LinkKey,
    message::Message,
    provider::{Claims, ConfiguredProvider, Creation, Upstream, Vouched},
    schema::{Schema, TraitError, normalise_identifier},
    store::StoreError,
};

impl Broker {
    /// Follows claims to the identity they are linked to, else to a new one.
    pub(super) async fn arrive(
        &self,
        configured: &ConfiguredProvider,
        vouched: Vouched,
        expected: Option<IdentityId>,
    ) -> Result<Arrival, BrokerError> {
        if let Some(identity) = self.linked(configured, &vouched.claims).await? {
            if expected.is_some_and(|expected| expected != identity.id) {
                return Err(BrokerError::IdentityMismatch);
            }
            return self.known(configured, identity, &vouched).await;
        }
        if expected.is_some() {
            return Err(BrokerError::IdentityMismatch);
        }
        let draft = Draft {
            forced: Vec::new(),
            provider: configured.id.clone(),
            traits: configured.mapping.create(&vouched.claims),
            vouched,
        };
        let schema = self.schemas.default_schema();
        self.admit(configured, schema, &draft.traits).await?;
        let mut errors = schema.errors(&draft.traits);
        errors.extend(unconfirmed(configured, schema, &draft));
        match errors.is_empty() {
            true => self.create(configured, draft).await,
            false => Ok(Arrival::Incomplete(Box::new(draft), errors)),
        }
    }

    /// Follows a draft that somebody has completed.
    pub(super) async fn arrive_completed(
        &self,
        configured: &ConfiguredProvider,
        mut draft: Draft,
        filled_in: Value,
    ) -> Result<Arrival, BrokerError> {
        if let Some(identity) = self.linked(configured, &draft.vouched.claims).await? {
            return self.known(configured, identity, &draft.vouched).await;
        }
        let schema = self.schemas.default_schema();
        let said = draft.traits.clone();
        if filled_in.is_object() {
            merge(&mut draft.traits, filled_in);
        }
        let mut traits = schema.coerce(draft.traits);
        // Applications tell people apart by their address: a form that asks for something else
        // must not let somebody proved be anybody they like.
        schema.keep_addresses(&mut traits, &said, |text| {
            is_trusted(text, &draft.vouched.claims)
        });
        draft.traits = configured.mapping.enforce(&traits, &draft.vouched.claims);
        self.admit(configured, schema, &draft.traits).await?;
        self.create(configured, draft).await
    }

    async fn linked(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
    ) -> Result<Option<Identity>, BrokerError> {
        let key = link_key(configured, claims).identifier();
        let link = self
            .credentials
            .find_by_identifier(CredentialKind::Oidc, &key)
            .await
            .map_err(BrokerError::Store)?;
        match link {
            Some(link) => self
                .identities
                .find(link.identity_id)
                .await
                .map_err(BrokerError::Store),
            None => Ok(None),
        }
    }

    /// A known identity, with what the provider keeps up to date.
    async fn known(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: &Vouched,
    ) -> Result<Arrival, BrokerError> {
        let claims = &vouched.claims;
        let arrived = |identity| Arrival::Known(arrived(configured, identity, vouched));
        if identity.state != IdentityState::Active {
            return Err(BrokerError::Disabled);
        }
        let Some(fresh) = self.refreshed(configured, &identity, claims) else {
            return Ok(arrived(identity));
        };
        // Nobody is kept out because a provider says something that cannot be taken over.
        if self.is_taken(&fresh).await? {
            tracing::warn!("traits are not refreshed: an address belongs to another identity");
            return Ok(arrived(identity));
        }
        match self.identities.update(&fresh).await {
            Ok(()) => Ok(arrived(fresh)),
            Err(StoreError::Conflict { .. }) => Ok(arrived(identity)),
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    /// The identity as the claims change it; `None` when they do not, or when the result would
    /// not be valid.
    fn refreshed(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Option<Identity> {
        let mut traits = configured.mapping.refresh(&identity.traits, claims);
        if let Some(schema) = self.schemas.find(&identity.schema_id) {
            schema.restore_addresses(&mut traits, &identity.traits, |text| {
                is_unverified(text, claims)
            });
        }
        let unproved = identity
            .addresses
            .iter()
            .any(|address| address.verified_at.is_none() && is_trusted(&address.value, claims));
        if traits == identity.traits && !unproved {
            return None;
        }
        match self
            .schemas
            .refreshed(identity, traits, &*self.clock, &*self.entropy)
        {
            Ok(mut fresh) => {
                self.prove(&mut fresh, claims);
                Some(fresh)
            }
            Err(_) => {
                tracing::warn!("traits are not refreshed: they would not be valid");
                None
            }
        }
    }

    /// Refuses new identities where the provider makes none, or where they would take somebody's
    /// address.
    async fn admit(
        &self,
        configured: &ConfiguredProvider,
        schema: &Schema,
        traits: &Value,
    ) -> Result<(), BrokerError> {
        if configured.policy.create == Creation::Never {
            return Err(BrokerError::CreationRefused);
        }
        let addresses = schema
            .addresses(traits)
            .into_iter()
            .map(|found| found.value);
        for value in schema.identifiers(traits).into_iter().chain(addresses) {
            if !self.holders(&value).await?.is_empty() {
                return Err(BrokerError::AddressTaken);
            }
        }
        Ok(())
    }

    async fn is_taken(&self, identity: &Identity) -> Result<bool, BrokerError> {
        let addresses = identity.addresses.iter().map(|address| &address.value);
        for value in identity.identifiers.iter().chain(addresses) {
            let holders = self.holders(value).await?;
            if holders.iter().any(|holder| holder.id != identity.id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who signs in with this value, or has it as an address, verified or not.
    async fn holders(&self, value: &str) -> Result<Vec<Identity>, BrokerError> {
        let mut holders = self
            .identities
            .find_by_address(value)
            .await
            .map_err(BrokerError::Store)?;
        holders.extend(
            self.identities
                .find_by_identifier(value)
                .await
                .map_err(BrokerError::Store)?,
        );
        Ok(holders)
    }

    async fn create(
        &self,
        configured: &ConfiguredProvider,
        draft: Draft,
    ) -> Result<Arrival, BrokerError> {
        let schema = self.schemas.default_schema();
        let made =
            self.schemas
                .identity(schema, draft.traits.clone(), &*self.clock, &*self.entropy);
        let mut identity = match made {
            Ok(identity) => identity,
            Err(errors) => return Ok(Arrival::Incomplete(Box::new(draft), errors)),
        };
        let claims = &draft.vouched.claims;
        self.prove(&mut identity, claims);
        let link = self.new_link(configured, &identity, claims);
        match self.identities.insert(&identity, &[link]).await {
            Ok(()) => Ok(Arrival::Created(arrived(
                configured,
                identity,
                &draft.vouched,
            ))),
            // Another answer for the same account, or for the same address, was faster.
            Err(StoreError::Conflict { .. }) => match self.linked(configured, claims).await? {
                Some(identity) => self.known(configured, identity, &draft.vouched).await,
                None => Err(BrokerError::AddressTaken),
            },
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    fn new_link(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Credential {
        let key = link_key(configured, claims);
        let now = self.clock.now();
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity.id,
            kind: CredentialKind::Oidc,
            identifier: Some(key.identifier()),
            config: key.config(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Marks the address that the provider has verified.
    fn prove(&self, identity: &mut Identity, claims: &Claims) {
        let now = self.clock.now();
        for address in &mut identity.addresses {
            if address.verified_at.is_none() && is_trusted(&address.value, claims) {
                address.verified_at = Some(now);
                address.updated_at = now;
            }
        }
    }
}

fn arrived(configured: &ConfiguredProvider, identity: Identity, vouched: &Vouched) -> Box<Arrived> {
    let upstream = Upstream {
        link: link_key(configured, &vouched.claims),
        session_id: vouched.claims.session_id.clone(),
        id_token: vouched.tokens.id.clone(),
    };
    Box::new(Arrived { identity, upstream })
}

fn link_key(configured: &ConfiguredProvider, claims: &Claims) -> LinkKey {
    LinkKey {
        provider: configured.id.clone(),
        issuer: claims.issuer.clone(),
        subject: claims.subject.clone(),
    }
}

pub(super) fn is_trusted(address: &str, claims: &Claims) -> bool {
    let trusted = claims.trusted_email().map(normalise_identifier);
    trusted.is_some_and(|trusted| trusted == normalise_identifier(address))
}

/// Whether a text is an e-mail address that came with the claims, but that the provider does not
/// vouch for: `email` without `email_verified`, or a user name that looks like an address.
fn is_unverified(text: &str, claims: &Claims) -> bool {
    let text = normalise_identifier(text);
    let is_claimed = || {
        let claimed = claims.document.as_object().into_iter().flatten();
        claimed
            .filter_map(|(_, value)| value.as_str())
            .any(|value| normalise_identifier(value) == text)
    };
    text.contains('@') && !is_trusted(&text, claims) && is_claimed()
}

/// The addresses of a draft that somebody must confirm before they sign in with them.
fn unconfirmed(configured: &ConfiguredProvider, schema: &Schema, draft: &Draft) -> Vec<TraitError> {
    let ask = |path| TraitError {
        path,
        message: Message::confirm_address(&configured.label),
    };
    schema
        .address_paths(&draft.traits, |text| {
            is_unverified(text, &draft.vouched.claims)
        })
        .into_iter()
        .map(ask)
        .collect()
}

/// Lays one object over another, member by member.
fn merge(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                merge(below.entry(name).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}
