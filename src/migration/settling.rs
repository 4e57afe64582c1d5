//! Taking newcomers in: each becomes an identity that its schema accepts, with its credentials, all
//! or nothing; whoever is here already stays as they are.

mod factors;
mod known;
mod past;
mod settlement;
mod unkept;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState},
    link::{LinkKey, is_subject},
    message::Message,
    schema::{Evaluation, ProfileContext, Schema, Schemas, TraitError, UnmanagedPolicy},
};

use self::{
    known::Candidate,
    past::{past, prove},
    unkept::{leave_out_unknown, unkept},
};
pub(crate) use self::{
    known::{Known, Sought},
    settlement::{Arrival, Reception, Settlement, Stores, TakenIn, WITHOUT},
};
use super::{
    Loss, Losses,
    newcomer::{Account, Newcomer},
};

/// The longest identifier, in bytes; nobody signs in with a longer one.
const LONGEST_IDENTIFIER: usize = 1024;

/// A provider that links are made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Linkable {
    /// All its accounts have this issuer.
    By {
        /// The provider.
        id: ProviderId,
        /// The issuer.
        issuer: String,
    },
    /// Its accounts cannot be told by what another system knows of them.
    Not(&'static str),
}

/// What taking in works with.
#[derive(Debug)]
pub(crate) struct Settling<'a, S> {
    pub(crate) schemas: &'a Schemas,
    pub(crate) settlement: S,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) entropy: &'a Arc<dyn Entropy>,
    /// The providers, by their names in the other system.
    pub(crate) providers: BTreeMap<String, Linkable>,
    /// Schemas whose unknown traits are left out.
    pub(crate) lenient: HashSet<String>,
    /// The actions that somebody can be made to do, by alias, where others cannot be kept.
    pub(crate) actions: Option<BTreeSet<String>>,
    /// What a rehearsal, which stores nothing, would have stored.
    pub(crate) rehearsal: Option<Known>,
}

/// What became of somebody.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// They are here now.
    Settled(Box<Settled>),
    /// They were here already, and stay as they are.
    Present,
    /// They are not taken in; each reason.
    Refused(Vec<String>),
    /// They may be here: it broke off over them.
    Unknown,
    /// It broke off before they came.
    Unsent,
}

/// What became of some hundreds.
#[derive(Debug)]
pub(crate) struct Round<E> {
    /// Of each, in their order.
    pub(crate) outcomes: Vec<Outcome>,
    /// Why nobody else can be taken in now.
    pub(crate) broken_off: Option<E>,
}

/// Somebody who is here now.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) id: IdentityId,
    /// The providers they are linked to.
    pub(crate) linked: Vec<ProviderId>,
    /// What they sign in with.
    pub(crate) kinds: Vec<CredentialKind>,
    /// What had no place.
    pub(crate) losses: Vec<Loss>,
}

