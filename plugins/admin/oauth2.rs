//! `/oauth2`: where programs get access tokens for their secrets (RFC 6749), end them (RFC 7009) and ask
//! about them (RFC 7662).

mod client;
mod failure;
mod form;
mod introspect;
mod revoke;
mod token;

use http::Method;

use crate::{doc::access, endpoints::Endpoints, need::Need};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::POST, "/oauth2/token"),
            Need::Anybody,
            "Gives an access token for client id and secret.",
            token::issue,
        )
        .told(access::token)
        .at(
            (Method::POST, "/oauth2/revoke"),
            Need::Anybody,
            "Ends an access token of the client that asks.",
            revoke::revoke,
        )
        .told(access::revoke)
        .at(
            (Method::POST, "/oauth2/introspect"),
            Need::Anybody,
            "Tells a client about an access token.",
            introspect::introspect,
        )
        .told(access::introspect)
}
