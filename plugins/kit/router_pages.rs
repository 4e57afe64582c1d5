//! Routers as pages: strips the prefix, asks the router, and finishes every answer the same way.

use std::{convert::Infallible, sync::Arc};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::OriginalUri,
    response::{Html, IntoResponse, Json},
};
use http::{
    HeaderMap, HeaderValue, Request, Response, Uri,
    header::{ALLOW, RETRY_AFTER},
};
use http_body_util::BodyExt;
use portcullis_core::{
    catalogue::Code,
    pages::{Pages, Visitor},
};
use tower::ServiceExt;

use crate::{
    failure::{Failure, WayOut},
    locales::{Locale, UI_LOCALES},
    negotiation::Wants,
    policy,
    shell::{ErrorPage, Shell},
};

/// Marks answers of addresses that only programs read: their failures are JSON whatever the
/// request says it wants.
#[derive(Debug, Clone, Copy)]
pub struct JsonOnly;

/// Marks every answer of a router as [`JsonOnly`].
pub fn json_only<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let mark = |mut response: axum::response::Response| async move {
        response.extensions_mut().insert(JsonOnly);
        response
    };
    router.layer(axum::middleware::map_response(mark))
}

/// Pages answered by a router.
#[derive(Debug)]
pub struct RouterPages {
    prefix: String,
    router: Router,
    shell: Arc<Shell>,
}

impl RouterPages {
    /// Pages below `prefix`; the router's own paths begin behind it.
    pub fn new(prefix: &str, router: Router, shell: Arc<Shell>) -> Self {
        Self {
            prefix: prefix.trim_end_matches('/').to_owned(),
            router,
            shell,
        }
    }

