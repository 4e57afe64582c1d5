//! What becomes of claims: the identity they are linked to, a new one, a form, or a proof.

use serde_json::Value;

use super::{
    Arrival, Arrived, Broker, BrokerError, Draft, LinkReason, PendingLink,
    address::{is_trusted, is_unverified},
    plan::{Course, link_key},
};
use crate::{
    credential::Credential,
    id::{CredentialId, IdentityId},
    identifier::normalise_identifier,
    identity::Identity,
    mapping::{Facts, Occasion, Source},
    message::Message,
    path::at,
    provider::{Claims, ConfiguredProvider, Upstream, Vouched},
    schema::{Evaluation, ProfileContext, Schema, TraitError},
    store::StoreError,
};

/// How many of a provider's `amr` values a session keeps.
const MOST_METHODS: usize = 16;

impl Broker {
    /// Follows claims to where they lead; only to the `expected` identity, when one is named.
    pub(super) async fn arrive(
        &self,
        configured: &ConfiguredProvider,
        vouched: Vouched,
        expected: Option<IdentityId>,
    ) -> Result<Arrival, BrokerError> {
        let plan = self.plan(configured, &vouched.claims).await?;
        match plan.course(expected)? {
            Course::Create(is_reviewed) => self.make(configured, vouched, is_reviewed).await,
            course => self.follow(configured, vouched, course).await,
        }
    }

    /// Follows a draft that somebody has completed. What has changed since it was begun counts.
    pub(super) async fn arrive_completed(
        &self,
        configured: &ConfiguredProvider,
        mut draft: Draft,
        filled_in: Value,
    ) -> Result<Arrival, BrokerError> {
        judge(configured, &mut draft.vouched);
        let plan = self.plan(configured, &draft.vouched.claims).await?;
        let course = plan.course(None)?;
        if !matches!(course, Course::Create(_)) {
            return self.follow(configured, draft.vouched, course).await;
        }
        let schema = self.schemas.default_schema();
        let claims = &draft.vouched.claims;
        let said = draft.traits.clone();
        if filled_in.is_object() {
            merge(&mut draft.traits, filled_in);
        }
        let mut traits = schema.from_person(draft.traits, &said);
        // Applications tell people apart by their address: a form that asks for something else
        // must not let somebody proved be anybody they like.
        schema.keep_addresses(&mut traits, &said, |text| is_trusted(text, claims));
        let filled = Facts {
            traits,
            ..Facts::default()
        };
        let transfer = configured.mapping.transfer(
            claims,
            &filled,
            Occasion::Completion,
            self.source(configured, &schema),
        );
        let mut facts = transfer.apply(&filled);
        schema.restore_addresses(&mut facts.traits, &filled.traits, |text| {
            is_unverified(text, claims)
        });
        transfer.note(&Facts::default(), &mut facts);
        draft.traits = facts.traits.clone();
        self.create(configured, draft, facts).await
    }

    pub(super) async fn follow(
        &self,
        configured: &ConfiguredProvider,
        vouched: Vouched,
        course: Course,
    ) -> Result<Arrival, BrokerError> {
        let identity = match course {
            Course::Enter(identity, link) => {
                let arrived = self.enter(configured, identity, (*link, vouched)).await?;
                return Ok(Arrival::Known(arrived));
            }
            Course::Create(is_reviewed) => {
                return self.make(configured, vouched, is_reviewed).await;
            }
            Course::Confirm(identity) => {
                return Ok(Arrival::Confirm(self.pending(
                    configured,
                    vouched,
                    identity.id,
                )));
            }
            Course::Prepared(identity) => {
                return self.take_prepared(configured, identity, vouched).await;
            }
            Course::Reclaim(identity) => {
                let arrived = self.reclaim(configured, identity, vouched).await?;
                return Ok(Arrival::Linked(arrived, LinkReason::Reclaimed));
            }
            Course::Auto(identity) => identity,
        };
        let arrived = self.attach(configured, identity, vouched).await?;
        Ok(Arrival::Linked(arrived, LinkReason::TrustedAddress))
    }

