//! What pages say of providers: their names, their addresses, and what can go wrong with them.

use portcullis_core::{
    broker::{Arrival, BrokerError, LinkReason},
    catalogue::Code,
    event::{CreationReason, Event, UnlinkReason},
    flow::{Flow, FlowKind, Transport},
    id::{IdentityId, ProviderId},
    message::Message,
    provider::ProviderError,
    session::Aal,
    store::StoreError,
};
use portcullis_kit::Failure;
use url::Url;

use crate::{choosing, desk::Desk, remembered};

/// The name of signing in through a provider.
pub(crate) const OIDC: &str = "oidc";
/// What a provider says when somebody cancels (RFC 6749, section 4.1.2.1).
const DENIED: &str = "access_denied";

/// What people call the provider, switched off or not.
pub(crate) fn label(desk: &Desk, id: &ProviderId) -> String {
    let providers = desk.services.broker.registry.current();
    let provider = providers.find(id);
    provider.map_or_else(|| id.to_string(), |provider| provider.label.clone())
}

/// The URI a provider answers to.
pub(crate) fn redirect_uri(desk: &Desk, id: &ProviderId) -> Result<Url, Failure> {
    let text = desk.services.addresses.redirect_uri(id);
    Url::parse(&text).map_err(|_| Code::Internal.into())
}

/// Tells what came of a provider's answer. An account that is linked by it is no second factor of
/// somebody who has one already. Of an identity that was reclaimed, what others had begun and where they
/// had been is forgotten.
pub(crate) async fn settle(desk: &Desk, arrival: &mut Arrival) -> Result<(), StoreError> {
    let assurance = desk.services.actions.assurance();
    if let Arrival::Linked(arrived, _) = arrival
        && assurance.has_second(&arrived.identity)
    {
        arrived.aal = arrived.aal.min(Aal::Aal1);
    }
    let (arrived, reason) = match &*arrival {
        Arrival::Created(arrived) => (arrived, LinkReason::Created),
        Arrival::Linked(arrived, reason) => (arrived, *reason),
        Arrival::Known(arrived) => {
            tell_reclaimed(desk, arrived.identity.id, &arrived.unlinked);
            return Ok(());
        }
        Arrival::Incomplete(..) | Arrival::Confirm(_) => return Ok(()),
    };
    let identity = arrived.identity.id;
    let provider = &arrived.upstream.link.provider;
    let announcer = &desk.services.announcer;
    if reason == LinkReason::Created {
        announcer.announce(&Event::IdentityCreated {
            identity,
            provider: Some(provider),
            reason: CreationReason::FirstSignIn,
        });
    }
    tell_reclaimed(desk, identity, &arrived.unlinked);
    announcer.announce(&Event::Linked {
        identity,
        provider,
        reason,
    });
    match reason {
        LinkReason::Reclaimed => desk.services.flows.remove_of(identity).await,
        _ => Ok(()),
    }
}

/// Tells of the links that an identity lost when it was reclaimed.
pub(crate) fn tell_reclaimed(desk: &Desk, identity: IdentityId, unlinked: &[ProviderId]) {
    for provider in unlinked {
        desk.services.announcer.announce(&Event::Unlinked {
            identity,
            provider,
            reason: UnlinkReason::Reclaimed,
        });
    }
}

/// Tells observers that nothing came of a provider's answer.
pub(crate) fn tell(desk: &Desk, error: &BrokerError, id: &ProviderId, flow: &Flow) {
    let (announcer, code) = (&desk.services.announcer, error.code());
    let (reason, is_linking) = (inner_reason(error), flow.kind == FlowKind::Settings);
    if let BrokerError::BrokenOff {
        identity, unlinked, ..
    } = error
    {
        tell_reclaimed(desk, *identity, unlinked);
    }
    if !is_linking {
        announcer.announce(&Event::SignInRefused {
            method: OIDC,
            provider: Some(id),
            code,
            reason,
        });
    }
    if is_linking || error.refuses_link() {
        announcer.announce(&Event::LinkRefused {
            identity: error.identity().or_else(|| remembered::identity(flow)),
            provider: id,
            code,
            reason,
        });
    }
}

/// Tells observers that an attempt came to nothing before anybody's word was looked at.
pub(crate) fn turned_away(desk: &Desk, code: Code, id: &ProviderId, flow: &Flow) {
    let reason = None;
    desk.services.announcer.announce(&match flow.kind {
        FlowKind::Settings => Event::LinkRefused {
            identity: remembered::identity(flow),
            provider: id,
            code,
            reason,
        },
        _ => Event::SignInRefused {
            method: OIDC,
            provider: Some(id),
            code,
            reason,
        },
    });
}

/// The answer to somebody who wants to go to a provider that cannot be used, told to observers.
pub(crate) fn unknown(desk: &Desk, name: &str) -> Failure {
    let providers = desk.services.broker.registry.current();
    // Anybody can name anything; only what is configured is repeated.
    let known = name.parse().ok().and_then(|id| providers.find(&id));
    desk.services.announcer.announce(&Event::SignInRefused {
        method: OIDC,
        provider: known.map(|configured| &configured.id),
        code: Code::ProviderUnknown,
        reason: None,
    });
    Code::ProviderUnknown.into()
}

