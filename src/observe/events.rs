//! What happens to identities, links and sessions, as log lines: ids, codes and reasons, never a
//! claim or an address.

use portcullis_core::{
    credential::CredentialKind,
    event::Event,
    id::{IdentityId, ProviderId},
    stage::Observer,
};

/// Writes a line for each event, with the target `event`.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventLog;

impl Observer for EventLog {
    fn observe(&self, event: &Event<'_>) {
        let line = Line::of(event);
        tracing::info!(
            target: "event",
            event = line.name,
            identity.id = line.identity,
            actor.id = line.actor,
            session.id = line.session,
            provider.id = line.provider,
            method = line.method,
            code = line.code,
            reason = line.reason,
            "{}", line.name
        );
    }
}

/// An event's fields; those it has not are left out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line<'a> {
    name: &'static str,
    identity: Option<String>,
    actor: Option<&'a str>,
    session: Option<String>,
    provider: Option<&'a str>,
    method: Option<&'a str>,
    code: Option<&'static str>,
    reason: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(event: &Event<'a>) -> Self {
        match event {
            Event::SignedIn { .. } | Event::SignInRefused { .. } | Event::SignedOut { .. } => {
                Self::of_session(event)
            }
            Event::Impersonated { .. } | Event::ImpersonationEnded { .. } => Self::of_acting(event),
            Event::IdentityCreated {
                identity,
                provider,
                reason,
            } => Self {
                identity: Some(identity.to_string()),
                provider: provider.map(|provider| provider.as_str()),
                reason: Some(reason.as_str()),
                ..Self::named("identity_created")
            },
            Event::AddressVerified { identity } => Self::about("address_verified", *identity),
            Event::ProfileChanged { identity } => Self::about("profile_changed", *identity),
            Event::PasswordChanged { identity } => Self::about("password_changed", *identity),
            Event::CredentialAdded { identity, kind } => {
                Self::about_credential("credential_added", (*identity, *kind))
            }
            Event::CredentialRemoved { identity, kind } => {
                Self::about_credential("credential_removed", (*identity, *kind))
            }
            Event::PasswordReset { identity } => Self::about("password_reset", *identity),
            Event::RecoveryHandedOut { identity } => Self::about("recovery_handed_out", *identity),
            Event::CredentialChanged {
                identity,
                kind,
                change,
            } => Self::about_credential(change.as_str(), (*identity, *kind)),
            Event::IdentityDeleted { identity } => Self::about("identity_deleted", *identity),
            _ => Self::of_link(event),
        }
    }

    fn about(name: &'static str, identity: IdentityId) -> Self {
        Self {
            identity: Some(identity.to_string()),
            ..Self::named(name)
        }
    }

    fn about_credential(
        name: &'static str,
        (identity, kind): (IdentityId, CredentialKind),
    ) -> Self {
        Self {
            method: Some(kind.as_str()),
            ..Self::about(name, identity)
        }
    }

    fn of_session(event: &Event<'a>) -> Self {
        match event {
            Event::SignedIn {
                identity,
                session,
                method,
                provider,
            } => Self {
                identity: Some(identity.to_string()),
                session: Some(session.to_string()),
                provider: provider.map(|provider| provider.as_str()),
                method: Some(method),
                ..Self::named("signed_in")
            },
            Event::SignInRefused {
                method,
                provider,
                code,
                reason,
            } => Self {
                provider: provider.map(|provider| provider.as_str()),
                method: Some(method),
                code: Some(code.as_str()),
                reason: *reason,
                ..Self::named("sign_in_refused")
            },
            Event::SignedOut { identity, session } => Self {
                identity: Some(identity.to_string()),
                session: Some(session.to_string()),
                ..Self::named("signed_out")
            },
            _ => Self::named("other"),
        }
    }

    fn of_acting(event: &Event<'a>) -> Self {
        let about = |name, identity: IdentityId, actor: &'a str| Self {
            actor: Some(actor),
            ..Self::about(name, identity)
        };
        match event {
            Event::Impersonated {
                identity,
                actor,
                session,
                read_only,
            } => Self {
                session: Some(session.to_string()),
                reason: read_only.then_some("read_only"),
                ..about("impersonated", *identity, actor)
            },
            Event::ImpersonationEnded { identity, actor } => {
                about("impersonation_ended", *identity, actor)
            }
            _ => Self::named("other"),
        }
    }

    fn of_link(event: &Event<'a>) -> Self {
        let about = |name, identity: Option<IdentityId>, provider: &'a ProviderId| Self {
            identity: identity.map(|id| id.to_string()),
            provider: Some(provider.as_str()),
            ..Self::named(name)
        };
        match event {
            Event::Linked {
                identity,
                provider,
                reason,
            } => Self {
                reason: Some(reason.as_str()),
                ..about("linked", Some(*identity), provider)
            },
            Event::Unlinked {
                identity,
                provider,
                reason,
            } => Self {
                reason: Some(reason.as_str()),
                ..about("unlinked", Some(*identity), provider)
            },
            Event::UnlinkRefused {
                identity,
                provider,
                code,
            } => Self {
                code: Some(code.as_str()),
                ..about("unlink_refused", Some(*identity), provider)
            },
            Event::LinkRefused {
                identity,
                provider,
                code,
                reason,
            } => Self {
                code: Some(code.as_str()),
                reason: *reason,
                ..about("link_refused", *identity, provider)
            },
            Event::LinkPrepared { identity, provider } => {
                about("link_prepared", Some(*identity), provider)
            }
            Event::PreparedLinkRemoved { identity, provider } => {
                about("prepared_link_removed", Some(*identity), provider)
            }
            Event::TokensEnded { identity, provider } => {
                about("tokens_ended", Some(*identity), provider)
            }
            _ => Self::named("other"),
        }
    }

    fn named(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::{catalogue::Code, event::UnlinkReason, testing::SeededEntropy};

    use super::*;

    #[test]
    fn a_line_names_what_happened_to_whom_and_why() {
        let identity = IdentityId::generate(&SeededEntropy::new(1));
        let acme = "acme".parse().unwrap();
        let line = Line::of(&Event::Unlinked {
            identity,
            provider: &acme,
            reason: UnlinkReason::Command,
        });
        let id = identity.to_string();
        assert_eq!(
            (line.name, line.identity, line.provider, line.reason),
            ("unlinked", Some(id), Some("acme"), Some("command"))
        );
        let line = Line::of(&Event::SignInRefused {
            method: "oidc",
            provider: Some(&acme),
            code: Code::ProviderNotAdmitted,
            reason: Some("another domain"),
        });
        assert_eq!(
            (line.name, line.code, line.reason),
            (
                "sign_in_refused",
                Some("provider_not_admitted"),
                Some("another domain")
            )
        );
    }
}
