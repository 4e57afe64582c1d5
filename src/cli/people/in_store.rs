//! People in the store, with all that a gateway would tell and write down.

use std::sync::Arc;

use portcullis_core::{
    action::Action,
    administrators,
    errand::Recovery,
    event::{Event, UnlinkReason},
    id::IdentityId,
    identity::{Identity, IdentityState, rewrite},
    schema::Schema,
    secret::Secret,
    stage::Observer,
};
use portcullis_self_service::MailedProof;
use serde_json::{Value, json};

use super::{Belongings, People, name_of};
use crate::{
    cli::{Failure, Selector, audit::Act, desk::Desk, lifespan::Lifespan},
    observe::events::EventLog,
};

impl People for Desk {
    type Person = Identity;
    type Id = IdentityId;

    async fn find(&self, selector: &Selector) -> Result<Identity, Failure> {
        selector.resolve(self.identities()).await
    }

    fn id(person: &Identity) -> IdentityId {
        person.id
    }

    fn roles(person: &Identity) -> Result<Vec<String>, Failure> {
        Ok(person.roles.clone())
    }

    fn name(&self, person: &Identity) -> Option<String> {
        name_of(&Desk::shown(self, person))
    }

    async fn shown(&self, person: &Identity) -> Result<Value, Failure> {
        Ok(Desk::shown(self, person))
    }

    async fn belongings(&self, person: &Identity) -> Result<Belongings, Failure> {
        administrators::may_go(self.identities(), person).await?;
        Ok(Belongings {
            credentials: self.credentials().list(person.id).await?.len() as u64,
            links: self.links(person.id).await?.len() as u64,
            sessions: self.live_sessions(person.id).await? as u64,
        })
    }

    async fn delete(&self, person: Identity) -> Result<(), Failure> {
        let id = person.id;
        administrators::may_go(self.identities(), &person).await?;
        let links = self.links(id).await?;
        let credentials = self.credentials().list(id).await?.len();
        self.forget_tokens(id).await?;
        if !administrators::delete(self.identities(), id).await? {
            return Err(Failure::Refused(
                "somebody else deleted it just now".to_owned(),
            ));
        }
        for link in &links {
            EventLog.observe(&Event::Unlinked {
                identity: id,
                provider: &link.key.provider,
                reason: UnlinkReason::IdentityDeleted,
            });
        }
        EventLog.observe(&Event::IdentityDeleted { identity: id });
        // Who is deleted is not kept in the log either: the store has taken it out of what stands there.
        let act = Act::new("delete-identity", "identity.delete").on_identity(id);
        let act = act.from(json!({
            "schema_id": person.schema_id, "state": person.state, "roles": person.roles,
            "credentials": credentials,
        }));
        act.note(self.foundation()).await;
        Ok(())
    }

    async fn end_sessions(&self, person: &Identity) -> Result<u64, Failure> {
        let ended = self.sessions().revoke_all(person.id, None).await?;
        let act = Act::new("invalidate-identity-sessions", "identity.sessions.revoke");
        let act = act.on_identity(person.id);
        let act = act.to(json!({"sessions_ended": ended}));
        act.note(self.foundation()).await;
        Ok(ended)
    }

    /// The store ends the sessions of one that is off.
    async fn set_state(
        &self,
        mut person: Identity,
        state: IdentityState,
    ) -> Result<(IdentityState, u64), Failure> {
        let ended = match state {
            IdentityState::Inactive => self.live_sessions(person.id).await?,
            IdentityState::Active => 0,
        };
        if person.state != state {
            let before = person.state;
            person.state = state;
            person.state_changed_at = self.now();
            person.updated_at = self.now();
            administrators::update(self.identities(), &person).await?;
            let act = Act::new("set-identity-state", "identity.update").on_identity(person.id);
            let act = act.from(json!({"state": before}));
            let act = act.to(json!({"state": state}));
            act.note(self.foundation()).await;
        }
        Ok((state, ended as u64))
    }

    async fn set_roles(
        &self,
        mut person: Identity,
        change: impl Fn(&mut Vec<String>),
    ) -> Result<Vec<String>, Failure> {
        let (before, origins) = (person.roles.clone(), person.provenance.clone());
        change(&mut person.roles);
        administrators::vouch_for_roles(&mut person);
        person.updated_at = self.now();
        administrators::update(self.identities(), &person).await?;
        if person.roles != before || person.provenance != origins {
            let act = Act::new("set-roles", "identity.update").on_identity(person.id);
            let act = act.from(json!({"roles": before}));
            let act = act.to(json!({"roles": person.roles}));
            act.note(self.foundation()).await;
        }
        Ok(person.roles)
    }

    async fn require(
        &self,
        mut person: Identity,
        (added, removed): (&[Action], &[String]),
    ) -> Result<Vec<String>, Failure> {
        for action in added {
            self.require_enabled(*action)?;
        }
        let before = person.required_actions.clone();
        change_actions(&mut person, added, removed);
        person.updated_at = self.now();
        self.identities().update(&person).await?;
        if person.required_actions != before {
            let act = Act::new("set-required-actions", "identity.update").on_identity(person.id);
            let act = act.from(json!({"required_actions": before}));
            let act = act.to(json!({"required_actions": person.required_actions}));
            act.note(self.foundation()).await;
        }
        Ok(person.required_actions)
    }

