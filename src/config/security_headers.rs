//! `[security_headers]`: what the gateway's own pages say of who may frame them, what they load and
//! what they may use.

use serde::{Deserialize, Serialize};
use url::Url;

use super::finding::Check;

/// `[security_headers]`, of the gateway's own answers; those of applications pass as they are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityHeaders {
    /// The origins whose pages may show own pages in a frame; none by default.
    pub frame_ancestors: Vec<String>,
    /// Directives of the content security policy, each in place of the built-in one of its name.
    pub content_security_policy: Option<String>,
    /// Features of browsers and who may use them, each in place of the built-in one of its name.
    pub permissions_policy: Option<String>,
}

/// Frames have a key of their own.
const FRAMES: &str = "frame-ancestors";

impl SecurityHeaders {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        for (index, origin) in self.frame_ancestors.iter().enumerate() {
            let is_origin = Url::parse(origin).is_ok_and(|url| {
                matches!(url.scheme(), "https" | "http")
                    && url.origin().ascii_serialization() == *origin
            });
            if origin != "'self'" && !is_origin {
                check.under("frame_ancestors").item(index).problem(format!(
                    "{origin:?} is no origin; write one such as \"https://portal.example.org\", \
                     or \"'self'\""
                ));
            }
        }
        self.validate_permissions(&mut check.under("permissions_policy"));
        let mut check = check.under("content_security_policy");
        for (name, value) in self.directives() {
            let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
            let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && c != ',';
            if name == FRAMES {
                check.problem("who may frame own pages stands in frame_ancestors");
            } else if !name.chars().all(is_name) || !value.chars().all(is_plain) {
                check.problem(format!(
                    "{name:?} cannot stand in a policy; write directives such as \
                     \"img-src 'self' https://cdn.example.org\", with ; between them"
                ));
            } else if value.contains("'unsafe-") && name != "style-src" {
                check.warn(format!(
                    "{name} lets a page run what somebody else wrote into it; own pages need none \
                     of that"
                ));
            }
        }
    }

    fn validate_permissions(&self, check: &mut Check<'_>) {
        for (name, who) in self.permissions() {
            let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
            let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !"();".contains(c);
            let listed = who.strip_prefix('(').and_then(|who| who.strip_suffix(')'));
            let is_list = who == "*" || listed.is_some_and(|who| who.chars().all(is_plain));
            if name.is_empty() || !name.chars().all(is_name) || !is_list {
                check.problem(format!(
                    "{name:?} cannot stand in a policy; write features such as \
                     \"geolocation=(self), camera=()\", with , between them"
                ));
            }
        }
    }

    /// The features of browsers, and who may use them.
    pub fn permissions(&self) -> Vec<(String, String)> {
        let policy = self.permissions_policy.as_deref().unwrap_or_default();
        let features = policy
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty());
        features
            .map(|feature| {
                let (name, who) = feature.split_once('=').unwrap_or((feature, ""));
                (name.trim().to_owned(), who.trim().to_owned())
            })
            .collect()
    }

    /// The directives: their names and values.
    pub fn directives(&self) -> Vec<(String, String)> {
        let policy = self.content_security_policy.as_deref().unwrap_or_default();
        let directives = policy
            .split(';')
            .map(str::trim)
            .filter(|one| !one.is_empty());
        directives
            .map(|directive| {
                let (name, value) = directive.split_once(' ').unwrap_or((directive, ""));
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect()
    }
}
