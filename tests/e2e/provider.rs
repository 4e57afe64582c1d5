//! Signing in through OpenID providers, honest and hostile ones.

mod answers;
mod attempts;
mod away;
mod github;
mod honest;
mod hostile;
mod missing_traits;
mod registry;
mod run_time;