impl<S: Settlement> Settling<'_, S> {
    /// Takes some hundreds in, each by themselves: what becomes of each, in their order. Fails only
    /// where the settlement does, and before anybody is taken in.
    pub(crate) async fn settle(
        &mut self,
        newcomers: Vec<(Arc<Schema>, Newcomer)>,
    ) -> Result<Round<S::Error>, S::Error> {
        let ids: Vec<_> = newcomers.iter().map(|(_, one)| one.id).collect();
        let candidates: Vec<_> = newcomers
            .into_iter()
            .map(|(schema, newcomer)| self.candidate(&schema, newcomer))
            .collect();
        let mut known = self.known(&ids, &candidates).await?;
        let mut outcomes = Vec::new();
        let (mut places, mut ready) = (Vec::new(), Vec::new());
        for (place, (id, candidate)) in ids.into_iter().zip(candidates).enumerate() {
            let outcome = match candidate {
                _ if id.is_some_and(|id| known.ids.contains(&id)) => Outcome::Present,
                Err(reasons) => Outcome::Refused(reasons),
                Ok(candidate) => match known.judge(&candidate) {
                    Some(outcome) => outcome,
                    None => match self.factors(candidate) {
                        Err(reason) => Outcome::Refused(vec![reason]),
                        Ok((candidate, factors)) => {
                            known.take_in(&candidate);
                            let (settled, arrival) = self.proved(candidate, factors).await?;
                            places.push(place);
                            ready.push(arrival);
                            Outcome::Settled(Box::new(settled))
                        }
                    },
                },
            };
            outcomes.push(outcome);
        }
        if let Some(rehearsed) = &mut self.rehearsal {
            *rehearsed = known;
            return Ok(Round {
                outcomes,
                broken_off: None,
            });
        }
        let TakenIn { each, broken_off } = self.settlement.take_in(ready).await;
        for (place, reception) in places.into_iter().zip(each) {
            match reception {
                Reception::In => {}
                Reception::Refused(reasons) => outcomes[place] = Outcome::Refused(reasons),
                Reception::Unknown => outcomes[place] = Outcome::Unknown,
                Reception::Unsent => outcomes[place] = Outcome::Unsent,
            }
        }
        Ok(Round {
            outcomes,
            broken_off,
        })
    }

    fn candidate(&self, schema: &Schema, newcomer: Newcomer) -> Result<Candidate, Vec<String>> {
        let mut losses = newcomer.losses.clone();
        let identity = self.identity(schema, &newcomer, &mut losses);
        let identity = identity.map_err(|errors| errors.iter().map(told).collect::<Vec<_>>())?;
        let links = self.links(&identity, &newcomer.accounts, &mut losses);
        Ok(Candidate {
            has_id: newcomer.id.is_some(),
            identity,
            links,
            password: newcomer.password,
            factors: newcomer.factors,
            kinds: Vec::new(),
            losses,
        })
    }

    /// Who of these is known already, and what of theirs.
    async fn known(
        &mut self,
        ids: &[Option<IdentityId>],
        candidates: &[Result<Candidate, Vec<String>>],
    ) -> Result<Known, S::Error> {
        let sought = Sought::of(ids, candidates);
        let mut known = self
            .rehearsal
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default();
        known.learn(self.settlement.known(&sought).await?);
        Ok(known)
    }

    /// Somebody with what proves them.
    async fn proved(
        &self,
        candidate: Candidate,
        factors: Vec<S::Factor>,
    ) -> Result<(Settled, Arrival<S>), S::Error> {
        let Candidate {
            identity,
            links,
            password,
            mut losses,
            mut kinds,
            ..
        } = candidate;
        let mut given = None;
        if let Some(password) = &password {
            match self.settlement.password(&identity, password).await? {
                Ok(password) => {
                    kinds.push(CredentialKind::Password);
                    given = Some(password);
                }
                Err(why) => Losses::of("credentials", &mut losses).add("password", why),
            }
        }
        let (linked, links): (Vec<_>, Vec<_>) = links.into_iter().unzip();
        if !linked.is_empty() {
            kinds.push(CredentialKind::Oidc);
        }
        let settled = Settled {
            id: identity.id,
            linked,
            kinds,
            losses,
        };
        let arrival = Arrival {
            identity,
            links,
            password: given,
            factors,
        };
        Ok((settled, arrival))
    }

    /// The identity, as far as its schema accepts it.
    fn identity(
        &self,
        schema: &Schema,
        newcomer: &Newcomer,
        losses: &mut Vec<Loss>,
    ) -> Result<Identity, Vec<TraitError>> {
        let mut traits = newcomer.traits.clone();
        if self.lenient.contains(schema.id()) {
            leave_out_unknown(schema, &mut traits, losses);
        }
        let traits = schema.coerce(traits);
        let made = self
            .schemas
            .identity(schema, traits, &**self.clock, &**self.entropy);
        let mut identity = made?;
        let evaluation = Evaluation::of(ProfileContext::Admin);
        let mut errors = schema.errors_in(&evaluation, &identity.traits);
        match schema.unmanaged_policy() {
            UnmanagedPolicy::Disabled => unkept(newcomer, losses),
            _ => {
                errors.extend(schema.unmanaged_errors(&newcomer.unmanaged));
                identity.unmanaged.clone_from(&newcomer.unmanaged);
            }
        }
        let is_long = |identifier: &String| identifier.len() > LONGEST_IDENTIFIER;
        if identity.identifiers.iter().any(is_long) {
            errors.push(TraitError {
                path: String::new(),
                message: Message::invalid("What they would sign in with is too long."),
            });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let now = self.clock.now();
        if let Some(id) = newcomer.id {
            identity.id = id;
        }
        if newcomer.is_inactive {
            identity.state = IdentityState::Inactive;
        }
        if newcomer.created_at.is_some() {
            let mut told = Losses::of("created_at", losses);
            identity.created_at = past(newcomer.created_at, now, &mut told);
        }
        identity.required_actions = self.required_actions(newcomer, losses);
        identity.roles.clone_from(&newcomer.roles);
        identity.external_id.clone_from(&newcomer.external_id);
        identity
            .metadata_public
            .clone_from(&newcomer.metadata_public);
        identity.metadata_admin.clone_from(&newcomer.metadata_admin);
        for proved in &newcomer.proved {
            prove(&mut identity, (proved, now), losses);
        }
        Ok(identity)
    }

    /// What they have to do, as far as it can be kept.
    fn required_actions(&self, newcomer: &Newcomer, losses: &mut Vec<Loss>) -> Vec<String> {
        let mut required = newcomer.required_actions.clone();
        if let Some(known) = &self.actions {
            let mut losses = Losses::of("required_actions", losses);
            for alias in required.iter().filter(|alias| !known.contains(*alias)) {
                losses.add(
                    format!("action {alias}"),
                    "nobody can be made to do it here",
                );
            }
            required.retain(|alias| known.contains(alias));
        }
        required
    }

    /// The links that can be made.
    fn links(
        &self,
        identity: &Identity,
        accounts: &[Account],
        losses: &mut Vec<Loss>,
    ) -> Vec<(ProviderId, Credential)> {
        let mut links: Vec<(ProviderId, Credential)> = Vec::new();
        let mut losses = Losses::of("links", losses);
        for Account { provider, subject } in accounts {
            let what = format!("the account at {provider}");
            if !is_subject(subject) {
                losses.add(what, "no account has such a name");
                continue;
            }
            let (id, issuer) = match self.providers.get(provider) {
                Some(Linkable::By { id, issuer }) => (id, issuer),
                Some(Linkable::Not(why)) => {
                    losses.add(what, *why);
                    continue;
                }
                None => {
                    let why = "no provider of this name is switched on here; say with --provider \
                               THEIRS=OURS which one it is";
                    losses.add(what, why);
                    continue;
                }
            };
            let key = LinkKey {
                provider: id.clone(),
                issuer: issuer.clone(),
                subject: subject.clone(),
            };
            let identifier = Some(key.identifier());
            if links.iter().all(|(_, link)| link.identifier != identifier) {
                links.push((id.clone(), self.link(identity, &key)));
            }
        }
        links
    }

    fn link(&self, identity: &Identity, key: &LinkKey) -> Credential {
        let now = self.clock.now();
        Credential {
            id: CredentialId::generate(&**self.entropy),
            identity_id: identity.id,
            kind: CredentialKind::Oidc,
            identifier: Some(key.identifier()),
            config: key.config(),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

fn conflict() -> Outcome {
    Outcome::Refused(vec![conflict_told()])
}

fn conflict_told() -> String {
    "it conflicts with another identity that already exists: they would sign in with the same, have \
     the same account at a provider or the same key, or be called the same elsewhere (external_id)"
        .to_owned()
}

fn told(error: &TraitError) -> String {
    match error.path.as_str() {
        "" => error.message.text.clone(),
        path => format!("{path}: {}", error.message.text),
    }
}

#[cfg(test)]
mod tests;
