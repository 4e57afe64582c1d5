//! Languages: which there are, which one a reader gets, and the texts in each.
//!
//! Everything people read is written in English where it is made, and kept so in stores. It
//! becomes the reader's own only where a page or an answer is made of it, by the bundles in
//! `config/messages` and those of the operator.

mod file;
pub(crate) mod form;
mod locale;
mod recognition;

use std::{path::Path, sync::Arc};

use fluent_bundle::FluentResource;
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use unic_langid::LanguageIdentifier;

pub use self::{file::LocalesError, locale::Locale};
use self::{file::Source, recognition::Recognition};
use crate::negotiation::quality;

/// English, which completes all others and is recognised wherever it comes from.
const ENGLISH: &str = include_str!("../../config/messages/en.ftl");
/// The other languages that come with the gateway.
const OTHERS: [(&str, &str); 1] = [("de", include_str!("../../config/messages/de.ftl"))];
/// The query parameter that names languages (OpenID Connect Core 1.0, section 3.1.2.1).
pub const UI_LOCALES: &str = "ui_locales";
/// How many languages of a request are looked at.
const MOST: usize = 16;

/// The languages there are.
#[derive(Debug)]
pub struct Locales {
    locales: Vec<Locale>,
    english: Locale,
}

impl Locales {
    /// The built-in languages, with the texts and languages of the folder's files
    /// `<language>.ftl` and `<language>.json` in their place or beside them.
    pub fn load(folder: Option<&Path>) -> Result<Self, LocalesError> {
        let english = Source::built_in("en", ENGLISH)?;
        let recognition = Arc::new(Recognition::of(&english.texts));
        let mut sources = vec![english.clone()];
        for (tag, text) in OTHERS {
            sources.push(Source::built_in(tag, text)?);
        }
        if let Some(folder) = folder {
            sources.extend(file::read(folder)?);
        }
        let locale = |id: &LanguageIdentifier| {
            let texts = texts_for([&english.id, id], &sources);
            Locale::new(id.clone(), texts, Arc::clone(&recognition))
        };
        let mut locales: Vec<Locale> = Vec::new();
        for source in &sources {
            if !locales.iter().any(|known| *known.as_ref() == source.id) {
                locales.push(locale(&source.id));
            }
        }
        Ok(Self {
            locales,
            english: locale(&english.id),
        })
    }

    /// The language of a reader: the first one there is of those that `ui_locales` names (OpenID
    /// Connect: best first, between spaces), then of those the browser asks for; else English.
    pub fn negotiate(&self, ui_locales: Option<&str>, headers: &HeaderMap) -> Locale {
        let mut wanted: Vec<LanguageIdentifier> = ui_locales
            .into_iter()
            .flat_map(|tags| tags.split(' '))
            .filter_map(|tag| tag.parse().ok())
            .take(MOST)
            .collect();
        wanted.extend(accepted(headers));
        let found = negotiate_languages(&wanted, &self.locales, None, NegotiationStrategy::Lookup);
        found
            .first()
            .map_or_else(|| self.english(), |&found| found.clone())
    }

    /// The language of this tag, or the nearest there is; else English.
    pub fn find(&self, tag: &str) -> Locale {
        self.negotiate(Some(tag), &HeaderMap::new())
    }

    /// Every language there is.
    pub fn all(&self) -> &[Locale] {
        &self.locales
    }

    /// English, as the gateway or its operator writes it.
    pub fn english(&self) -> Locale {
        self.english.clone()
    }
}

/// The languages of `Accept-Language`, the best liked first (RFC 9110, section 12.5.4).
fn accepted(headers: &HeaderMap) -> Vec<LanguageIdentifier> {
    let values = headers.get_all(ACCEPT_LANGUAGE).iter();
    let mut liked: Vec<(u16, LanguageIdentifier)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(MOST)
        .filter_map(|entry| {
            let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            Some((quality(parameters), tag.trim().parse().ok()?))
        })
        .filter(|(quality, _)| *quality > 0)
        .collect();
    liked.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    liked.into_iter().map(|(_, id)| id).collect()
}

/// The texts for a language, later ones winning: English ones complete every language, and those
/// of a language complete its variants.
fn texts_for(
    [english, id]: [&LanguageIdentifier; 2],
    sources: &[Source],
) -> Vec<Arc<FluentResource>> {
    let plain = LanguageIdentifier::from_parts(id.language, None, None, &[]);
    let mut chain = vec![english, &plain, id];
    chain.dedup();
    let own = chain
        .into_iter()
        .flat_map(|id| sources.iter().filter(move |source| source.id == *id));
    own.map(|source| Arc::clone(&source.texts)).collect()
}

#[cfg(test)]
mod tests;
