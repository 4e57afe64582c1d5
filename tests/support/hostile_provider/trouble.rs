//! What an endpoint does in place of its work.

use std::time::Duration;

use bytes::Bytes;

use super::super::http::Reply;

/// What one endpoint does in place of its work.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// Answers properly, but only after this while.
    Slow(Duration),
    /// Takes the request and never answers.
    Hang,
    /// Answers with this status and no document.
    Status(u16),
    /// Sends zero bytes without an end in sight (1 GiB).
    Huge,
    /// Sends a proper document of 50 MiB, without telling its length before.
    Long,
    /// Begins a document and never ends it.
    Stall,
    /// Answers 200 with something that is not JSON.
    NotJson,
    /// Answers with JSON that is no object.
    NoObject,
    /// Sends whoever asks to this port of the same machine, under its other name.
    Redirect(u16),
}

impl Trouble {
    /// What is sent in place of `reply`.
    pub(super) fn spoil(self, reply: Reply) -> Reply {
        match self {
            Self::Slow(delay) => Reply::Late(delay, Box::new(reply)),
            Self::Hang => Reply::Silence,
            Self::Status(status) => Reply::status(status),
            Self::Huge => Reply::Zeros(1 << 30),
            Self::Long => long(),
            Self::Stall => {
                let (chunks, reply) = Reply::stream("application/json");
                let _ = chunks.send(Bytes::from_static(b"{\"begun\":"));
                // As long as the sender lives, the document has no end.
                std::mem::forget(chunks);
                reply
            }
            Self::NotJson => Reply::text("<!doctype html>"),
            Self::NoObject => Reply::json(&serde_json::json!(["not", "an", "object"])),
            Self::Redirect(port) => Reply::redirect(&format!("http://localhost:{port}/inside")),
        }
    }
}

/// One member with a text of 50 MiB.
fn long() -> Reply {
    let (chunks, reply) = Reply::stream("application/json");
    let mebibyte = Bytes::from(vec![b'a'; 1 << 20]);
    let _ = chunks.send(Bytes::from_static(b"{\"long\":\""));
    for _ in 0..50 {
        let _ = chunks.send(mebibyte.clone());
    }
    let _ = chunks.send(Bytes::from_static(b"\"}"));
    reply
}
