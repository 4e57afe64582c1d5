//! The flows from outside: requests in, answers out, with stores in memory.

mod a_word;
mod confirmation;
mod first_sign_in;
mod handed_out;
mod house;
mod language;
mod login;
mod login_defence;
mod logout;
mod mailed_code;
mod mailed_link;
mod meanwhile;
mod moving;
mod oidc;
mod oidc_logout;
mod own_pages;
mod proving;
mod recovery;
mod recovery_defence;
mod registration;
mod sessions;
mod settings;
mod throttle;
mod verification;
mod words;