    /// Links an account as prepared; where another account has just taken the prepared link, its
    /// address leads elsewhere.
    async fn take_prepared(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: Vouched,
    ) -> Result<Arrival, BrokerError> {
        let claims = &vouched.claims;
        if let Some(link) = self.replace_prepared(configured, &identity, claims).await? {
            let arrived = self.enter(configured, identity, (link, vouched)).await?;
            return Ok(Arrival::Linked(arrived, LinkReason::Prepared));
        }
        match self.plan(configured, claims).await?.course(None)? {
            Course::Prepared(_) => Err(BrokerError::LinkedElsewhere),
            course => Box::pin(self.follow(configured, vouched, course)).await,
        }
    }

    fn pending(
        &self,
        configured: &ConfiguredProvider,
        vouched: Vouched,
        identity: IdentityId,
    ) -> Box<PendingLink> {
        let address = vouched.claims.trusted_email().unwrap_or_default();
        Box::new(PendingLink {
            provider: configured.id.clone(),
            identity,
            address: normalise_identifier(address),
            expires_at: self.clock.now() + PendingLink::LIFESPAN,
            vouched,
        })
    }

    /// A new identity, or the form that asks for what it lacks.
    async fn make(
        &self,
        configured: &ConfiguredProvider,
        vouched: Vouched,
        is_reviewed: bool,
    ) -> Result<Arrival, BrokerError> {
        let schema = self.schemas.default_schema();
        let claims = &vouched.claims;
        let blank = Facts::default();
        let source = self.source(configured, &schema);
        let transfer = configured
            .mapping
            .transfer(claims, &blank, Occasion::Creation, source);
        let mut facts = transfer.apply(&blank);
        transfer.note(&blank, &mut facts);
        let unverified = schema.address_paths(&facts.traits, |text| is_unverified(text, claims));
        let mut forced = configured.mapping.forced(claims, &schema);
        forced.retain(|path| !unverified.contains(path));
        schema.fill_in_defaults(&mut facts.traits);
        let mut errors = schema.errors_in(&self.review(), &facts.traits);
        for path in unverified {
            errors.push(self.asked(configured, &facts, path).await?);
        }
        if is_reviewed {
            errors.push(TraitError {
                path: String::new(),
                message: Message::review_profile(&configured.label),
            });
        }
        let draft = Draft {
            provider: configured.id.clone(),
            traits: facts.traits.clone(),
            forced,
            vouched,
        };
        match errors.is_empty() {
            true => self.create(configured, draft, facts).await,
            false => Ok(Arrival::Incomplete(Box::new(draft), errors)),
        }
    }

    /// What to say of an address that nobody vouches for.
    async fn asked(
        &self,
        configured: &ConfiguredProvider,
        facts: &Facts,
        path: String,
    ) -> Result<TraitError, BrokerError> {
        let address = at(&facts.traits, &path).and_then(Value::as_str);
        let address = normalise_identifier(address.unwrap_or_default());
        let message = match self.holders(&address).await?.is_empty() {
            true => Message::confirm_address(&configured.label),
            false => Message::address_taken(&configured.label),
        };
        Ok(TraitError { path, message })
    }

