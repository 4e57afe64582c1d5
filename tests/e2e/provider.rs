//! Signing in through OpenID providers, honest and hostile ones.

mod answers;
mod assurance;
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
mod moving;
mod notice;
mod refusal;
mod registry;
mod revocation;
mod run_time;
mod shaped;
mod sign_out;
mod switches;
mod tokens;
mod troubles;
