//! `reset-identity-mfa`: removes what somebody has lost, or somebody else has found.

use clap::{Args, ValueEnum};
use portcullis_core::{
    action::Actions,
    credential::{CredentialKind, CredentialStore},
    credentials::Listed,
    event::Event,
    id::IdentityId,
    identity::IdentityStore,
    stage::Observer,
    store::StoreError,
};
use serde_json::json;

use super::{
    Common, Consent, Failure, Selector,
    audit::Act,
    desk::Desk,
    remote::{Remote, Which},
};
use crate::{config::Config, gateway::Foundation, observe::events::EventLog};

/// The command as the audit log names it.
const COMMAND: &str = "reset-identity-mfa";

/// What is removed of an identity.
#[derive(Debug, Args)]
pub(super) struct ResetMfa {
    #[command(flatten)]
    selector: Selector,
    /// All of this type.
    #[arg(long, value_enum, value_name = "TYPE")]
    mfa_type: MfaType,
    #[command(flatten)]
    consent: Consent,
}

/// A type, as it is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum MfaType {
    /// The authenticator app.
    Totp,
    /// The backup codes.
    LookupSecret,
    /// The security keys.
    Webauthn,
    /// The passkeys.
    Passkey,
    /// Codes by mail, which are kept nowhere.
    Code,
}

impl MfaType {
    fn kind(self) -> Option<CredentialKind> {
        match self {
            Self::Totp => Some(CredentialKind::Totp),
            Self::LookupSecret => Some(CredentialKind::LookupSecret),
            Self::Webauthn => Some(CredentialKind::Webauthn),
            Self::Passkey => Some(CredentialKind::Passkey),
            Self::Code => None,
        }
    }

    /// The kind, where anything of it is kept.
    fn kept(self) -> Result<CredentialKind, Failure> {
        self.kind().ok_or_else(|| {
            let reason = "codes by mail go to a proved address and are kept nowhere, so there is \
                          nothing to remove";
            Failure::Refused(reason.to_owned())
        })
    }
}

/// Removes all credentials of a type and, as people do in their settings, ends the sessions. Where
/// everybody needs a second factor, the next sign-in asks for one.
pub(super) fn reset(common: &Common, asked: &ResetMfa) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remotely(common, asked, remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = asked.selector.resolve(desk.identities()).await?;
        let kind = asked.mfa_type.kept()?;
        let (id, name) = (identity.id, kind.as_str());
        let own = desk.credentials().list(id).await?;
        let of_kind: Vec<_> = own.iter().filter(|one| one.kind == kind).collect();
        if of_kind.is_empty() {
            return Err(has_none(&id.to_string(), name));
        }
        asked.consent.ask(&question(&id.to_string(), name))?;
        let mut removed = Vec::new();
        for credential in of_kind {
            if desk.credentials().delete(credential.id).await? {
                let act = Act::new(COMMAND, "identity.credential.delete").on_identity(id);
                let act = act.from(json!(Listed::of(credential, false)));
                act.note(desk.foundation()).await;
                removed.push(credential.id);
            }
        }
        EventLog.observe(&Event::CredentialRemoved { identity: id, kind });
        let ended = end_sessions((desk.config(), desk.foundation()), COMMAND, id).await?;
        let idle = idle((desk.identities(), desk.credentials()), desk.actions(), id).await?;
        common.output.print(&json!({
            "identity_id": id, "mfa_type": name, "removed": removed, "sessions_ended": ended,
            "without_use": idle,
        }));
        Ok(())
    })
}

/// The same through a running gateway.
async fn remotely(common: &Common, asked: &ResetMfa, remote: &Remote) -> Result<(), Failure> {
    let id = remote.id(&asked.selector).await?;
    let kind = asked.mfa_type.kept()?;
    let ask = |id: &str, _: usize, name: &str| asked.consent.ask(&question(id, name));
    let gone = remote.delete_credentials(&asked.selector, Which::Kind(kind), ask);
    let Some(gone) = gone.await? else {
        return Err(has_none(&id, kind.as_str()));
    };
    common.output.print(&json!({
        "identity_id": gone.identity_id, "mfa_type": gone.kind, "removed": gone.ids,
        "sessions_ended": gone.sessions_ended, "without_use": gone.without_use,
    }));
    Ok(())
}

fn has_none(id: &str, name: &str) -> Failure {
    Failure::Refused(format!("identity {id} has no credential of type {name}"))
}

fn question(id: &str, name: &str) -> String {
    format!("Remove what identity {id} has of type {name} and end its sessions?")
}

/// Ends the sessions of an identity that has lost a credential, unless the operator wants it otherwise:
/// whoever has found it may be signed in by it. How many ended.
pub(super) async fn end_sessions(
    (config, foundation): (&Config, &Foundation),
    command: &'static str,
    id: IdentityId,
) -> Result<u64, StoreError> {
    if !config.plugins.self_service.settings.end_other_sessions {
        return Ok(0);
    }
    let ended = foundation.stores.sessions.revoke_all(id, None).await?;
    if ended > 0 {
        let act = Act::new(command, "identity.sessions.revoke").on_identity(id);
        let act = act.to(json!({"sessions_ended": ended}));
        act.note(foundation).await;
    }
    Ok(ended)
}

/// What an identity has left that is of no use by itself: codes on a list only stand in for another
/// second factor. It is said, too.
pub(super) async fn idle(
    (identities, credentials): (&dyn IdentityStore, &dyn CredentialStore),
    actions: &Actions,
    id: IdentityId,
) -> Result<Vec<&'static str>, StoreError> {
    let kind = CredentialKind::LookupSecret;
    let own = credentials.list(id).await?;
    let identity = identities.find(id).await?;
    let has_second = identity.is_some_and(|one| actions.assurance().has_second(&one));
    if has_second || own.iter().all(|one| one.kind != kind) {
        return Ok(Vec::new());
    }
    mention_idle(kind);
    Ok(vec![kind.as_str()])
}

/// Says that these are of no use by themselves.
pub(super) fn mention_idle(kind: CredentialKind) {
    eprintln!(
        "note: backup codes are left; they are not asked for until there is another second factor, and \
         then they count again. reset-identity-mfa --mfa-type {} removes them",
        kind.as_str()
    );
}
