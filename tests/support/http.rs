//! A small HTTP/1.1 server that keeps what it receives byte for byte and answers as told.
//!
//! A library would normalise what the stories are about: header names, their order, the target.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

/// Longer bodies are counted and dropped, so that a test of 1 GiB stays small.
const KEPT_BODY: usize = 1 << 20;
const CHUNK: usize = 64 * 1024;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The request line and the header lines, exactly as received.
    pub(crate) head: String,
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names as they were spelled, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// At most the first MiB.
    pub(crate) body: Bytes,
    pub(crate) body_length: u64,
}

impl Received {
    /// The first value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).next()
    }

    /// All values of a header, in order.
    pub(crate) fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.headers.iter();
        lines
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// A parameter of the query, or of a form in the body.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let mut pairs = pairs.chain(url::form_urlencoded::parse(&self.body));
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// What is sent back.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A whole answer with a length.
    Full {
        status: u16,
        headers: Vec<(String, String)>,
        body: Bytes,
    },
    /// Chunks as the test sends them, until it drops the sender.
    Stream {
        content_type: String,
        chunks: mpsc::UnboundedReceiver<Bytes>,
    },
    /// So many zero bytes, with their length announced.
    Zeros(u64),
    /// These bytes and nothing else, then the end of the connection.
    Raw(Bytes),
    /// An answer after a while.
    Late(Duration, Box<Reply>),
    /// No answer, and the connection stays open.
    Silence,
    /// A WebSocket that sends each message back.
    WebSocketEcho,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Full {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn text(body: impl Into<Bytes>) -> Self {
        Self::status(200)
            .with_header("Content-Type", "text/plain")
            .with_body(body)
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        let reply = Self::status(200).with_header("Content-Type", "application/json");
        reply.with_body(body.to_string())
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::status(302).with_header("Location", location)
    }

    /// Server-sent events, or anything else that comes bit by bit.
    pub(crate) fn stream(content_type: &str) -> (mpsc::UnboundedSender<Bytes>, Self) {
        let (sender, chunks) = mpsc::unbounded_channel();
        (
            sender,
            Self::Stream {
                content_type: content_type.to_owned(),
                chunks,
            },
        )
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn with_body(mut self, content: impl Into<Bytes>) -> Self {
        if let Self::Full { body, .. } = &mut self {
            *body = content.into();
        }
        self
    }
}

/// Decides the answer to each request.
pub(crate) type Answer = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// A server on a loopback port; dropping it ends its connections, too.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Serves on `port` (0 picks a free one), telling `answer` about every request.
    pub(crate) async fn start(port: u16, answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("the port is free");
        let port = listener.local_addr().expect("bound").port();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(accept(listener, answer, stopped));
        Self { port, stop }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Closes the listener and every connection, and returns once the port is free.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }
}

async fn accept(listener: TcpListener, answer: Answer, mut stopped: watch::Receiver<bool>) {
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.expect("the listener accepts").0,
            _ = stopped.changed() => return,
        };
        let (answer, mut stopped) = (Arc::clone(&answer), stopped.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = converse(stream, answer) => {}
                _ = stopped.changed() => {}
            }
        });
    }
}

/// Ends with the connection, `None` on any fault of it.
async fn converse(stream: TcpStream, answer: Answer) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut received = read_head(&mut stream).await?;
        read_body(&mut stream, &mut received).await?;
        let mut reply = answer(&received);
        if let Reply::Late(delay, later) = reply {
            // A timeout that nothing ends early: the wait is what the test asked for.
            let _ = timeout(delay, std::future::pending::<()>()).await;
            reply = *later;
        }
        match reply {
            Reply::Full {
                status,
                headers,
                body,
            } => {
                send_full(&mut stream, &received, status, &headers, &body).await?;
            }
            Reply::Stream {
                content_type,
                chunks,
            } => {
                send_stream(&mut stream, &content_type, chunks).await?;
            }
            Reply::Zeros(length) => send_zeros(&mut stream, length).await?,
            Reply::Raw(bytes) => return stream.write_all(&bytes).await.ok(),
            Reply::Late(..) | Reply::Silence => std::future::pending().await,
            Reply::WebSocketEcho => return echo(stream, &received).await,
        }
        if received
            .header("Connection")
            .is_some_and(|c| c.eq_ignore_ascii_case("close"))
        {
            return Some(());
        }
    }
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).await.ok()? == 0 {
            return None;
        }
    }
    // Bytes that are not UTF-8 are shown as they are in Latin-1, so that none is lost.
    let head: String = head.into_iter().map(char::from).collect();
    let mut lines = head.trim_end().split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    Some(Received {
        method,
        target,
        headers,
        head,
        body: Bytes::new(),
        body_length: 0,
    })
}

