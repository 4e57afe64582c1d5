//! Large bodies both ways, in memory that does not grow with them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    client::Connection,
    gate::before,
    upstream::{read_head, serving, values},
};

const BODY: usize = 64 << 20;
const CHUNK: usize = 64 << 10;

/// Resident memory of this process, gate and test together, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

/// Takes a whole body, then sends one of the same size back.
async fn mirror() -> std::net::SocketAddr {
    serving(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        let mut left: usize = values(&head, "content-length")[0].parse().unwrap();
        let mut chunk = vec![0; CHUNK];
        while left > 0 {
            let read = stream.read(&mut chunk).await.unwrap();
            left -= read;
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..BODY / CHUNK {
            stream.write_all(&chunk).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn large_bodies_stream_both_ways_in_constant_memory() {
    let gate = before(mirror().await).await;
    let mut connection = Connection::to(gate.address).await;
    let head = format!("POST /public HTTP/1.1\r\nHost: app.test\r\nContent-Length: {BODY}\r\n\r\n");
    connection.send(&head).await;
    let chunk = vec![1; CHUNK];
    let before = resident();
    for _ in 0..BODY / CHUNK {
        connection.0.write_all(&chunk).await.unwrap();
    }
    assert!(connection.head().await.starts_with("HTTP/1.1 200"));
    let mut left = BODY;
    let mut most = resident();
    let mut buffer = vec![0; CHUNK];
    while left > 0 {
        let read = connection.0.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{left} bytes are missing");
        left -= read;
        if left % (8 << 20) < CHUNK {
            most = most.max(resident());
        }
    }
    // Other tests run beside this one; a body kept whole would still show.
    let grown = most.saturating_sub(before);
    assert!(grown < BODY / 2, "{grown} bytes more");
}

#[tokio::test]
async fn a_chunked_upload_arrives_chunked() {
    let (done, mut arrived) = tokio::sync::mpsc::channel::<String>(1);
    let upstream = serving(move |mut stream| {
        let done = done.clone();
        async move {
            let head = read_head(&mut stream).await.unwrap();
            let mut body = Vec::new();
            while !body.ends_with(b"0\r\n\r\n") {
                body.push(stream.read_u8().await.unwrap());
            }
            let seen = format!("{head}{}", String::from_utf8(body).unwrap());
            done.send(seen).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    })
    .await;
    let gate = before(upstream).await;
    let mut connection = Connection::to(gate.address).await;
    connection
        .send(
            "POST /public HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        )
        .await;
    assert_eq!(connection.answer().await.status(), 200);
    let seen = arrived.recv().await.unwrap();
    assert!(values(&seen, "content-length").is_empty(), "{seen}");
    assert!(seen.contains("abc") && seen.contains("de"), "{seen}");
}
