//! Who sees which traits and who changes them, place by place: a form of somebody never erases what
//! they cannot see.

use serde_json::{Map, Value, json};

use super::{Evaluation, Schema, TraitError, Viewer, complaint, field::Field};
use crate::{
    message::Message,
    path::{put, remove},
    provenance::is_within,
};

impl Schema {
    /// What is wrong with these traits where they are shown: what every place asks for, and what
    /// this one asks for besides. What somebody cannot see is not named to them.
    pub fn errors_in(&self, evaluation: &Evaluation, traits: &Value) -> Vec<TraitError> {
        let mut errors = self.errors(traits);
        let required = Message::required("").id;
        for field in &self.fields {
            // What an object lacks is told where it is lacking.
            if field.has_parts || !field.is_required_in(evaluation) || !field.is_absent(traits) {
                continue;
            }
            let path = field.dotted();
            let is_told = |e: &TraitError| e.message.id == required && is_within(&path, &e.path);
            if !errors.iter().any(is_told) {
                let message = complaint::missing(field);
                errors.push(TraitError { path, message });
            }
        }
        self.cover(evaluation.context.viewer(), errors)
    }

    /// The traits that somebody sends in this place: read as the types the schema asks for, what
    /// they may not change or see as it is in `stored`, normalised and judged. Every error when
    /// they are not accepted.
    pub fn accept(
        &self,
        evaluation: &Evaluation,
        submitted: Value,
        stored: &Value,
    ) -> Result<Value, Vec<TraitError>> {
        let (traits, errors) = self.judged(evaluation, submitted, stored);
        match errors.is_empty() {
            true => Ok(traits),
            false => Err(errors),
        }
    }

    /// The same of somebody who is stored. What was wrong before and is not theirs to repair stays as
    /// it is: they could change nothing else either. Paths of which `is_fixed` holds are not theirs.
    pub fn accept_of_stored(
        &self,
        evaluation: &Evaluation,
        submitted: Value,
        stored: &Value,
        is_fixed: &dyn Fn(&str) -> bool,
    ) -> Result<Value, Vec<TraitError>> {
        let (traits, mut errors) = self.judged(evaluation, submitted, stored);
        let before = match errors.is_empty() {
            true => Vec::new(),
            false => self.errors_in(evaluation, stored),
        };
        errors.retain(|error| {
            let is_theirs = self.is_repairable(evaluation, &error.path) && !is_fixed(&error.path);
            is_theirs || !before.iter().any(|one| error.is_still(one))
        });
        match errors.is_empty() {
            true => Ok(traits),
            false => Err(errors),
        }
    }

    /// Whether the form of this place lets its viewer repair what is wrong at this dotted path: it
    /// has a field for that, and nothing that the path touches is beyond them there.
    pub fn is_repairable(&self, evaluation: &Evaluation, path: &str) -> bool {
        let viewer = evaluation.context.viewer();
        let is_theirs = |field: &Field| {
            field.is_editable(evaluation) && field.is_visible(viewer) && !field.is_disabled
        };
        let mut touched = self.touched(path);
        !path.is_empty() && touched.clone().any(Field::is_entered) && touched.all(is_theirs)
    }

    fn judged(
        &self,
        evaluation: &Evaluation,
        submitted: Value,
        stored: &Value,
    ) -> (Value, Vec<TraitError>) {
        let mut traits = match submitted {
            Value::Null => json!({}),
            submitted => submitted,
        };
        if self.rules.ignores_unknown {
            self.leave_out_unknown(&[], &mut traits);
        }
        let mut traits = self.untouched_in_controls(traits, stored);
        let mut errors = self.undescribed(evaluation, &mut traits, stored);
        let sent = traits.clone();
        let mut traits = self.coerce(self.normalised(traits));
        errors.extend(self.refused_changes(evaluation, (&sent, &traits), stored));
        for field in self.topmost(|field| !field.is_editable(evaluation)) {
            restore(field, &mut traits, stored);
        }
        if stored.as_object().is_none_or(Map::is_empty) {
            self.fill_in_defaults(&mut traits);
        }
        let traits = self.normalised(traits);
        let refused: Vec<String> = errors.iter().map(|error| error.path.clone()).collect();
        let mut further = self.errors_in(evaluation, &traits);
        further.retain(|error| error.path.is_empty() || !refused.contains(&error.path));
        errors.extend(further);
        (traits, errors)
    }

    /// The traits that this viewer may see.
    pub fn visible(&self, viewer: Viewer, traits: &Value) -> Value {
        let mut visible = traits.clone();
        for field in self.fields.iter().filter(|field| !field.is_visible(viewer)) {
            remove(&mut visible, &field.path);
        }
        visible
    }

    /// Whether people may edit all of the trait of this dotted path, and not only administrators.
    pub fn is_editable_by_person(&self, path: &str) -> bool {
        let mut touched = self.touched(path);
        touched.all(|field| field.permissions.edit.person)
    }

    /// The field of this dotted path, with those that it is part of and its own parts.
    fn touched<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Field> + Clone {
        self.fields.iter().filter(move |field| {
            let own = field.dotted();
            is_within(&own, path) || is_within(path, &own)
        })
    }

    /// The traits somebody sends of themselves: what only administrators may edit is as in `stored`.
    pub fn from_person(&self, submitted: Value, stored: &Value) -> Value {
        let mut traits = match submitted {
            Value::Null => json!({}),
            submitted => submitted,
        };
        self.keep_privileged(&mut traits, stored);
        self.keep_undescribed(&mut traits, stored);
        self.normalised(self.coerce(traits))
    }

