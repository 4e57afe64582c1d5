//! The password method.

mod history;

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    flow::FlowKind,
    id::{CredentialId, IdentityId},
    identifier::normalise_identifier,
    identity::{Identity, IdentityState, IdentityStore},
    message::Message,
    method::{Method, MethodError, Verified},
    secret::Secret,
    store::StoreError,
    ui::Node,
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::history::History;
use crate::{
    breaches::BreachCheck,
    cost::{Cost, Hasher, InvalidCost, Outcome},
    imported::{Imported, UnusableHash},
    policy::{Normalised, Policy},
    pool::{Pool, PoolError},
};

/// The method's name, which is also its group and its button's value.
const NAME: &str = "password";

/// Where a credential keeps its hash.
const HASH: &str = "hashed_password";

/// No schema allows identifiers this long, so longer ones are not even looked up.
const LONGEST_IDENTIFIER: usize = 1024;

/// What passwords are like and what they cost.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What a password must be like.
    pub policy: Policy,
    /// What one hash costs; raising it rehashes each password at its next sign-in.
    pub cost: Cost,
}

/// What the method works with.
#[derive(Debug, Clone)]
pub struct Stores {
    /// The identities.
    pub identities: Arc<dyn IdentityStore>,
    /// Their credentials.
    pub credentials: Arc<dyn CredentialStore>,
}

/// Signs in with an identifier and a password.
#[derive(Debug)]
pub struct Password {
    policy: Policy,
    breaches: Option<BreachCheck>,
    hasher: Hasher,
    pool: Pool,
    stores: Stores,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The hash of nobody's password, so that an unknown identifier costs as much as a known one.
    nobody: String,
}

