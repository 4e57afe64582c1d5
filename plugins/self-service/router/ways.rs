//! The endpoints on the ways to providers and back.

use crate::{
    arrival,
    doc::providers as ways,
    endpoints::{Endpoints, GET, POST},
    exchange, logout,
};

/// The ways to providers and back.
pub(super) fn providers(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/methods/oidc/callback/{provider}"),
            ("Takes a browser back from a provider.", ways::arrival),
            arrival::arrive,
        )
        .at(
            (POST, "/self-service/methods/oidc/callback/{provider}"),
            (
                "Turns an answer that comes by form into a navigation.",
                ways::arrival_by_form,
            ),
            arrival::form_post::turn,
        )
        .at(
            (GET, "/self-service/methods/oidc/signed-out/{provider}"),
            (
                "Takes a browser back that has signed out at a provider.",
                ways::signed_out,
            ),
            logout::signed_out::arrive,
        )
        .at(
            (
                GET,
                "/self-service/methods/oidc/frontchannel-logout/{provider}",
            ),
            (
                "Ends the sessions that a provider's frame names.",
                ways::front_channel,
            ),
            logout::frontchannel::receive,
        )
}

/// Native applications that go through a browser.
pub(super) fn exchanges(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, exchange::BEGIN),
            (
                "Sends a native application's browser to its provider.",
                ways::exchange_begun,
            ),
            exchange::begin::begin,
        )
        .at(
            (GET, exchange::END),
            (
                "Leads a native application's browser back to it.",
                ways::exchange_ended,
            ),
            exchange::end::end,
        )
        .at(
            (POST, exchange::END),
            (
                "Leads it back where that was asked about.",
                ways::exchange_agreed,
            ),
            exchange::end::agree,
        )
}
