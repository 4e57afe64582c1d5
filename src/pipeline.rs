//! The pipeline: route, authenticate, authorize, enrich. It knows neither sockets nor the proxy
//! framework, and it alone can make a [`Permit`].

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use portcullis_core::{catalogue::Code, principal::Principal};

use crate::route::Route;

/// What becomes of a request.
#[derive(Debug)]
pub enum Verdict {
    /// It may go on to its route's target.
    Forward(Permit),
    /// It ends here.
    Refuse(Refusal),
}

/// The proof that the pipeline let a request through. Nothing reaches a target without one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    principal: Option<Arc<Principal>>,
    headers: Arc<[(HeaderName, HeaderValue)]>,
}

impl Permit {
    /// The route that was matched.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Who is signed in, if anybody.
    pub fn principal(&self) -> Option<&Arc<Principal>> {
        self.principal.as_ref()
    }

    /// The identity headers for the upstream.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }
}

/// Why a request ends here, and what its sender can do.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// The route it was for, where one was found.
    pub route: Option<Arc<Route>>,
    /// Who was signed in, if anybody.
    pub principal: Option<Arc<Principal>>,
    /// What the sender can do.
    pub remedy: Remedy,
}

/// What the sender of a refused request can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing that the gateway knows of.
    None,
    /// Go to this URL to sign in, with 302 for GET and HEAD and 303 otherwise.
    SignIn(String),
    /// Present a session: 401 with `WWW-Authenticate`.
    Challenge,
}
