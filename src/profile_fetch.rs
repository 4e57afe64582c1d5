//! The fetch of the first profile API for UI servers: they ask the admin listener, and pass on the
//! cookies of the browser that began the flow.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, Request, Response, StatusCode};
use portcullis_core::{
    clock::Clock,
    head::RequestHead,
    pages::{Pages, Visitor},
    stage::Authenticator,
};

/// Its path, on the admin listener and below the prefix of own pages.
pub(crate) const PATH: &str = "/self-service/browser/flows/requests/profile";

/// Answers as the own pages do.
#[derive(Debug)]
pub(crate) struct ProfileFetch {
    /// The own pages.
    pub(crate) pages: Arc<dyn Pages>,
    /// The path they are below.
    pub(crate) prefix: String,
    /// Who finds out whose cookies these are.
    pub(crate) authenticator: Arc<dyn Authenticator>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

impl ProfileFetch {
    /// The visitor with whoever the cookies are of.
    async fn known(&self, request: &Request<Vec<u8>>) -> Result<Visitor, StatusCode> {
        let visitor = request.extensions().get::<Visitor>();
        let mut visitor = visitor.cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let head = RequestHead {
            id: &visitor.request_id,
            method: request.method(),
            scheme: visitor.scheme,
            host: &visitor.authority,
            authority: &visitor.authority,
            path: request.uri().path(),
            query: request.uri().query(),
            headers: request.headers(),
            client: visitor.client.address(),
            received_at: self.clock.now(),
        };
        let found = self.authenticator.authenticate(&head).await;
        let principal = found.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        visitor.principal = principal;
        Ok(visitor)
    }
}

#[async_trait]
impl Pages for ProfileFetch {
    async fn respond(&self, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) || request.uri().path() != PATH
        {
            return empty(StatusCode::NOT_FOUND);
        }
        let visitor = match self.known(&request).await {
            Ok(visitor) => visitor,
            Err(status) => return empty(status),
        };
        let query = request.uri().query().map(|query| format!("?{query}"));
        let target = format!("{}{PATH}{}", self.prefix, query.unwrap_or_default());
        let Ok(target) = target.parse() else {
            return empty(StatusCode::BAD_REQUEST);
        };
        *request.uri_mut() = target;
        request.extensions_mut().insert(visitor);
        self.pages.respond(request).await
    }
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}
