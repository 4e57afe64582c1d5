//! `[plugins.self-service.form_modules]`: scripts for fields with an annotation.

use serde::{Deserialize, Serialize};
use url::Url;

use super::finding::Check;

/// Where a script is, and what it must be.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FormModule {
    /// Its address: a path of the gateway's own origin, or an `https` URL.
    pub src: String,
    /// Its digest (Subresource Integrity), such as `sha384-…`; another script is not run.
    pub integrity: String,
}

impl FormModule {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let is_path = self.src.starts_with('/') && !self.src.starts_with("//");
        let is_secure = Url::parse(&self.src).is_ok_and(|url| url.scheme() == "https");
        if !is_path && !is_secure {
            check
                .under("src")
                .problem("write a path such as \"/js/number.js\", or an https:// URL");
        }
        let kinds = ["sha256-", "sha384-", "sha512-"];
        let digest = kinds
            .iter()
            .find_map(|kind| self.integrity.strip_prefix(kind));
        if !digest.is_some_and(is_base64) {
            check.under("integrity").problem(
                "write \"sha384-\" and what `openssl dgst -sha384 -binary FILE | base64 -w0` prints",
            );
        }
    }
}

fn is_base64(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    !text.is_empty() && text.bytes().all(letter)
}

impl From<&FormModule> for portcullis_self_service::Module {
    fn from(module: &FormModule) -> Self {
        Self {
            src: module.src.clone(),
            integrity: module.integrity.clone(),
        }
    }
}
