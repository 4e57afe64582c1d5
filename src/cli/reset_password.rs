//! `reset-password`: another password for an identity or a first one, or a way back in where none is
//! given.

use clap::Args;
use portcullis_core::{
    action::Action, errand::Recovery, event::Event, id::IdentityId, identity::rewrite,
    stage::Observer,
};
use portcullis_self_service::MailedProof;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Common, Consent, Failure, PasswordSource, Selector, audit::Act, desk::Desk, lifespan::Lifespan,
    remote::Remote,
};
use crate::observe::events::EventLog;

/// The command as the audit log names it.
const COMMAND: &str = "reset-password";

/// Whose password is reset, and how.
#[derive(Debug, Args)]
pub(super) struct ResetPassword {
    #[command(flatten)]
    selector: Selector,
    #[command(flatten)]
    password: PasswordSource,
    #[command(flatten)]
    keeping: Keeping,
    #[command(flatten)]
    lifespan: Lifespan,
    #[command(flatten)]
    consent: Consent,
}

/// Whether a password has to be changed at the next sign-in.
#[derive(Debug, Clone, Copy, Default, Args)]
#[group(required = false, multiple = false)]
pub(super) struct Keeping {
    /// Whoever signs in with the password has to choose another one.
    #[arg(long)]
    temporary: bool,
    /// The password stays, even one that stood on the command line.
    #[arg(long)]
    permanent: bool,
}

/// Sets a password and ends every session, for whoever knew the old one may hold one; without a
/// password, hands out a way back in and changes nothing.
pub(super) fn run(common: &Common, asked: &ResetPassword) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remotely(common, asked, remote).await
    });
    if let Some(done) = remote {
        return done;
    }
    Desk::open(common, async |desk| {
        let identity = asked.selector.resolve(desk.identities()).await?;
        let id = identity.id;
        let can_be = can_be_temporary(desk);
        let is_temporary = asked.keeping.is_temporary(can_be, &asked.password)?;
        let Some(password) = asked.password.read()? else {
            let mut told = hand_out(desk, COMMAND, id, asked.lifespan).await?;
            told["identity_id"] = json!(id);
            common.output.print(&told);
            return Ok(());
        };
        let question = format!("Set another password for identity {id} and end its sessions?");
        asked.consent.ask(&question)?;
        desk.set_password(&identity, &password).await?;
        require_another(desk, id, is_temporary).await?;
        EventLog.observe(&Event::PasswordReset { identity: id });
        let ended = desk.sessions().revoke_all(id, None).await?;
        let act = Act::new(COMMAND, "identity.password.set").on_identity(id);
        let act = act.to(json!({"temporary": is_temporary, "sessions_ended": ended}));
        act.note(desk.foundation()).await;
        common.output.print(&json!({
            "identity_id": id, "password": "changed", "temporary": is_temporary,
            "sessions_ended": ended,
        }));
        Ok(())
    })
}

impl Keeping {
    /// Whether a password from this source has to be changed at the next sign-in: one that others may
    /// have read, too, unless it is said to stay.
    pub(super) fn is_temporary(
        self,
        can_be: bool,
        source: &PasswordSource,
    ) -> Result<bool, Failure> {
        match self.temporary && !can_be {
            true => Err(Failure::Refused(format!(
                "{0} is switched off here, so that no password is temporary; see [required_actions.{0}]",
                Action::UpdatePassword.alias()
            ))),
            false => Ok(self.temporary || (can_be && source.is_exposed() && !self.permanent)),
        }
    }
}

/// The same through a running gateway.
async fn remotely(common: &Common, asked: &ResetPassword, remote: &Remote) -> Result<(), Failure> {
    let id = remote.id(&asked.selector).await?;
    let can_be = remote.knows_temporary().await?;
    let is_temporary = asked.keeping.is_temporary(can_be, &asked.password)?;
    let Some(password) = asked.password.read()? else {
        let mut wish = json!({"identity_id": id});
        if let Some(lifespan) = asked.lifespan.given() {
            wish["expires_in"] = json!(lifespan.as_secs());
        }
        let path = "/admin/recovery/code";
        let mut told = remote.ask(Method::POST, path, Some(&wish)).await?;
        told["identity_id"] = json!(id);
        common.output.print(&told);
        return Ok(());
    };
    let question = format!("Set another password for identity {id} and end its sessions?");
    asked.consent.ask(&question)?;
    let wish = json!({"password": password.expose(), "temporary": is_temporary});
    let path = format!("/admin/identities/{id}/password");
    let told = remote.ask(Method::PUT, &path, Some(&wish)).await?;
    common.output.print(&json!({
        "identity_id": id, "password": "changed", "temporary": told["temporary"],
        "sessions_ended": told["sessions_ended"],
    }));
    Ok(())
}

/// Whether people can be made to choose another password here.
pub(super) fn can_be_temporary(desk: &Desk) -> bool {
    desk.actions().settings(Action::UpdatePassword).is_some()
}

/// A way back in, as it is told: a code and the page that takes it.
pub(super) async fn hand_out(
    desk: &Desk,
    command: &'static str,
    identity: IdentityId,
    lifespan: Lifespan,
) -> Result<Value, Failure> {
    let config = desk.config();
    let recoveries = desk.foundation().recoveries(config).await;
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
    act.note(desk.foundation()).await;
    Ok(json!({
        "recovery_code": code.as_ref().map(|code| code.expose()),
        "recovery_link": link.expose(),
        "expires_at": expires_at,
    }))
}

/// Has the identity choose another password at its next sign-in, or no more.
async fn require_another(desk: &Desk, id: IdentityId, is_required: bool) -> Result<(), Failure> {
    let alias = Action::UpdatePassword.alias();
    let changed = rewrite::<Failure, _>(desk.identities(), id, async |mut identity| {
        let before = identity.required_actions.clone();
        // Who is given a password is known to be who they are.
        identity.lift_first_proof();
        let aliases = &mut identity.required_actions;
        aliases.retain(|one| one != alias);
        if is_required {
            aliases.push(alias.to_owned());
        }
        let is_different = *aliases != before;
        identity.updated_at = desk.now();
        Ok(is_different.then_some(identity))
    });
    changed.await.map(drop)
}
