//! The only adapter between the pipeline and the proxy framework: each phase of the framework calls
//! one stage. Nothing reaches an upstream without a permit of the pipeline.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use pingora::{
    http::{RequestHeader, ResponseHeader},
    modules::http::HttpModules,
    prelude::{Error, ErrorType, HttpPeer, Result},
    proxy::{FailToProxy, ProxyHttp, ProxyWarnLogContext, Session},
};
use portcullis_core::{clock::Clock, cookie::Cookies};

use crate::{
    answer::Answers,
    echo::Echo,
    listener::{clean::Cleaner, client::TrustedProxies, limits::Limits, request_id::RequestIds},
    observe::metrics::Metrics,
    pipeline::{Pipeline, Remedy, Verdict},
    route::Target,
    upstream::Upstreams,
};

pub use passage::Passage;

mod admit;
mod failure;
mod forward;
mod inside;
mod log;
mod passage;
mod turn_away;

/// What a gate is made of.
#[derive(Debug)]
pub struct GateParts {
    /// Decides about every request.
    pub pipeline: Arc<Pipeline>,
    /// Where the routes' requests go.
    pub upstreams: Upstreams,
    /// Whose word about clients is believed.
    pub trusted_proxies: TrustedProxies,
    /// Which headers never pass.
    pub cleaner: Cleaner,
    /// What requests may measure.
    pub limits: Limits,
    /// The gateway's own cookies.
    pub cookies: Cookies,
    /// The origin of the public URL, whose pages may open WebSockets on every host.
    pub public_origin: url::Origin,
    /// The gateway's own answers.
    pub answers: Arc<Answers>,
    /// The built-in application.
    pub echo: Echo,
    /// Names requests that have no name.
    pub request_ids: RequestIds,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Metrics,
}

/// The gate every request passes.
#[derive(Debug, Clone)]
pub struct Gate {
    parts: Arc<GateParts>,
}

impl Gate {
    /// A gate of these parts.
    pub fn new(parts: GateParts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    async fn decide(&self, session: &Session, passage: &Passage) -> Verdict {
        let head = passage.head(session.req_header());
        self.parts.pipeline.decide(&head).await
    }
}

#[async_trait]
impl ProxyHttp for Gate {
    type CTX = Passage;

    fn new_ctx(&self) -> Passage {
        Passage::new(Instant::now(), self.parts.clock.now())
    }

    /// No module of the framework touches requests or responses.
    fn init_downstream_modules(&self, _: &mut HttpModules) {}

    async fn early_request_filter(
        &self,
        session: &mut Session,
        passage: &mut Passage,
    ) -> Result<()> {
        if let Err(code) = self.admit(session, passage) {
            passage.fail(code);
        }
        Ok(())
    }

    async fn request_filter(&self, session: &mut Session, passage: &mut Passage) -> Result<bool> {
        if let Some(code) = passage.code() {
            return self.refuse(session, passage, code, &Remedy::None).await;
        }
        let route = match self.decide(session, passage).await {
            Verdict::Forward(permit) => {
                let route = permit.route().clone();
                passage.permitted(permit);
                route
            }
            Verdict::Refuse(refusal) => {
                passage.refused(&refusal);
                let (code, remedy) = (refusal.code, &refusal.remedy);
                return self.refuse(session, passage, code, remedy).await;
            }
        };
        match &route.target {
            Target::Upstream(_) => return Ok(false),
            Target::Echo => self.echo(session, passage).await?,
            Target::Pages(pages) => self.visit(session, passage, &**pages).await?,
        }
        Ok(true)
    }

    async fn upstream_peer(&self, _: &mut Session, passage: &mut Passage) -> Result<Box<HttpPeer>> {
        self.peer(passage).await
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        passage: &mut Passage,
    ) -> Result<()> {
        self.enrich(request, passage, session.is_http2())
    }

    async fn upstream_response_filter(
        &self,
        _: &mut Session,
        response: &mut ResponseHeader,
        passage: &mut Passage,
    ) -> Result<()> {
        forward::check_switch(response, passage.upgrade())
    }

    async fn response_filter(
        &self,
        _: &mut Session,
        response: &mut ResponseHeader,
        _: &mut Passage,
    ) -> Result<()> {
        forward::clean_response(response, &self.parts.cookies.names());
        Ok(())
    }

    fn fail_to_connect(
        &self,
        _: &mut Session,
        _: &HttpPeer,
        passage: &mut Passage,
        error: Box<Error>,
    ) -> Box<Error> {
        self.try_next(passage, error)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        passage: &mut Passage,
    ) -> FailToProxy {
        self.fail(session, error, passage).await
    }

    async fn logging(&self, session: &mut Session, _: Option<&Error>, passage: &mut Passage) {
        self.log(session, passage);
    }

    /// The framework's own lines quote whole requests, queries included.
    fn suppress_error_log(&self, _: &Session, _: &Passage, _: &Error) -> bool {
        true
    }

    fn suppress_proxy_warn_log(
        &self,
        _: &Session,
        _: &Passage,
        _: &Error,
        _: ProxyWarnLogContext,
    ) -> bool {
        true
    }
}

/// An error of ours, for the framework.
fn internal(context: &'static str) -> Box<Error> {
    Error::explain(ErrorType::InternalError, context).into_in()
}
