//! What mails say: built-in templates, and those of `[mail] template_dir` in their place.

use std::{fs, io, path::Path};

use minijinja::{Environment, Error, UndefinedBehavior, Value, context};
use portcullis_core::mail::{Letter, Mail, Occasion};

use super::MailServerError;

/// The built-in templates by file name. There is no markup unless somebody writes it.
const BUILT_IN: [(&str, &str); 12] = [
    (
        "linked.subject.txt",
        "An account at {{ provider }} was linked",
    ),
    (
        "linked.txt",
        "An account at {{ provider }} was linked to your account at {{ gate }} and can sign in with \
         it now.\n\nIf this was not you, remove the link and change your password: \
         {{ settings_url }}\n",
    ),
    (
        "unlinked.subject.txt",
        "An account at {{ provider }} was unlinked",
    ),
    (
        "unlinked.txt",
        "An account at {{ provider }} was unlinked from your account at {{ gate }} and cannot sign \
         in with it any more.\n\nIf this was not you, change your password: {{ settings_url }}\n",
    ),
    (
        "recovery_code.subject.txt",
        "Your code to get back in at {{ gate }}",
    ),
    (
        "recovery_code.txt",
        "{{ code }} is your code to get back in at {{ gate }}.\n\nIt is good for {{ minutes }} \
         minutes, and once. If you did not ask for it, give it to nobody, and nothing changes.\n",
    ),
    (
        "recovery_link.subject.txt",
        "Your link to get back in at {{ gate }}",
    ),
    (
        "recovery_link.txt",
        "With this link you get back in at {{ gate }}:\n\n{{ link }}\n\nIt is good for \
         {{ minutes }} minutes, and once. If you did not ask for it, do not open it, and nothing \
         changes.\n",
    ),
    ("verification_code.subject.txt", "Your code for {{ gate }}"),
    (
        "verification_code.txt",
        "{{ code }} is the code that shows {{ gate }} that this address is yours.\n\nIt is good for \
         {{ minutes }} minutes, and once. If you did not ask for it, give it to nobody: somebody \
         else may have typed your address.\n",
    ),
    (
        "verification_link.subject.txt",
        "Please confirm your address at {{ gate }}",
    ),
    (
        "verification_link.txt",
        "This link shows {{ gate }} that this address is yours:\n\n{{ link }}\n\nIt is good for \
         {{ minutes }} minutes, and once. If you did not ask for it, do not open it: somebody else \
         may have typed your address.\n",
    ),
];

/// The file names that may be in the folder and have no built-in template.
const MARKUP: [&str; 6] = [
    "linked.html",
    "unlinked.html",
    "recovery_code.html",
    "recovery_link.html",
    "verification_code.html",
    "verification_link.html",
];

/// What is written about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// An account was linked.
    Linked,
    /// A link was removed.
    Unlinked,
    /// A proof is mailed.
    Proof(Occasion),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Proof(occasion) => occasion.as_str(),
        }
    }
}

/// What a template may name.
#[derive(Debug)]
pub(super) enum Facts<'a> {
    /// Of a change of links.
    Link {
        /// What people call the provider.
        provider: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// Where links are looked after.
        settings_url: &'a str,
    },
    /// Of a code.
    Code {
        /// The digits.
        code: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// How long it is good for.
        minutes: u64,
    },
    /// Of a link to open.
    Url {
        /// The link.
        link: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// How long it is good for.
        minutes: u64,
    },
}

impl Facts<'_> {
    fn context(&self) -> Value {
        match *self {
            Self::Link {
                provider,
                gate,
                settings_url,
            } => context! { provider, gate, settings_url },
            Self::Code {
                code,
                gate,
                minutes,
            } => context! { code, gate, minutes },
            Self::Url {
                link,
                gate,
                minutes,
            } => context! { link, gate, minutes },
        }
    }

    /// Facts that the template of this name could be about.
    fn example(name: &str) -> Self {
        let (gate, minutes) = ("gate.example.org", 60);
        match name.split('.').next() {
            Some("recovery_code" | "verification_code") => Self::Code {
                code: "123456",
                gate,
                minutes,
            },
            Some("recovery_link" | "verification_link") => Self::Url {
                link: "https://gate.example.org/recovery",
                gate,
                minutes,
            },
            _ => Self::Link {
                provider: "Example",
                gate,
                settings_url: "https://gate.example.org/settings",
            },
        }
    }
}

