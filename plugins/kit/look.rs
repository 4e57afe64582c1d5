//! A look of one's own: the templates, the stylesheet and the scripts that a plugin adds to the shell.

use std::collections::BTreeMap;

use axum::Router;
use minijinja::Environment;
use serde::Serialize;

use crate::stylesheet;

/// What a plugin's own pages are made of beside the shell.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The templates, each under its file name.
    pub templates: &'static [(&'static str, &'static str)],
    /// What they look like beyond the shell's own stylesheet.
    pub stylesheet: &'static str,
    /// What some of them do beyond forms and links, each under the name by which its pages ask for it.
    pub scripts: &'static [(&'static str, &'static str)],
}

/// Where its files are, as templates read it.
#[derive(Debug, Serialize)]
pub(crate) struct Addresses {
    stylesheet: String,
    scripts: BTreeMap<&'static str, String>,
}

impl Look {
    /// Adds its templates to those there are.
    pub(crate) fn add_to(
        &self,
        templates: &mut Environment<'static>,
    ) -> Result<(), minijinja::Error> {
        let mut own = self.templates.iter();
        own.try_for_each(|(name, source)| templates.add_template(name, source))
    }

    /// Where its files are below the prefix.
    pub(crate) fn addresses(&self, prefix: &str) -> Addresses {
        let at = |content, kind| format!("{prefix}{}", stylesheet::named(content, kind));
        let scripts = self.scripts.iter();
        Addresses {
            stylesheet: at(self.stylesheet, "css"),
            scripts: scripts
                .map(|(name, content)| (*name, at(content, "js")))
                .collect(),
        }
    }

    /// The router that serves them.
    pub(crate) fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let style = stylesheet::style(self.stylesheet);
        let scripts = self.scripts.iter();
        scripts.fold(style, |all, (_, content)| {
            all.merge(stylesheet::script(content))
        })
    }
}
