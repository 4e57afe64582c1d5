//! Pages: how a plugin answers requests in process, behind the same decision as every route.

use std::{fmt::Debug, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use http::{Request, Response};

use crate::{head::Scheme, principal::Principal};

/// Answers requests below the gateway's prefix.
///
/// A request's body is complete and within the limit for own pages; its extensions hold a
/// [`Visitor`]. Its URI is the path and query as the client sent them, prefix included.
#[async_trait]
pub trait Pages: Debug + Send + Sync {
    /// The answer, whatever happens.
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>>;
}

/// Who visits a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The request id that answers show.
    pub request_id: String,
    /// The client's address.
    pub client: IpAddr,
    /// How the client reached us.
    pub scheme: Scheme,
    /// The host as sent, with its port.
    pub authority: String,
    /// Who is signed in, if anybody.
    pub principal: Option<Arc<Principal>>,
}
