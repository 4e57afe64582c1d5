//! `reset-identity-mfa`: removes what somebody has lost, or somebody else has found.

use clap::{Args, ValueEnum};
use portcullis_core::credential::CredentialKind;
use serde_json::json;

use super::{
    Common, Consent, Failure, Selector,
    proofs::{self, Proofs},
    remote::either_past_drop_ins,
};

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
    either_past_drop_ins(
        common,
        async |remote| reset_at(common, asked, remote).await,
        async |errand| reset_at(common, asked, errand).await,
    )
}

async fn reset_at<P: Proofs>(common: &Common, asked: &ResetMfa, proofs: &P) -> Result<(), Failure> {
    let person = proofs.find(&asked.selector).await?;
    let kind = asked.mfa_type.kept()?;
    let (id, name) = (P::id(&person), kind.as_str());
    let mut own = proofs.list(&person, false).await?;
    own.retain(|one| proofs::is_of::<P>(one, kind));
    if own.is_empty() {
        return Err(Failure::Refused(format!(
            "identity {id} has no credential of type {name}"
        )));
    }
    asked.consent.ask(&format!(
        "Remove what identity {id} has of type {name} and end its sessions?"
    ))?;
    let ended = proofs.delete(&person, &own, COMMAND).await?;
    let idle = proofs::without_use(proofs, &person).await?;
    common.output.print(&json!({
        "identity_id": id, "mfa_type": name, "removed": proofs::ids::<P>(&own),
        "sessions_ended": ended, "without_use": idle,
    }))
}
