//! The API: one file for each kind of thing, each with its part of the table of endpoints.

mod document;

pub(crate) mod addresses;
pub(crate) mod api_credentials;
pub(crate) mod audit;
pub(crate) mod beside;
pub(crate) mod courier;
pub(crate) mod credentials;
pub(crate) mod form;
pub(crate) mod identities;
pub(crate) mod impersonation;
pub(crate) mod links;
pub(crate) mod providers;
pub(crate) mod recovery;
pub(crate) mod required_actions;
pub(crate) mod schemas;
pub(crate) mod sessions;
pub(crate) mod throttles;
pub(crate) mod unmanaged;
pub(crate) mod version;

pub(crate) use portcullis_kit::pages;
