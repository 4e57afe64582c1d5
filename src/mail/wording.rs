//! What mails say: in the words of the reader's language, or of the operator's templates in
//! `[mail] template_dir`.

mod facts;
mod templates;

use std::{path::Path, sync::Arc};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use portcullis_core::mail::{Letter, Mail};
use portcullis_kit::{Locale, Locales};

pub(super) use self::facts::{Facts, Kind};
use self::templates::Templates;
use super::MailServerError;

/// What every mail looks like that no template words.
const LAYOUT: [(&str, &str); 2] = [
    ("mail.txt", include_str!("wording/mail.txt")),
    ("mail.html", include_str!("wording/mail.html")),
];

/// The words of all mails.
#[derive(Debug)]
pub(super) struct Wording {
    layout: Environment<'static>,
    templates: Templates,
    locales: Arc<Locales>,
}

/// What a mail says in one language, before it is laid out.
struct Said {
    language: String,
    direction: &'static str,
    subject: String,
    lead: String,
    note: String,
    button: Option<String>,
}

impl Wording {
    /// The words of these languages, and the templates of the folder in their place; each is tried
    /// once.
    pub(super) fn load(
        folder: Option<&Path>,
        locales: Arc<Locales>,
    ) -> Result<Self, MailServerError> {
        let mut layout = Environment::new();
        layout.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in LAYOUT {
            let added = layout.add_template(name, text);
            added.map_err(|error| wrong(name, &error))?;
        }
        let wording = Self {
            layout,
            templates: Templates::load(folder)?,
            locales,
        };
        for locale in wording.locales.all() {
            for kind in Kind::ALL {
                let (name, facts) = (kind.name(), kind.example());
                let said = say(locale, kind, &facts);
                said.ok_or_else(|| wrong(&format!("mail-{name} of {}", locale.tag()), &unsaid()))?;
            }
            for unit in facts::UNITS {
                let said = lifespan(locale, (unit, 1));
                let name = format!("mail-lifespan-{unit} of {}", locale.tag());
                said.ok_or_else(|| wrong(&name, &unsaid()))?;
            }
        }
        Ok(wording)
    }

    /// The mail about these facts in the language of this tag; `None` when a template fails, which
    /// is told in the log. Who is told what has happened in no language known to be theirs reads it in
    /// every one there is.
    pub(super) fn mail(
        &self,
        (to, tag): (String, &str),
        kind: Kind,
        facts: &Facts<'_>,
    ) -> Option<Mail> {
        let locales = match tag.is_empty() && facts.is_notice() {
            true => self.all(),
            false => vec![self.locales.find(tag)],
        };
        let written = self.write(to, &locales, (kind, facts));
        let name = kind.name();
        written
            .inspect_err(|error| tracing::error!(kind = name, %error, "a mail is not written"))
            .ok()
    }

    /// The mail that a letter becomes, from the gateway of this host.
    pub(super) fn worded(&self, letter: &Letter, gate: &str) -> Option<Mail> {
        let (kind, to) = (Kind::Proof(letter.occasion), letter.to.clone());
        self.mail((to, &letter.locale), kind, &Facts::of(letter, gate))
    }

    /// Every language, English first.
    fn all(&self) -> Vec<Locale> {
        let english = self.locales.english();
        let others = self.locales.all().iter().filter(|one| **one != english);
        let others = others.cloned().collect();
        [vec![english], others].concat()
    }

    /// One mail in these languages; in the first alone where a template says a part of it.
    fn write(
        &self,
        to: String,
        locales: &[Locale],
        (kind, facts): (Kind, &Facts<'_>),
    ) -> Result<Mail, Error> {
        let first = locales.first().ok_or_else(unsaid)?;
        let own = self.templates.write((kind.name(), first.tag()), facts)?;
        let locales = match own.is_empty() {
            true => locales,
            false => std::slice::from_ref(first),
        };
        let said = locales.iter().map(|locale| say(locale, kind, facts));
        let said: Vec<Said> = said.collect::<Option<_>>().ok_or_else(unsaid)?;
        let subjects: Vec<&str> = said.iter().map(|said| said.subject.as_str()).collect();
        let subject = subjects.join(" / ");
        let laid = |template: &str| {
            let template = self.layout.get_template(template)?;
            template.render(context! {
                subject => &subject,
                said => said.iter().map(Said::shown).collect::<Vec<_>>(),
                code => facts.code(),
                link => facts.link(),
                // Who is shown a link to their settings reads first what it is for.
                link_last => facts.is_notice(),
            })
        };
        let text = own.text.map_or_else(|| laid("mail.txt"), Ok)?;
        let html = match own.html {
            templates::Html::Own(html) => Some(html),
            templates::Html::None => None,
            templates::Html::BuiltIn => Some(laid("mail.html")?),
        };
        let subject = own.subject.unwrap_or(subject);
        Ok(Mail {
            to,
            owner: None,
            subject: subject.trim().replace(char::is_control, " "),
            text: format!("{}\n", text.trim_end()),
            html,
        })
    }
}

impl Said {
    fn shown(&self) -> Value {
        context! {
            language => &self.language,
            direction => self.direction,
            lead => &self.lead,
            note => &self.note,
            button => &self.button,
        }
    }
}

/// What a mail says in this language; `None` where it lacks a text, or one names what is not there.
fn say(locale: &Locale, kind: Kind, facts: &Facts<'_>) -> Option<Said> {
    let (mut texts, numbers) = (facts.texts(), facts.numbers());
    let length = facts.lifespan().map(|length| lifespan(locale, length));
    let length = match length {
        Some(said) => Some(said?),
        None => None,
    };
    texts.extend(length.as_deref().map(|said| ("lifespan", said)));
    let phrase = |part: &str| {
        let key = format!("mail-{}-{part}", kind.name());
        locale.phrase(&key, &texts, &numbers)
    };
    Some(Said {
        language: locale.tag().to_owned(),
        direction: locale.direction(),
        subject: phrase("subject")?,
        lead: phrase("lead")?,
        note: phrase("note")?,
        button: match facts.link() {
            Some(_) => Some(phrase("button")?),
            None => None,
        },
    })
}

/// So many minutes, hours or days in words.
fn lifespan(locale: &Locale, (unit, count): (&str, u32)) -> Option<String> {
    let key = format!("mail-lifespan-{unit}");
    locale.phrase(&key, &[], &[("count", count)])
}

fn unsaid() -> Error {
    Error::new(
        ErrorKind::UndefinedError,
        "a text is missing, or names a value that it does not have",
    )
}

fn wrong(file: &str, error: &dyn std::error::Error) -> MailServerError {
    MailServerError::Template {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
