//! Taking newcomers in: each becomes an identity that its schema accepts, with its credentials, all
//! or nothing; whoever is here already stays as they are.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    id::{CredentialId, IdentityId, ProviderId},
    identifier::normalise_identifier,
    identity::{Identity, IdentityState, IdentityStore},
    link::LinkKey,
    message::Message,
    method::MethodError,
    schema::{Evaluation, ProfileContext, Schema, Schemas, TraitError, UnmanagedPolicy},
    store::StoreError,
};
use serde_json::Value;

use super::{
    Loss, Losses,
    newcomer::{Account, Newcomer, Password, Proved},
};

/// How many attributes without a place are named before the rest is counted.
const NAMED: usize = 20;

/// The longest identifier, in bytes; nobody signs in with a longer one.
const LONGEST_IDENTIFIER: usize = 1024;

/// The longest name of an account at a provider, in bytes (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

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
pub(crate) struct Settling<'a> {
    pub(crate) schemas: &'a Schemas,
    pub(crate) identities: &'a dyn IdentityStore,
    pub(crate) credentials: &'a dyn CredentialStore,
    pub(crate) passwords: &'a portcullis_local::Password,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) entropy: &'a Arc<dyn Entropy>,
    /// The providers, by their names in the other system.
    pub(crate) providers: BTreeMap<String, Linkable>,
    /// Schemas whose unknown traits are left out.
    pub(crate) lenient: HashSet<String>,
    /// What a rehearsal, which stores nothing, would have stored.
    pub(crate) rehearsal: Option<HashSet<String>>,
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
}

/// Somebody who is here now.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) identity: Identity,
    /// The providers they are linked to.
    pub(crate) linked: Vec<ProviderId>,
    /// What had no place.
    pub(crate) losses: Vec<Loss>,
}

