//! Connections for WebSockets, which show an answer only after whatever else waits was taken up.
//!
//! The framework (0.9) takes up the upstream's answer and the end of the request's empty body in any
//! order. When the 101 comes first, it mistakes that end for the end of the WebSocket and closes it.
//! So the first read after each write has nothing yet, and the end of the body is taken up before.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_trait::async_trait;
use pingora::{
    connectors::L4Connect,
    prelude::{Error, ErrorType, HttpPeer, Result},
    protocols::l4::{
        socket::SocketAddr,
        stream::Stream,
        virt::{VirtualSockOpt, VirtualSocket, VirtualSocketStream},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Keeps these connections apart from those that other requests use.
const GROUP: u64 = 1;

/// Lets `peer` be connected to for a WebSocket.
pub(super) fn prepare(peer: &mut HttpPeer) {
    peer.group_key = GROUP;
    peer.options.custom_l4 = Some(Arc::new(Connector));
    // Both ends may be silent for as long as they like.
    peer.options.read_timeout = None;
}

#[derive(Debug)]
struct Connector;

#[async_trait]
impl L4Connect for Connector {
    async fn connect(&self, address: &SocketAddr) -> Result<Stream> {
        let Some(address) = address.as_inet() else {
            return Error::e_explain(ErrorType::ConnectNoRoute, "no internet address");
        };
        let stream = TcpStream::connect(address).await.map_err(|error| {
            let kind = match error.kind() {
                io::ErrorKind::ConnectionRefused => ErrorType::ConnectRefused,
                io::ErrorKind::TimedOut => ErrorType::ConnectTimedout,
                _ => ErrorType::ConnectError,
            };
            Error::because(kind, "connecting to the upstream", error)
        })?;
        let unhurried = Unhurried {
            stream,
            has_written: false,
        };
        Ok(VirtualSocketStream::new(Box::new(unhurried)).into())
    }
}

/// A connection whose first read after each write has nothing yet.
#[derive(Debug)]
struct Unhurried {
    stream: TcpStream,
    has_written: bool,
}

impl VirtualSocket for Unhurried {
    fn set_socket_option(&self, option: VirtualSockOpt) -> io::Result<()> {
        match option {
            VirtualSockOpt::NoDelay => self.stream.set_nodelay(true),
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Unhurried {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.has_written) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Unhurried {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.has_written = true;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn an_answer_that_is_there_already_is_shown_after_what_else_waits() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = SocketAddr::Inet(listener.local_addr().unwrap());
        let (mut here, there) = tokio::join!(Connector.connect(&address), listener.accept());
        let (here, mut there) = (here.as_mut().unwrap(), there.unwrap().0);
        here.write_all(b"ask").await.unwrap();
        here.flush().await.unwrap();
        there.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        let first = tokio::select! {
            biased;
            _ = here.read_exact(&mut answer) => "the answer",
            () = std::future::ready(()) => "what else waits",
        };
        assert_eq!(first, "what else waits");
        here.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");
    }
}
