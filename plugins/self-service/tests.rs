//! The flows from outside: requests in, answers out, with stores in memory.

mod house;
mod login;
mod login_defence;
mod logout;
mod oidc;
mod own_pages;
mod registration;
mod sessions;
mod throttle;
