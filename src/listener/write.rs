//! Answers made in process, written to a client.

use bytes::Bytes;
use http::{Method, Response, StatusCode, Uri, header};
use pingora::{http::ResponseHeader, prelude::Result, protocols::http::ServerSession};

/// Writes a whole answer. Repeated headers stay repeated, and HEAD gets the length without the body.
pub(crate) async fn write(session: &mut ServerSession, response: Response<Vec<u8>>) -> Result<()> {
    let (head, body) = split(response, &session.req_header().method)?;
    session.write_response_header(Box::new(head)).await?;
    session.write_response_body(Bytes::from(body), true).await
}

/// The head and the body of an answer to a request by `method`.
pub(crate) fn split(
    response: Response<Vec<u8>>,
    method: &Method,
) -> Result<(ResponseHeader, Vec<u8>)> {
    let (parts, body) = response.into_parts();
    let mut head = ResponseHeader::build(parts.status, Some(parts.headers.len() + 3))?;
    for (name, value) in &parts.headers {
        if *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING {
            head.append_header(name.clone(), value.clone())?;
        }
    }
    let without_body = matches!(
        parts.status,
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    );
    if !without_body {
        head.insert_header(header::CONTENT_LENGTH, body.len())?;
    }
    let silent = without_body || *method == Method::HEAD;
    Ok((head, if silent { Vec::new() } else { body }))
}

/// Tells a client that waits for it to go on with its body (RFC 9110, section 10.1.1).
pub(crate) async fn invite(session: &mut ServerSession) -> Result<()> {
    let waits = session
        .get_header(header::EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    if waits && !session.is_http2() {
        let go_on = ResponseHeader::build(StatusCode::CONTINUE, Some(0))?;
        session.write_response_header(Box::new(go_on)).await?;
    }
    Ok(())
}

/// Path and query alone: HTTP/2 has scheme and host in its targets too.
pub(crate) fn origin_form(uri: &Uri) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = uri.path_and_query().cloned();
    Uri::from_parts(parts).unwrap_or_default()
}