/// What a refusal says beyond its code; never anything about a person.
fn inner_reason(error: &BrokerError) -> Option<&str> {
    match error {
        BrokerError::Provider(ProviderError::NotAdmitted { reason }) => Some(reason),
        BrokerError::Provider(ProviderError::Invalid { reason }) => Some(reason),
        BrokerError::ClaimsWithheld { claim } => Some(claim),
        _ => None,
    }
}

/// The answer when nothing came of a provider's answer, told to observers.
pub(crate) fn failure(desk: &Desk, error: BrokerError, id: &ProviderId, flow: &Flow) -> Failure {
    tell(desk, &error, id, flow);
    let code = error.code();
    let (way, href) = way_out(desk, code, flow);
    let label = label(desk, id);
    let mut failure = Failure::from(code).because(reason(desk, &error, id));
    if let BrokerError::Provider(ProviderError::Refused { error }) = &error
        && error == DENIED
    {
        failure = failure.hint(format!("{label} said: {error}."));
    }
    if code == Code::ProviderNotAdmitted {
        failure = match admitted(desk, id) {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
        // The provider remembers the account, and would bring it again and again. From settings
        // the form itself offers another one: no address may link an account without being asked.
        if flow.kind == FlowKind::Settings {
            failure = failure.hint(format!(
                "In your settings you can choose another {label} account."
            ));
        } else if flow.transport == Transport::Browser {
            let another = choosing::another(desk, id, flow);
            failure = failure.way_out(format!("Use another {label} account"), another);
        }
    }
    failure.way_out(way, href).caused_by(error)
}

/// Whose addresses are admitted, where that is configured.
fn admitted(desk: &Desk, id: &ProviderId) -> Option<String> {
    let configured = desk.services.broker.find(id).ok()?;
    let domains = &configured.policy.admission.allow_domains;
    (!domains.is_empty()).then(|| format!("Admitted are addresses at {}.", domains.join(", ")))
}

/// Where to go from a refusal.
pub(crate) fn way_out(desk: &Desk, code: Code, flow: &Flow) -> (&'static str, String) {
    let begin = |return_to: Option<&str>| desk.begin_page(FlowKind::Login, return_to);
    let return_to = flow.return_to.as_deref();
    match code {
        _ if flow.kind == FlowKind::Settings => {
            ("Back to your settings", desk.flow_page(flow.kind, flow.id))
        }
        Code::LinkOnly => (
            "Sign in another way, then link it",
            begin(Some(&desk.own("/settings"))),
        ),
        Code::LinkExpired => ("Begin anew", begin(return_to)),
        Code::ProviderNotAskedAgain => ("Prove it another way", desk.flow_page(flow.kind, flow.id)),
        Code::ProviderRefused | Code::ProviderUnavailable | Code::StoreUnavailable => {
            ("Try again, or another way", begin(return_to))
        }
        _ => ("Sign in another way", begin(return_to)),
    }
}

fn reason(desk: &Desk, error: &BrokerError, id: &ProviderId) -> String {
    let label = label(desk, id);
    match error {
        BrokerError::Provider(ProviderError::Refused { error }) => match error == DENIED {
            true => format!("You cancelled at {label}."),
            false => format!("{label} did not let you in ({error})."),
        },
        BrokerError::Provider(ProviderError::Unavailable { .. }) => {
            format!("{label} cannot be reached at the moment.")
        }
        BrokerError::Provider(ProviderError::Invalid { .. }) => {
            format!("What {label} answered does not hold, so it was not used.")
        }
        BrokerError::Provider(ProviderError::ForbiddenAddress { .. }) => format!(
            "{label} is at a private address that this gateway may not ask. Its configuration \
             decides that (allow_private_network, allowed_hosts); please tell your administrator."
        ),
        BrokerError::Provider(ProviderError::NotAdmitted { reason }) => {
            format!("This {label} account is not admitted here: {reason}.")
        }
        BrokerError::ClaimsWithheld { claim } => format!(
            "{label} does not say all that is needed to decide whether you may enter ({claim}). \
             Please ask your administrator."
        ),
        BrokerError::AddressTaken => Message::address_taken(&label).text,
        BrokerError::NameTaken => format!(
            "Somebody else has the name of this {label} account here, and {label} alone says what \
             yours is. Please ask your administrator."
        ),
        BrokerError::CreationRefused => format!(
            "This {label} account is not known here, and {label} lets nobody new in. If you sign \
             in another way, you can link it in your settings."
        ),
        BrokerError::LinkOnly => format!(
            "{label} only signs in whoever has linked it before. Sign in another way first, then \
             link it in your settings."
        ),
        BrokerError::LinkDenied { .. } => format!(
            "The email address of this {label} account is known here already, and {label} is \
             not linked by address. Sign in another way, then link it in your settings."
        ),
        BrokerError::Several => format!(
            "More than one account here has the email address of this {label} account, so it is \
             not certain which one is yours. Sign in another way, then link it in your settings."
        ),
        BrokerError::LinkedElsewhere => format!(
            "This {label} account is linked to another account here already. Sign in with it, \
             unlink it there, and try again."
        ),
        BrokerError::IdentityMismatch => {
            format!("This {label} account belongs to somebody else than the one who was asked.")
        }
        BrokerError::NotAskedAgain => format!(
            "{label} remembers this browser and did not ask you again, or does not say that it \
             did. So it is not certain that it is you; nothing was changed."
        ),
        BrokerError::ProofExpired => {
            format!("It took too long to confirm that the {label} account is yours.")
        }
        _ => error.code().meaning().to_owned(),
    }
}
