//! Sessions, and acting as somebody else in one.

use portcullis_kit::doc::shape::dialect::{Aal, AuthenticationMethod, SessionDevice};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Moment, identity::Identity};

/// A session.
#[derive(ToSchema)]
pub(crate) struct Session {
    #[schema(format = "uuid")]
    id: String,
    active: bool,
    expires_at: Moment,
    authenticated_at: Moment,
    authenticator_assurance_level: Aal,
    authentication_methods: Vec<AuthenticationMethod>,
    issued_at: Moment,
    /// What has to be done before it lets anybody through.
    required_actions: Vec<String>,
    #[schema(nullable = false)]
    identity: Option<Identity>,
    #[schema(nullable = false)]
    devices: Option<Vec<SessionDevice>>,
    /// Who acts in it.
    #[schema(nullable = false)]
    actor: Option<String>,
    /// Whether they only look.
    #[schema(nullable = false)]
    read_only: Option<bool>,
}

/// Sessions that are to end, and identities of which all are to: one at least, 500 at most.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionsToEnd {
    action: SessionsAction,
    #[schema(max_items = 250)]
    identities: Option<Vec<Id>>,
    #[schema(max_items = 250)]
    sessions: Option<Vec<Id>>,
}

/// The id of one of them.
#[derive(ToSchema)]
#[schema(as = SessionOrIdentityId, format = "uuid")]
pub(crate) struct Id(String);

/// What becomes of them: both end them.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SessionsAction {
    Disable,
    Delete,
}

/// What became of them.
#[derive(ToSchema)]
pub(crate) struct SessionsEnded {
    /// Always false: there is never more to be done.
    more: bool,
    /// How many ended.
    processed: u64,
}

/// Why somebody wants to act as somebody else, and for how long.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImpersonationAsked {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
    /// At most `4h`.
    #[schema(
        pattern = r"^0*(([1-9][0-9]?|1[0-9]{2}|2[0-3][0-9]|240)m|[1-4]h|([1-9][0-9]{0,3}|1[0-3][0-9]{3}|14[0-3][0-9]{2}|14400)s)$"
    )]
    ttl: Option<String>,
    /// Whether they only look; they do unless this says otherwise.
    read_only: Option<bool>,
}

/// A session in which somebody acts as somebody else, or the address at which a browser begins it.
#[derive(ToSchema)]
pub(crate) struct ImpersonationBegun {
    #[schema(nullable = false)]
    session: Option<Session>,
    /// Where the browser goes on, whose own session gave way.
    #[schema(nullable = false)]
    redirect_browser_to: Option<String>,
    /// The token of the session, for programs.
    #[schema(nullable = false)]
    session_token: Option<String>,
    /// Where the browser begins it.
    #[schema(nullable = false)]
    enter_url: Option<String>,
    #[schema(nullable = false)]
    expires_at: Option<Moment>,
}
