//! One HTTP/1 request at a time. The framework aborts a request whose client sends the next one
//! early, and drops what it read of that; here it never sees a byte of it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::BytesMut;
use pingora::protocols::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use super::wire::Intake;

/// How much of the next requests is taken in early. A client that sends more has to wait.
const EARLY: usize = 16 << 10;

/// Gives out no more than belongs to the request at hand.
pub(super) struct Turns {
    /// What has arrived of the next requests.
    pub(super) early: BytesMut,
    /// What is still to come of the request at hand; `None` where its own framing says.
    pub(super) left: Option<usize>,
}

impl Turns {
    /// No request yet.
    pub(super) fn new() -> Self {
        Self {
            early: BytesMut::new(),
            left: Some(0),
        }
    }

    /// Takes in what comes early. Ready only when nothing more will come, for whoever waits here
    /// wants to know when the client leaves.
    fn poll_early(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.early.len() < EARLY {
            let mut bytes = [0; 512];
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.early.extend_from_slice(buffer.filled());
        }
        Poll::Pending
    }
}

impl Intake for Turns {
    fn poll_read(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = match self.left {
            None => return Pin::new(stream).poll_read(context, buffer),
            Some(0) => return self.poll_early(stream, context),
            Some(left) => left,
        };
        let most = left.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        ready!(Pin::new(stream).poll_read(context, &mut part))?;
        let read = part.filled().len();
        buffer.advance(read);
        self.left = Some(left - read);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::listener::wire::Wire;

    fn wire(server: tokio::io::DuplexStream) -> Wire<Turns> {
        Wire {
            stream: Box::new(server),
            intake: Turns::new(),
        }
    }

    #[tokio::test]
    async fn a_request_ends_where_it_ends_and_the_next_one_is_kept() {
        let (mut client, server) = duplex(64);
        let mut wire = wire(server);
        wire.intake.left = Some(3);
        client.write_all(b"abcGET /next").await.unwrap();
        let mut body = [0; 64];
        assert_eq!(wire.read(&mut body).await.unwrap(), 3);
        let waiting = tokio::select! {
            biased;
            _ = wire.read(&mut body) => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(waiting);
        assert_eq!(&wire.intake.early[..], b"GET /next");
        drop(client);
        assert_eq!(wire.read(&mut body).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_client_that_sends_too_early_has_to_wait() {
        let (mut client, server) = duplex(4 * EARLY);
        let mut wire = wire(server);
        client.write_all(&[b'x'; 2 * EARLY]).await.unwrap();
        let mut byte = [0];
        let waiting = tokio::select! {
            biased;
            _ = wire.read(&mut byte) => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(waiting && wire.intake.early.len() == EARLY);
    }

    #[tokio::test]
    async fn what_frames_itself_is_given_out_as_it_comes() {
        let (mut client, server) = duplex(64);
        let mut wire = wire(server);
        wire.intake.left = None;
        client.write_all(b"3\r\nabc\r\n").await.unwrap();
        assert_eq!(wire.read(&mut [0; 64]).await.unwrap(), 8);
    }
}
