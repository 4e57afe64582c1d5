//! The endpoints of flows, which browsers and programs both use.

use crate::{
    codes::link_page,
    doc::{flows as flow_docs, sessions as told},
    endpoints::{Endpoints, GET, POST},
    legacy, login, logout, recovery, registration, settings, verification,
};

/// What browsers and programs both use.
pub(super) fn flows(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/login/browser"),
            ("Begins to sign a browser in.", flow_docs::login_browser),
            login::init::browser,
        )
        .at(
            (POST, "/self-service/login"),
            (
                "Signs in, or goes a step towards it.",
                flow_docs::login_submitted,
            ),
            login::submit::submit,
        )
        .at(
            (GET, "/self-service/registration/browser"),
            (
                "Begins to register in a browser.",
                flow_docs::registration_browser,
            ),
            registration::init::browser,
        )
        .at(
            (POST, "/self-service/registration"),
            (
                "Registers, or goes a step towards it.",
                flow_docs::registration_submitted,
            ),
            registration::submit::submit,
        )
}

/// Changing what belongs to oneself.
pub(super) fn profile(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/settings/browser"),
            (
                "Begins to change what belongs to oneself.",
                flow_docs::settings_browser,
            ),
            settings::init::browser,
        )
        .at(
            (POST, "/self-service/settings"),
            ("Changes it.", flow_docs::settings_submitted),
            settings::submit::submit,
        )
        .at(
            (GET, "/self-service/settings/continue"),
            (
                "Makes the change that waited for a proof.",
                flow_docs::settings_continued,
            ),
            settings::resume::go_on,
        )
        .at(
            (GET, "/self-service/browser/flows/profile"),
            (
                "Begins to change one's profile, as the first profile API did.",
                flow_docs::first_begun,
            ),
            legacy::init::browser,
        )
        .at(
            (POST, "/self-service/browser/flows/profile/update"),
            (
                "Changes one's profile, as the first profile API did.",
                flow_docs::first_submitted,
            ),
            legacy::update::submit,
        )
}

/// The flows that write to people.
pub(super) fn mailed(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/recovery/browser"),
            (
                "Begins to get somebody back in.",
                flow_docs::recovery_browser,
            ),
            recovery::init::browser,
        )
        .at(
            (GET, "/self-service/recovery"),
            (
                "Shows the page of a mailed link, which changes nothing yet.",
                flow_docs::recovery_linked,
            ),
            link_page::recovery,
        )
        .at(
            (POST, "/self-service/recovery"),
            (
                "Sends a code or a link, or takes it.",
                flow_docs::recovery_submitted,
            ),
            recovery::submit::submit,
        )
        .at(
            (GET, "/self-service/verification/browser"),
            (
                "Begins to prove an address.",
                flow_docs::verification_browser,
            ),
            verification::init::browser,
        )
        .at(
            (GET, "/self-service/verification"),
            (
                "Shows the page of a mailed link, which changes nothing yet.",
                flow_docs::verification_linked,
            ),
            link_page::verification,
        )
        .at(
            (POST, "/self-service/verification"),
            (
                "Sends a code or a link, or takes it.",
                flow_docs::verification_submitted,
            ),
            verification::submit::submit,
        )
}

/// Signing out.
pub(super) fn leaving(table: Endpoints) -> Endpoints {
    table
        .at(
            (GET, "/self-service/logout/browser"),
            (
                "Tells where a browser signs out, or asks whether to.",
                told::logout_begun,
            ),
            logout::browser::begin,
        )
        .at(
            (GET, "/self-service/logout"),
            ("Signs out.", told::logout),
            logout::submit::submit,
        )
}
