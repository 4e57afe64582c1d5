//! What is seen from outside: log lines, the access line, metrics. Nothing here ever sees a
//! cookie, a token, a query or an address of a person.

pub mod access;
pub mod events;
pub mod line;
pub mod log;
pub mod metrics;
mod requests;
pub mod writer;
