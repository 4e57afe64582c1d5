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

/// What a page loads that is not ours.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// The origins of its pictures.
    pub(crate) pictures: Vec<String>,
    /// The addresses of its scripts, none of which is written into the page itself.
    pub(crate) scripts: Vec<String>,
}

/// The policy: nothing but our own stylesheet and pictures, and what the page names.
pub(crate) fn policy(secure: bool, framing: &Framing, sources: &Sources) -> HeaderValue {
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
    for origin in &sources.pictures {
        images.push(' ');
        images.push_str(origin);
    }
    let scripts = match sources.scripts.is_empty() {
        true => String::new(),
        false => format!(" script-src {};", sources.scripts.join(" ")),
    };
    let policy = format!(
        "default-src 'none';{scripts} style-src 'self'; img-src {images}; form-action 'self' {forms}; \
         base-uri 'none'; frame-ancestors {ancestors}"
    );
    // An origin that cannot stand in a header is shown nowhere and frames nothing.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}
