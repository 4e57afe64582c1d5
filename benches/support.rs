//! What both benchmarks measure with.

use std::{collections::BTreeMap, time::Duration};

use portcullis::route::{
    Access, EncodedSlash, HeaderPreset, HostPattern, Route, Target, Timeouts, Unauthenticated,
};

/// A signed-in route with the default header preset.
pub(crate) fn route(name: &str, host: HostPattern, path: &str) -> Route {
    Route {
        id: 0,
        name: name.to_owned(),
        host,
        path: path.to_owned(),
        methods: None,
        target: Target::Echo,
        access: Access::SignedIn,
        allow: None,
        deny: None,
        preset: HeaderPreset::OAuth2Proxy,
        set_headers: BTreeMap::new(),
        inject_access_token: None,
        scopes: Vec::new(),
        scopes_id: 0,
        encoded_slash: EncodedSlash::Reject,
        unauthenticated: Unauthenticated::Auto,
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            read: None,
            write: Duration::from_secs(60),
        },
    }
}
