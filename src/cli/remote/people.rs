//! The commands on one identity.

use portcullis_core::action::Action;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Remote, odd};
use crate::cli::{Common, Consent, Failure, Selector};

/// What is shown of an identity, in the order of the command.
const SHOWN: [&str; 18] = [
    "id",
    "schema_id",
    "schema_url",
    "state",
    "state_changed_at",
    "traits",
    "provenance",
    "roles",
    "required_actions",
    "accepted_terms",
    "tenant",
    "metadata_public",
    "metadata_admin",
    "verifiable_addresses",
    "recovery_addresses",
    "organization_id",
    "created_at",
    "updated_at",
];

impl Remote {
    /// An identity as `get-identity` shows it.
    pub(in crate::cli) async fn shown(&self, selector: &Selector) -> Result<Value, Failure> {
        let identity = self.resolve(selector).await?;
        let id = identity["id"].as_str().ok_or_else(odd)?;
        let mut shown = Map::new();
        for name in SHOWN {
            shown.insert(name.to_owned(), identity[name].clone());
        }
        let asked = format!("/admin/identities/{id}/required-actions");
        let asked = self.get(&asked).await?["required_actions"].take();
        shown.insert("required_actions".to_owned(), asked);
        match self.get(&format!("/admin/identities/{id}/unmanaged")).await {
            Ok(unmanaged) => drop(shown.insert("unmanaged".to_owned(), unmanaged)),
            // Its schema keeps none.
            Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(failure),
        }
        Ok(Value::Object(shown))
    }

    /// Ends all sessions of an identity.
    pub(in crate::cli) async fn end_sessions(
        &self,
        common: &Common,
        (selector, consent): (&Selector, &Consent),
    ) -> Result<(), Failure> {
        let id = self.id(selector).await?;
        consent.ask(&format!("End all sessions of identity {id}?"))?;
        let asked = json!({"action": "delete", "identities": [id]});
        let ended = self.ask(Method::POST, "/admin/sessions", Some(&asked));
        let ended = ended.await?["processed"].take();
        common
            .output
            .print(&json!({"identity_id": id, "sessions_ended": ended}));
        Ok(())
    }

    /// Deletes an identity, or only tells what would go where nobody can be asked for consent.
    pub(in crate::cli) async fn delete(
        &self,
        common: &Common,
        selector: &Selector,
        consent: Option<&Consent>,
    ) -> Result<(), Failure> {
        let id = self.id(selector).await?;
        let path = format!("/admin/identities/{id}");
        let counted = format!("{path}?dry_run=true");
        let counts = self.ask(Method::DELETE, &counted, None).await?;
        let (links, sessions) = (&counts["links"], &counts["sessions"]);
        if let Some(consent) = consent {
            consent.ask(&format!(
                "Delete identity {id}, with {links} linked accounts and {sessions} sessions?"
            ))?;
            self.ask(Method::DELETE, &path, None).await?;
        }
        common.output.print(&json!({
            "identity_id": id, "deleted": consent.is_some(), "links": links, "sessions": sessions,
        }));
        Ok(())
    }

    /// Switches an identity on or off.
    pub(in crate::cli) async fn set_state(
        &self,
        common: &Common,
        (selector, consent): (&Selector, &Consent),
        state: &str,
    ) -> Result<(), Failure> {
        let id = self.id(selector).await?;
        let mut ended = 0;
        if state == "inactive" {
            let question = format!("Switch identity {id} off and end its sessions?");
            consent.ask(&question)?;
            ended = self.live_sessions(&id).await?;
        }
        let change = json!([{"op": "replace", "path": "/state", "value": state}]);
        let changed = self.patch(&id, &change).await?;
        common.output.print(&json!({
            "identity_id": id, "state": changed["state"], "sessions_ended": ended,
        }));
        Ok(())
    }

    /// Gives and takes roles.
    pub(in crate::cli) async fn set_roles(
        &self,
        common: &Common,
        selector: &Selector,
        change: impl Fn(&mut Vec<String>),
    ) -> Result<(), Failure> {
        let identity = self.resolve(selector).await?;
        let id = identity["id"].as_str().ok_or_else(odd)?;
        let before = &identity["roles"];
        let mut roles: Vec<String> = serde_json::from_value(before.clone()).map_err(|_| odd())?;
        change(&mut roles);
        // What others give or take meanwhile is not undone.
        let change = json!([
            {"op": "test", "path": "/roles", "value": before},
            {"op": "replace", "path": "/roles", "value": roles},
        ]);
        let changed = self.patch(id, &change).await?;
        common
            .output
            .print(&json!({"identity_id": id, "roles": changed["roles"]}));
        Ok(())
    }

    /// Asks an identity to do actions, and others no more.
    pub(in crate::cli) async fn set_required_actions(
        &self,
        common: &Common,
        selector: &Selector,
        (added, removed): (&[Action], &[String]),
    ) -> Result<(), Failure> {
        let id = self.id(selector).await?;
        let added: Vec<&str> = added.iter().map(|action| action.alias()).collect();
        let path = format!("/admin/identities/{id}/required-actions");
        let asked = json!({"add": added, "remove": removed});
        let told = self.ask(Method::PATCH, &path, Some(&asked)).await?;
        common.output.print(&told);
        Ok(())
    }

    /// Whether people can be made to choose another password.
    pub(in crate::cli) async fn knows_temporary(&self) -> Result<bool, Failure> {
        let all = self.list("/admin/x/required-actions").await?;
        let alias = Action::UpdatePassword.alias();
        Ok(all
            .iter()
            .any(|one| one["alias"] == alias && one["enabled"] == true))
    }

    async fn patch(&self, id: &str, operations: &Value) -> Result<Value, Failure> {
        let path = format!("/admin/identities/{id}");
        self.ask(Method::PATCH, &path, Some(operations)).await
    }
}
