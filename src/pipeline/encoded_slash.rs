//! Encoded slashes. A path that holds `%2F` is one segment to us and may be two to an application,
//! so it passes only where the route asks for it, and never where the two readings differ in what
//! the gateway would decide.

/// Whether the canonical path holds an encoded slash.
pub(super) fn is_in(path: &str) -> bool {
    positions(path).next().is_some()
}

/// The path as an application reads it that decodes the slashes; `None` when it then has segments
/// that lead elsewhere (`.` and `..`).
pub(super) fn decoded(path: &str) -> Option<String> {
    let mut decoded = String::with_capacity(path.len());
    let mut from = 0;
    for at in positions(path) {
        decoded.push_str(&path[from..at]);
        decoded.push('/');
        from = at + 3;
    }
    decoded.push_str(&path[from..]);
    (!decoded.split('/').any(is_dots)).then_some(decoded)
}

fn positions(path: &str) -> impl Iterator<Item = usize> {
    path.match_indices('%').map(|(at, _)| at).filter(|at| {
        path.as_bytes()
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.eq_ignore_ascii_case(b"2f"))
    })
}

/// One or two dots, encoded or not, with or without path parameters (`..;x`).
fn is_dots(segment: &str) -> bool {
    let name = segment.split(';').next().unwrap_or_default();
    matches!(
        name.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_slash_is_found_in_either_case() {
        assert!(is_in("/a%2Fb") && is_in("/a%2fb") && is_in("/%2F"));
        assert!(!is_in("/a/b") && !is_in("/a%252Fb") && !is_in("/a%2") && !is_in("/%"));
    }

    #[test]
    fn slashes_are_decoded_and_nothing_else() {
        assert_eq!(decoded("/a%2Fb%2fc%20d").as_deref(), Some("/a/b/c%20d"));
        assert_eq!(decoded("/é%2Fü").as_deref(), Some("/é/ü"));
    }

    #[test]
    fn dot_segments_behind_an_encoded_slash_are_refused() {
        for path in [
            "/a%2F..",
            "/a%2F../b",
            "/..%2Fb",
            "/a%2f.%2fb",
            "/a%2F%2e%2E",
            "/a%2F.%2E/b",
            "/a%2F..;x/b",
        ] {
            assert_eq!(decoded(path), None, "{path}");
        }
        assert!(decoded("/a%2F...").is_some());
        assert!(decoded("/a%2F..b").is_some());
    }
}
