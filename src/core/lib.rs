//! The contract of Portcullis: the nouns, the traits and the sign-in line that every other part shares.
//!
//! This crate does no IO and names no framework. Plugins and providers depend on it and on nothing
//! above it; the gateway implements its stores and calls its traits.

pub mod action;
pub mod administration;
pub mod administrators;
pub mod afterwards;
pub mod api_credential;
pub mod assurance;
pub mod audit;
pub mod broker;
pub mod captcha;
pub mod catalogue;
mod claims;
pub mod clock;
pub mod cookie;
pub mod credential;
pub mod credentials;
pub mod entropy;
pub mod errand;
pub mod event;
pub mod expression;
pub mod factor;
pub mod flow;
pub mod head;
pub mod id;
pub mod identifier;
pub mod identity;
pub mod impersonation;
pub mod link;
pub mod mail;
pub mod mapping;
pub mod memo;
pub mod message;
pub mod method;
pub mod outbound;
pub mod pages;
mod path;
pub mod plugin;
pub mod principal;
pub mod provenance;
pub mod provider;
pub mod registry;
pub mod return_to;
pub mod schema;
pub mod seal;
pub mod search;
pub mod secret;
pub mod session;
pub mod sessions;
pub mod stage;
pub mod store;
pub mod testing;
pub mod throttle;
pub mod trust;
pub mod ui;
pub mod vault;
