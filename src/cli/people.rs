//! People as commands look after them: in the store, or at a running gateway. Commands say what is
//! asked, what is wanted and what is printed; where it is done is said here.

mod at_gateway;
mod in_store;

use std::{fmt::Display, sync::Arc};

use portcullis_core::{action::Action, identity::IdentityState, schema::Schema, secret::Secret};
use serde_json::Value;

use super::{Failure, Selector, lifespan::Lifespan, output::plain};

/// What goes along with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Belongings {
    /// Links among them.
    pub(super) credentials: u64,
    pub(super) links: u64,
    pub(super) sessions: u64,
}

/// Looks after people.
pub(super) trait People {
    /// One of them.
    type Person;
    /// What they are called for ever.
    type Id: Display;

    /// The one that is meant.
    async fn find(&self, selector: &Selector) -> Result<Self::Person, Failure>;

    /// What somebody is called.
    fn id(person: &Self::Person) -> Self::Id;

    /// The roles that somebody has.
    fn roles(person: &Self::Person) -> Result<Vec<String>, Failure>;

    /// What people know somebody by: an address, else a name; none where administrators see neither.
    fn name(&self, person: &Self::Person) -> Option<String>;

    /// Somebody as administrators see them.
    async fn shown(&self, person: &Self::Person) -> Result<Value, Failure>;

    /// What would go along with somebody.
    async fn belongings(&self, person: &Self::Person) -> Result<Belongings, Failure>;

    /// Deletes somebody with all that belongs to them.
    async fn delete(&self, person: Self::Person) -> Result<(), Failure>;

    /// Ends all sessions of somebody: how many.
    async fn end_sessions(&self, person: &Self::Person) -> Result<u64, Failure>;

    /// Switches somebody on or off: the state from now on, and how many sessions ended.
    async fn set_state(
        &self,
        person: Self::Person,
        state: IdentityState,
    ) -> Result<(IdentityState, u64), Failure>;

    /// Gives and takes roles: those from now on.
    async fn set_roles(
        &self,
        person: Self::Person,
        change: impl Fn(&mut Vec<String>),
    ) -> Result<Vec<String>, Failure>;

    /// Has somebody do actions, and others no more: all that they are asked to do from now on.
    async fn require(
        &self,
        person: Self::Person,
        change: (&[Action], &[String]),
    ) -> Result<Vec<String>, Failure>;

    /// Whether people can be made to choose another password.
    async fn knows_temporary(&self) -> Result<bool, Failure>;

    /// Gives somebody a password, which may have to be changed, and ends their sessions: how many.
    async fn set_password(
        &self,
        person: &Self::Person,
        password: (&Secret, bool),
    ) -> Result<u64, Failure>;

    /// Hands out a way back in on behalf of a command: a code and the page that takes it.
    async fn hand_out(
        &self,
        person: &Self::Person,
        lifespan: Lifespan,
        command: &'static str,
    ) -> Result<Value, Failure>;

    /// The schema of this name, or the default one.
    async fn schema(&self, id: Option<&str>) -> Result<Arc<Schema>, Failure>;

    /// Creates somebody with the role `admin`, with this password, if any, which may have to be
    /// changed.
    async fn create_admin(
        &self,
        schema: &Schema,
        traits: Value,
        password: (Option<&Secret>, bool),
    ) -> Result<Self::Person, Failure>;
}

/// What people know somebody by, of how administrators see them.
fn name_of(shown: &Value) -> Option<String> {
    const PLACES: [&str; 6] = [
        "/verifiable_addresses/0/value",
        "/recovery_addresses/0/value",
        "/traits/email",
        "/traits/username",
        "/traits/name",
        "/traits/name/first",
    ];
    let mut texts = PLACES.iter().filter_map(|at| shown.pointer(at)?.as_str());
    let name = texts.find(|text| !text.is_empty())?;
    Some(plain(&Value::from(name)))
}
