//! One language: its texts, and the plural rules they follow.

use std::{fmt, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use portcullis_core::{catalogue::Code, message::Message};
use serde_json::{Map, Value};
use unic_langid::{CharacterDirection, LanguageIdentifier};

use super::{UI_LOCALES, recognition::Recognition};
use crate::banner::Banner;

/// The values that are words of ours, of the schema or of the operator themselves.
const WORDS: [&str; 6] = ["title", "property", "reason", "label", "text", "place"];

/// A language to read in.
#[derive(Clone)]
pub struct Locale {
    texts: Arc<Texts>,
    /// What `ui_locales` said, where that is how the language was found.
    asked: Option<Arc<str>>,
    /// What stands above every page of this reader.
    banner: Option<Arc<Banner>>,
}

struct Texts {
    id: LanguageIdentifier,
    tag: String,
    bundle: FluentBundle<Arc<FluentResource>>,
    recognition: Arc<Recognition>,
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Locale").field(&self.tag()).finish()
    }
}

impl AsRef<LanguageIdentifier> for Locale {
    fn as_ref(&self) -> &LanguageIdentifier {
        &self.texts.id
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.texts.id == other.texts.id
    }
}

impl Locale {
    pub(super) fn new(
        id: LanguageIdentifier,
        texts: Vec<Arc<FluentResource>>,
        recognition: Arc<Recognition>,
    ) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![id.clone()]);
        // The marks around values would be seen in plain texts, such as the JSON of a flow.
        bundle.set_use_isolating(false);
        for text in texts {
            bundle.add_resource_overriding(text);
        }
        let texts = Texts {
            tag: id.to_string(),
            id,
            bundle,
            recognition,
        };
        Self {
            texts: Arc::new(texts),
            asked: None,
            banner: None,
        }
    }

    /// The language, which links of ours keep where something asked for it.
    pub(super) fn asked_for(mut self, ui_locales: Option<&str>) -> Self {
        self.asked = ui_locales.map(Arc::from);
        self
    }

    /// The language of a reader above whose pages this stands.
    #[must_use]
    pub fn with_banner(mut self, banner: Banner) -> Self {
        self.banner = Some(Arc::new(banner));
        self
    }

    /// What stands above every page of this reader.
    pub(crate) fn banner(&self) -> Option<&Banner> {
        self.banner.as_deref()
    }

    /// A link that keeps the language; one that leads elsewhere than below `prefix`, where our own
    /// pages are, stays as it is.
    pub fn link(&self, prefix: &str, href: &str) -> String {
        let path = match href.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => href,
        };
        let below = path.strip_prefix(prefix);
        let is_own = below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        let has_one = href.contains(&format!("{UI_LOCALES}="));
        let Some(asked) = self.asked.as_ref().filter(|_| is_own && !has_one) else {
            return href.to_owned();
        };
        let (target, fragment) = href.find('#').map_or((href, ""), |at| href.split_at(at));
        let separator = if target.contains('?') { '&' } else { '?' };
        let tags: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        format!("{target}{separator}{UI_LOCALES}={tags}{fragment}")
    }

    /// A moment as people of the language write it, in UTC.
    pub fn moment(&self, time: Timestamp) -> String {
        let time = time.to_zoned(TimeZone::UTC);
        let mut args = self.of_day(time.date());
        args.set("clock", time.strftime("%H:%M UTC").to_string());
        let text = self.format("moment", Some(&args));
        text.unwrap_or_else(|| time.timestamp().to_string())
    }

    /// A day as people of the language write it.
    pub fn day(&self, day: Date) -> String {
        let text = self.format("day", Some(&self.of_day(day)));
        text.unwrap_or_else(|| day.to_string())
    }

    fn of_day(&self, day: Date) -> FluentArgs<'static> {
        let mut args = FluentArgs::new();
        args.set("day", day.day().to_string());
        args.set("month", self.word(&format!("month-{}", day.month())));
        args.set("year", day.year().to_string());
        args
    }

    /// The language's tag (BCP 47), as `lang` has it.
    pub fn tag(&self) -> &str {
        &self.texts.tag
    }

    /// Which way it is written, as `dir` has it.
    pub fn direction(&self) -> &'static str {
        match self.texts.id.character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        }
    }

    /// The text of a key; the key itself where it has none.
    pub fn word(&self, key: &str) -> String {
        let id = identifier(key);
        let text = self.format(&id, None);
        text.unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key with values put in: texts as they are, numbers by plural rules. `None` where
    /// there is no such text, or it names a value that is not among them.
    pub fn phrase(
        &self,
        key: &str,
        texts: &[(&str, &str)],
        numbers: &[(&str, u32)],
    ) -> Option<String> {
        let mut args = FluentArgs::new();
        for &(name, text) in texts {
            args.set(name, FluentValue::from(text));
        }
        for &(name, number) in numbers {
            args.set(name, FluentValue::from(number));
        }
        self.format(&identifier(key), Some(&args))
    }

    /// What was found, by the key of its words and their values; where the language has no such words,
    /// `text`, which says it in English.
    pub fn finding(&self, key: &str, values: &[(&str, &str)], text: &str) -> String {
        let phrase = self.phrase(key, values, &[]);
        phrase.unwrap_or_else(|| self.text(text))
    }

    /// What a failure means.
    pub fn meaning(&self, code: Code) -> String {
        let text = self.format(code.as_str(), None);
        text.unwrap_or_else(|| code.meaning().to_owned())
    }

    /// An English text of ours in this language; `${key}` in somebody else's text is replaced. What
    /// nobody has translated stays as it is.
    pub fn text(&self, text: &str) -> String {
        if text.contains("${") {
            return self.filled(text);
        }
        let translated = self.texts.recognition.find(text).and_then(|(key, values)| {
            let none = Map::new();
            let args = self.args(&values, &none);
            self.format(key, Some(&args))
        });
        translated.unwrap_or_else(|| text.to_owned())
    }

    /// Puts a message into this language. Whatever `${key}` it had stays in the context as `key`.
    pub fn message(&self, message: &mut Message) {
        if let Some(key) = first_key(&message.text) {
            let key = Value::from(key);
            message.context.insert("key".to_owned(), key);
        }
        let id = format!("m{}", message.id);
        let values = self.texts.recognition.values(&id, &message.text);
        let own = values.and_then(|values| {
            let args = self.args(&values, &message.context);
            self.format(&id, Some(&args))
        });
        message.text = own.unwrap_or_else(|| self.text(&message.text));
        if let Some(Value::String(title)) = message.context.get_mut("title") {
            *title = self.text(title);
        }
    }

    /// The values as they were written into the text; numbers as numbers, for plural rules, and those
    /// that only rules ask for, too.
    fn args<'a>(
        &self,
        values: &[(&'a str, &'a str)],
        context: &'a Map<String, Value>,
    ) -> FluentArgs<'a> {
        let number = |name: &str| context.get(name).and_then(Value::as_f64);
        let mut args = FluentArgs::new();
        for (name, value) in context {
            if let Some(value) = value.as_f64() {
                args.set(name.as_str(), FluentValue::from(value));
            }
        }
        for &(name, text) in values {
            let value = match number(name).or_else(|| text.parse().ok()) {
                Some(number) => FluentValue::from(number),
                None if WORDS.contains(&name) => FluentValue::from(self.text(text)),
                None => FluentValue::from(text),
            };
            args.set(name, value);
        }
        args
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = &self.texts.bundle;
        let pattern = bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        // A text that names a value which is not there would show its own braces.
        errors.is_empty().then(|| text.into_owned())
    }

    fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((key, after)) = behind.split_once('}') else {
                break;
            };
            filled.push_str(before);
            filled.push_str(&self.word(key));
            rest = after;
        }
        filled + rest
    }
}

/// The first `${key}` of a text.
fn first_key(text: &str) -> Option<&str> {
    let (_, behind) = text.split_once("${")?;
    Some(behind.split_once('}')?.0)
}

/// A key as bundles spell it: they have no dots, which keys of other products are full of.
pub(super) fn identifier(key: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    key.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}
