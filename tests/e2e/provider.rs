//! Signing in through OpenID providers, honest and hostile ones.

mod answers;
mod attempts;
mod away;
mod crowd;
mod departure;
mod github;
mod google;
mod honest;
mod hostile;
mod lies;
mod linking;
mod linking_rules;
mod microsoft;
mod missing_traits;
mod refusal;
mod registry;
mod run_time;
mod shaped;
mod sign_out;
mod tokens;
mod troubles;