    async fn knows_temporary(&self) -> Result<bool, Failure> {
        Ok(self.actions().settings(Action::UpdatePassword).is_some())
    }

    async fn set_password(
        &self,
        person: &Identity,
        (password, is_temporary): (&Secret, bool),
    ) -> Result<u64, Failure> {
        let id = person.id;
        Desk::set_password(self, person, password).await?;
        self.require_another(id, is_temporary).await?;
        EventLog.observe(&Event::PasswordReset { identity: id });
        let ended = self.sessions().revoke_all(id, None).await?;
        let act = Act::new("reset-password", "identity.password.set").on_identity(id);
        let act = act.to(json!({"temporary": is_temporary, "sessions_ended": ended}));
        act.note(self.foundation()).await;
        Ok(ended)
    }

    async fn hand_out(
        &self,
        person: &Identity,
        lifespan: Lifespan,
        command: &'static str,
    ) -> Result<Value, Failure> {
        let (config, identity) = (self.config(), person.id);
        let recoveries = self.foundation().recoveries(config).await;
        let recoveries = recoveries.map_err(|error| Failure::refused(&error))?;
        let lifespan = lifespan.or(config.plugins.self_service.recovery.lifespan);
        let recovery = recoveries.create_for(identity, MailedProof::Code, lifespan);
        let Recovery {
            code,
            link,
            expires_at,
        } = recovery.await?;
        EventLog.observe(&Event::RecoveryHandedOut { identity });
        let act = Act::new(command, "identity.recovery.hand_out").on_identity(identity);
        let act = act.to(json!({"by": MailedProof::Code, "expires_at": expires_at}));
        act.note(self.foundation()).await;
        Ok(json!({
            "recovery_code": code.as_ref().map(|code| code.expose()),
            "recovery_link": link.expose(),
            "expires_at": expires_at,
        }))
    }

    async fn schema(&self, id: Option<&str>) -> Result<Arc<Schema>, Failure> {
        let Some(id) = id else {
            return Ok(self.schemas().default_schema());
        };
        let unknown = || Failure::Usage(format!("no schema is called {id:?}"));
        self.schemas().find(id).ok_or_else(unknown)
    }

    async fn create_admin(
        &self,
        schema: &Schema,
        traits: Value,
        password: (Option<&Secret>, bool),
    ) -> Result<Identity, Failure> {
        let identity = Desk::create_admin(self, schema, traits, password).await?;
        let act = Act::new("create-admin-account", "identity.create").on_identity(identity.id);
        let act = act.to(json!({
            "schema_id": identity.schema_id, "state": identity.state, "roles": identity.roles,
            "required_actions": identity.required_actions, "has_password": password.0.is_some(),
        }));
        act.note(self.foundation()).await;
        Ok(identity)
    }
}

impl Desk {
    fn require_enabled(&self, action: Action) -> Result<(), Failure> {
        match self.actions().settings(action) {
            Some(_) => Ok(()),
            None => Err(Failure::Refused(format!(
                "{} is switched off here, or cannot be done; see [required_actions.{0}]",
                action.alias()
            ))),
        }
    }

    /// Has the identity choose another password at its next sign-in, or no more.
    async fn require_another(&self, id: IdentityId, is_required: bool) -> Result<(), Failure> {
        let alias = Action::UpdatePassword.alias();
        let changed = rewrite::<Failure, _>(self.identities(), id, async |mut identity| {
            let before = identity.required_actions.clone();
            // Who is given a password is known to be who they are.
            identity.lift_first_proof();
            let aliases = &mut identity.required_actions;
            aliases.retain(|one| one != alias);
            if is_required {
                aliases.push(alias.to_owned());
            }
            let is_different = *aliases != before;
            identity.updated_at = self.now();
            Ok(is_different.then_some(identity))
        });
        changed.await.map(drop)
    }
}

/// The mark of a first proof that is outstanding goes by its own name only.
fn change_actions(identity: &mut Identity, added: &[Action], removed: &[String]) {
    let aliases = &mut identity.required_actions;
    aliases.retain(|alias| !removed.contains(alias));
    for alias in added.iter().map(|action| action.alias()) {
        if !aliases.iter().any(|one| one == alias) {
            aliases.push(alias.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use portcullis_core::testing::SeededEntropy;

    use super::*;

    /// KC-094.
    #[test]
    fn the_mark_of_a_first_proof_goes_by_its_own_name_only() {
        let both = ["VERIFY_EMAIL", Identity::FIRST_PROOF].map(str::to_owned);
        for (removed, left) in [(0, Identity::FIRST_PROOF), (1, "VERIFY_EMAIL")] {
            let id = IdentityId::generate(&SeededEntropy::new(1));
            let mut identity = Identity::blank(id, "default", Timestamp::UNIX_EPOCH);
            identity.required_actions = both.to_vec();
            change_actions(&mut identity, &[], &both[removed..=removed]);
            assert_eq!(identity.required_actions, [left]);
        }
    }
}
