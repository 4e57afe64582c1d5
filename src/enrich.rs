//! Enrichment: the identity headers an upstream receives. What depends on the principal alone is
//! made once per session and route; a header that cannot be made is left out, never guessed, and
//! never costs the request.

use std::{fmt, sync::Arc};

use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use portcullis_core::{
    head::RequestHead,
    principal::Principal,
    schema::{Schemas, Viewer},
    stage::Enricher,
};
use serde_json::Value;

pub(crate) use injection::Injection;
pub use reserved::ReservedHeaders;
pub(crate) use reserved::plain;

use crate::route::{Access, HeaderPreset, Remembered, Route};

mod injection;
mod preset;
mod reserved;
mod value;

/// Headers for an upstream, each name once.
pub(crate) type IdentityHeaders = Arc<[(HeaderName, HeaderValue)]>;

/// Makes identity headers.
#[derive(Debug)]
pub(crate) struct Enrichment {
    schemas: Arc<Schemas>,
    enrichers: Vec<Arc<dyn Enricher>>,
    none: IdentityHeaders,
}

impl Enrichment {
    pub(crate) fn new(schemas: Arc<Schemas>, enrichers: Vec<Arc<dyn Enricher>>) -> Self {
        Self {
            schemas,
            enrichers,
            none: Arc::from([]),
        }
    }

    /// Whether any plugin adds headers.
    pub(crate) fn has_plugins(&self) -> bool {
        !self.enrichers.is_empty()
    }

    /// The headers for a request of `principal` on `route`; none without a principal.
    pub(crate) fn headers(
        &self,
        route: &Route,
        principal: Option<&Principal>,
        head: &RequestHead<'_>,
    ) -> IdentityHeaders {
        let Some(principal) = principal else {
            return self.anonymous(route);
        };
        let making = Making {
            route,
            principal,
            head,
        };
        let lasting = self.lasting(&making);
        let changing = route.set_headers.values().any(|(_, e)| e.needs_request());
        if !changing && self.enrichers.is_empty() {
            return lasting;
        }
        let mut headers = lasting.to_vec();
        making.set(&mut headers, Lifetime::Request);
        for (name, value) in self
            .enrichers
            .iter()
            .flat_map(|e| e.headers(&route.name, principal))
        {
            replace(&mut headers, &name, value);
        }
        headers.into()
    }

    /// What stays the same for the whole session, from its memo.
    fn lasting(&self, making: &Making<'_>) -> IdentityHeaders {
        let key = making.route.memo_key(Remembered::Headers);
        if let Some(headers) = making.principal.memo.get::<IdentityHeaders>(key) {
            return headers.clone();
        }
        let mut headers = making.preset(&self.schemas);
        making.expose(&mut headers, &self.schemas);
        making.set(&mut headers, Lifetime::Session);
        let headers = IdentityHeaders::from(headers);
        making.principal.memo.put(key, headers.clone());
        headers
    }

    /// Nobody has identity headers. An `Authorization` that the route sets is blanked, though: it is
    /// not stripped from requests, since sessions arrive in it too, and the application would take
    /// the client's own for ours.
    fn anonymous(&self, route: &Route) -> IdentityHeaders {
        match route
            .set_headers
            .values()
            .any(|(name, _)| name == AUTHORIZATION)
        {
            true => Arc::from([(AUTHORIZATION, HeaderValue::from_static(""))]),
            false => self.none.clone(),
        }
    }
}

/// How long a header stays the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lifetime {
    Session,
    Request,
}

/// One set of headers in the making.
struct Making<'a> {
    route: &'a Route,
    principal: &'a Principal,
    head: &'a RequestHead<'a>,
}

impl Making<'_> {
    /// The preset's headers, and those in which the schema exposes traits, without those that
    /// `set_headers` decides about. A preset tells what people see of themselves; what they do not
    /// see is told only where the schema or `set_headers` names it.
    fn preset(&self, schemas: &Schemas) -> Vec<(HeaderName, HeaderValue)> {
        let identity = &self.principal.identity;
        let schema = schemas.find(&identity.schema_id);
        let schema = schema.as_deref();
        let visible = schema.map(|one| one.visible(Viewer::Person, &identity.traits));
        let known = (schema, visible.as_ref().unwrap_or(&Value::Null));
        preset::headers(self.route.preset)
            .iter()
            .filter(|(name, _)| !self.is_set(name))
            .filter_map(|(name, fact)| {
                let value = fact.of(self.principal, known)?;
                Some((name.clone(), self.kept(name, value)?))
            })
            .collect()
    }

    /// Adds the traits that their schema hands to applications, where people have to sign in and
    /// the application is to know of them at all.
    fn expose(&self, headers: &mut Vec<(HeaderName, HeaderValue)>, schemas: &Schemas) {
        let is_told =
            self.route.access == Access::SignedIn && self.route.preset != HeaderPreset::None;
        let identity = &self.principal.identity;
        let Some(schema) = schemas.find(&identity.schema_id).filter(|_| is_told) else {
            return;
        };
        for (name, text) in schema.exposures(&identity.traits) {
            if !self.is_set(name)
                && let Some(value) = self.kept(name, value::of(&text))
            {
                replace(headers, name, value);
            }
        }
    }

    /// Whether `set_headers` decides about this header.
    fn is_set(&self, name: &HeaderName) -> bool {
        self.route.set_headers.values().any(|(set, _)| set == name)
    }

    /// Adds the `set_headers` of this lifetime.
    fn set(&self, headers: &mut Vec<(HeaderName, HeaderValue)>, lifetime: Lifetime) {
        for (name, expression) in self.route.set_headers.values() {
            let per_request = expression.needs_request();
            if per_request != (lifetime == Lifetime::Request) {
                continue;
            }
            let value = match expression.text(&self.principal.values, self.head) {
                Ok(text) => text.and_then(|text| self.kept(name, value::of(&text))),
                Err(error) => self.left_out(name, &error),
            };
            match value {
                Some(value) => replace(headers, name, value),
                // See `Enrichment::anonymous`.
                None if name == AUTHORIZATION => {
                    replace(headers, name, HeaderValue::from_static(""));
                }
                None => {}
            }
        }
    }

    fn kept(
        &self,
        name: &HeaderName,
        value: Result<HeaderValue, value::Unfit>,
    ) -> Option<HeaderValue> {
        match value {
            Ok(value) if value.is_empty() => None,
            Ok(value) => Some(value),
            Err(unfit) => self.left_out(name, &unfit),
        }
    }

    fn left_out(&self, name: &HeaderName, why: &dyn fmt::Display) -> Option<HeaderValue> {
        tracing::warn!(
            request.id = self.head.id,
            route.name = self.route.name,
            header = name.as_str(),
            "an identity header is left out: {why}"
        );
        None
    }
}

fn replace(headers: &mut Vec<(HeaderName, HeaderValue)>, name: &HeaderName, value: HeaderValue) {
    headers.retain(|(other, _)| other != name);
    headers.push((name.clone(), value));
}

#[cfg(test)]
mod tests;
