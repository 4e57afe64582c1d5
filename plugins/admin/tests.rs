//! The API from outside: requests in, answers out, with stores in memory.

mod access;
mod house;
mod identities;
mod table;
