//! The way in to every listener: each HTTP/1 head, and each header block of HTTP/2, is read before the
//! framework sees it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::BytesMut;
use pingora::{
    apps::{HttpPersistentSettings, HttpServerApp, ReusedHttpStream, ServerApp},
    prelude::timeout,
    protocols::{ALPN, Stream, http::ServerSession},
    server::ShutdownWatch,
};
use portcullis_core::catalogue::Code;
use tokio::io::AsyncReadExt;

use super::{
    head::{self, Head, Reading},
    http2::Blocks,
    turn_away::TurnAway,
    turns::Turns,
    wire::Wire,
};

/// How long a connection may be silent before and between requests.
const IDLE: Duration = Duration::from_secs(75);
/// How long a head may take from its first byte to its last, however it trickles in.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// Room for most heads.
const ROOM: usize = 4096;

/// Reads heads before `app` does, and lets `gate` answer those it refuses.
pub(super) struct Front<A, G> {
    /// What serves the requests.
    pub(super) app: Arc<A>,
    /// What answers the others.
    pub(super) gate: G,
}

/// Why there is no next request.
enum End {
    /// The client left, or was silent for too long.
    Silent,
    /// The head is refused.
    Refused(Code),
}

#[async_trait]
impl<A, G> ServerApp for Front<A, G>
where
    A: HttpServerApp + Send + Sync + 'static,
    G: TurnAway,
{
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        if matches!(stream.selected_alpn_proto(), Some(ALPN::H2)) {
            let intake = Blocks::new(*self.gate.limits());
            let wire = Wire { stream, intake };
            return self.app.process_new(Box::new(wire), shutdown).await;
        }
        self.serve(stream, shutdown).await;
        None
    }

    async fn cleanup(&self) {
        ServerApp::cleanup(&*self.app).await;
    }
}

impl<A, G> Front<A, G>
where
    A: HttpServerApp + Send + Sync + 'static,
    G: TurnAway,
{
    /// Serves a connection, one request after the other.
    async fn serve(&self, stream: Stream, shutdown: &ShutdownWatch) {
        let intake = Turns::new();
        let mut wire = Box::new(Wire { stream, intake });
        let mut kept: Option<HttpPersistentSettings> = None;
        let mut ending = shutdown.clone();
        loop {
            let next = tokio::select! {
                // What has arrived is served, even at the end.
                biased;
                next = self.next(&mut wire) => next,
                _ = ending.wait_for(|ending| *ending) => return,
            };
            let request = match next {
                Ok(head) => {
                    let taken = head.take(&mut wire.intake.early);
                    wire.intake.left = taken.left;
                    taken.request
                }
                Err(End::Silent) => return,
                Err(End::Refused(code)) => {
                    let Wire { stream, intake } = *wire;
                    return self.gate.turn_away(stream, &intake.early, code).await;
                }
            };
            let mut session = ServerSession::new_http1(wire);
            match kept.take() {
                Some(settings) => settings.apply_to_session(&mut session),
                None => session.set_keepalive(Some(IDLE.as_secs())),
            }
            session.set_pipelined_prefix(request);
            let reused = self.app.process_new_http(session, shutdown).await;
            let Some((stream, settings)) = reused.map(ReusedHttpStream::consume) else {
                return;
            };
            // What was handed out comes back, and nothing of a request is left on it.
            wire = match stream.into_any().downcast::<Wire<Turns>>() {
                Ok(wire) if matches!(wire.intake.left, None | Some(0)) => wire,
                _ => return,
            };
            kept = settings;
        }
    }

    /// The next head; what arrived early then begins with it.
    async fn next(&self, wire: &mut Wire<Turns>) -> Result<Head, End> {
        let Wire { stream, intake } = wire;
        let early = &mut intake.early;
        if early.is_empty() {
            early.reserve(ROOM);
            let read = timeout(IDLE, stream.read_buf(early)).await;
            if !matches!(read, Ok(Ok(1..))) {
                return Err(End::Silent);
            }
        }
        match self.look(early)? {
            Some(head) => Ok(head),
            None => timeout(HEAD_TIME, self.rest(stream, early))
                .await
                .unwrap_or(Err(End::Silent)),
        }
    }

    async fn rest(&self, stream: &mut Stream, bytes: &mut BytesMut) -> Result<Head, End> {
        let mut due = 2 * bytes.len();
        loop {
            let known = bytes.len();
            if !matches!(stream.read_buf(bytes).await, Ok(1..)) {
                return Err(End::Silent);
            }
            // A head that comes byte by byte is not read anew for each: only a newline can end it.
            if bytes.len() < due && !bytes[known..].contains(&b'\n') {
                continue;
            }
            if let Some(head) = self.look(bytes)? {
                return Ok(head);
            }
            due = 2 * bytes.len();
        }
    }

    fn look(&self, bytes: &mut BytesMut) -> Result<Option<Head>, End> {
        head::skip_empty_lines(bytes);
        match head::read(bytes, self.gate.limits()) {
            Reading::Partial => Ok(None),
            Reading::Whole(head) => Ok(Some(head)),
            Reading::Refused(code) => Err(End::Refused(code)),
        }
    }
}
