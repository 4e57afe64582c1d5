//! What the gateway itself tells programs on the listeners beside the proxy: JSON, and refusals in the
//! words of the admin API.

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::{Failure, envelope};
use serde_json::Value;

/// An answer.
pub(crate) fn told(status: StatusCode, body: &Value) -> Response<Vec<u8>> {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A refusal of this request that says why.
pub(crate) fn refused_because(failure: &Failure, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let visitor = request.extensions().get::<Visitor>();
    let name = visitor.map_or("", |visitor| &visitor.request_id);
    told(failure.code().status(), &failure.envelope(name))
}

/// A refusal of this request.
pub(crate) fn refused(code: Code, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let visitor = request.extensions().get::<Visitor>();
    let name = visitor.map_or("", |visitor| &visitor.request_id);
    let mut response = told(code.status(), &envelope(code, name, None));
    if code == Code::MethodNotAllowed {
        // RFC 9110, section 15.5.6.
        let read = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, read);
    }
    response
}
