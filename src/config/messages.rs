//! `[messages]`: what people read, in each language.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::finding::Check;

/// `[messages]`: texts of one's own.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Messages {
    /// A folder of files `<language>.ftl` or `<language>.json`, which change texts and add
    /// languages; default: the built-in English and German alone.
    pub dir: Option<PathBuf>,
}

impl Messages {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let Some(folder) = &self.dir else {
            return;
        };
        let mut check = check.under("dir");
        if !folder.is_dir() {
            return check.problem("there is no such folder");
        }
        if let Err(error) = portcullis_kit::Locales::load(Some(folder)) {
            check.problem(error.to_string());
        }
    }
}
