//! What people sign in with, in the one spelling that is stored and looked up.

use unicode_normalization::UnicodeNormalization;

/// An identifier as it is stored and looked up: NFKC, trimmed, lower case; an international
/// telephone number in the one form of E.164.
pub fn normalise_identifier(identifier: &str) -> String {
    let plain = identifier.trim().nfkc().collect::<String>().to_lowercase();
    match plain.starts_with('+') {
        true => international(&plain).unwrap_or(plain),
        false => plain,
    }
}

/// A telephone number that names its country, as E.164 writes it; `None` for others.
pub(crate) fn international(number: &str) -> Option<String> {
    let plain: String = number.trim().nfkc().collect();
    let rest = plain
        .strip_prefix('+')
        .or_else(|| plain.strip_prefix("00"))?;
    // The zero that is dialled inside the country only.
    let rest = rest.replacen("(0)", "", 1);
    let is_sign = |c: char| {
        matches!(
            c,
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}'
        )
    };
    let digits: String = rest.chars().filter(|c| !is_sign(*c)).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (3..=15).contains(&digits.len())
        && !digits.starts_with('0');
    is_number.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_that_names_its_country_has_one_form() {
        for spelling in [
            "+49 (0)30 123-45",
            "0049 30 12345",
            "+493012345",
            "＋49 30.123/45",
        ] {
            assert_eq!(
                international(spelling).as_deref(),
                Some("+493012345"),
                "{spelling}"
            );
        }
        for other in [
            "030 12345",
            "+49 30 call",
            "+0 12345",
            "+1",
            "+1234567890123456",
            "",
        ] {
            assert_eq!(international(other), None, "{other}");
        }
        assert_eq!(normalise_identifier(" +49 30 12345"), "+493012345");
        assert_eq!(normalise_identifier(" Ada@EXAMPLE.org"), "ada@example.org");
        assert_eq!(normalise_identifier("+ada"), "+ada");
    }
}
