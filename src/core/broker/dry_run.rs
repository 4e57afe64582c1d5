//! What would become of claims, without anything becoming of them.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::{Broker, BrokerError, decide::Rule, plan::Plan};
use crate::{
    id::{IdentityId, ProviderId},
    identifier::normalise_identifier,
    mapping::{Facts, MappingEntry, Occasion, Source},
    provider::{Claims, ConfiguredProvider, ProviderError},
    schema::Schema,
    trust::TrustedAddress,
};

/// What is said of what somebody else has.
const TAKEN: &str = "Somebody signs in with the same already.";

/// What a provider's configuration makes of claims.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DryRun {
    /// The identity that they lead to, where there is exactly one.
    pub identity_id: Option<IdentityId>,
    /// The schema of that identity, or of a new one.
    pub schema_id: String,
    /// The traits they give: of a new identity, or of the one they lead to.
    pub traits: Value,
    /// The facts the identity may see.
    pub metadata_public: Option<Value>,
    /// The facts only administrators see.
    pub metadata_admin: Option<Value>,
    /// The roles they give.
    pub roles: Vec<String>,
    /// What is wrong, by the dotted path it is wrong with.
    pub errors: Vec<(String, String)>,
    /// The address that counts as verified, and why.
    pub trusted: Option<TrustedAddress>,
    /// The rule that would fire.
    pub rule: String,
    /// Why it would.
    pub why: String,
}

impl Broker {
    /// What would happen if the provider of this name, enabled or not, sent these raw claims, once
    /// they are verified. Asks the stores and changes nothing.
    pub async fn dry_run(&self, id: &ProviderId, document: Value) -> Result<DryRun, BrokerError> {
        let providers = self.registry.current();
        let configured = providers.find(id).ok_or(BrokerError::Unknown)?;
        let (mut claims, refusal) = match configured.provider.examine(&document) {
            Ok(claims) => (claims, None),
            Err(ProviderError::NotAdmitted { reason }) => (Claims::told(document), Some(reason)),
            Err(error) => return Err(BrokerError::Provider(error)),
        };
        claims.trusted = configured.trust.judge(&claims.document);
        let mut plan = self.plan(configured, &claims).await?;
        if let Some(reason) = refusal {
            plan.refuse(reason);
        }
        let (schema, facts) = self.mapped(configured, &claims, &plan).await?;
        let mut errors: Vec<_> = configured
            .mapping
            .privileged(&schema)
            .map(refused)
            .collect();
        let invalid = schema.errors(&facts.traits).into_iter();
        errors.extend(invalid.map(|error| (error.path, error.message.text)));
        if matches!(plan.decision.rule, Rule::Create | Rule::Review) {
            errors.extend(self.taken(&schema, &facts.traits).await?);
        }
        let why = match plan.withheld {
            Some(claim) => format!("{} (`{claim}`)", plan.decision.why),
            None => plan.decision.why.to_owned(),
        };
        Ok(DryRun {
            identity_id: plan.identity.map(|identity| identity.id),
            schema_id: schema.id().to_owned(),
            traits: facts.traits,
            metadata_public: facts.metadata_public,
            metadata_admin: facts.metadata_admin,
            roles: facts.roles,
            errors,
            trusted: claims.trusted,
            rule: plan.decision.rule.as_str().to_owned(),
            why,
        })
    }

    /// What of somebody new somebody else signs in with already. Whose registration nobody has proved makes
    /// way, and is not in it.
    async fn taken(
        &self,
        schema: &Schema,
        traits: &Value,
    ) -> Result<Vec<(String, String)>, BrokerError> {
        let (clock, entropy) = (&*self.clock, &*self.entropy);
        let made = self
            .schemas
            .identity(schema, traits.clone(), clock, entropy);
        let mut taken = Vec::new();
        for name in made.map(|made| made.identifiers).unwrap_or_default() {
            let holder = self.identities.find_by_identifier(&name).await?;
            taken.extend(holder.filter(|one| !one.awaits_first_proof()).map(|_| name));
        }
        let is_taken = |text: &str| taken.contains(&normalise_identifier(text));
        let paths = schema.address_paths(traits, is_taken).into_iter();
        Ok(paths.map(|path| (path, TAKEN.to_owned())).collect())
    }

    async fn mapped(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
        plan: &Plan,
    ) -> Result<(Arc<Schema>, Facts), BrokerError> {
        if let Some(identity) = &plan.identity
            && let Some(schema) = self.schemas.find(&identity.schema_id)
        {
            let linked = self.forcing(configured, identity).await?;
            let facts = self.facts(configured, identity, claims, &linked);
            return Ok((schema, facts.unwrap_or_default()));
        }
        let schema = self.schemas.default_schema();
        let source = Source {
            provider: &configured.id,
            schema: &schema,
            linked: &[],
            now: self.clock.now(),
        };
        let blank = Facts::default();
        let transfer = configured
            .mapping
            .transfer(claims, &blank, Occasion::Creation, source);
        let facts = transfer.apply(&blank);
        Ok((schema, facts))
    }
}

fn refused(entry: &MappingEntry) -> (String, String) {
    let reason = "The map may not set this without `allow_privileged`.";
    (entry.path.clone(), reason.to_owned())
}
