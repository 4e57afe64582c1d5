//! The console by requests: who comes in, and what its pages show.

mod list;
mod profile;
mod roles;
mod signing_in;
mod words;
