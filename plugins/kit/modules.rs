//! Form modules: scripts for fields with an annotation, loaded only on pages that have one, and only
//! when they are what the operator said.

use std::collections::{BTreeMap, HashSet};

use portcullis_core::ui::{Node, Ui};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{captcha::Widget, form::is_to_copy, stylesheet};

/// Where a script is, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Its address; a path of our own origin, or an `https` URL.
    pub src: String,
    /// Its digest (Subresource Integrity): `sha384-…`.
    pub integrity: String,
}

/// The modules by the annotation they are for.
#[derive(Debug, Clone, Default)]
pub struct Modules {
    base: Option<Url>,
    known: BTreeMap<String, Module>,
}

/// A script as a template reads it.
#[derive(Debug, Serialize)]
pub(crate) struct Script {
    src: String,
    /// Its digest; a service's own script changes as it likes.
    integrity: Option<String>,
}

impl Modules {
    /// These modules; paths count from `base`.
    pub fn new(base: &Url, known: BTreeMap<String, Module>) -> Self {
        Self {
            base: Some(base.clone()),
            known,
        }
    }

    /// The scripts of a form: its own, the modules of its annotations, what its captcha needs beside
    /// the service's own script, and what copies the secrets that it shows.
    pub(crate) fn scripts(&self, ui: &Ui, prefix: &str) -> Vec<Script> {
        let own = ui.nodes.iter().filter_map(own_script);
        let is_used = |name: &str| ui.nodes.iter().any(|node| is_annotated(node, name));
        let modules = self.known.iter().filter(|(name, _)| is_used(name));
        let modules = modules.map(|(_, module)| (module.src.as_str(), module.integrity.as_str()));
        let captcha = Widget::of(ui).filter(Widget::needs_ours);
        let captcha = captcha.map(|_| stylesheet::captcha(prefix));
        let is_copied = ui.nodes.iter().any(is_to_copy);
        let copy = is_copied.then(|| stylesheet::copy(prefix));
        let ours = captcha
            .iter()
            .chain(&copy)
            .map(|(src, integrity)| (src.as_str(), integrity.as_str()));
        // Two groups of a form may need the same.
        let mut seen = HashSet::new();
        own.chain(modules)
            .chain(ours)
            .filter(|(src, _)| seen.insert(*src))
            .filter_map(|(src, integrity)| {
                Some(Script {
                    src: self.address(src)?.into(),
                    integrity: Some(integrity.to_owned()),
                })
            })
            .collect()
    }

    /// The same with the script of the captcha's service.
    pub(crate) fn all(&self, ui: &Ui, prefix: &str) -> Vec<Script> {
        let service = Widget::of(ui).map(|widget| Script {
            src: widget.script(),
            integrity: None,
        });
        let scripts = self.scripts(ui, prefix);
        service.into_iter().chain(scripts).collect()
    }

    /// Their addresses, as a content security policy writes them.
    pub(crate) fn sources(&self, ui: &Ui, prefix: &str) -> Vec<String> {
        let urls = self.scripts(ui, prefix).into_iter();
        urls.filter_map(|script| {
            let mut url = Url::parse(&script.src).ok()?;
            url.set_query(None);
            url.set_fragment(None);
            Some(url.as_str().replace(';', "%3B").replace(',', "%2C"))
        })
        .collect()
    }

    /// The whole address: a policy knows no paths, and `'self'` would let in what applications
    /// behind the gateway serve.
    fn address(&self, src: &str) -> Option<Url> {
        let url = match &self.base {
            Some(base) => base.join(src).ok(),
            None => Url::parse(src).ok(),
        };
        url.filter(|url| matches!(url.scheme(), "https" | "http"))
    }
}

fn own_script(node: &Node) -> Option<(&str, &str)> {
    let shown = &node.attributes.shown;
    let script = (node.kind == "script").then_some(shown)?;
    Some((script.src.as_deref()?, script.integrity.as_deref()?))
}

fn is_annotated(node: &Node, name: &str) -> bool {
    let data = node.attributes.ext.get("data");
    data.is_some_and(|data| data.get(name).is_some())
}