impl Password {
    /// The method over these stores. Hashes once, so it takes a moment.
    pub fn new(
        config: Config,
        stores: Stores,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, InvalidCost> {
        let hasher = Hasher::new(config.cost)?;
        let nobody = Normalised::new("").and_then(|none| hasher.hash(&none, entropy.bytes()));
        let nobody = nobody.ok_or_else(|| InvalidCost {
            reason: "there is not enough memory for a single hash".to_owned(),
        })?;
        Ok(Self {
            policy: config.policy,
            breaches: None,
            hasher,
            pool: Pool::new(),
            stores,
            clock,
            entropy,
            nobody,
        })
    }

    /// The same, where passwords that breaches have made known are refused.
    #[must_use]
    pub fn with_breaches(mut self, check: BreachCheck) -> Self {
        self.breaches = Some(check);
        self
    }

    /// A new credential of `identity` with this password, not yet stored. It remembers the last ones,
    /// as many as the policy refuses.
    pub async fn credential(
        &self,
        identity: &Identity,
        password: &str,
    ) -> Result<Credential, MethodError> {
        let password = self.policy.measure(password).map_err(about_password)?;
        let history = self.history(identity.id).await?;
        let judgement = self.policy.judgement(identity);
        let (hasher, salt) = (self.hasher.clone(), self.entropy.bytes());
        let job = {
            let (password, history) = (password.clone(), history.clone());
            move || {
                judgement.judge(&password)?;
                history.judge(&hasher, &password)?;
                Ok(hasher.hash(&password, salt))
            }
        };
        let hash = self.pool.run(job).await.map_err(turned_away)?;
        let hash = hash.map_err(about_password)?;
        let hash = hash.ok_or_else(|| turned_away(PoolError::Broken))?;
        // Last, so that the list is asked about nothing that is refused anyway.
        if let Some(check) = &self.breaches {
            check.judge(&password).await.map_err(about_password)?;
        }
        Ok(self.with_config(identity, history.config(hash)))
    }

    async fn history(&self, owner: IdentityId) -> Result<History, MethodError> {
        Ok(match self.policy.history {
            0 => History::default(),
            most => History::of(self.present(owner).await?.as_ref(), most),
        })
    }

    /// A new credential of `identity` with a password that another system has hashed, not yet
    /// stored. It is hashed again at the first sign-in.
    pub fn imported(&self, identity: &Identity, hash: &str) -> Result<Credential, UnusableHash> {
        let _: Imported = hash.parse()?;
        Ok(self.with_config(identity, json!({ HASH: hash })))
    }

    fn with_config(&self, identity: &Identity, config: Value) -> Credential {
        let now = self.clock.now();
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity.id,
            kind: CredentialKind::Password,
            identifier: None,
            config,
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Gives a stored identity this password, in place of the one it has, if any.
    pub async fn set(&self, identity: &Identity, password: &str) -> Result<(), MethodError> {
        let mut credential = self.credential(identity, password).await?;
        if let Some(present) = self.present(identity.id).await? {
            credential.id = present.id;
            credential.created_at = present.created_at;
        }
        let put = self.stores.credentials.put(&credential).await;
        put.map_err(MethodError::Unavailable)
    }

    async fn hash(&self, password: Normalised) -> Result<Value, MethodError> {
        let (hasher, salt) = (self.hasher.clone(), self.entropy.bytes());
        let hash = self.pool.run(move || hasher.hash(&password, salt)).await;
        let hash = hash.and_then(|hash| hash.ok_or(PoolError::Broken));
        hash.map(|hash| json!({ HASH: hash })).map_err(turned_away)
    }

    async fn present(&self, owner: IdentityId) -> Result<Option<Credential>, MethodError> {
        let credentials = self.stores.credentials.list(owner).await;
        let mut credentials = credentials.map_err(MethodError::Unavailable)?.into_iter();
        Ok(credentials.find(|credential| credential.kind == CredentialKind::Password))
    }

    async fn find(&self, identifier: &str) -> Result<Option<Identity>, MethodError> {
        if identifier.len() > LONGEST_IDENTIFIER {
            return Ok(None);
        }
        let identifier = normalise_identifier(identifier);
        let found = self.stores.identities.find_by_identifier(&identifier).await;
        found.map_err(MethodError::Unavailable)
    }

    async fn compare(
        &self,
        password: &Normalised,
        credential: Option<&Credential>,
    ) -> Result<Outcome, MethodError> {
        let stored = credential.and_then(|credential| credential.config.get(HASH)?.as_str());
        let hash = stored.unwrap_or(&self.nobody).to_owned();
        let (hasher, password) = (self.hasher.clone(), password.clone());
        let outcome = self.pool.run(move || hasher.verify(&password, &hash)).await;
        let outcome = outcome.map_err(turned_away)?;
        // Nobody's password is known to nobody, but it must not sign in even by chance.
        Ok(if stored.is_some() {
            outcome
        } else {
            Outcome::Wrong
        })
    }

    /// Hashes again at the present cost. The sign-in stands whether or not this succeeds.
    async fn rehash(&self, outdated: &Credential, password: Normalised) {
        let Ok(config) = self.hash(password).await else {
            return;
        };
        // The password is as old as before.
        let mut renewed = outdated.clone();
        renewed.config[HASH] = config[HASH].clone();
        // A password that was changed in the meantime must not be changed back.
        let credentials = &self.stores.credentials;
        let kept = credentials.replace_config(&outdated.config, &renewed).await;
        if let Err(error) = kept {
            let owner = outdated.identity_id;
            tracing::warn!(identity.id = %owner, %error, "a password could not be rehashed");
        }
    }
}

#[async_trait]
impl Method for Password {
    fn name(&self) -> &'static str {
        NAME
    }

    fn nodes(&self, kind: FlowKind) -> Vec<Node> {
        let password = Node::input(NAME, "password", "password")
            .with_label(Message::password())
            .required();
        let submit = |label| Node::submit(NAME, "method", NAME, label);
        let chosen = |password: Node| {
            let password = password.with_autocomplete("new-password");
            password.with_helper_text(&self.policy.in_words())
        };
        match kind {
            FlowKind::Login => vec![
                Node::input("default", "identifier", "text")
                    .with_label(Message::identifier())
                    .with_value("")
                    .with_autocomplete("username webauthn")
                    .required(),
                password.with_autocomplete("current-password"),
                submit(Message::sign_in_with_password()),
            ],
            FlowKind::Registration => vec![chosen(password), submit(Message::sign_up())],
            FlowKind::Settings => vec![
                chosen(password).with_label(Message::new_password()),
                submit(Message::save()),
            ],
            FlowKind::Recovery | FlowKind::Verification | FlowKind::Error => Vec::new(),
        }
    }

    async fn verify(&self, submission: &Value) -> Result<Verified, MethodError> {
        let (identifier, password) = login_fields(submission)?;
        let Some(password) = Normalised::new(password) else {
            return Err(about_form(Message::credentials_invalid()));
        };
        let identity = self.find(identifier).await?;
        // Nobody's credentials are looked up as well, so that the stores are asked as often.
        let owner = identity.as_ref().map(|identity| identity.id);
        let owner = owner.unwrap_or_else(|| IdentityId::generate(&*self.entropy));
        let credential = self.present(owner).await?;
        let outcome = self.compare(&password, credential.as_ref()).await?;
        let (Some(identity), Some(credential)) = (identity, credential) else {
            return Err(about_form(Message::credentials_invalid()));
        };
        if outcome == Outcome::Wrong {
            return Err(about_form(Message::credentials_invalid()));
        }
        // Said only to whoever knows the password, so that nobody can ask who is switched off; who has
        // chosen it with somebody else's address is told nothing.
        if identity.state != IdentityState::Active {
            return Err(about_form(match identity.awaits_first_proof() {
                true => Message::credentials_invalid(),
                false => Message::identity_disabled(),
            }));
        }
        if outcome == Outcome::RightButOutdated && !identity.awaits_first_proof() {
            self.rehash(&credential, password).await;
        }
        Ok(Verified {
            identity,
            credential,
        })
    }

    fn judge(&self, submission: &Value, identity: &Identity) -> Result<(), MethodError> {
        let password = chosen(submission)?;
        let judged = self.policy.check(password, identity);
        judged.map_err(about_password)
    }

    async fn enroll(
        &self,
        submission: &Value,
        identity: &Identity,
    ) -> Result<Credential, MethodError> {
        self.credential(identity, chosen(submission)?).await
    }

    fn import(&self, kept: &Secret, identity: &Identity) -> Result<Credential, MethodError> {
        let imported = self.imported(identity, kept.expose());
        imported.map_err(|why| {
            let mut why = why.to_string();
            why.push('.');
            about_password(Box::new(Message::invalid(&why)))
        })
    }
}

/// A field that is filled in.
fn field<'a>(submission: &'a Value, name: &str) -> Option<&'a str> {
    submission
        .get(name)?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// The password that somebody chooses.
