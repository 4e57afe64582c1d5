//! Signing in through a provider: there, back again, and what can go wrong on the way.

mod attempts;
pub(crate) mod begin;
pub(crate) mod callback;
pub(crate) mod form_post;

use portcullis_core::{
    broker::BrokerError, catalogue::Code, event::Event, flow::Flow, id::ProviderId,
    message::Message, provider::ProviderError,
};
use portcullis_kit::Failure;
use url::Url;

use crate::{desk::Desk, sign_in::OIDC};

/// What people call the provider.
pub(crate) fn label(desk: &Desk, id: &ProviderId) -> String {
    let provider = desk.services.broker.find(id);
    provider.map_or_else(|_| id.to_string(), |provider| provider.label.clone())
}

/// The answer when a sign-in through a provider did not arrive.
pub(crate) fn failure(desk: &Desk, error: BrokerError, id: &ProviderId, flow: &Flow) -> Failure {
    let code = error.code();
    desk.services.announcer.announce(&Event::SignInRefused {
        method: OIDC,
        provider: Some(id),
        code,
    });
    let label = label(desk, id);
    let reason = match &error {
        BrokerError::Provider(ProviderError::Refused { error }) => {
            format!("{label} did not let you in ({error}).")
        }
        BrokerError::Provider(ProviderError::Unavailable { .. }) => {
            format!("{label} cannot be reached at the moment.")
        }
        BrokerError::Provider(ProviderError::Invalid { .. }) => {
            format!("What {label} answered does not hold, so it was not used.")
        }
        BrokerError::Provider(ProviderError::NotAdmitted { .. }) => {
            format!("This {label} account is not admitted here.")
        }
        BrokerError::AddressTaken => Message::address_taken(&label).text,
        _ => code.meaning().to_owned(),
    };
    let begin = desk.begin_page(
        portcullis_core::flow::FlowKind::Login,
        flow.return_to.as_deref(),
    );
    let next = match code {
        Code::ProviderRefused | Code::ProviderUnavailable | Code::StoreUnavailable => {
            "Try again, or another way"
        }
        _ => "Sign in another way",
    };
    Failure::from(code)
        .because(reason)
        .way_out(next, begin)
        .caused_by(error)
}

/// The URI a provider answers to.
fn redirect_uri(desk: &Desk, id: &ProviderId) -> Result<Url, Failure> {
    let text = desk.services.addresses.redirect_uri(id);
    Url::parse(&text).map_err(|_| Code::Internal.into())
}
