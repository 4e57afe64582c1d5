//! An authenticator app, which makes its codes with another library than the gateway, from the text of
//! RFC 6238.

use std::{collections::HashSet, time::UNIX_EPOCH};

use ring::hmac;

use super::wait::wait_within;

/// How long a code lasts.
const PERIOD: u64 = 30;

/// An app that holds one secret, and a person who uses no code twice.
#[derive(Debug)]
pub(crate) struct Authenticator {
    key: hmac::Key,
    used: HashSet<u64>,
}

impl Authenticator {
    /// An app into which somebody types this secret.
    pub(crate) fn with_secret(secret: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret)),
            used: HashSet::new(),
        }
    }

    /// A code that has not been used; waits for one only when the next one was used as well.
    pub(crate) async fn code(&mut self) -> String {
        let patience = std::time::Duration::from_secs(2 * PERIOD);
        let step = wait_within(patience, "a code that was not used", async || {
            let now = step();
            // The app's clock may be ahead by one step.
            [now, now + 1]
                .into_iter()
                .find(|one| !self.used.contains(one))
        })
        .await;
        self.used.insert(step);
        self.at(step)
    }

    /// RFC 4226, section 5.3.
    fn at(&self, step: u64) -> String {
        let digest = hmac::sign(&self.key, &step.to_be_bytes());
        let digest = digest.as_ref();
        let offset = usize::from(digest[19] & 15);
        let word = digest[offset..offset + 4].try_into().expect("four bytes");
        let word = u32::from_be_bytes(word) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }
}

fn step() -> u64 {
    let now = UNIX_EPOCH.elapsed().expect("it is later than 1970");
    now.as_secs() / PERIOD
}

/// RFC 4648, section 6.
fn base32(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = Vec::new();
    let (mut bits, mut kept) = (0_u32, 0);
    for letter in text.chars() {
        let value = alphabet.find(letter).expect("base 32");
        bits = (bits << 5 | u32::try_from(value).expect("small")) & 0xfff;
        kept += 5;
        if kept >= 8 {
            kept -= 8;
            bytes.push(u8::try_from(bits >> kept & 0xff).expect("eight bits"));
        }
    }
    bytes
}
