//! What is weak or wrong about a provider, in the words of the console, with the keys of the
//! configuration in parentheses. What has no words here is said as everywhere else.

use portcullis_core::administration::Problem;
use portcullis_kit::Locale;
use serde::Serialize;

use super::fields;

/// What keys are about that the form does not ask for.
const ABOUT: [(&str, &str); 6] = [
    ("unverified_local", "Who has its address here unproved"),
    ("trust", "Which addresses count as verified"),
    ("map", "What is taken over"),
    ("allow_privileged", "What only administrators edit"),
    ("deny_domains", "Refused domains"),
    ("require_claims", "Claims that are asked for"),
];

/// What is said elsewhere, and what is said here.
const WORDS: [(&str, &str); 5] = [
    (
        "whoever takes over an address at this provider takes over its identity here; \"confirm\" asks \
         for a proof",
        "Whoever takes over an address at this provider comes in as whoever has it here. Having them \
         prove that it is theirs (confirm) keeps that from happening.",
    ),
    (
        "whoever has an address here unproved loses passwords and links to whoever proves it at this \
         provider; \"confirm\" asks for a proof",
        "Whoever has an address here unproved loses their passwords and links to whoever proves it at \
         this provider. Asking for a proof (confirm) keeps that from happening.",
    ),
    (
        "whoever writes the claim would hand out roles here; write allow_privileged = true if the \
         provider may do that",
        "Whoever writes the claim would hand out roles here. If the provider may do that, it has to be \
         allowed what only administrators edit (allow_privileged).",
    ),
    (
        "the schema lets only administrators edit this trait; write allow_privileged = true if the \
         provider may, too",
        "The schema lets only administrators edit this. If the provider may, too, it has to be allowed \
         what only administrators edit (allow_privileged).",
    ),
    (
        "The map may not set this without `allow_privileged`.",
        "What is taken over from the provider may not set this, unless it is allowed what only \
         administrators edit (allow_privileged).",
    ),
];

/// One finding as a template reads it, in the reader's language.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What the key is about, where there are words for it.
    about: Option<String>,
    key: String,
    text: String,
}

impl Finding {
    /// The finding of a problem.
    pub(super) fn of(locale: &Locale, problem: &Problem) -> Self {
        let key = problem.key.split(['.', '[']).next().unwrap_or_default();
        let other = || ABOUT.iter().find(|(own, _)| *own == key);
        let about = fields::label(key).or_else(|| other().map(|(_, about)| *about));
        Self {
            about: about.map(|about| locale.text(about)),
            key: problem.key.clone(),
            text: said(locale, &problem.message),
        }
    }
}

/// What a message says.
pub(super) fn said(locale: &Locale, message: &str) -> String {
    let known = WORDS.iter().find(|(own, _)| *own == message);
    let words = known.map(|(_, words)| (*words).to_owned());
    let words = words.or_else(|| open_door(message));
    locale.text(words.as_deref().unwrap_or(message))
}

/// That anybody may pass a route, which names it and the key that keeps them out.
fn open_door(message: &str) -> Option<String> {
    let rest = message.strip_prefix("anybody with an account there may pass route ")?;
    let (route, rest) = rest.split_once("; write ")?;
    let key = rest.strip_suffix(", create = \"never\", or a rule in the route's allow")?;
    Some(format!(
        "Anybody with an account there may pass the route {route}. Narrow down whom it admits ({key}), \
         refuse everybody new (create: never), or give the route a rule (allow)."
    ))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use portcullis_kit::Locales;

    use super::*;

    fn locale(tag: &str) -> Locale {
        let locales = Locales::load(None).unwrap();
        locales.negotiate(Some(tag), &HeaderMap::new())
    }

    fn found(tag: &str, key: &str, message: &str) -> Finding {
        let problem = Problem {
            key: key.to_owned(),
            message: message.to_owned(),
        };
        Finding::of(&locale(tag), &problem)
    }

    #[test]
    fn what_is_found_is_said_in_words_with_the_key_behind() {
        let open = "anybody with an account there may pass route \"app\"; write hosted_domains, create = \
                    \"never\", or a rule in the route's allow";
        for (tag, admits) in [
            ("en", "admits (hosted_domains)"),
            ("de", "(hosted_domains)"),
        ] {
            let found = found(tag, "", open);
            assert_eq!(found.about, None);
            assert!(found.text.contains(admits), "{}", found.text);
            assert!(found.text.contains("\"app\""), "{}", found.text);
        }
        let link = WORDS[0].0;
        assert_eq!(
            found("en", "link", link).about.unwrap(),
            "Somebody known by their address"
        );
        for (message, words) in WORDS {
            assert_eq!(found("en", "x", message).text, words);
            let german = found("de", "x", message).text;
            assert!(german != words && german != message, "{german}");
            assert_eq!(
                german.contains("allow_privileged"),
                words.contains("allow_privileged")
            );
        }
        for (key, words) in ABOUT {
            let inner = format!("{key}[0].why");
            assert_eq!(found("en", &inner, "").about.as_deref(), Some(words));
            assert_ne!(found("de", &inner, "").about.as_deref(), Some(words));
        }
        assert_eq!(found("en", "nothing", "x").about, None);
    }

    /// What is said elsewhere is found by its words, which change there.
    #[test]
    fn every_message_stands_elsewhere_as_it_is_here() {
        let all = [
            include_str!("../../../../src/config/provider/admission.rs"),
            include_str!("../../../../src/config/provider/claim_map.rs"),
            include_str!("../../../../src/core/broker/dry_run.rs"),
        ];
        let all: String = all.concat().lines().map(str::trim_start).collect();
        let all = all.replace("\\\"", "\"").replace('\\', "");
        for (message, _) in WORDS {
            assert!(all.contains(message), "{message}");
        }
    }
}
