//! Finding what a decision rests on, and what follows from it. Only reads.

use super::{
    Broker, BrokerError,
    decide::{Candidate, Decision, Owner, Question, Rule, decide},
};
use crate::{
    credential::{Credential, CredentialKind},
    id::{IdentityId, ProviderId},
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
    link::{Link, LinkKey, PreparedLink},
    provider::{Claims, ConfiguredProvider, ProviderError},
};

/// A decision with those it is about.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) decision: Decision,
    /// The identity it leads to, when there is exactly one.
    pub(super) identity: Option<Identity>,
    /// The link that led there.
    link: Option<Credential>,
    /// The claim that was kept back.
    pub(super) withheld: Option<String>,
}

/// What to do.
#[derive(Debug)]
pub(super) enum Course {
    /// Sign in the linked identity.
    Enter(Identity, Box<Credential>),
    /// Make a new identity; `true` when the person sees it first.
    Create(bool),
    /// Link as prepared.
    Prepared(Identity),
    /// Link at once.
    Auto(Identity),
    /// Remove what let a stranger in, then link.
    Reclaim(Identity),
    /// Ask for a proof.
    Confirm(Identity),
}

impl Plan {
    /// The provider itself refuses: that comes before everything else.
    pub(super) fn refuse(&mut self, why: &'static str) {
        self.decision = Decision {
            rule: Rule::NotAdmitted,
            why,
        };
        self.withheld = None;
    }

    /// What follows; `expected` is the only identity it may lead to, when one is named.
    pub(super) fn course(self, expected: Option<IdentityId>) -> Result<Course, BrokerError> {
        let Decision { rule, why: reason } = self.decision;
        let found = self.identity.as_ref().map(|identity| identity.id);
        match rule {
            Rule::Withheld => {
                let claim = self.withheld.unwrap_or_default();
                return Err(BrokerError::ClaimsWithheld { claim });
            }
            Rule::NotAdmitted => {
                return Err(BrokerError::Provider(ProviderError::NotAdmitted { reason }));
            }
            Rule::Disabled => return Err(BrokerError::Disabled),
            Rule::Known if expected.is_none() || expected == found => {}
            _ if expected.is_some() => return Err(BrokerError::IdentityMismatch),
            _ => {}
        }
        match (rule, self.identity, self.link) {
            (Rule::Known, Some(identity), Some(link)) => {
                Ok(Course::Enter(identity, Box::new(link)))
            }
            (Rule::Create, ..) => Ok(Course::Create(false)),
            (Rule::Review, ..) => Ok(Course::Create(true)),
            (Rule::Prepared, Some(identity), _) => Ok(Course::Prepared(identity)),
            (Rule::Auto, Some(identity), _) => Ok(Course::Auto(identity)),
            (Rule::Reclaim, Some(identity), _) => Ok(Course::Reclaim(identity)),
            (Rule::Confirm, Some(identity), _) => Ok(Course::Confirm(identity)),
            (Rule::LinkDenied, Some(identity), _) => Err(BrokerError::LinkDenied {
                identity: identity.id,
            }),
            (Rule::CreationRefused, ..) => Err(BrokerError::CreationRefused),
            (Rule::LinkOnly, ..) => Err(BrokerError::LinkOnly),
            _ => Err(BrokerError::Several),
        }
    }
}

