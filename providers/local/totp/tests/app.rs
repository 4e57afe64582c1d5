//! An app that makes its codes by another library than ours, from the text of RFC 6238.

use jiff::Timestamp;
use ring::hmac;

/// The key of RFC 6238, appendix B, in base 32.
pub(super) const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// What an app shows at this moment (RFC 6238, section 4; RFC 4226, section 5.3).
pub(super) fn shown_by_app(secret: &str, at: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret));
    let counter = u64::try_from(at.as_second()).unwrap() / 30;
    let digest = hmac::sign(&key, &counter.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// RFC 4648, section 6.
fn base32(text: &str) -> Vec<u8> {
    let mut bits = text.bytes().flat_map(|letter| {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    let mut bytes = Vec::new();
    while let Some(first) = bits.next() {
        let rest: Vec<u8> = bits.by_ref().take(7).collect();
        if rest.len() == 7 {
            bytes.push(rest.iter().fold(first, |byte, bit| byte << 1 | bit));
        }
    }
    bytes
}
