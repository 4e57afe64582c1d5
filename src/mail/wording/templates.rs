//! The operator's own templates: `<name>.subject.txt`, `<name>.txt` and `<name>.html` for readers of
//! every language, and the same in a folder of a language's name for its readers.

use std::{fs, io, path::Path};

use minijinja::{Environment, Error, UndefinedBehavior};

use super::{Facts, Kind, MailServerError, wrong};

/// The parts of a mail.
const PARTS: [&str; 3] = ["subject.txt", "txt", "html"];

/// The templates of a folder; there may be none.
#[derive(Debug)]
pub(super) struct Templates(Environment<'static>);

/// What templates say of one mail.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) subject: Option<String>,
    pub(super) text: Option<String>,
    pub(super) html: Html,
}

impl Written {
    /// Whether no template says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.subject.is_none() && self.text.is_none() && matches!(self.html, Html::BuiltIn)
    }
}

/// What becomes of the part with markup.
#[derive(Debug)]
pub(super) enum Html {
    /// A template says it.
    Own(String),
    /// The built-in one fits what the text says.
    BuiltIn,
    /// There is none: the operator's text has no counterpart.
    None,
}

impl Templates {
    /// Reads the folder, and tries each template once.
    pub(super) fn load(folder: Option<&Path>) -> Result<Self, MailServerError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut templates = Self(environment);
        if let Some(folder) = folder {
            templates.read(folder, "")?;
            for language in languages(folder)? {
                templates.read(&folder.join(&language), &format!("{language}/"))?;
            }
        }
        Ok(templates)
    }

    fn read(&mut self, folder: &Path, prefix: &str) -> Result<(), MailServerError> {
        for kind in Kind::ALL {
            for part in PARTS {
                let file = format!("{}.{part}", kind.name());
                let name = format!("{prefix}{file}");
                let text = match fs::read_to_string(folder.join(&file)) {
                    Ok(text) => text,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(wrong(&name, &error)),
                };
                let added = self.0.add_template_owned(name.clone(), text);
                added.map_err(|error| wrong(&name, &error))?;
                let tried = self.render(&name, &kind.example());
                tried.map_err(|error| wrong(&name, &error))?;
            }
        }
        Ok(())
    }

    /// What they say of a mail of this name to readers of this language: those of the very language
    /// first, then those of the language without its region, then those for everybody.
    pub(super) fn write(
        &self,
        (name, tag): (&str, &str),
        facts: &Facts<'_>,
    ) -> Result<Written, Error> {
        let language = tag.split('-').next().unwrap_or(tag);
        let places = [format!("{tag}/"), format!("{language}/"), String::new()];
        let find = |part: &str| {
            let names = places.iter().map(|place| format!("{place}{name}.{part}"));
            let mut names = names.enumerate();
            names.find(|(_, name)| self.0.get_template(name).is_ok())
        };
        let render = |found: Option<(usize, String)>| {
            let text = found.map(|(_, name)| self.render(&name, facts));
            text.transpose()
        };
        let (text, html) = (find("txt"), find("html"));
        let html = match (html, &text) {
            // What is for fewer readers counts, also where it is the text alone.
            (Some((at, name)), text) if text.as_ref().is_none_or(|(other, _)| at <= *other) => {
                Html::Own(self.render(&name, facts)?)
            }
            (_, Some(_)) => Html::None,
            (_, None) => Html::BuiltIn,
        };
        Ok(Written {
            subject: render(find("subject.txt"))?,
            text: render(text)?,
            html,
        })
    }

    fn render(&self, name: &str, facts: &Facts<'_>) -> Result<String, Error> {
        self.0.get_template(name)?.render(facts.context())
    }
}

/// The folders in it, each of which is a language's.
fn languages(folder: &Path) -> Result<Vec<String>, MailServerError> {
    let unreadable = |error: io::Error| wrong(&folder.display().to_string(), &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.path().is_dir() {
            found.extend(entry.file_name().into_string());
        }
    }
    found.sort();
    Ok(found)
}
