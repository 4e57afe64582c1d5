//! What goes in at one end of a connection and what comes out at the other.

use bytes::{BufMut, Bytes};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::listener::wire::Wire;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = frame::HEADERS;
const SETTINGS: u8 = 0x4;
const DATA: u8 = 0x0;

const GET: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "app.test"),
    (":path", "/"),
];

fn wire(server: DuplexStream) -> Wire<Blocks> {
    Wire {
        stream: Box::new(server),
        intake: Blocks::new(Limits::default()),
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn block(lines: &[(&str, &str)]) -> BytesMut {
    let mut block = BytesMut::new();
    for (name, value) in lines {
        hpack::write(&mut block, name.as_bytes(), value.as_bytes());
    }
    block
}

/// What comes out where `bytes` go in, so many at a time.
async fn through(bytes: &[u8], at_a_time: usize) -> Vec<u8> {
    let (mut client, server) = duplex(at_a_time);
    let mut wire = wire(server);
    let mut out = Vec::new();
    let sending = async move {
        for part in bytes.chunks(at_a_time) {
            if client.write_all(part).await.is_err() {
                break;
            }
        }
    };
    let reading = async {
        // A buffer of another size than anything else.
        let mut buffer = [0; 1000];
        loop {
            match wire.read(&mut buffer).await.unwrap() {
                0 => break,
                read => out.extend_from_slice(&buffer[..read]),
            }
        }
        drop(wire);
    };
    tokio::join!(sending, reading);
    out
}

fn preface(frames: &[Vec<u8>]) -> Vec<u8> {
    [PREFACE, &frames.concat()].concat()
}

#[tokio::test]
async fn frames_without_blocks_pass_byte_for_byte_however_they_arrive() {
    let frames = [
        frame(SETTINGS, 0, 0, &[0, 1, 0, 0, 0x10, 0]),
        frame(SETTINGS, 1, 0, &[]),
        frame(0x8, 0, 0, &[0, 0, 0xff, 0xff]),
        frame(DATA, 8, 1, &[3, 1, 1, 0x1, 0, 0, 0]),
        frame(0x2, 0, 3, &[0, 0, 0, 0, 16]),
        frame(0xfe, 0xff, 9, b"unknown"),
        frame(DATA, 0, 1, &[HEADERS; 3000]),
        frame(0x7, 0, 0, &[0; 8]),
    ];
    let bytes = preface(&frames);
    for at_a_time in [1, 2, 3, 7, 9, 10, 24, 25, 64, 999, 4096] {
        assert_eq!(through(&bytes, at_a_time).await, bytes, "{at_a_time}");
    }
}

#[tokio::test]
async fn blocks_are_written_anew_however_they_arrive() {
    let first = [&[0x82, 0x87, 0x84, 0x41, 0x08][..], b"app.test"].concat();
    // What refers to the line before, in three frames with padding and a priority.
    let second = [&[0x82, 0x87, 0x84, 0xbe, 0x40, 1][..], b"x", &[1], b"1"].concat();
    let padded = [&[3, 0, 0, 0, 0, 7][..], &second[..2], &[0; 3]].concat();
    let frames = [
        frame(HEADERS, 0x5, 1, &first),
        frame(DATA, 0, 1, b"between"),
        frame(HEADERS, 0x28, 3, &padded),
        frame(0x9, 0, 3, &[]),
        frame(0x9, 0x4, 3, &second[2..]),
        frame(HEADERS, 0x5, 3, &[0xbe]),
        frame(DATA, 1, 5, b"after"),
    ];
    let get = block(&[GET[0], GET[1], GET[3], GET[2]]);
    let with_x = [&[0, 0, 0, 0, 7], &get[..], &block(&[("x", "1")])].concat();
    let expected = [
        frame(HEADERS, 0x5, 1, &get),
        frame(DATA, 0, 1, b"between"),
        frame(HEADERS, 0x24, 3, &with_x),
        frame(HEADERS, 0x5, 3, &block(&[("x", "1")])),
        frame(DATA, 1, 5, b"after"),
    ];
    let bytes = preface(&frames);
    for at_a_time in (1..40).chain([64, 999, 4096]) {
        assert_eq!(through(&bytes, at_a_time).await, preface(&expected));
    }
}

#[tokio::test]
async fn a_block_of_many_lines_comes_out_in_several_frames() {
    let long = "y".repeat(9000);
    let lines = [&GET[..], &[("x", &long), ("y", &long), ("z", &long)]].concat();
    let whole = block(&lines);
    let (first, rest) = whole.split_at(100);
    let (second, third) = rest.split_at(16_384);
    let frames = [
        frame(HEADERS, 0, 1, first),
        frame(0x9, 0, 1, second),
        frame(0x9, 0x4, 1, third),
    ];
    let expected = [
        frame(HEADERS, 0, 1, &whole[..16_384]),
        frame(0x9, 0x4, 1, &whole[16_384..]),
    ];
    let out = through(&preface(&frames), 5000).await;
    assert!(out == preface(&expected));
}

#[tokio::test]
async fn a_few_bytes_that_stand_for_very_many_do_not_grow() {
    let mut bomb = block(&GET);
    bomb.put_slice(&[0x40, 1, b'x']);
    let mut line = block(&[("", &"y".repeat(4000))]);
    bomb.put_slice(&line.split_off(2));
    bomb.put_slice(&[0xbe; 10_000]);
    let frames = [frame(HEADERS, 0x5, 1, &bomb)];
    let out = through(&preface(&frames), 4096).await;
    assert!(out.len() < 64 << 10, "{}", out.len());
    let mark = b"headers_too_large";
    assert!(out.ends_with(mark));
}

#[tokio::test]
async fn what_breaks_the_rules_ends_the_connection() {
    let get = block(&GET);
    let begun = frame(HEADERS, 0, 1, &get);
    let flood = [vec![begun.clone()], vec![frame(0x9, 0, 1, &[]); 40]].concat();
    let large = [
        vec![begun.clone()],
        vec![frame(0x9, 0, 1, &[0; 16_384]); 10],
    ]
    .concat();
    let broken = [
        frame(HEADERS, 0x5, 1, &[0xbe]),
        frame(HEADERS, 0xd, 1, &[9, 0x82]),
        frame(HEADERS, 0xd, 1, &[]),
        frame(HEADERS, 0x25, 1, &[0, 0, 0]),
        frame(0x9, 0x4, 1, &get),
        frame(0x5, 0x4, 1, &get),
        frame(HEADERS, 0x5, 1, &[0; 16_385]),
        [begun.clone(), frame(DATA, 0, 1, b"x")].concat(),
        [begun.clone(), frame(0x9, 0x4, 3, &[])].concat(),
        [begun.clone(), begun].concat(),
        flood.concat(),
        large.concat(),
    ];
    let mut end = BytesMut::new();
    frame::write_unreadable(&mut end);
    for frames in broken {
        let bytes = preface(&[frames, frame(DATA, 0, 1, b"never seen")]);
        for at_a_time in [5, 4096] {
            let out = through(&bytes, at_a_time).await;
            assert_eq!(out, [PREFACE, &end].concat());
        }
    }
}

#[tokio::test]
async fn the_library_answers_what_breaks_the_rules() {
    let (mut client, server) = duplex(4096);
    let bytes = preface(&[frame(SETTINGS, 0, 0, &[]), frame(HEADERS, 0x5, 1, &[0xbe])]);
    client.write_all(&bytes).await.unwrap();
    let mut connection = h2::server::handshake(wire(server)).await.unwrap();
    let error = connection.accept().await.unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(h2::Reason::PROTOCOL_ERROR));
    drop(connection);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    let goaway = [0x7, 0, 0, 0, 0, 0];
    assert!(answer.windows(6).any(|six| six == goaway));
}

type Arrived = (http::request::Parts, usize, Option<HeaderMap>);

/// A server that answers everything and tells what has arrived.
async fn arrivals(server: DuplexStream) -> Vec<Arrived> {
    let mut connection = h2::server::handshake(wire(server)).await.unwrap();
    let mut requests = Vec::new();
    while let Some(accepted) = connection.accept().await {
        let (request, mut respond) = accepted.unwrap();
        let (head, mut body) = request.into_parts();
        respond
            .send_response(http::Response::new(()), true)
            .unwrap();
        requests.push(tokio::spawn(async move {
            let mut bytes = 0;
            while let Some(part) = body.data().await {
                let length = part.unwrap().len();
                bytes += length;
                body.flow_control().release_capacity(length).unwrap();
            }
            (head, bytes, body.trailers().await.unwrap())
        }));
    }
    let mut arrived = Vec::new();
    for request in requests {
        arrived.push(request.await.unwrap());
    }
    arrived
}

fn numbered(number: usize) -> http::Request<()> {
    let mut request = http::Request::builder()
        .method("POST")
        .uri(format!("https://app.test/{}?q={number}", number % 7))
        .version(http::Version::HTTP_2)
        .header("user-agent", "a browser of some length")
        .header("x-number", number.to_string())
        .header("cookie", "c".repeat(number * 40 % 3000));
    for line in 0..number % 20 {
        request = request.header(format!("x-{line}"), format!("{}", line * number));
    }
    request.body(()).unwrap()
}

fn end(number: usize) -> HeaderMap {
    let name = HeaderName::from_static("x-end");
    HeaderMap::from_iter([(name, number.to_string().parse().unwrap())])
}

#[tokio::test]
async fn the_library_reads_every_request_as_it_was_sent() {
    let (client, server) = duplex(4096);
    let arrivals = tokio::spawn(arrivals(server));
    let (mut sender, connection) = h2::client::handshake(client).await.unwrap();
    let driving = tokio::spawn(connection);
    for number in 0..200 {
        sender = sender.ready().await.unwrap();
        let (answer, mut body) = sender.send_request(numbered(number), false).unwrap();
        let bytes = Bytes::from(vec![b'z'; number * 50]);
        body.send_data(bytes, false).unwrap();
        body.send_trailers(end(number)).unwrap();
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    drop(sender);
    driving.await.unwrap().unwrap();
    for (number, (head, bytes, trailers)) in arrivals.await.unwrap().into_iter().enumerate() {
        let sent = numbered(number);
        assert_eq!(head.uri, *sent.uri());
        assert_eq!(head.headers, *sent.headers());
        assert_eq!(bytes, number * 50);
        assert_eq!(trailers, Some(end(number)));
    }
}

#[test]
fn a_mark_says_what_is_refused() {
    let marked = |code: &'static str| {
        let value = http::HeaderValue::from_static(code);
        refusal(&HeaderMap::from_iter([(REFUSED, value)]))
    };
    assert_eq!(marked("target_too_long"), Some(Code::TargetTooLong));
    assert_eq!(marked("headers_too_large"), Some(Code::HeadersTooLarge));
    assert_eq!(marked("made up"), Some(Code::AmbiguousRequest));
    assert_eq!(refusal(&HeaderMap::new()), None);
}
