//! Blocks as the RFC's appendix C gives them, and blocks that are none.

use octets::OctetsMut;
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};

use super::*;

type Lines = Vec<(Vec<u8>, Vec<u8>)>;

fn lines(decoder: &mut Decoder, block: &[u8]) -> Result<Lines, Malformed> {
    let mut lines = Vec::new();
    decoder.decode(block, |name, value| {
        lines.push((name.to_vec(), value.to_vec()));
    })?;
    Ok(lines)
}

fn decoded(decoder: &mut Decoder, hex: &str) -> Vec<String> {
    let digits: Vec<u8> = hex.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    let block: Vec<u8> = digits
        .chunks(2)
        .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
        .collect();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    lines(decoder, &block)
        .unwrap()
        .into_iter()
        .map(|(name, value)| format!("{}: {}", text(name), text(value)))
        .collect()
}

fn huffman(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4 * text.len() + 1];
    let mut octets = OctetsMut::with_slice(&mut bytes);
    octets.put_huffman_encoded::<false>(text).unwrap();
    let length = octets.off();
    bytes.truncate(length);
    bytes
}

fn write_string(block: &mut BytesMut, text: &[u8], is_coded: bool) {
    if !is_coded {
        write_length(block, text.len());
        return block.extend_from_slice(text);
    }
    let coded = huffman(text);
    let start = block.len();
    write_length(block, coded.len());
    block[start] |= 0x80;
    block.extend_from_slice(&coded);
}

/// A line and how it is written.
#[derive(Debug, Clone)]
struct Written {
    name: Vec<u8>,
    value: Vec<u8>,
    is_remembered: bool,
    is_coded: bool,
    is_repeated: bool,
}

impl Written {
    fn write(self, block: &mut BytesMut, lines: &mut Lines) {
        block.put_u8(if self.is_remembered { 0x40 } else { 0x10 });
        write_string(block, &self.name, self.is_coded);
        write_string(block, &self.value, !self.is_coded);
        let line = (self.name, self.value);
        if self.is_remembered && self.is_repeated {
            // By its number, and by that of its name.
            block.put_slice(&[0xbe, 0x0f, 62 - 15]);
            write_string(block, b"other", self.is_coded);
            lines.extend([line.clone(), line.clone(), (line.0, b"other".to_vec())]);
        } else {
            lines.push(line);
        }
    }
}

fn any_line() -> impl Strategy<Value = Written> {
    let text = || prop::collection::vec(any::<u8>(), 0..200);
    let line = (text(), text(), any::<[bool; 3]>());
    line.prop_map(
        |(name, value, [is_remembered, is_coded, is_repeated])| Written {
            name,
            value,
            is_remembered,
            is_coded,
            is_repeated,
        },
    )
}

#[test]
fn requests_that_refer_to_earlier_ones_are_read() {
    let plain = [
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ];
    let coded = [
        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ];
    let host = ":authority: www.example.com";
    for blocks in [plain, coded] {
        let mut decoder = Decoder::new();
        let [first, second, third] = blocks.map(|block| decoded(&mut decoder, block));
        let lines = [":method: GET", ":scheme: http", ":path: /", host];
        assert_eq!(first, lines);
        assert_eq!(second, [&lines[..], &["cache-control: no-cache"]].concat());
        let lines = [
            ":method: GET",
            ":scheme: https",
            ":path: /index.html",
            host,
            "custom-key: custom-value",
        ];
        assert_eq!(third, lines);
        assert_eq!(decoder.size, 164);
    }
}