    async fn ask(&self, request: Request<Vec<u8>>) -> axum::response::Response {
        let (mut parts, body) = request.into_parts();
        let Some(uri) = below(&self.prefix, &parts.uri) else {
            return Failure::from(Code::NotFound).into_response();
        };
        parts
            .extensions
            .insert(OriginalUri(std::mem::replace(&mut parts.uri, uri)));
        let request = Request::from_parts(parts, Body::from(body));
        let answer: Result<_, Infallible> = self.router.clone().oneshot(request).await;
        match answer {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn locale(&self, request: &Request<Vec<u8>>) -> Locale {
        let query = request.uri().query().unwrap_or_default();
        let mut query = url::form_urlencoded::parse(query.as_bytes());
        let wanted = query.find(|(name, _)| name == UI_LOCALES);
        let wanted = wanted.as_ref().map(|(_, tags)| &**tags);
        self.shell.locale(wanted, request.headers())
    }

    fn render(
        &self,
        failure: &Failure,
        (wants, request_id): (Wants, &str),
        locale: &Locale,
    ) -> axum::response::Response {
        let status = failure.code().status();
        let mut response = match wants {
            Wants::Json => (status, Json(failure.envelope(request_id))).into_response(),
            Wants::Html => {
                // Nobody is left at a dead end: the first own page knows where to go on.
                let start = [WayOut::new("Go to the start", format!("{}/", self.prefix))];
                let ways_out = match failure.ways_out() {
                    [] => &start[..],
                    ways_out => ways_out,
                };
                let page = self.shell.error_page(
                    locale,
                    &ErrorPage {
                        code: failure.code(),
                        request_id,
                        reason: failure.reason(),
                        hints: failure.hints(),
                        ways_out,
                    },
                );
                (status, Html(page)).into_response()
            }
        };
        response.headers_mut().extend(failure.headers().clone());
        if status == http::StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers
                .entry(RETRY_AFTER)
                .or_insert(HeaderValue::from_static("5"));
        }
        response
    }
}

#[async_trait]
impl Pages for RouterPages {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let wants = Wants::of(request.headers());
        let locale = self.locale(&request);
        let request_id = request
            .extensions()
            .get::<Visitor>()
            .map(|visitor| visitor.request_id.clone())
            .unwrap_or_default();
        let mut response = self.ask(request).await;
        if let Some(failure) = response.extensions_mut().remove::<Failure>() {
            let json = response.extensions().get::<JsonOnly>().is_some();
            failure.log(&request_id);
            let wants = if json { Wants::Json } else { wants };
            let allowed = methods(&failure, response.headers());
            response = self.render(&failure, (wants, &request_id), &locale);
            if let Some(allowed) = allowed {
                response.headers_mut().insert(ALLOW, allowed);
            }
        }
        let (mut parts, body) = response.into_parts();
        for (name, value) in self.shell.security_headers() {
            parts
                .headers
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        policy::forbid_framing(&mut parts.headers);
        // The bodies are made in memory, so collecting them cannot fail.
        let body = body.collect().await.map(|body| body.to_bytes().to_vec());
        Response::from_parts(parts, body.unwrap_or_default())
    }
}

/// Which methods there are where another one was asked for (RFC 9110, section 15.5.6): the router knows.
fn methods(failure: &Failure, known: &HeaderMap) -> Option<HeaderValue> {
    if failure.code() != Code::MethodNotAllowed {
        return None;
    }
    let known = known.get(ALLOW)?.to_str().ok()?;
    HeaderValue::from_str(&known.replace(',', ", ")).ok()
}

/// The address behind the prefix; `None` when the path is not below it.
fn below(prefix: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path().strip_prefix(prefix)?;
    let path = match rest {
        "" => "/",
        rest if rest.starts_with('/') => rest,
        _ => return None,
    };
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    target.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use http::Method;
    use portcullis_core::head::Scheme;

    use super::*;
    use crate::{failure::Outcome, visit::Visit};

    async fn echo(visit: Visit) -> Outcome {
        Ok(visit.url().into_response())
    }

    async fn fail() -> Outcome {
        Err(Failure::from(Code::NotFound).because("Nothing <here>."))
    }

    fn pages() -> RouterPages {
        let shell = Arc::new(Shell::new("Portcullis", "/.p", false).unwrap());
        let router = Router::new()
            .route("/", get(echo))
            .route("/fail", get(fail).post(fail))
            .merge(json_only(Router::new().route("/api", get(fail))))
            .method_not_allowed_fallback(async || Failure::from(Code::MethodNotAllowed));
        RouterPages::new("/.p", router, shell)
    }

    async fn answer(path: &str, accept: &str) -> (u16, HeaderMap, String) {
        asked((Method::GET, path), accept).await
    }

    async fn asked((method, path): (Method, &str), accept: &str) -> (u16, HeaderMap, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("accept", accept).body(Vec::new());
        let mut request = request.unwrap();
        request.extensions_mut().insert(Visitor {
            request_id: "r1".to_owned(),
            client: [127, 0, 0, 1].into(),
            scheme: Scheme::Http,
            authority: "a.test".to_owned(),
            principal: None,
        });
        let response = pages().respond(request).await;
        let (parts, body) = response.into_parts();
        (
            parts.status.as_u16(),
            parts.headers,
            String::from_utf8(body).unwrap(),
        )
    }

    #[tokio::test]
    async fn pages_see_the_address_as_sent() {
        assert_eq!(answer("/.p?x=1", "*/*").await.2, "http://a.test/.p?x=1");
        assert_eq!(answer("/.p/", "*/*").await.2, "http://a.test/.p/");
        assert_eq!(answer("/.px", "*/*").await.0, 404);
    }

    #[tokio::test]
    async fn a_failure_is_a_page_for_people_and_an_envelope_for_programs() {
        let (status, _, page) = answer("/.p/fail", "text/html").await;
        assert_eq!(status, 404);
        assert!(page.contains("Nothing &lt;here&gt;."), "{page}");
        assert!(page.contains("r1"), "{page}");
        assert!(page.contains("href=\"/.p/\""), "there is a way on: {page}");
        for (path, accept) in [("/.p/fail", "application/json"), ("/.p/api", "text/html")] {
            let (status, _, body) = answer(path, accept).await;
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(status, 404);
            assert_eq!(body["error"]["id"], "not_found");
            assert_eq!(body["error"]["reason"], "Nothing <here>.");
        }
    }

    /// RFC 9110, section 15.5.6.
    #[tokio::test]
    async fn who_asks_with_another_method_is_told_which_there_are() {
        for accept in ["text/html", "application/json"] {
            for (path, told) in [("/.p/api", "GET, HEAD"), ("/.p/fail", "GET, HEAD, POST")] {
                let (status, headers, _) = asked((Method::DELETE, path), accept).await;
                assert_eq!(status, 405, "{path}");
                assert_eq!(headers[ALLOW], told, "{path}");
                let head = asked((Method::HEAD, path), accept).await;
                assert_eq!((head.0, head.1.get(ALLOW)), (404, None), "{path}");
            }
        }
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers() {
        for path in ["/.p", "/.p/fail", "/.p/api", "/elsewhere"] {
            let (_, headers, _) = answer(path, "*/*").await;
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(headers["x-frame-options"], "DENY");
            let permissions = headers["permissions-policy"].to_str().unwrap();
            assert!(permissions.contains("camera=()"), "{permissions}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["cache-control"], "no-store");
            assert_eq!(headers["x-portcullis"], "1");
        }
    }
}
