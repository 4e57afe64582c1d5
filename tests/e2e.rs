//! End to end: one story per file of `e2e/`, told over the fixtures of `support/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fixture that cannot stand up fails its story"
)]

#[expect(
    dead_code,
    reason = "a fixture offers more than the stories of today ask of it"
)]
#[path = "support/support.rs"]
mod support;

mod e2e {
    mod abuse;
    mod actions;
    mod admin;
    mod administered;
    mod alone;
    mod brought_along;
    mod check;
    mod commands;
    mod console;
    mod console_newcomers;
    mod contract;
    mod credentials;
    mod described;
    mod first_visit;
    mod first_visit_curl;
    mod gate;
    mod harness;
    mod impersonation;
    mod keyboard;
    mod languages;
    mod mail;
    mod mailed;
    mod metrics;
    mod migration;
    mod open_redirect;
    mod passkeys;
    mod passwords;
    mod people;
    mod profiles;
    mod provider;
    mod quiet_log;
    mod remote;
    mod schema_check;
    mod schema_sources;
    mod schemas;
    mod sdk;
    mod second_factor;
    mod sessions;
    mod settings;
    mod shutdown;
    mod sign_in_loop;
    mod storm;
    mod terminal;
    mod tls;
    mod written_down;
}
