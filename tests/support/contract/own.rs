//! What the plugins say of themselves: an answer that has the published shape has to have theirs, too.

use std::sync::LazyLock;

use portcullis_core::{
    cookie::Cookies,
    testing::promise::{Answer, Judged, Promise},
};

static PROMISED: LazyLock<[Promise; 2]> = LazyLock::new(|| {
    let url = "http://localhost:4180".parse().expect("an address");
    let cookies = Cookies::new(&url, None);
    let self_service = portcullis_self_service::description("/.portcullis", &cookies);
    [self_service, portcullis_admin::description()].map(Promise::of)
});

/// Judges an answer in JSON of the operation that the published contract has at this path.
pub(super) fn judge((method, path): (&str, &str), status: u16, body: &str) {
    let answer = Answer {
        status,
        media: "application/json",
        body: body.as_bytes(),
    };
    let mut all = PROMISED.iter();
    let is_kept = all.any(|one| one.judge((method, path), answer) == Judged::Kept);
    assert!(is_kept, "{method} {path} is described by no plugin");
}
