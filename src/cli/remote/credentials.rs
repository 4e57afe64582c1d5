//! The commands on what somebody signs in with.

use portcullis_core::{credential::CredentialKind, id::CredentialId};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Remote, odd};
use crate::cli::{Common, Consent, Failure, Selector};

/// Which credentials go.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Which {
    /// One.
    One(CredentialId),
    /// All of a type.
    Kind(CredentialKind),
}

/// What went.
pub(in crate::cli) struct Gone {
    pub(in crate::cli) identity_id: String,
    pub(in crate::cli) kind: String,
    pub(in crate::cli) ids: Vec<String>,
    pub(in crate::cli) sessions_ended: usize,
    pub(in crate::cli) without_use: Vec<&'static str>,
}

impl Remote {
    /// What somebody signs in with.
    pub(in crate::cli) async fn credentials(
        &self,
        id: &str,
        with_data: bool,
    ) -> Result<Vec<Value>, Failure> {
        let data = if with_data { "?data=true" } else { "" };
        let path = format!("/admin/identities/{id}/credentials{data}");
        self.list(&path).await
    }

    /// Gives a credential a label.
    pub(in crate::cli) async fn label(
        &self,
        selector: &Selector,
        (credential, label): (CredentialId, &str),
    ) -> Result<Value, Failure> {
        let path = self.path(selector, credential).await?;
        let asked = json!({"label": label});
        self.ask(Method::PATCH, &path, Some(&asked)).await
    }

    /// Moves a credential before all others, or behind one.
    pub(in crate::cli) async fn move_to(
        &self,
        selector: &Selector,
        (credential, after): (CredentialId, Option<CredentialId>),
    ) -> Result<Vec<Value>, Failure> {
        let path = self.path(selector, credential).await?;
        let path = match after {
            None => format!("{path}/moveToFirst"),
            Some(after) => format!("{path}/moveAfter/{after}"),
        };
        match self.ask(Method::POST, &path, None).await? {
            Value::Array(order) => Ok(order),
            _ => Err(odd()),
        }
    }

    /// Deletes credentials, after `ask` has agreed; `None` where there are none.
    pub(in crate::cli) async fn delete_credentials(
        &self,
        selector: &Selector,
        which: Which,
        ask: impl Fn(&str, usize, &str) -> Result<(), Failure>,
    ) -> Result<Option<Gone>, Failure> {
        let id = self.id(selector).await?;
        let mut own = self.credentials(&id, false).await?;
        own.retain(|one| match which {
            Which::One(credential) => one["id"] == credential.to_string(),
            Which::Kind(kind) => one["type"] == kind.as_str(),
        });
        let Some(first) = own.first() else {
            return Ok(None);
        };
        let kind = first["type"].as_str().ok_or_else(odd)?.to_owned();
        ask(&id, own.len(), &kind)?;
        let before = self.live_sessions(&id).await?;
        let mut ids = Vec::new();
        for one in &own {
            let credential = one["id"].as_str().ok_or_else(odd)?;
            let path = format!("/admin/identities/{id}/credentials/{credential}");
            self.ask(Method::DELETE, &path, None).await?;
            ids.push(credential.to_owned());
        }
        let sessions_ended = before.saturating_sub(self.live_sessions(&id).await?);
        let without_use = self.idle(&id).await?;
        Ok(Some(Gone {
            identity_id: id,
            kind,
            ids,
            sessions_ended,
            without_use,
        }))
    }

    /// What is left that is of no use by itself.
    async fn idle(&self, id: &str) -> Result<Vec<&'static str>, Failure> {
        let list = CredentialKind::LookupSecret;
        let own = self.credentials(id, false).await?;
        let has = |kind: CredentialKind| own.iter().any(|one| one["type"] == kind.as_str());
        let mut others = CredentialKind::ALL.into_iter();
        let has_second = others.any(|kind| kind.is_second_factor() && kind != list && has(kind));
        if has_second || !has(list) {
            return Ok(Vec::new());
        }
        crate::cli::mfa::mention_idle(list);
        Ok(vec![list.as_str()])
    }

    /// The accounts at providers that an identity is linked to.
    pub(in crate::cli) async fn links(&self, id: &str) -> Result<Vec<Value>, Failure> {
        self.list(&format!("/admin/identities/{id}/links")).await
    }

    /// Removes the link that is called so.
    pub(in crate::cli) async fn unlink(
        &self,
        common: &Common,
        (selector, consent): (&Selector, &Consent),
        name: &str,
    ) -> Result<(), Failure> {
        let id = self.id(selector).await?;
        let links = self.links(&id).await?;
        let is_it = |link: &&Value| link["credential_id"] == name || link["id"] == name;
        let found: Vec<&str> = links
            .iter()
            .filter(is_it)
            .filter_map(|link| link["id"].as_str())
            .collect();
        let link = match found[..] {
            [link] => link,
            [one, other, ..] => return Err(crate::cli::links::called_the_same(name, one, other)),
            [] => return Err(crate::cli::links::not_linked(name)),
        };
        consent.ask(&format!("Unlink {name} from identity {id}?"))?;
        let before = self.live_sessions(&id).await?;
        let path = format!("/admin/identities/{id}/credentials/{link}");
        self.ask(Method::DELETE, &path, None).await?;
        let ended = before.saturating_sub(self.live_sessions(&id).await?);
        common.output.print(&json!({
            "identity_id": id, "credential_id": name, "unlinked": true, "sessions_ended": ended,
        }));
        Ok(())
    }

    async fn path(&self, selector: &Selector, credential: CredentialId) -> Result<String, Failure> {
        let id = self.id(selector).await?;
        Ok(format!("/admin/identities/{id}/credentials/{credential}"))
    }
}
