//! `reset-identity-mfa`: removes what somebody has lost, or somebody else has found.

use clap::{Args, ValueEnum};
use portcullis_core::{credential::CredentialKind, event::Event, stage::Observer};
use serde_json::json;

use super::{Common, Consent, Failure, Selector, desk::Desk};
use crate::observe::events::EventLog;

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
}

/// Removes all credentials of a type. Sessions go on; where everybody needs a second factor, the next
/// sign-in asks for one.
pub(super) fn reset(common: &Common, asked: &ResetMfa) -> Result<(), Failure> {
    Desk::open(common, async |desk| {
        let identity = asked.selector.resolve(desk.identities()).await?;
        let Some(kind) = asked.mfa_type.kind() else {
            let reason = "codes by mail go to a proved address and are kept nowhere, so there is \
                          nothing to remove";
            return Err(Failure::Refused(reason.to_owned()));
        };
        let (id, name) = (identity.id, kind.as_str());
        let own = desk.credentials().list(id).await?;
        let of_kind: Vec<_> = own.iter().filter(|one| one.kind == kind).collect();
        if of_kind.is_empty() {
            let reason = format!("identity {id} has no credential of type {name}");
            return Err(Failure::Refused(reason));
        }
        let question = format!("Remove what identity {id} has of type {name}?");
        asked.consent.ask(&question)?;
        let mut removed = Vec::new();
        for credential in of_kind {
            if desk.credentials().delete(credential.id).await? {
                removed.push(credential.id);
            }
        }
        EventLog.observe(&Event::CredentialRemoved { identity: id, kind });
        common.output.print(&json!({
            "identity_id": id, "mfa_type": name, "removed": removed,
        }));
        Ok(())
    })
}
