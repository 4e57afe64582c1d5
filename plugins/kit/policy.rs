//! The content security policy of own answers.

use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
};

use crate::captcha::Origins;

/// Who may show an answer in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    /// Nobody but whom the operator names: a page of another site must not lead clicks onto ours.
    Nobody,
    /// Pages of this origin.
    Origin(String),
}

/// What the operator says of the headers of own answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityHeaders {
    /// The origins whose pages may show ours in a frame.
    pub frame_ancestors: Vec<String>,
    /// Directives of the content security policy, each in place of ours of the same name.
    pub directives: Vec<(String, String)>,
    /// Where forms may lead in the end beside places that HTTPS reaches: applications of devices.
    pub form_sources: Vec<String>,
    /// Features of browsers and who may use them, each in place of what we say of it.
    pub permissions: Vec<(String, String)>,
}

/// What a page loads that is not ours.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The origins of its pictures.
    pub(crate) pictures: Vec<String>,
    /// The addresses of its scripts, none of which is written into the page itself.
    pub(crate) scripts: Vec<String>,
    /// What its scripts ask.
    pub(crate) connections: Vec<String>,
    /// What a captcha needs.
    pub(crate) captcha: Origins,
}

/// Says once more, for what reads no policy, that nobody may frame the answer.
pub fn forbid_framing(headers: &mut HeaderMap) {
    let policy = headers.get(CONTENT_SECURITY_POLICY);
    let policy = policy.and_then(|policy| policy.to_str().ok());
    if policy.is_some_and(|policy| policy.contains("frame-ancestors 'none'")) {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
}

/// The policy: nothing but our own stylesheet and pictures, and what the page names.
pub(crate) fn policy(
    (secure, headers): (bool, &SecurityHeaders),
    framing: &Framing,
    sources: &Sources,
) -> HeaderValue {
    let mut policy = Directives::of(secure, framing, headers);
    for (name, value) in &headers.directives {
        policy.set(name, value);
    }
    // What a page cannot do without stands there whatever the operator says.
    policy.add("form-action", &headers.form_sources);
    policy.add("img-src", &sources.pictures);
    policy.add("script-src", &sources.scripts);
    policy.add("connect-src", &sources.connections);
    let captcha = &sources.captcha;
    policy.add("script-src", captcha.scripts);
    policy.add("frame-src", captcha.frames);
    policy.add("connect-src", captcha.connections);
    policy.add("style-src", captcha.styles);
    // An origin that cannot stand in a header is shown nowhere and frames nothing.
    HeaderValue::from_str(&policy.text()).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}

/// A policy's directives, in order.
struct Directives(Vec<(String, String)>);

impl Directives {
    fn of(secure: bool, framing: &Framing, headers: &SecurityHeaders) -> Self {
        // Chromium applies `form-action` to every redirect that follows a submission: to a provider,
        // and back to an application that may redirect in turn. Their origins are not known here.
        let forms = match secure {
            true => "'self' https:",
            false => "'self' https: http:",
        };
        let ancestors = match framing {
            Framing::Origin(origin) => origin.clone(),
            Framing::Nobody if headers.frame_ancestors.is_empty() => "'none'".to_owned(),
            Framing::Nobody => headers.frame_ancestors.join(" "),
        };
        let own = [
            ("default-src", "'none'"),
            ("style-src", "'self'"),
            ("img-src", "'self' data:"),
            ("form-action", forms),
            ("base-uri", "'none'"),
            ("frame-ancestors", &ancestors),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(own.into())
    }

    fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    fn add(&mut self, name: &str, sources: &[impl AsRef<str>]) {
        for source in sources {
            let source = source.as_ref();
            match self.0.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) if known == "'none'" => source.clone_into(known),
                Some((_, known)) => {
                    known.push(' ');
                    known.push_str(source);
                }
                // Behind the default that it is an exception of.
                None => self.0.insert(1, (name.to_owned(), source.to_owned())),
            }
        }
    }

    fn text(&self) -> String {
        let directives = self.0.iter().map(|(name, value)| format!("{name} {value}"));
        directives.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(headers: &SecurityHeaders, framing: &Framing, sources: &Sources) -> String {
        let value = policy((true, headers), framing, sources);
        value.to_str().unwrap().to_owned()
    }

    /// KC-141.
    #[test]
    fn nobody_frames_a_page_unless_the_operator_says_who() {
        let none = Sources::default();
        let usual = text(&SecurityHeaders::default(), &Framing::Nobody, &none);
        assert_eq!(
            usual,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' https:; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        let headers = SecurityHeaders {
            frame_ancestors: vec!["'self'".to_owned(), "https://portal.example.org".to_owned()],
            directives: vec![("img-src".to_owned(), "'self'".to_owned())],
            form_sources: vec!["com.example.app:".to_owned()],
            ..SecurityHeaders::default()
        };
        let own = text(&headers, &Framing::Nobody, &none);
        assert!(
            own.ends_with("frame-ancestors 'self' https://portal.example.org"),
            "{own}"
        );
        assert!(own.contains("img-src 'self';"), "{own}");
        let forms = "form-action 'self' https: com.example.app:;";
        assert!(own.contains(forms), "{own}");
        let issuer = Framing::Origin("https://idp.test".to_owned());
        let logout = text(&headers, &issuer, &none);
        assert!(
            logout.ends_with("frame-ancestors https://idp.test"),
            "{logout}"
        );
    }

    #[test]
    fn what_a_page_needs_stands_beside_what_the_operator_says() {
        let headers = SecurityHeaders {
            directives: vec![("script-src".to_owned(), "'none'".to_owned())],
            ..SecurityHeaders::default()
        };
        let sources = Sources {
            scripts: vec!["https://gate.test/x.js".to_owned()],
            pictures: vec!["https://cdn.test".to_owned()],
            ..Sources::default()
        };
        let policy = text(&headers, &Framing::Nobody, &sources);
        assert!(
            policy.contains("script-src https://gate.test/x.js"),
            "{policy}"
        );
        assert!(
            policy.contains("img-src 'self' data: https://cdn.test;"),
            "{policy}"
        );
    }
}