/// The templates of all mails.
#[derive(Debug)]
pub(super) struct Wording(Environment<'static>);

impl Wording {
    /// The built-in templates, and those of the folder in their place; each is tried once.
    pub(super) fn load(folder: Option<&Path>) -> Result<Self, MailServerError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in BUILT_IN {
            let added = environment.add_template(name, text);
            added.map_err(|error| wrong(name, &error))?;
        }
        let names = BUILT_IN.iter().map(|(name, _)| *name).chain(MARKUP);
        for (folder, name) in folder
            .into_iter()
            .flat_map(|f| names.clone().map(move |n| (f, n)))
        {
            match fs::read_to_string(folder.join(name)) {
                Ok(text) => {
                    let added = environment.add_template_owned(name, text);
                    added.map_err(|error| wrong(name, &error))?;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(wrong(name, &error)),
            }
        }
        let wording = Self(environment);
        wording.try_all()?;
        Ok(wording)
    }

    /// The mail about these facts; `None` when a template fails, which is told in the log.
    pub(super) fn mail(&self, to: String, kind: Kind, facts: &Facts<'_>) -> Option<Mail> {
        let name = kind.name();
        let written = self.write(to, name, facts);
        written
            .inspect_err(|error| tracing::error!(kind = name, %error, "a mail is not written"))
            .ok()
    }

    /// The mail that a letter becomes, from the gateway of this host.
    pub(super) fn worded(&self, letter: &Letter, gate: &str) -> Option<Mail> {
        let (proof, minutes) = (
            letter.proof.expose(),
            letter.lifespan.as_secs().div_ceil(60),
        );
        let facts = match letter.occasion {
            Occasion::RecoveryCode | Occasion::VerificationCode => Facts::Code {
                code: proof,
                gate,
                minutes,
            },
            Occasion::RecoveryLink | Occasion::VerificationLink => Facts::Url {
                link: proof,
                gate,
                minutes,
            },
        };
        self.mail(letter.to.clone(), Kind::Proof(letter.occasion), &facts)
    }

    fn write(&self, to: String, name: &str, facts: &Facts<'_>) -> Result<Mail, Error> {
        let html = format!("{name}.html");
        let html = self.0.get_template(&html).is_ok().then_some(html);
        let subject = self.render(&format!("{name}.subject.txt"), facts)?;
        let text = self.render(&format!("{name}.txt"), facts)?;
        Ok(Mail {
            to,
            subject: subject.trim().replace(char::is_control, " "),
            text: format!("{}\n", text.trim_end()),
            html: html.map(|html| self.render(&html, facts)).transpose()?,
        })
    }

    fn try_all(&self) -> Result<(), MailServerError> {
        for (name, _) in self.0.templates() {
            let rendered = self.render(name, &Facts::example(name));
            rendered.map_err(|error| wrong(name, &error))?;
        }
        Ok(())
    }

    fn render(&self, name: &str, facts: &Facts<'_>) -> Result<String, Error> {
        let template = self.0.get_template(name)?;
        template.render(facts.context())
    }
}

fn wrong(file: &str, error: &dyn std::error::Error) -> MailServerError {
    MailServerError::Template {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use portcullis_core::secret::Secret;
    use tempfile::TempDir;

    use super::*;

    const FACTS: Facts<'_> = Facts::Link {
        provider: "<b>Acme</b>\nInc.",
        gate: "gate.example.org",
        settings_url: "https://gate.example.org/settings",
    };

    fn mail(folder: Option<&Path>, kind: Kind) -> Mail {
        let wording = Wording::load(folder).unwrap();
        let to = "alice@example.org".to_owned();
        wording.mail(to, kind, &FACTS).unwrap()
    }

    #[test]
    fn without_a_folder_mails_have_built_in_texts() {
        let mail = mail(None, Kind::Linked);
        assert_eq!(mail.subject, "An account at <b>Acme</b> Inc. was linked");
        assert!(mail.text.ends_with("https://gate.example.org/settings\n"));
        assert_eq!(mail.html, None);
    }

    #[test]
    fn each_letter_has_its_words_and_says_for_how_long() {
        let wording = Wording::load(None).unwrap();
        for occasion in Occasion::ALL {
            let letter = Letter {
                to: "alice@example.org".to_owned(),
                occasion,
                proof: Secret::new("the-proof"),
                lifespan: Duration::from_secs(601),
            };
            let mail = wording.worded(&letter, "gate.example.org").unwrap();
            assert!(mail.subject.contains("gate.example.org"), "{occasion:?}");
            for part in ["the-proof", "gate.example.org", "11 minutes"] {
                assert!(mail.text.contains(part), "{occasion:?}: {}", mail.text);
            }
        }
    }

    #[test]
    fn a_folder_replaces_the_texts_it_has_and_markup_is_escaped() {
        let folder = TempDir::new().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("unlinked.subject.txt", "Gone: {{ provider }}\n");
        write("unlinked.html", "<p>{{ provider }}</p>");
        let gone = mail(Some(folder.path()), Kind::Unlinked);
        assert_eq!(gone.subject, "Gone: <b>Acme</b> Inc.");
        assert!(gone.text.contains("was unlinked from your account"));
        let html = gone.html.unwrap();
        assert!(html.starts_with("<p>&lt;b&gt;Acme"), "{html}");
        assert_eq!(mail(Some(folder.path()), Kind::Linked).html, None);
    }

    #[test]
    fn a_template_that_cannot_be_used_is_named_at_the_start() {
        for broken in ["{{ provider", "{{ pass_word }}", "{% include 'other' %}"] {
            let folder = TempDir::new().unwrap();
            fs::write(folder.path().join("linked.txt"), broken).unwrap();
            let error = Wording::load(Some(folder.path())).unwrap_err();
            assert!(error.to_string().contains("linked.txt"), "{error}");
        }
    }
}
