//! Patterns in Keycloak's words.

/// A pattern that Keycloak, which asks that all of the text matches, understands the same way.
pub(super) fn whole(pattern: &str) -> String {
    let inner = pattern
        .strip_prefix("^(?:")
        .and_then(|rest| rest.strip_suffix(")$"));
    if let Some(inner) = inner.filter(|inner| is_closed(inner)) {
        return inner.to_owned();
    }
    let is_bound = pattern.starts_with('^') && pattern.ends_with('$');
    if is_bound && !pattern.ends_with("\\$") && !pattern.contains('|') {
        return pattern.to_owned();
    }
    format!("[\\s\\S]*(?:{pattern})[\\s\\S]*")
}

/// Whether every bracket that closes was opened before: else the brackets around it are not a pair.
fn is_closed(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut is_escaped) = (0_i64, false, false);
    for sign in pattern.chars() {
        match sign {
            _ if is_escaped => {}
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        is_escaped = sign == '\\' && !is_escaped;
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !is_escaped
}