#[test]
fn what_no_longer_fits_the_table_is_forgotten() {
    let mut decoder = Decoder::new();
    // The client wants a table of 256 bytes.
    let first = "3fe101 48826402 5885aec3771a4b 6196d07abe941054d444a8200595040b8166e082a62d1bff \
                 6e919d29ad171863c78f0b97c8e9ae82ae43d3";
    assert_eq!(decoded(&mut decoder, first)[0], ":status: 302");
    assert_eq!(decoder.size, 222);
    let second = decoded(&mut decoder, "4883640effc1c0bf");
    assert_eq!(second[3], "location: https://www.example.com");
    assert_eq!(decoder.size, 222);
    let third = "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7\
                 b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007";
    let third = decoded(&mut decoder, third);
    assert_eq!(third[1], "cache-control: private");
    assert_eq!(
        third[5],
        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"
    );
    assert_eq!(decoder.size, 215);
    assert_eq!(decoder.entries.len(), 3);
    decoded(&mut decoder, "20");
    assert!(decoder.entries.is_empty() && decoder.size == 0);
}

#[test]
fn an_entry_larger_than_the_table_empties_it() {
    let mut decoder = Decoder::new();
    let mut line = |length| {
        let mut block = BytesMut::from(&[0x40][..]);
        let mut literal = BytesMut::new();
        write(&mut literal, b"x", &vec![b'y'; length]);
        block.extend_from_slice(&literal[1..]);
        lines(&mut decoder, &block).unwrap();
        (decoder.entries.len(), decoder.size)
    };
    assert_eq!(line(10), (1, 43));
    assert_eq!(line(MOST - 33), (1, MOST));
    assert_eq!(line(MOST - 32), (0, 0));
}

#[test]
fn what_is_no_block_is_told() {
    let blocks: [&[u8]; 12] = [
        // Nothing has the number nought, and nothing is in the table.
        &[0x80],
        &[0xbe],
        &[0x7e, 0],
        // Numbers without an end.
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0xff],
        // Strings cut short.
        &[0x00, 0x05, b'a'],
        &[0x00],
        // A table larger than allowed, and one that changes among lines.
        &[0x3f, 0xe2, 0x1f],
        &[0x82, 0x20],
        // Padding of nought bits, and the sign for the end of a string in it.
        &[0x04, 0x81, 0x18],
        &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
    ];
    for block in blocks {
        let read = lines(&mut Decoder::new(), block);
        assert_eq!(read, Err(Malformed), "{block:x?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_written_is_read_back(
        written in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..40), prop::collection::vec(any::<u8>(), 0..300)),
            0..12,
        ),
    ) {
        let mut block = BytesMut::new();
        for (name, value) in &written {
            write(&mut block, name, value);
        }
        let mut decoder = Decoder::new();
        assert_eq!(lines(&mut decoder, &block), Ok(written));
        assert!(decoder.entries.is_empty());
    }

    #[test]
    fn blocks_are_read_however_their_lines_are_written(
        blocks in prop::collection::vec(prop::collection::vec(any_line(), 0..12), 1..8),
    ) {
        let mut decoder = Decoder::new();
        for written in blocks {
            let mut block = BytesMut::new();
            let mut expected = Lines::new();
            for line in written {
                line.write(&mut block, &mut expected);
            }
            assert_eq!(lines(&mut decoder, &block), Ok(expected.clone()));
            // What is written anew says the same, to whoever has no table.
            let mut anew = BytesMut::new();
            for (name, value) in &expected {
                write(&mut anew, name, value);
            }
            assert_eq!(lines(&mut Decoder::new(), &anew), Ok(expected));
        }
    }

    #[test]
    fn every_byte_can_be_coded(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut block = BytesMut::from(&[0x04][..]);
        write_string(&mut block, &text, true);
        let read = lines(&mut Decoder::new(), &block).unwrap();
        assert_eq!(read, [(b":path".to_vec(), text)]);
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(
        blocks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..8),
    ) {
        let mut decoder = Decoder::new();
        for block in blocks {
            let _ = lines(&mut decoder, &block);
            let held = decoder.entries.iter().map(Entry::size).sum::<usize>();
            assert!(decoder.size == held && held <= decoder.most);
        }
    }
}
