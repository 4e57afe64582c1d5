//! What the description of the pages promises: every answer that a test sees is held against it.

use std::sync::LazyLock;

use http::Method;
use portcullis_core::{
    cookie::Cookies,
    testing::promise::{Answer, Promise},
};
use serde_json::Value;
use url::Url;

use super::{PUBLIC, browser::Reply};
use crate::description;

static PROMISED: LazyLock<Promise> = LazyLock::new(|| Promise::of(document()));

/// The description of the plugin of these tests.
pub(crate) fn document() -> Value {
    let public_url = Url::parse(PUBLIC).unwrap();
    description("/.portcullis", &Cookies::new(&public_url, None))
}

/// Holds an answer against what is promised of its operation.
pub(crate) fn judge((method, path): (&Method, &str), reply: &Reply) {
    let path = path.strip_prefix("/.portcullis").unwrap();
    let path = path.split('?').next().unwrap();
    let media = reply.headers.get("content-type");
    let answer = Answer {
        status: reply.status,
        media: media.map_or("", |media| media.to_str().unwrap()),
        body: &reply.body,
    };
    PROMISED.judge((method.as_str(), path), answer);
}
