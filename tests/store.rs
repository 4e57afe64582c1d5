//! Stores over real servers: SQLite, PostgreSQL and Redis, one story per file of `store/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fixture that cannot stand up fails its story"
)]

#[expect(
    dead_code,
    reason = "a fixture offers more than these stories ask of it"
)]
#[path = "support"]
mod support {
    pub(crate) mod port;
    pub(crate) mod postgres;
    pub(crate) mod process;
    pub(crate) mod redis;
    pub(crate) mod wait;
}

mod store {
    mod api_tokens;
    mod contract;
    mod crossing;
    mod following;
    mod following_alone;
    mod following_in_part;
    mod forgotten;
    mod node;
    mod principals;
    mod providers;
    mod record;
    mod refresh;
    mod search;
    mod search_far;
    mod search_marks;
    mod search_order;
    mod search_spans;
    mod shared;
    mod throttles;
    mod upstream;
    mod vault;
}
