//! The endpoints that only people read, and what their pages load.

use crate::{
    doc::pages,
    endpoints::{Endpoints, GET, POST},
    impersonation, logout, own_page, profile_page, settings, welcome,
};

/// The built-in pages of flows.
pub(super) fn flows(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/login"),
            ("Shows a login flow as a page.", pages::login),
            own_page::login,
        )
        .at(
            (GET, "/registration"),
            ("Shows a registration flow as a page.", pages::registration),
            own_page::registration,
        )
        .at(
            (GET, "/settings"),
            ("Shows a settings flow as a page.", pages::settings),
            own_page::settings,
        )
        .at(
            (GET, "/recovery"),
            ("Shows a recovery flow as a page.", pages::recovery),
            own_page::recovery,
        )
        .at(
            (GET, "/verification"),
            ("Shows a verification flow as a page.", pages::verification),
            own_page::verification,
        )
}

/// What only people read.
pub(super) fn others(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/"),
            ("Shows who is signed in, or where to begin.", pages::start),
            welcome::page,
        )
        .at(
            (GET, "/profile"),
            (
                "Shows what is known of whoever is signed in.",
                pages::profile,
            ),
            profile_page::page,
        )
        .at(
            (POST, "/profile/sessions"),
            ("Ends sessions from that page.", pages::profile_sessions),
            profile_page::sign_out,
        )
        .at(
            (GET, "/.well-known/change-password"),
            (
                "Leads password managers to the settings.",
                pages::change_password,
            ),
            settings::init::change_password,
        )
        .at(
            (GET, "/impersonation"),
            (
                "Asks an administrator whether to act as somebody else.",
                pages::impersonation,
            ),
            impersonation::enter::page,
        )
        .at(
            (POST, "/impersonation"),
            (
                "Begins to act as somebody else.",
                pages::impersonation_begun,
            ),
            impersonation::enter::submit,
        )
        .at(
            (GET, "/signed-out"),
            ("Says that somebody is signed out.", pages::signed_out),
            logout::signed_out::page,
        )
        .at(
            (GET, "/error"),
            ("Shows an error that was kept.", pages::error),
            own_page::error,
        )
}

/// What pages load, which the shell answers.
pub(super) fn assets(table: Endpoints) -> Endpoints {
    table
        .beside(
            (GET, "/assets/{file}"),
            ("Answers with a file that pages load.", pages::assets),
        )
        .beside(
            (GET, "/.well-known/ory/webauthn.js"),
            (
                "Answers with the script of security keys.",
                pages::key_script,
            ),
        )
}
