//! The flows from outside: requests in, answers out, with stores in memory.

mod a_word;
mod confirmation;
mod deletion;
mod first_sign_in;
mod house;
mod language;
mod legacy;
mod login;
mod login_defence;
mod logout;
mod mailed_code;
mod meanwhile;
mod moving;
mod oidc;
mod oidc_logout;
mod own_pages;
mod profile;
mod profile_page;
mod profile_rules;
mod registration;
mod sessions;
mod settings;
mod throttle;
mod words;