async fn read_body(stream: &mut BufReader<TcpStream>, received: &mut Received) -> Option<()> {
    let mut kept = Vec::new();
    if let Some(length) = received.header("Content-Length") {
        received.body_length = length.parse().ok()?;
        take(stream, received.body_length, &mut kept).await?;
    } else if received.header("Transfer-Encoding").is_some() {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).await.ok()?;
            let size = u64::from_str_radix(size.trim().split(';').next()?, 16).ok()?;
            take(stream, size, &mut kept).await?;
            stream.read_line(&mut String::new()).await.ok()?;
            received.body_length += size;
            if size == 0 {
                break;
            }
        }
    }
    received.body = Bytes::from(kept);
    Some(())
}

/// Reads `length` bytes and keeps what still fits.
async fn take(stream: &mut BufReader<TcpStream>, length: u64, kept: &mut Vec<u8>) -> Option<()> {
    let mut left = length;
    let mut buffer = vec![0; CHUNK];
    while left > 0 {
        let wanted = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let read = stream
            .read(&mut buffer[..wanted])
            .await
            .ok()
            .filter(|read| *read > 0)?;
        kept.extend(&buffer[..read.min(KEPT_BODY - kept.len())]);
        left -= read as u64;
    }
    Some(())
}

async fn send_full(
    stream: &mut BufReader<TcpStream>,
    received: &Received,
    status: u16,
    headers: &[(String, String)],
    body: &Bytes,
) -> Option<()> {
    let mut head = format!(
        "HTTP/1.1 {status} Told\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    if received.method != "HEAD" {
        stream.write_all(body).await.ok()?;
    }
    Some(())
}

async fn send_stream(
    stream: &mut BufReader<TcpStream>,
    content_type: &str,
    mut chunks: mpsc::UnboundedReceiver<Bytes>,
) -> Option<()> {
    let head = "HTTP/1.1 200 Told\r\nTransfer-Encoding: chunked\r\nContent-Type";
    stream
        .write_all(format!("{head}: {content_type}\r\n\r\n").as_bytes())
        .await
        .ok()?;
    while let Some(chunk) = chunks.recv().await {
        stream
            .write_all(format!("{:x}\r\n", chunk.len()).as_bytes())
            .await
            .ok()?;
        stream.write_all(&chunk).await.ok()?;
        stream.write_all(b"\r\n").await.ok()?;
    }
    stream.write_all(b"0\r\n\r\n").await.ok()
}

async fn send_zeros(stream: &mut BufReader<TcpStream>, length: u64) -> Option<()> {
    let head = format!("HTTP/1.1 200 Told\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let zeros = vec![0; CHUNK];
    let mut left = length;
    while left > 0 {
        let next = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        stream.write_all(&zeros[..next]).await.ok()?;
        left -= next as u64;
    }
    Some(())
}

async fn echo(mut stream: BufReader<TcpStream>, received: &Received) -> Option<()> {
    let accept = derive_accept_key(received.header("Sec-WebSocket-Key")?.as_bytes());
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade";
    let head = format!("{head}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let (sink, messages) = WebSocketStream::from_raw_socket(stream, Role::Server, None)
        .await
        .split();
    let texts = messages.filter(|message| {
        let wanted = message.as_ref().is_ok_and(|m| m.is_text() || m.is_binary());
        std::future::ready(wanted)
    });
    texts.forward(sink).await.ok()
}