    async fn create(
        &self,
        configured: &ConfiguredProvider,
        draft: Draft,
        facts: Facts,
    ) -> Result<Arrival, BrokerError> {
        let schema = self.schemas.default_schema();
        let made =
            self.schemas
                .identity(&schema, facts.traits.clone(), &*self.clock, &*self.entropy);
        let made = made.and_then(|identity| {
            let errors = schema.errors_in(&self.review(), &identity.traits);
            match errors.is_empty() {
                true => Ok(identity),
                false => Err(errors),
            }
        });
        let mut identity = match made {
            Ok(identity) => identity,
            Err(errors) => return Ok(Arrival::Incomplete(Box::new(draft), errors)),
        };
        if self.is_out_of_reach(&identity, None).await? {
            return self.overtaken(configured, draft, &identity).await;
        }
        facts.complete(&mut identity);
        let vouched = &draft.vouched;
        self.prove(&mut identity, &vouched.claims);
        let link = self.new_link(configured, identity.id, &vouched.claims);
        identity.is_linked = true;
        match self
            .identities
            .insert(&identity, std::slice::from_ref(&link))
            .await
        {
            Ok(()) => {
                self.keep_tokens(configured, &link, vouched).await;
                let by = (link.id, vouched);
                Ok(Arrival::Created(arrived(configured, identity, by)))
            }
            // Another answer for the same account, or for the same address, was faster.
            Err(StoreError::Conflict { .. }) => self.overtaken(configured, draft, &identity).await,
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    /// Where somebody goes whose identity cannot be made: another answer for the same account may have
    /// made it, or another name has to be chosen.
    async fn overtaken(
        &self,
        configured: &ConfiguredProvider,
        draft: Draft,
        identity: &Identity,
    ) -> Result<Arrival, BrokerError> {
        let plan = self.plan(configured, &draft.vouched.claims).await?;
        if let course @ Course::Enter(..) = plan.course(None)? {
            return Box::pin(self.follow(configured, draft.vouched, course)).await;
        }
        let taken = self.names_out_of_reach(identity).await?;
        let schema = self.schemas.default_schema();
        let is_taken = |text: &str| taken.contains(&normalise_identifier(text));
        let paths = schema.address_paths(&draft.traits, is_taken);
        if paths.is_empty() {
            return Err(BrokerError::AddressTaken);
        }
        // Nobody can choose another one than what only the provider says.
        if paths.iter().any(|path| draft.is_forced(path)) {
            return Err(BrokerError::NameTaken);
        }
        let error = |path: String| TraitError {
            path,
            message: Message::name_taken(),
        };
        let errors = paths.into_iter().map(error).collect();
        Ok(Arrival::Incomplete(Box::new(draft), errors))
    }

    /// Where somebody looks at what a provider said of them.
    fn review(&self) -> Evaluation {
        Evaluation::of(ProfileContext::BrokerReview).asking(&self.scopes)
    }

    fn source<'a>(&self, configured: &'a ConfiguredProvider, schema: &'a Schema) -> Source<'a> {
        Source {
            provider: &configured.id,
            schema,
            linked: &[],
            now: self.clock.now(),
        }
    }

    /// Keeps the tokens of a sign-in where that is asked for; nobody is kept out when that fails.
    pub(super) async fn keep_tokens(
        &self,
        configured: &ConfiguredProvider,
        link: &Credential,
        vouched: &Vouched,
    ) {
        let tokens = &vouched.tokens;
        let is_empty = tokens.access.is_empty() && tokens.refresh.is_empty();
        if !configured.policy.store_tokens || is_empty {
            return;
        }
        if let Err(error) = self.vault.keep(link.id, &configured.id, tokens).await {
            tracing::warn!(provider = %configured.id, %error, "upstream tokens are not kept");
        }
    }

    /// Marks the address that the provider has verified.
    pub(super) fn prove(&self, identity: &mut Identity, claims: &Claims) {
        let now = self.clock.now();
        for address in &mut identity.addresses {
            if address.verified_at.is_none() && is_trusted(&address.value, claims) {
                address.verified_at = Some(now);
                address.updated_at = now;
            }
        }
        if identity
            .addresses
            .iter()
            .any(|one| one.verified_at.is_some())
        {
            identity.lift_first_proof();
        }
    }
}

/// Says which address of the claims counts as verified by the rules as they are now: those of an
/// account that has waited may have changed.
pub(super) fn judge(configured: &ConfiguredProvider, vouched: &mut Vouched) {
    vouched.claims.trusted = configured.trust.judge(&vouched.claims.document);
}

pub(super) fn arrived(
    configured: &ConfiguredProvider,
    identity: Identity,
    (link, vouched): (CredentialId, &Vouched),
) -> Box<Arrived> {
    let claims = &vouched.claims;
    let upstream = Upstream {
        link: link_key(&configured.id, claims),
        session_id: claims.session_id.clone(),
        id_token: vouched.tokens.id.clone(),
    };
    Box::new(Arrived {
        identity,
        upstream,
        link,
        proved_at: configured.told_proof(claims),
        aal: configured.policy.second_factor.aal(claims),
        acr: claims.acr.clone(),
        amr: claims.amr.iter().take(MOST_METHODS).cloned().collect(),
        is_first_proof: false,
        unlinked: Vec::new(),
    })
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
