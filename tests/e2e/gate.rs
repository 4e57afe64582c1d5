//! The gate as it is seen from both of its sides: what goes in, and what the application receives.

mod access;
mod bodies;
mod forwarded;
mod headers;
mod own_answers;
mod routes;
mod targets;
mod unreadable;
mod upgrades;
mod upstreams;