impl Broker {
    /// What these claims lead to.
    pub(super) async fn plan(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
    ) -> Result<Plan, BrokerError> {
        let withheld = withheld(configured, claims).map(str::to_owned);
        let mut question = Question {
            policy: &configured.policy,
            is_withheld: withheld.is_some(),
            refusal: refusal(configured, claims),
            linked: None,
            is_trusted: claims.trusted.is_some(),
            prepared: None,
            candidates: &[],
        };
        let plan = |question: &Question<'_>, identity, link| Plan {
            decision: decide(question),
            identity,
            link,
            withheld,
        };
        if let Some((identity, link)) = self.linked(configured, claims).await? {
            question.linked = Some(is_active(&identity));
            return Ok(plan(&question, Some(identity), Some(link)));
        }
        if let Some((identity, link)) = self.prepared(configured, claims).await? {
            question.prepared = Some(Owner {
                is_active: is_active(&identity),
                has_second_factor: !identity.second_factors.is_empty(),
            });
            return Ok(plan(&question, Some(identity), Some(link)));
        }
        let mut found = self.namesakes(claims).await?;
        // Another answer for the same account may have made the namesake just now.
        if !found.is_empty()
            && let Some((identity, link)) = self.linked(configured, claims).await?
        {
            question.linked = Some(is_active(&identity));
            return Ok(plan(&question, Some(identity), Some(link)));
        }
        let mut candidates = Vec::with_capacity(found.len());
        for identity in &found {
            candidates.push(self.candidate(configured, claims, identity).await?);
        }
        question.candidates = &candidates;
        let identity = (found.len() == 1).then(|| found.pop()).flatten();
        Ok(plan(&question, identity, None))
    }

    /// The identity that the account is linked to, and the link.
    pub(super) async fn linked(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
    ) -> Result<Option<(Identity, Credential)>, BrokerError> {
        let key = link_key(&configured.id, claims).identifier();
        self.owner(&key).await
    }

    /// The identity that a link to the account's address is prepared for, and that link.
    pub(super) async fn prepared(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
    ) -> Result<Option<(Identity, Credential)>, BrokerError> {
        let Some(address) = claims.trusted_email() else {
            return Ok(None);
        };
        let prepared = PreparedLink::new(configured.id.clone(), address);
        self.owner(&prepared.identifier()).await
    }

    async fn owner(&self, key: &str) -> Result<Option<(Identity, Credential)>, BrokerError> {
        let link = self
            .credentials
            .find_by_identifier(CredentialKind::Oidc, key)
            .await?;
        let Some(link) = link else { return Ok(None) };
        let identity = self.identities.find(link.identity_id).await?;
        Ok(identity.map(|identity| (identity, link)))
    }

    /// Who signs in with the trusted address or has verified it.
    async fn namesakes(&self, claims: &Claims) -> Result<Vec<Identity>, BrokerError> {
        let Some(address) = claims.trusted_email().map(normalise_identifier) else {
            return Ok(Vec::new());
        };
        let mut found = self.identities.find_by_address(&address).await?;
        found.retain(|identity| has_verified(identity, &address));
        let holder = self.identities.find_by_identifier(&address).await?;
        let is_new = |holder: &Identity| found.iter().all(|known| known.id != holder.id);
        if let Some(holder) = holder.filter(is_new) {
            found.push(holder);
        }
        Ok(found)
    }

    async fn candidate(
        &self,
        configured: &ConfiguredProvider,
        claims: &Claims,
        identity: &Identity,
    ) -> Result<Candidate, BrokerError> {
        let address = normalise_identifier(claims.trusted_email().unwrap_or_default());
        let links = self.links(identity.id).await?;
        let is_same = |link: &Link| link.key.provider == configured.id;
        Ok(Candidate {
            is_active: is_active(identity),
            is_verified: has_verified(identity, &address),
            has_roles: !identity.roles.is_empty(),
            has_other_link: links.iter().any(is_same),
            has_other_address: identity.addresses.iter().any(|a| a.value != address),
            has_second_factor: !identity.second_factors.is_empty(),
        })
    }
}

/// The account as a link's key.
pub(super) fn link_key(provider: &ProviderId, claims: &Claims) -> LinkKey {
    LinkKey {
        provider: provider.clone(),
        issuer: claims.issuer.clone(),
        subject: claims.subject.clone(),
    }
}

/// A claim that the provider keeps back although something here reads it.
pub(super) fn withheld<'c>(configured: &ConfiguredProvider, claims: &'c Claims) -> Option<&'c str> {
    let admission = &configured.policy.admission;
    let is_asked = |name: &&String| admission.reads_claim(name);
    configured
        .mapping
        .withheld(claims)
        .or_else(|| claims.withheld.iter().find(is_asked).map(String::as_str))
}

/// Why the account is not admitted.
pub(super) fn refusal(configured: &ConfiguredProvider, claims: &Claims) -> Option<&'static str> {
    let admission = &configured.policy.admission;
    admission.refusal(&claims.document, claims.trusted_email())
}

fn is_active(identity: &Identity) -> bool {
    identity.state == IdentityState::Active
}

fn has_verified(identity: &Identity, address: &str) -> bool {
    let mut addresses = identity.addresses.iter();
    addresses.any(|own| own.value == address && own.verified_at.is_some())
}
