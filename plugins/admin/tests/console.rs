//! The console by requests: who comes in, and what its pages show.

mod addresses;
mod api_credentials;
mod created;
mod language;
mod list;
mod named;
mod overview;
mod person;
mod profile;
mod providers;
mod roles;
mod signing_in;
mod upkeep;
mod words;
