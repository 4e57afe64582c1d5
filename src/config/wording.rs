//! Says what is wrong with a value in words for whoever wrote it, never repeating the value.

/// What is wrong with a value.
#[derive(Debug)]
pub(super) enum Mistake {
    /// No section knows this key; these are the ones it knows.
    UnknownKey(String, &'static [&'static str]),
    /// The key allows other words only.
    UnknownWord(String, &'static [&'static str]),
    /// The value is of another type: what it is and what is expected.
    WrongType(&'static str, String),
    /// The value is out of range; what is expected.
    OutOfRange(String),
    /// A key is missing.
    Missing(String),
    /// The value's own parser tells.
    Other(String),
}

impl Mistake {
    /// The message for the value at a key path with these segments.
    pub(super) fn message(&self, segments: &[String]) -> String {
        match self {
            Self::UnknownKey(key, known) => unknown_key(key, known, segments),
            Self::UnknownWord(word, known) => {
                format!("{word:?} is not known here; {}", nearest(word, known))
            }
            Self::WrongType(found, expected) => {
                let expected = plain(expected);
                let hint = match expected == "a text" && *found == "a number" {
                    true => "; write it in quotes",
                    false => "",
                };
                format!("{expected} is needed, not {found}{hint}")
            }
            Self::OutOfRange(expected) => format!("out of range; write {}", plain(expected)),
            Self::Missing(key) => format!("`{key}` is missing; write {key} = …"),
            Self::Other(message) => message.clone(),
        }
    }
}

fn unknown_key(key: &str, known: &[&str], segments: &[String]) -> String {
    // `name.first = …` without quotes is a table in TOML.
    if let [top, _, map, ..] = segments
        && top == "providers"
        && map == "map"
    {
        let path = segments[3..].join(".");
        return format!("unknown key; a trait path with a dot is written in quotes: {path:?} = …");
    }
    format!("unknown key; {}", nearest(key, known))
}

/// The nearest of the known words, or all of them where none is near.
pub(super) fn nearest(word: &str, known: &[&str]) -> String {
    let distance =
        |one: &&&str| strsim::damerau_levenshtein(&word.to_lowercase(), &one.to_lowercase());
    let near = known.iter().min_by_key(distance).filter(|one| {
        distance(one) <= 1 + word.chars().count() / 4
            || one.starts_with(word)
            || word.starts_with(**one)
    });
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let list: Vec<_> = known.iter().map(|one| format!("`{one}`")).collect();
            format!("write one of {}", list.join(", "))
        }
    }
}

/// What is expected, without the words of the language the gateway is written in.
fn plain(expected: &str) -> &str {
    match expected {
        "a string" | "string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_proposed() {
        let message = Mistake::UnknownKey("acces".to_owned(), &["path", "access"]).message(&[]);
        assert_eq!(message, "unknown key; did you mean `access`?");
    }

    #[test]
    fn without_a_near_key_all_of_them_are_listed() {
        let message = Mistake::UnknownKey("colour".to_owned(), &["path", "access"]).message(&[]);
        assert_eq!(message, "unknown key; write one of `path`, `access`");
    }
}
