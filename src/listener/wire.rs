//! A client's connection, as the proxy framework sees it: one request at a time. It aborts a request
//! whose client sends the next one early, and drops what it read of that; here it never sees a byte
//! of it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use async_trait::async_trait;
use bytes::BytesMut;
use pingora::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    Stream, TimingDigest, UniqueID, UniqueIDType, raw_connect::ProxyDigest, tls::SslDigest,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of the next requests is taken in early. A client that sends more has to wait.
const EARLY: usize = 16 << 10;

/// A connection that gives out no more than belongs to the request at hand.
#[derive(Debug)]
pub(super) struct Wire {
    /// The connection itself.
    pub(super) stream: Stream,
    /// What has arrived of the next requests.
    pub(super) early: BytesMut,
    /// What is still to come of the request at hand; `None` where its own framing says.
    pub(super) left: Option<usize>,
}

impl Wire {
    /// A connection without a request.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            early: BytesMut::new(),
            left: Some(0),
        }
    }

    /// Takes in what comes early. Ready only when nothing more will come, for whoever waits here
    /// wants to know when the client leaves.
    fn poll_early(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.early.len() < EARLY {
            let mut bytes = [0; 512];
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.early.extend_from_slice(buffer.filled());
        }
        Poll::Pending
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = match self.left {
            None => return Pin::new(&mut self.stream).poll_read(context, buffer),
            Some(0) => return self.poll_early(context),
            Some(left) => left,
        };
        let most = left.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        let read = part.filled().len();
        buffer.advance(read);
        self.left = Some(left - read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[async_trait]
impl Shutdown for Wire {
    async fn shutdown(&mut self) {
        Shutdown::shutdown(&mut *self.stream).await;
    }
}

impl UniqueID for Wire {
    fn id(&self) -> UniqueIDType {
        self.stream.id()
    }
}

impl Ssl for Wire {
    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.stream.get_ssl_digest()
    }

    fn selected_alpn_proto(&self) -> Option<ALPN> {
        self.stream.selected_alpn_proto()
    }
}

impl GetTimingDigest for Wire {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        self.stream.get_timing_digest()
    }
}

impl GetProxyDigest for Wire {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        self.stream.get_proxy_digest()
    }
}

impl GetSocketDigest for Wire {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        self.stream.get_socket_digest()
    }
}

impl Peek for Wire {}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_request_ends_where_it_ends_and_the_next_one_is_kept() {
        let (mut client, server) = duplex(64);
        let mut wire = Wire::new(Box::new(server));
        wire.left = Some(3);
        client.write_all(b"abcGET /next").await.unwrap();
        let mut body = [0; 64];
        assert_eq!(wire.read(&mut body).await.unwrap(), 3);
        let waiting = tokio::select! {
            biased;
            _ = wire.read(&mut body) => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(waiting);
        assert_eq!(&wire.early[..], b"GET /next");
        drop(client);
        assert_eq!(wire.read(&mut body).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_client_that_sends_too_early_has_to_wait() {
        let (mut client, server) = duplex(4 * EARLY);
        let mut wire = Wire::new(Box::new(server));
        client.write_all(&[b'x'; 2 * EARLY]).await.unwrap();
        let mut byte = [0];
        let waiting = tokio::select! {
            biased;
            _ = wire.read(&mut byte) => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(waiting && wire.early.len() == EARLY);
    }

    #[tokio::test]
    async fn what_frames_itself_is_given_out_as_it_comes() {
        let (mut client, server) = duplex(64);
        let mut wire = Wire::new(Box::new(server));
        wire.left = None;
        client.write_all(b"3\r\nabc\r\n").await.unwrap();
        assert_eq!(wire.read(&mut [0; 64]).await.unwrap(), 8);
    }
}
