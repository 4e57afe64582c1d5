//! An upstream that keeps the exact bytes of every head it receives and answers as it is told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What an upstream received.
#[derive(Debug, Clone, Default)]
pub(crate) struct Received(Arc<Mutex<Vec<String>>>);

impl Received {
    /// Every head so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The only head.
    pub(crate) fn only(&self) -> String {
        let heads = self.heads();
        assert_eq!(heads.len(), 1, "{heads:?}");
        heads[0].clone()
    }

    pub(crate) fn note(&self, head: &str) {
        self.0.lock().unwrap().push(head.to_owned());
    }
}

/// The values of a header in a head, in order.
pub(crate) fn values<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

/// An upstream that answers every request with these bytes.
pub(crate) async fn answering(answer: &'static str) -> (SocketAddr, Received) {
    let received = Received::default();
    let noted = received.clone();
    let address = serving(move |mut stream| {
        let noted = noted.clone();
        async move {
            while let Some(head) = read_head(&mut stream).await {
                noted.note(&head);
                let length = values(&head, "content-length")
                    .first()
                    .map_or(0, |length| length.parse().unwrap());
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    (address, received)
}

/// The usual upstream.
pub(crate) async fn greeting() -> (SocketAddr, Received) {
    answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await
}

/// An upstream that treats every connection this way.
pub(crate) async fn serving<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// The next head; `None` when the connection ends first.
pub(crate) async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return None,
        }
    }
    Some(String::from_utf8(head).unwrap())
}
