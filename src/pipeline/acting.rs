//! What somebody who acts as somebody else may not do: in a session that is for looking only, nothing
//! that could change anything.

use http::{HeaderName, Method, header::UPGRADE};
use portcullis_core::{head::RequestHead, principal::Principal};

use crate::route::{Route, Target};

/// Headers by which frameworks take a request for one of another method.
const OTHER_METHOD: [HeaderName; 3] = [
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-method-override"),
];

/// Whether this request could change something, and its session is for looking only. Our own pages
/// say for themselves what may be done there.
pub(super) fn is_refused(route: &Route, principal: &Principal, head: &RequestHead<'_>) -> bool {
    let acting = principal.session.acting.as_ref();
    let only_looks = acting.is_some_and(|acting| acting.read_only);
    only_looks && !matches!(route.target, Target::Pages(_)) && !is_safe(head)
}

fn is_safe(head: &RequestHead<'_>) -> bool {
    let changes_nothing = matches!(*head.method, Method::GET | Method::HEAD | Method::OPTIONS);
    // Nobody can say what goes over a WebSocket.
    let asks_for_more = |name: &HeaderName| head.headers.contains_key(name);
    changes_nothing && !asks_for_more(&UPGRADE) && !OTHER_METHOD.iter().any(asks_for_more)
}
