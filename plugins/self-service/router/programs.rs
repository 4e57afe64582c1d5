//! The endpoints that only programs read.

use crate::{
    actions,
    doc::{flows as flow_docs, providers as ways, sessions as told},
    endpoints::{DELETE, Endpoints, GET, POST},
    errors, exchange, fetch, legacy, login, logout, openapi, recovery, registration, schemas,
    sessions, settings, verification,
};

/// Flows as programs begin and read them.
pub(super) fn flows(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/login/api"),
            (
                "Begins to sign in without a browser.",
                flow_docs::login_native,
            ),
            login::init::native,
        )
        .at(
            (GET, "/self-service/login/flows"),
            ("Shows a login flow.", flow_docs::login_shown),
            fetch::login,
        )
        .at(
            (GET, "/self-service/registration/api"),
            (
                "Begins to register without a browser.",
                flow_docs::registration_native,
            ),
            registration::init::native,
        )
        .at(
            (GET, "/self-service/registration/flows"),
            ("Shows a registration flow.", flow_docs::registration_shown),
            fetch::registration,
        )
        .at(
            (GET, "/self-service/settings/api"),
            (
                "Begins to change what belongs to oneself without a browser.",
                flow_docs::settings_native,
            ),
            settings::init::native,
        )
        .at(
            (GET, "/self-service/settings/flows"),
            ("Shows a settings flow.", flow_docs::settings_shown),
            fetch::settings,
        )
}

/// Flows of the first profile API, and those that write to people, likewise.
pub(super) fn mailed(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/browser/flows/requests/profile"),
            (
                "Shows a flow of the first profile API.",
                flow_docs::first_shown,
            ),
            legacy::request::fetch,
        )
        .at(
            (GET, "/self-service/recovery/api"),
            (
                "Begins to get somebody back in without a browser.",
                flow_docs::recovery_native,
            ),
            recovery::init::native,
        )
        .at(
            (GET, "/self-service/recovery/flows"),
            ("Shows a recovery flow.", flow_docs::recovery_shown),
            fetch::recovery,
        )
        .at(
            (GET, "/self-service/verification/api"),
            (
                "Begins to prove an address without a browser.",
                flow_docs::verification_native,
            ),
            verification::init::native,
        )
        .at(
            (GET, "/self-service/verification/flows"),
            ("Shows a verification flow.", flow_docs::verification_shown),
            fetch::verification,
        )
}

/// Sessions as programs see and end them.
pub(super) fn sessions(table: Endpoints) -> Endpoints {
    table
        .at(
            (DELETE, "/self-service/logout/api"),
            ("Signs an application out.", told::logout_native),
            logout::native::end,
        )
        .at(
            (
                POST,
                "/self-service/methods/oidc/backchannel-logout/{provider}",
            ),
            (
                "Ends the sessions that a provider's token names.",
                ways::back_channel,
            ),
            logout::backchannel::receive,
        )
        .at(
            (GET, "/sessions/whoami"),
            ("Tells who is signed in.", told::whoami),
            sessions::whoami::whoami,
        )
        .at(
            (GET, "/sessions"),
            ("Lists the other sessions of whoever asks.", told::list),
            sessions::list::list,
        )
        .at(
            (DELETE, "/sessions"),
            ("Ends them.", told::end_others),
            sessions::revoke::others,
        )
        .at(
            (DELETE, "/sessions/{id}"),
            ("Ends one of them.", told::end_one),
            sessions::revoke::one,
        )
        .at(
            (GET, "/sessions/token-exchange"),
            (
                "Exchanges an application's two codes for a session.",
                told::exchange,
            ),
            exchange::redeem::redeem,
        )
}

/// What only programs read.
pub(super) fn others(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/openapi.json"),
            ("Describes all of this (OpenAPI 3.1).", told::description),
            openapi::describe,
        )
        .at(
            (GET, "/self-service/actions"),
            ("Lists what applications can have people do.", told::actions),
            actions::list::list,
        )
        .at(
            (GET, "/self-service/errors"),
            (
                "Shows an error that was kept for a page of one's own.",
                told::errors,
            ),
            errors::fetch,
        )
        .at(
            (GET, "/schemas"),
            ("Lists the identity schemas.", told::schemas),
            schemas::list,
        )
        .at(
            (GET, "/schemas/{id}"),
            ("Shows an identity schema.", told::schema),
            schemas::find,
        )
}