    /// Puts what only administrators may edit back to what it was in `old`.
    pub fn keep_privileged(&self, traits: &mut Value, old: &Value) {
        for field in self.topmost(|field| !field.permissions.edit.person) {
            restore(field, traits, old);
        }
    }

    /// The fields of which this holds, without parts of such fields.
    fn topmost(&self, holds: impl Fn(&Field) -> bool) -> Vec<&Field> {
        let mut found: Vec<&Field> = Vec::new();
        for field in self.fields.iter().filter(|field| holds(field)) {
            if !found
                .iter()
                .any(|whole| field.path.starts_with(&whole.path))
            {
                found.push(field);
            }
        }
        found
    }

    /// What is sent of traits that may not be changed here, and is not as it is. What somebody
    /// cannot see they may not send at all: they would find out by trying.
    fn refused_changes(
        &self,
        evaluation: &Evaluation,
        (sent, read): (&Value, &Value),
        stored: &Value,
    ) -> Vec<TraitError> {
        let viewer = evaluation.context.viewer();
        let shown = self.normalised(self.visible(viewer, stored));
        let mut errors = Vec::new();
        for field in
            self.topmost(|field| !field.is_editable(evaluation) || !field.is_visible(viewer))
        {
            // A box that was not sent is read as not ticked.
            let value = field.value(sent).and(field.value(read));
            let Some(sent) = value.filter(|value| !value.is_null()) else {
                continue;
            };
            let reason = match field.is_visible(viewer) {
                true if is_part(sent, field.value(&shown)) => continue,
                // It is passed over like what nobody has ever heard of.
                false if self.rules.ignores_unknown => continue,
                true => "This cannot be changed here.",
                false => "There is no such trait.",
            };
            errors.push(TraitError {
                path: field.dotted(),
                message: Message::invalid(reason),
            });
        }
        errors
    }

    /// What people send that the schema does not describe, which stays as it is in `stored`.
    fn undescribed(
        &self,
        evaluation: &Evaluation,
        traits: &mut Value,
        stored: &Value,
    ) -> Vec<TraitError> {
        if evaluation.context.viewer() == Viewer::Administrator {
            return Vec::new();
        }
        let mut paths = self.keep_undescribed(traits, stored);
        paths.retain(|_| !self.rules.ignores_unknown);
        paths
            .into_iter()
            .map(|path| TraitError {
                path,
                message: Message::invalid("There is no such trait."),
            })
            .collect()
    }

    /// Says of what this viewer cannot see only that something there is wrong.
    fn cover(&self, viewer: Viewer, errors: Vec<TraitError>) -> Vec<TraitError> {
        let hidden: Vec<String> = self
            .fields
            .iter()
            .filter(|field| !field.is_visible(viewer))
            .map(Field::dotted)
            .collect();
        let mut covered: Vec<TraitError> = Vec::new();
        for mut error in errors {
            if hidden.iter().any(|hidden| is_within(&error.path, hidden)) {
                error.path = String::new();
                let reason = "Something in this profile that is not shown here is not right. \
                              Please ask for help.";
                error.message = Message::invalid(reason);
            }
            if !covered.contains(&error) {
                covered.push(error);
            }
        }
        covered
    }

    /// Gives a new identity the traits that the schema has a default for, as far as there is a
    /// place for them already.
    pub(crate) fn fill_in_defaults(&self, traits: &mut Value) {
        for field in &self.fields {
            let Some(default) = &field.default else {
                continue;
            };
            let parents = &field.path[..field.path.len() - 1];
            let place = parents
                .iter()
                .try_fold(&*traits, |value, name| value.get(name));
            if place.is_some_and(Value::is_object) && field.value(traits).is_none() {
                put(traits, &field.path, default.clone());
            }
        }
    }

    /// Leaves out what neither the schema nor an object of it knows, however deep it stands.
    fn leave_out_unknown(&self, at: &[String], traits: &mut Value) {
        let Value::Object(members) = traits else {
            return;
        };
        members.retain(|name, member| {
            let here = [at, std::slice::from_ref(name)].concat();
            let is_known = self.fields.iter().any(|field| field.path == here);
            if is_known {
                self.leave_out_unknown(&here, member);
            }
            is_known || !self.forbids_at(here.iter().map(String::as_str))
        });
    }
}

fn restore(field: &Field, traits: &mut Value, stored: &Value) {
    match field.value(stored).cloned() {
        Some(before) => {
            clear_the_way(traits, &field.path);
            put(traits, &field.path, before);
        }
        None => remove(traits, &field.path),
    }
}

/// Lets an object stand wherever something else was sent above `path`: what somebody cannot change
/// does not go by sending nothing in its place.
fn clear_the_way(traits: &mut Value, path: &[String]) {
    let mut place = traits;
    for name in path {
        if !place.is_object() {
            *place = json!({});
        }
        match place.get_mut(name) {
            Some(next) => place = next,
            None => return,
        }
    }
}

/// Whether what is sent says nothing but what is known.
fn is_part(sent: &Value, known: Option<&Value>) -> bool {
    match (sent, known) {
        (Value::Object(sent), known) => sent
            .iter()
            .all(|(name, value)| is_part(value, known.and_then(|known| known.get(name)))),
        // A form sends `false` for a box that nobody has ever ticked.
        (Value::Bool(false), None) => true,
        (sent, known) => Some(sent) == known,
    }
}

#[cfg(test)]
mod tests;