fn chosen(submission: &Value) -> Result<&str, MethodError> {
    let missing = || about_password(Box::new(Message::missing("Password", "password")));
    field(submission, "password").ok_or_else(missing)
}

fn login_fields(submission: &Value) -> Result<(&str, &str), MethodError> {
    let identifier = field(submission, "identifier").filter(|text| !text.trim().is_empty());
    let password = field(submission, "password");
    if let (Some(identifier), Some(password)) = (identifier, password) {
        return Ok((identifier, password));
    }
    let fields = [
        ("identifier", "Email or other identifier", identifier),
        ("password", "Password", password),
    ];
    let missing = fields.into_iter().filter(|(_, _, value)| value.is_none());
    let messages =
        missing.map(|(name, label, _)| (Some(name.to_owned()), Message::missing(label, name)));
    Err(MethodError::Invalid(messages.collect()))
}

fn about_form(message: Message) -> MethodError {
    MethodError::Invalid(vec![(None, message)])
}

#[expect(
    clippy::boxed_local,
    reason = "it is what refusals are handed on in, and this is where they end"
)]
fn about_password(message: Box<Message>) -> MethodError {
    MethodError::Invalid(vec![(Some("password".to_owned()), *message)])
}

fn turned_away(error: PoolError) -> MethodError {
    match error {
        PoolError::Full { retry_after } => MethodError::Throttled { retry_after },
        PoolError::Broken => MethodError::Unavailable(StoreError::unavailable(error)),
    }
}

#[cfg(test)]
mod tests;
