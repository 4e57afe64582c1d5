//! The console by requests: who comes in, and what its pages show.

mod addresses;
mod api_credentials;
mod created;
mod language;
mod list;
mod named;
mod overview;
mod person;
mod profile;
mod providers;
mod roles;
mod signing_in;
mod upkeep;
mod words;

/// The value of the first hidden field of this name.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let (_, value) = page.split_once(&field).unwrap();
    value.split_once('"').unwrap().0.to_owned()
}
