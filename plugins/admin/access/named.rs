//! Pages that the gateway answers itself beside the plugin, behind the same check of the name that
//! requests are sent to: no page elsewhere reads them under a name of its own (DNS rebinding).

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use portcullis_core::{
    catalogue::Code,
    pages::{Pages, Visitor},
};
use portcullis_kit::envelope;

use super::origin::is_named;
use crate::config::Config;

/// Pages that are answered under our own names only.
#[derive(Debug)]
pub struct Named {
    config: Config,
    pages: Arc<dyn Pages>,
}

impl Named {
    /// These pages on the listener of the plugin with these settings.
    pub fn new(config: Config, pages: Arc<dyn Pages>) -> Self {
        Self { config, pages }
    }
}

#[async_trait]
impl Pages for Named {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        match request.extensions().get::<Visitor>() {
            Some(visitor) if is_named(&self.config, visitor) => self.pages.respond(request).await,
            Some(visitor) => refused(Code::HostRefused, &visitor.request_id),
            None => refused(Code::Internal, ""),
        }
    }
}

fn refused(code: Code, request: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(envelope(code, request, None).to_string().into_bytes());
    *response.status_mut() = code.status();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
