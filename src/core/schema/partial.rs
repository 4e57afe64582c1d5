//! Traits of which only a part is sent, or only a part may change.

use serde_json::Value;

use super::{Schema, Viewer, field::Field};
use crate::path::{at, put, remove};

impl Schema {
    /// What is sent, with these traits as they are in `stored` where nothing is said of them.
    pub fn completed(&self, mut sent: Value, stored: &Value, paths: &[String]) -> Value {
        for path in paths {
            if let (None, Some(before)) = (at(&sent, path), at(stored, path)) {
                put(&mut sent, &names(path), before.clone());
            }
        }
        sent
    }

    /// What is sent, with these traits as they are in `stored` whatever is said of them.
    pub fn restored(&self, mut sent: Value, stored: &Value, paths: &[String]) -> Value {
        for path in paths {
            match at(stored, path) {
                Some(before) => put(&mut sent, &names(path), before.clone()),
                None => remove(&mut sent, &names(path)),
            }
        }
        sent
    }

    /// Those of these traits that somebody wants to be other than they are in `stored`.
    pub fn differing(&self, sent: &Value, stored: &Value, paths: &[String]) -> Vec<String> {
        let sent = self.normalised(self.coerce(sent.clone()));
        let stored = self.normalised(stored.clone());
        let differs = |path: &&String| at(&sent, path) != at(&stored, path);
        paths.iter().filter(differs).cloned().collect()
    }

    /// The dotted paths of the traits without parts of their own that people see of themselves.
    pub fn leaves(&self) -> Vec<String> {
        self.seen(|field| !field.has_parts)
    }

    /// The dotted paths of what people sign in with or are reached by, and of what the schema
    /// protects, as far as they see it.
    pub fn guarded(&self) -> Vec<String> {
        self.seen(|field| field.is_address() || field.profile.is_protected)
    }

    fn seen(&self, is_meant: impl Fn(&Field) -> bool) -> Vec<String> {
        let seen = self.fields.iter();
        seen.filter(|field| field.is_visible(Viewer::Person) && is_meant(field))
            .map(Field::dotted)
            .collect()
    }
}

fn names(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}
