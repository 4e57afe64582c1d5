//! The headers that only the gateway sets. They are removed from every request on every route, so
//! that an application can believe them, in whatever spelling its server would read as the same.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use http::{HeaderName, header::AUTHORIZATION};
use portcullis_core::{schema::Schemas, stage::Enricher};

use super::preset;
use crate::route::Route;

/// Names that applications of other gateways believe, whichever preset is chosen here.
const ALSO_BELIEVED: [&str; 1] = ["x-forwarded-access-token"];

/// Whole families: other gateways' and our own.
const FAMILIES: [&str; 3] = ["remote-", "x-auth-request-", "x-portcullis"];

/// The headers clients may not send.
#[derive(Debug)]
pub struct ReservedHeaders {
    names: HashSet<String>,
    /// The first letters of all of them: most headers need no further look.
    initials: [bool; 256],
    /// They hand traits to applications.
    schemas: Option<Arc<Schemas>>,
}

impl ReservedHeaders {
    /// Every name of every preset, every name that any route sets, and those that plugins reserve.
    /// `Authorization` is never among them, for clients present sessions in it.
    pub fn build<'a>(
        routes: impl IntoIterator<Item = &'a Arc<Route>>,
        enrichers: &[Arc<dyn Enricher>],
    ) -> Self {
        let presets = preset::ALL.into_iter().flat_map(preset::headers);
        let set = routes
            .into_iter()
            .flat_map(|route| route.set_headers.values());
        let names: HashSet<String> = presets
            .map(|(name, _)| name.clone())
            .chain(set.map(|(name, _)| name.clone()))
            .chain(enrichers.iter().flat_map(|enricher| enricher.reserved()))
            .filter(|name| name != AUTHORIZATION)
            .map(|name| plain(name.as_str()).into_owned())
            .chain(ALSO_BELIEVED.map(str::to_owned))
            .collect();
        Self::of(names)
    }

    /// The same, and the headers in which schemas hand traits to applications, now or later.
    #[must_use]
    pub fn with_exposed(self, schemas: Arc<Schemas>) -> Self {
        Self {
            schemas: Some(schemas),
            ..self
        }
    }

    fn of(names: HashSet<String>) -> Self {
        let mut initials = [false; 256];
        for name in names.iter().map(String::as_str).chain(FAMILIES) {
            name.bytes()
                .take(1)
                .for_each(|byte| initials[usize::from(byte)] = true);
        }
        Self {
            names,
            initials,
            schemas: None,
        }
    }

    /// Whether a client's header of this name is removed.
    pub fn is_reserved(&self, name: &HeaderName) -> bool {
        let name = name.as_str();
        self.is_always_reserved(name) || self.is_exposed(name)
    }

    fn is_always_reserved(&self, name: &str) -> bool {
        let initial = name.as_bytes().first().copied().unwrap_or_default();
        if !self.initials[usize::from(initial)] {
            return false;
        }
        let name = plain(name);
        FAMILIES.iter().any(|family| name.starts_with(family)) || self.names.contains(&*name)
    }

    fn is_exposed(&self, name: &str) -> bool {
        let schemas = self.schemas.as_ref();
        schemas.is_some_and(|schemas| schemas.exposes(|one| reads_as(one.as_str(), name)))
    }
}

/// Whether gateway interfaces read both names as one; asked of every header, it writes nothing.
fn reads_as(one: &str, other: &str) -> bool {
    let plain = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => byte,
        false => b'-',
    };
    one.len() == other.len() && one.bytes().map(plain).eq(other.bytes().map(plain))
}

/// The name as gateway interfaces read it: servers that pass headers on as environment variables
/// make one of `_`, `-` and every other sign (RFC 3875, section 4.1.18).
pub(crate) fn plain(name: &str) -> Cow<'_, str> {
    let odd = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    match name.contains(odd) {
        true => Cow::Owned(name.replace(odd, "-")),
        false => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_reserved(name: &str) -> bool {
        ReservedHeaders::build([], &[]).is_reserved(&HeaderName::try_from(name).unwrap())
    }

    #[test]
    fn every_name_of_every_preset_is_reserved_in_any_spelling() {
        for (name, _) in preset::ALL.into_iter().flat_map(preset::headers) {
            assert!(is_reserved(name.as_str()), "{name}");
            assert!(is_reserved(&name.as_str().to_uppercase()), "{name}");
            assert!(is_reserved(&name.as_str().replace('-', "_")), "{name}");
            assert!(is_reserved(&name.as_str().replacen('-', "_", 1)), "{name}");
            assert!(is_reserved(&name.as_str().replace('-', ".")), "{name}");
        }
    }

    #[test]
    fn names_read_as_one_whatever_signs_stand_between_their_letters() {
        for other in ["x-tax-id", "x_tax_id", "x.tax-id", "x-tax~id"] {
            assert!(reads_as("x-tax-id", other), "{other}");
            assert_eq!(plain("x-tax-id"), plain(other), "{other}");
        }
        for other in ["x-tax-ie", "x-tax-i", "x-tax-id-", "xtax-id1"] {
            assert!(!reads_as("x-tax-id", other), "{other}");
        }
    }

    #[test]
    fn names_that_peers_made_known_are_reserved() {
        for name in [
            "X-Forwarded-Access-Token",
            "X-Auth-Request-User",
            "X_Auth_Request_Email",
            "X-Portcullis",
            "X-Portcullis-Assertion",
            "Remote-Addr",
        ] {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn what_clients_need_is_not_reserved() {
        for name in [
            "Authorization",
            "Cookie",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Request-Id",
            "X-Requested-With",
            "Range",
            "Referer",
            "X-Remote-User-Agent",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
