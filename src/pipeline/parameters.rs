//! Path parameters (`/admin;v=1`). Servers that know them drop them before they look for what serves
//! a path, others take them for letters, so a path that holds some has two readings.

/// The path as a server reads it that drops parameters, encoded ones too; `None` when there are none.
pub(super) fn dropped(path: &str) -> Option<String> {
    if !path.contains([';', '%']) {
        return None;
    }
    let names: Vec<&str> = path.split('/').map(name).collect();
    let bare = names.join("/");
    (bare != path).then_some(bare)
}

/// A segment without what follows its first semicolon.
fn name(segment: &str) -> &str {
    // The canonical path writes escapes in capitals.
    let end = [";", "%3B"].iter().filter_map(|mark| segment.find(mark));
    &segment[..end.min().unwrap_or(segment.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_dropped_from_every_segment() {
        for (path, bare) in [
            ("/admin;x", "/admin"),
            ("/admin;x=1;y/b;/c", "/admin/b/c"),
            ("/;/admin", "//admin"),
            ("/admin%3Bx/y", "/admin/y"),
            ("/a%3Bb;c%2Fd", "/a"),
        ] {
            assert_eq!(dropped(path).as_deref(), Some(bare), "{path}");
        }
    }

    #[test]
    fn a_path_without_parameters_has_one_reading() {
        for path in ["/", "/admin", "/a%20b", "/a%2Fb", "/%253B"] {
            assert_eq!(dropped(path), None, "{path}");
        }
    }
}
