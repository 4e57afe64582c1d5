//! What is no field but something to look at: a text, picture or link, and whether it is there to be
//! copied. What leads or loads from where a page may not is left out.

use portcullis_core::{message::Message, ui::Node};
use serde::Serialize;

use super::choice::{is_own, origin};

/// How links may begin besides: those of apps that show codes open such an app.
const LINKS: [&str; 2] = ["http://", "otpauth://totp/"];

/// What an app makes codes of.
const TOTP_SECRET: &str = "totp_secret_key";

/// A text, picture or link, as a template reads it.
#[derive(Debug, Serialize)]
pub(super) struct Exhibit<'a> {
    text: Option<&'a str>,
    /// What a text lists, each of which is better read alone.
    secrets: Vec<&'a str>,
    /// Whether it has a button that copies it.
    copied: bool,
    src: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
    href: Option<&'a str>,
}

impl<'a> Exhibit<'a> {
    pub(super) fn of(node: &'a Node) -> Self {
        let shown = &node.attributes.shown;
        let safe = |url: &&str| is_own(url) || origin(url).is_some();
        let picture = |url: &&str| safe(url) || url.starts_with("data:image/");
        let link = |url: &&str| safe(url) || LINKS.iter().any(|begin| url.starts_with(begin));
        let text = shown.text.as_ref().or(shown.title.as_ref());
        Self {
            text: text.map(|message| message.text.as_str()),
            secrets: text.map(Message::secrets).unwrap_or_default(),
            copied: is_to_copy(node),
            src: shown.src.as_deref().filter(picture),
            width: shown.width,
            height: shown.height,
            href: shown.href.as_deref().filter(link),
        }
    }
}

/// Whether a node shows a secret that its reader keeps elsewhere: codes to get back in with, or what an
/// app makes codes of.
pub(crate) fn is_to_copy(node: &Node) -> bool {
    let shown = &node.attributes.shown;
    let lists = |text: &Message| !text.secrets().is_empty();
    shown.id.as_deref() == Some(TOTP_SECRET) || shown.text.as_ref().is_some_and(lists)
}
