//! Paths as configuration writes them: already in the one form that requests are brought into.

/// Checks that `path` is a clean absolute path without encoding, query or dot segments.
pub(super) fn validate(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err(format!(
            "{path:?} lacks the leading slash; write \"/{path}\""
        ));
    }
    if path.contains('%') {
        return Err(format!(
            "{path:?} is percent-encoded; write the plain characters"
        ));
    }
    if path.contains(['?', '#']) {
        return Err(format!(
            "{path:?} has a query or fragment; routes look at the path only"
        ));
    }
    if let Some(odd) = path
        .chars()
        .find(|character| !is_path_character(*character))
    {
        return Err(format!(
            "{path:?} contains {odd:?}, which requests can spell in more than one way; end the path before it"
        ));
    }
    if path.contains("//") {
        return Err(format!(
            "{path:?} has an empty segment; write each slash once"
        ));
    }
    match path
        .split('/')
        .any(|segment| segment == "." || segment == "..")
    {
        true => Err(format!(
            "{path:?} has a dot segment; write the path it leads to"
        )),
        false => Ok(()),
    }
}

/// The same path without a slash at its end, except for the root.
pub(super) fn trimmed(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(shorter) => shorter,
    }
}

/// Whether `path` is `prefix` itself or lies below it.
pub(super) fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(trimmed(prefix));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// RFC 3986, section 2.3: what has one spelling only. The others that a path may carry have two,
/// plain and encoded, which applications rarely tell apart: a rule for one would miss the other.
fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/-._~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths_are_accepted() {
        for path in ["/", "/api", "/api/v1/", "/a.b/~c", "/..."] {
            assert_eq!(validate(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn what_a_request_could_never_carry_is_refused() {
        for path in [
            "", "api", "/a/../b", "/a/.", "/%61", "/a//b", "/a?b", "/a#b", "/a\\b", "/ä", "/a:b",
            "/@a", "/a;b",
        ] {
            assert!(validate(path).is_err(), "{path}");
        }
    }

    #[test]
    fn only_whole_segments_lie_below_a_prefix() {
        assert!(is_below("/.portcullis/x", "/.portcullis"));
        assert!(is_below("/.portcullis", "/.portcullis"));
        assert!(!is_below("/.portcullisx", "/.portcullis"));
    }
}
