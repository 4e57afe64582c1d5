//! What the description of the API promises: every answer that a test sees is held against it.

use std::sync::LazyLock;

use http::Method;
use portcullis_core::testing::promise::{Answer, Promise};

use super::Reply;
use crate::description;

static PROMISED: LazyLock<Promise> = LazyLock::new(|| Promise::of(description()));

/// Holds an answer against what is promised of its operation.
pub(crate) fn judge((method, path): (&Method, &str), reply: &Reply) {
    let media = reply.headers.get("content-type");
    let answer = Answer {
        status: reply.status,
        media: media.map_or("", |media| media.to_str().unwrap()),
        body: &reply.body,
    };
    PROMISED.judge((method.as_str(), path), answer);
}
