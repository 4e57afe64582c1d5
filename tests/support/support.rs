//! Fixtures of the end-to-end stories: real servers, a hostile provider, a browser, actors, and the
//! gateway under test. Each picks free ports, owns its folder and stops its children when dropped.

pub(crate) mod actor;
pub(crate) mod admin;
pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod contract;
pub(crate) mod form;
pub(crate) mod gateway;
pub(crate) mod hostile_provider;
pub(crate) mod http;
pub(crate) mod mounted;
pub(crate) mod oidc_provider;
pub(crate) mod person;
pub(crate) mod port;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod redis;
mod route;
pub(crate) mod security_key;
pub(crate) mod smtp_server;
pub(crate) mod upstream;
pub(crate) mod wait;

pub(crate) use self::{
    actor::Anonymous,
    admin::admin_token,
    authenticator::Authenticator,
    browser::Browser,
    contract::Contract,
    form::{Form, SELF_SERVICE},
    gateway::TestGateway,
    hostile_provider::{HostileProvider, Trouble},
    http::Reply,
    mounted::Mounted,
    oidc_provider::OidcProvider,
    person::{ALICE, BOB, Person, SignedIn},
    postgres::Postgres,
    raw::Raw,
    redis::Redis,
    route::Route,
    security_key::SecurityKey,
    smtp_server::{LET_IN_AT_ONCE, SmtpServer},
    upstream::Upstream,
    wait::{wait_until, wait_within},
};
