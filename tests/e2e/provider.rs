//! Signing in through OpenID providers, honest and hostile ones.

mod answers;
mod attempts;
mod away;
mod crowd;
mod github;
mod honest;
mod hostile;
mod lies;
mod linking;
mod missing_traits;
mod refusal;
mod registry;
mod run_time;
mod troubles;
