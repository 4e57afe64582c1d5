//! The content security policy of own answers.

use http::HeaderValue;

/// Who may show an answer in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    /// Nobody: a page of another site must not lead clicks onto ours.
    Nobody,
    /// Pages of this origin.
    Origin(String),
}

/// The policy: nothing but our own stylesheet and pictures, and pictures of these origins.
pub(crate) fn policy(secure: bool, framing: &Framing, pictures: &[String]) -> HeaderValue {
    // Chromium applies `form-action` to every redirect that follows a submission: to a provider,
    // and back to an application that may redirect in turn. Their origins are not known here.
    let forms = match secure {
        true => "https:",
        false => "https: http:",
    };
    let ancestors = match framing {
        Framing::Nobody => "'none'",
        Framing::Origin(origin) => origin,
    };
    let mut images = "'self' data:".to_owned();
    for origin in pictures {
        images.push(' ');
        images.push_str(origin);
    }
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src {images}; form-action 'self' {forms}; \
         base-uri 'none'; frame-ancestors {ancestors}"
    );
    // An origin that cannot stand in a header is shown nowhere and frames nothing.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}
