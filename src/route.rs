//! Routes: what each request is for, found once and carried by id.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::{HeaderName, Method};
use portcullis_core::{expression::Expression, id::ProviderId, pages::Pages};
use url::Url;

pub use self::{
    table::RouteTable,
    tree::{AmbiguousRoute, Lookup},
};

mod table;
#[cfg(test)]
pub(crate) mod tests;
mod tree;

/// One entry of the route table, compiled.
#[derive(Debug)]
pub struct Route {
    /// Its place in the table; names it in memos and permits.
    pub id: u32,
    /// What the configuration calls it.
    pub name: String,
    /// The hosts it serves.
    pub host: HostPattern,
    /// The canonical path prefix it serves, on segment boundaries.
    pub path: String,
    /// The methods it serves; `None` for all.
    pub methods: Option<Vec<Method>>,
    /// Where its requests go.
    pub target: Target,
    /// Who may pass.
    pub access: Access,
    /// Must hold, where given.
    pub allow: Option<Expression>,
    /// Must not hold, where given; wins over `allow`.
    pub deny: Option<Expression>,
    /// Which identity headers the upstream gets.
    pub preset: HeaderPreset,
    /// Further headers by expression.
    pub set_headers: BTreeMap<String, (HeaderName, Expression)>,
    /// The provider whose access token its requests carry, where they carry one.
    pub inject_access_token: Option<ProviderId>,
    /// The scopes it asks for: profiles have to hold what these require.
    pub scopes: Vec<String>,
    /// The id of the first route that asks for the same; names them in memos.
    pub scopes_id: u32,
    /// What happens to an encoded slash in the path.
    pub encoded_slash: EncodedSlash,
    /// What somebody who is signed out gets.
    pub unauthenticated: Unauthenticated,
    /// How long the upstream may take.
    pub timeouts: Timeouts,
}

/// The hosts a route serves, in lower case, without port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// Every host that no other route names.
    Any,
    /// This host.
    Exact(String),
    /// Every host below this one: `*.example.org` holds `example.org`.
    Below(String),
    /// Every host, where no other route serves the path.
    Unclaimed,
}

/// Where a route's requests go.
#[derive(Debug, Clone)]
pub enum Target {
    /// To one of these upstreams in turn.
    Upstream(Vec<Url>),
    /// To the built-in echo application.
    Echo,
    /// To pages answered in process.
    Pages(Arc<dyn Pages>),
}

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody; a session is still recognised.
    Public,
    /// Whoever is signed in.
    SignedIn,
}

/// Which identity headers the upstream gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderPreset {
    /// `X-Forwarded-User`, `-Email`, `-Groups`, `-Preferred-Username`.
    OAuth2Proxy,
    /// `Remote-User`, `-Email`, `-Groups`, `-Name`.
    Authelia,
    /// None.
    None,
}

/// What happens to `%2F` in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodedSlash {
    /// The request is refused.
    Reject,
    /// It is kept as it is.
    Keep,
}

/// What somebody who is signed out gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthenticated {
    /// Navigations are redirected, everything else gets 401.
    Auto,
    /// Everything is redirected.
    Redirect,
    /// Everything gets 401.
    Challenge,
}

/// How long an upstream may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To accept a connection.
    pub connect: Duration,
    /// Between two reads; `None` waits for ever, as streams of events need.
    pub read: Option<Duration>,
    /// Between two writes.
    pub write: Duration,
}

/// What stages remember of a principal on one route, in its memo.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Remembered {
    /// Whether the `deny` rule lets it pass.
    Deny = 0,
    /// Whether the `allow` rule lets it pass.
    Allow = 1,
    /// The headers that depend on nothing else.
    Headers = 2,
}

impl Route {
    /// The memo key of `what` on this route: the id and the purpose, never a rule's text, for equal
    /// texts on two routes need not mean the same.
    pub(crate) fn memo_key(&self, what: Remembered) -> u32 {
        self.id.wrapping_mul(4) | what as u32
    }
}
