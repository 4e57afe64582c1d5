//! `reset-password`: another password for an identity or a first one, or a way back in where none is
//! given.

use clap::Args;
use portcullis_core::action::Action;
use serde_json::json;

use super::{
    Common, Consent, Failure, PasswordSource, Selector, lifespan::Lifespan, people::People,
    remote::either,
};

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
    either(
        common,
        async |remote| reset(common, asked, remote).await,
        async |desk| reset(common, asked, desk).await,
    )
}

async fn reset<P: People>(
    common: &Common,
    asked: &ResetPassword,
    people: &P,
) -> Result<(), Failure> {
    let person = people.find(&asked.selector).await?;
    let id = P::id(&person).to_string();
    let can_be = people.knows_temporary().await?;
    let is_temporary = asked.keeping.is_temporary(can_be, &asked.password)?;
    let Some(password) = asked.password.read()? else {
        let mut told = people.hand_out(&person, asked.lifespan, COMMAND).await?;
        told["identity_id"] = json!(id);
        common.output.print(&told)?;
        return Ok(());
    };
    let question = format!("Set another password for identity {id} and end its sessions?");
    asked.consent.ask_people(&question)?;
    let ended = people.set_password(&person, (&password, is_temporary));
    let ended = ended.await?;
    common.output.print(&json!({
        "identity_id": id, "password": "changed", "temporary": is_temporary,
        "sessions_ended": ended,
    }))
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
