//! `[mail]`: the server that takes the gateway's mail.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{connection::ConnectionUrl, duration, finding::Check, is_loopback, tls};

/// `[mail]`: how mail is sent; none is by default.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtp+starttls://…`, `smtps://…`, or `smtp://…` in the clear; a name and password may stand
    /// before the host.
    pub url: Option<ConnectionUrl>,
    /// A file that holds `url`.
    pub url_file: Option<PathBuf>,
    /// Whom mail comes from: `id@example.org`, or `Example <id@example.org>`.
    pub from: Option<String>,
    /// A PEM file of certificates that may vouch for the server beside the public ones.
    pub ca_file: Option<PathBuf>,
    /// A folder of templates in place of the built-in texts: `linked.subject.txt`, `linked.txt`,
    /// `linked.html`, and the same of `unlinked`, `recovery_code`, `recovery_link`,
    /// `actions_link`, `verification_code`, `verification_link`, `sign_in_code`, `link_code`,
    /// `password_changed`, `factors_changed`, `address_changed`, `recovered`, `new_device`
    /// and `second_step_guessed`; those in a folder of a language's name are for its readers.
    pub template_dir: Option<PathBuf>,
    /// How long a link is good for that an administrator mails with things to do; default `12h`.
    #[serde(with = "duration")]
    pub actions_lifespan: Duration,
    /// How long it is remembered who was sent what, and what was given up; never what it said. Default
    /// `7d`; nothing: `0s`.
    #[serde(with = "duration")]
    pub history: Duration,
    /// Whether mail is shown on standard error instead of being sent; for the demonstration only.
    #[serde(skip)]
    pub to_terminal: bool,
}

/// The shortest time that the link of a letter is good for.
const SHORTEST: Duration = Duration::from_secs(60);

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            from: None,
            ca_file: None,
            template_dir: None,
            actions_lifespan: Duration::from_secs(12 * 60 * 60),
            history: Duration::from_secs(7 * 24 * 60 * 60),
            to_terminal: false,
        }
    }
}

const SCHEMES: [&str; 3] = ["smtp+starttls", "smtps", "smtp"];

impl Mail {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        match &self.from {
            Some(from) if !is_sender(from) => check.under("from").problem(format!(
                "{from:?} is no address; write one such as \"id@example.org\""
            )),
            None if self.url.is_some() => check
                .under("from")
                .problem("mail needs a sender; write an address such as \"id@example.org\""),
            _ => {}
        }
        if let Some(folder) = &self.template_dir
            && !folder.is_dir()
        {
            check
                .under("template_dir")
                .problem("there is no such folder");
        }
        // Words tell of minutes, and of no part of one.
        if self.actions_lifespan < SHORTEST {
            check.under("actions_lifespan").problem(
                "such a link is good for a minute at least; write a duration such as \"12h\"",
            );
        }
        if let Some(file) = &self.ca_file {
            tls::validate_authorities(file, &mut check.under("ca_file"));
        }
        if let Some(url) = &self.url {
            validate_url(url, &mut check.under("url"));
        }
    }
}

/// Whether a text is an address, alone or behind a name: `Example <id@example.org>`.
fn is_sender(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>'),
        None => Some(text),
    };
    let odd = |c: char| c.is_control() || c.is_whitespace() || "<>\"@".contains(c);
    let parts = address.and_then(|address| address.split_once('@'));
    parts.is_some_and(|(person, host)| {
        let plain = |part: &str| !part.is_empty() && !part.contains(odd);
        plain(person) && plain(host) && !text.contains(char::is_control)
    })
}

fn validate_url(url: &ConnectionUrl, check: &mut Check<'_>) {
    let scheme = url.scheme();
    if !SCHEMES.contains(&scheme) {
        return check.problem(format!(
            "{scheme}: is no mail address; write \"smtp+starttls://…\", \"smtps://…\" or \"smtp://…\""
        ));
    }
    let Ok(parsed) = Url::parse(url.expose()) else {
        return;
    };
    let bare = matches!(parsed.path(), "" | "/") && parsed.query().is_none();
    if !parsed.has_host() || !bare || parsed.fragment().is_some() {
        return check.problem("write scheme, credentials, host and port only");
    }
    if scheme == "smtp" && !is_loopback(&parsed) {
        check.warn("mail and its password travel in the clear; write smtp+starttls:// or smtps://");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in [
            "id@example.org",
            "Example <id@example.org>",
            "<id@example.org>",
        ] {
            assert!(is_sender(good), "{good}");
        }
        for bad in [
            "",
            "id",
            "@example.org",
            "id@",
            "a@b@c",
            "Example <id@example.org",
            "Example\n<id@example.org>",
            "a b@example.org",
        ] {
            assert!(!is_sender(bad), "{bad}");
        }
    }
}
