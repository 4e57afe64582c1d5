//! A backup code as it is shown and as people type it: three groups of four, in an alphabet without
//! look-alikes (Crockford's base 32).

use portcullis_core::entropy::Entropy;

/// 32 signs, so that five bits choose one of them evenly; no `i`, `l`, `o` and `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 60 bits: beyond guessing, and beyond searching through for whoever gets hold of the digests alone.
const LENGTH: usize = 12;
/// How many signs stand together.
const GROUP: usize = 4;
/// How long a code of another system is: shorter ones can be guessed, longer ones nobody types.
const FOREIGN: std::ops::RangeInclusive<usize> = 8..=64;

/// A new code, as it is shown.
pub(super) fn generate(entropy: &dyn Entropy) -> String {
    let bytes = entropy.bytes::<LENGTH>();
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (index, byte) in bytes.into_iter().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    code
}

/// The signs of a code, however it was typed; `None` for what cannot be one.
pub(super) fn read(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(LENGTH);
    for letter in typed.chars() {
        if letter.is_whitespace() || letter == '-' {
            continue;
        }
        let sign = match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let is_sign = u8::try_from(sign).is_ok_and(|sign| ALPHABET.contains(&sign));
        if !is_sign || code.len() == LENGTH {
            return None;
        }
        code.push(sign);
    }
    (code.len() == LENGTH).then_some(code)
}

/// The signs of a code that another system has made, however it was typed; `None` for what cannot be one.
/// Their alphabets have look-alikes, so nothing stands for anything else.
pub(super) fn read_foreign(typed: &str) -> Option<String> {
    let signs = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code: String = signs.take(FOREIGN.end() + 1).collect();
    let is_code = FOREIGN.contains(&code.len()) && code.chars().all(|c| c.is_ascii_graphic());
    is_code.then(|| code.to_ascii_lowercase())
}
