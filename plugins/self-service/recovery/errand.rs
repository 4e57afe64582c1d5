//! What administrators have people do, by mail: the actions are required from then on, and a link in the
//! letter signs in by recovery and leads on to them.

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    action::{Action, Actions},
    errand::{Errand, ErrandError, Sent},
    event::Event,
    flow::FlowKind,
    id::IdentityId,
    identity::{Identity, IdentityState, IdentityStore, rewrite},
    mail::{Letter, MailError, Mailer, Occasion},
    plugin::Announcer,
    store::StoreError,
};

use super::issue::{Recoveries, Way};
use crate::{
    codes::awaited::{Expected, Holder},
    config::MailedProof,
};

/// The shortest time that the link of a letter is good for.
const SHORTEST: Duration = Duration::from_secs(60);

/// Has people do things.
#[derive(Debug, Clone)]
pub struct Errands {
    /// What makes the links.
    pub recoveries: Recoveries,
    /// Who has to do something.
    pub identities: Arc<dyn IdentityStore>,
    /// What there is to do.
    pub actions: Arc<Actions>,
    /// Who brings the letters.
    pub mailer: Arc<dyn Mailer>,
    /// Who hears of it.
    pub announcer: Announcer,
    /// How long links are good for unless somebody says otherwise.
    pub lifespan: Duration,
}

impl Errands {
    /// Mails an identity a link that leads to the actions, and requires them.
    pub async fn send(&self, id: IdentityId, errand: Errand) -> Result<Sent, ErrandError> {
        let return_to = self.check(&errand)?;
        let found = self.identities.find(id).await?;
        let is_active = |one: &Identity| one.state == IdentityState::Active;
        let identity = found.filter(is_active).ok_or(ErrandError::Nobody)?;
        let holder = receiver(&identity).ok_or(ErrandError::NoAddress)?;
        let (_, to) = holder.address.clone().ok_or(ErrandError::NoAddress)?;
        let locale = identity.traits["locale"].as_str().unwrap_or_default();
        let lifespan = errand.lifespan.unwrap_or(self.lifespan);
        let expected = Expected {
            holder: Some(holder),
            receiver: to.clone(),
            proof: MailedProof::Link,
            lifespan,
        };
        let way = Way {
            leads_on: true,
            return_to,
            locale: locale.to_owned(),
            ..Way::default()
        };
        let recovery = self.recoveries.issue(expected, way).await?;
        self.mailer
            .post(Letter {
                to: to.clone(),
                owner: Some(id),
                occasion: Occasion::ActionsLink,
                locale: locale.to_owned(),
                provider: None,
                proof: recovery.link,
                lifespan,
                is_for_nobody: false,
            })
            .await?;
        // Nobody is held up by what no letter tells of.
        let identity = self.require(id, &errand.actions).await?;
        let event = Event::RecoveryHandedOut { identity: id };
        self.announcer.announce(&event);
        Ok(Sent {
            to,
            required_actions: identity.required_actions,
            expires_at: recovery.expires_at,
        })
    }

    /// Whether it can be done; where it ends.
    fn check(&self, errand: &Errand) -> Result<Option<String>, ErrandError> {
        if errand.actions.is_empty() {
            return Err(ErrandError::Nothing);
        }
        // Words tell of minutes, and of no part of one.
        if errand.lifespan.is_some_and(|one| one < SHORTEST) {
            return Err(ErrandError::Brief);
        }
        let is_off = |action: &&Action| {
            **action == Action::DeleteAccount || self.actions.settings(**action).is_none()
        };
        if let Some(action) = errand.actions.iter().find(is_off) {
            return Err(ErrandError::Off(action.alias()));
        }
        if !self.mailer.is_configured() {
            return Err(MailError::NotConfigured.into());
        }
        self.recoveries.checked(errand.return_to.as_deref())
    }

    async fn require(&self, id: IdentityId, actions: &[Action]) -> Result<Identity, ErrandError> {
        let identity = rewrite::<StoreError, _>(&*self.identities, id, async |mut identity| {
            let required = &mut identity.required_actions;
            let before = required.len();
            for alias in actions.iter().map(|action| action.alias()) {
                if !required.iter().any(|one| one == alias) {
                    required.push(alias.to_owned());
                }
            }
            let is_changed = required.len() != before;
            identity.updated_at = self.recoveries.clock.now();
            Ok(is_changed.then_some(identity))
        });
        identity.await?.ok_or(ErrandError::Nobody)
    }
}

/// The address that a letter goes to: one that is proved, else one to sign in with, else any.
fn receiver(identity: &Identity) -> Option<Holder> {
    let addresses = identity.addresses.iter().filter(|one| one.via == "email");
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(|one| {
        let signs_in = identity.identifiers.contains(&one.value);
        (one.verified_at.is_none(), !signs_in, one.created_at)
    });
    let mut holders = addresses
        .into_iter()
        .filter_map(|one| Holder::of(FlowKind::Recovery, identity, &one.value));
    holders.next()
}
