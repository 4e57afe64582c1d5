//! Host names and host patterns as configuration writes them.

/// Checks a plain host name or IP literal, without port.
pub(super) fn validate_name(name: &str) -> Result<(), String> {
    if is_ip_literal(name) {
        return Ok(());
    }
    if let Some((bare, port)) = name.rsplit_once(':')
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(format!("a host has no port here; write {bare:?}"));
    }
    if name.contains('/') {
        return Err(format!(
            "{name:?} is no host name; write it without scheme and path"
        ));
    }
    if name.contains('*') {
        return Err(format!(
            "{name:?}: `*` stands only for the first label, as in \"*.example.org\""
        ));
    }
    match !name.is_empty() && name.len() <= 253 && name.split('.').all(is_label) {
        true => Ok(()),
        false => Err(format!(
            "{name:?} is no host name; write letters, digits, hyphens and dots (punycode for others)"
        )),
    }
}

/// Checks a host name that may begin with the wildcard label `*.`.
pub(super) fn validate_pattern(pattern: &str) -> Result<(), String> {
    match pattern.strip_prefix("*.") {
        Some(below) if is_ip_literal(below) || below.parse::<std::net::IpAddr>().is_ok() => {
            Err(format!("{pattern:?}: an IP address has no names below it"))
        }
        Some(below) => validate_name(below),
        None => validate_name(pattern),
    }
}

fn is_ip_literal(name: &str) -> bool {
    let inside = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok())
}

fn is_label(label: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_leading_wildcards_are_accepted() {
        for host in [
            "localhost",
            "app.example.org",
            "*.example.org",
            "127.0.0.1",
            "[::1]",
            "A-b.c",
        ] {
            assert_eq!(validate_pattern(host), Ok(()), "{host}");
        }
    }

    #[test]
    fn ports_and_other_wildcards_are_refused() {
        for host in [
            "app:8080",
            "*",
            "*.",
            "a.*.org",
            "*example.org",
            "https://a.org",
            "",
            "a..b",
            "*.1.2.3.4",
        ] {
            assert!(validate_pattern(host).is_err(), "{host}");
        }
    }
}