impl Settling<'_> {
    /// Takes somebody in. Fails only where the store does.
    pub(crate) async fn settle(
        &mut self,
        schema: &Schema,
        newcomer: Newcomer,
    ) -> Result<Outcome, StoreError> {
        if let Some(id) = newcomer.id
            && self.identities.find(id).await?.is_some()
        {
            return Ok(Outcome::Present);
        }
        let mut losses = newcomer.losses.clone();
        let identity = match self.identity(schema, &newcomer, &mut losses) {
            Ok(identity) => identity,
            Err(errors) => return Ok(Outcome::Refused(errors.iter().map(told).collect())),
        };
        let links = self.links(&identity, &newcomer.accounts, &mut losses);
        if let Some(outcome) = self.taken(&identity, newcomer.id, &links).await? {
            return Ok(outcome);
        }
        let mut credentials: Vec<Credential> = links.iter().map(|(_, link)| link.clone()).collect();
        if let Some(password) = &newcomer.password {
            match self.password(&identity, password).await? {
                Ok(credential) => credentials.push(credential),
                Err(why) => Losses::of("credentials", &mut losses).add("password", why),
            }
        }
        if self.rehearsal.is_none() {
            match self.identities.insert(&identity, &credentials).await {
                Err(StoreError::Conflict { .. }) => return Ok(conflict()),
                done => done?,
            }
        }
        Ok(Outcome::Settled(Box::new(Settled {
            identity,
            linked: links.into_iter().map(|(provider, _)| provider).collect(),
            losses,
        })))
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
        identity.created_at = newcomer.created_at.map_or(now, |at| at.min(now));
        identity
            .required_actions
            .clone_from(&newcomer.required_actions);
        identity.roles.clone_from(&newcomer.roles);
        identity
            .metadata_public
            .clone_from(&newcomer.metadata_public);
        identity.metadata_admin.clone_from(&newcomer.metadata_admin);
        for proved in &newcomer.proved {
            self.prove(&mut identity, proved, losses);
        }
        Ok(identity)
    }

    fn prove(&self, identity: &mut Identity, proved: &Proved, losses: &mut Vec<Loss>) {
        let now = self.clock.now();
        let value = normalise_identifier(&proved.address);
        let mut known = identity.addresses.iter_mut();
        match known.find(|address| address.value == value) {
            Some(address) => address.verified_at = Some(proved.at.map_or(now, |at| at.min(now))),
            None => Losses::of("addresses", losses).add(
                "a proof",
                "the schema reaches nobody by this address, so nobody asks who holds it",
            ),
        }
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
            if subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
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

    /// What becomes of somebody whose identifiers or accounts are known here; nothing where none is.
    async fn taken(
        &mut self,
        identity: &Identity,
        id: Option<IdentityId>,
        links: &[(ProviderId, Credential)],
    ) -> Result<Option<Outcome>, StoreError> {
        let mut owners = Vec::new();
        for identifier in &identity.identifiers {
            let owner = self.identities.find_by_identifier(identifier).await?;
            owners.push(owner.map(|owner| owner.id));
        }
        for identifier in links
            .iter()
            .filter_map(|(_, link)| link.identifier.as_deref())
        {
            let kind = CredentialKind::Oidc;
            let owner = self
                .credentials
                .find_by_identifier(kind, identifier)
                .await?;
            owners.push(owner.map(|owner| owner.identity_id));
        }
        if let (None, Some(Some(owner))) = (id, owners.first())
            && owners.iter().all(|other| other.as_ref() == Some(owner))
        {
            return Ok(Some(Outcome::Present));
        }
        if owners.iter().any(Option::is_some) {
            return Ok(Some(conflict()));
        }
        let links = links.iter().filter_map(|(_, link)| link.identifier.clone());
        let all: Vec<String> = identity.identifiers.iter().cloned().chain(links).collect();
        let Some(seen) = &mut self.rehearsal else {
            return Ok(None);
        };
        if all.iter().any(|one| seen.contains(one)) {
            return Ok(Some(conflict()));
        }
        seen.extend(all);
        Ok(None)
    }

    /// The credential with the password; why there is none, where it cannot be used.
    async fn password(
        &self,
        identity: &Identity,
        password: &Password,
    ) -> Result<Result<Credential, String>, StoreError> {
        const WITHOUT: &str = "; whoever comes without one gets back in by mail, or is given one";
        match password {
            Password::Hashed(hash) => {
                let made = self.passwords.imported(identity, hash.expose());
                Ok(made.map_err(|why| format!("{why}{WITHOUT}")))
            }
            Password::Plain(plain) => {
                match self.passwords.credential(identity, plain.expose()).await {
                    Ok(credential) => Ok(Ok(credential)),
                    Err(MethodError::Invalid(messages)) => {
                        let texts: Vec<String> = messages
                            .into_iter()
                            .map(|(_, message)| message.text)
                            .collect();
                        Ok(Err(format!("{}{WITHOUT}", texts.join(" "))))
                    }
                    Err(MethodError::Unavailable(error)) => Err(error),
                    Err(other) => Ok(Err(format!("{other}{WITHOUT}"))),
                }
            }
        }
    }
}

fn conflict() -> Outcome {
    let reason = "it conflicts with another identity that already exists: they would sign in with \
                  the same, or have the same account at a provider";
    Outcome::Refused(vec![reason.to_owned()])
}

fn told(error: &TraitError) -> String {
    match error.path.as_str() {
        "" => error.message.text.clone(),
        path => format!("{path}: {}", error.message.text),
    }
}

/// Tells which attributes nobody keeps.
fn unkept(newcomer: &Newcomer, losses: &mut Vec<Loss>) {
    let why = "the schema does not describe it and keeps nothing else (`unmanaged`)";
    for name in newcomer.unmanaged.keys().take(NAMED) {
        Losses::of(name, losses).add("the attribute", why);
    }
    let further = newcomer.unmanaged.len().saturating_sub(NAMED);
    if further > 0 {
        Losses::of("", losses).add(format!("{further} further attributes"), why);
    }
}

fn leave_out_unknown(schema: &Schema, traits: &mut Value, losses: &mut Vec<Loss>) {
    let Value::Object(members) = traits else {
        return;
    };
    members.retain(|name, _| {
        let is_unknown = schema.forbids(name);
        if is_unknown && losses.len() < NAMED {
            let why = "the schema does not describe it, and unknown traits are left out here";
            Losses::of(name, losses).add("the trait", why);
        }
        !is_unknown
    });
}

#[cfg(test)]
mod tests;
