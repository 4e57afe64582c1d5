//! A schema's document as somebody may read it: what they cannot see is not named.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Schema, Viewer,
    document::{pointer, resolved},
    field::Field,
    profile,
};

/// What of `x-profile` a form needs; who else may do what is not everybody's to know.
const SHOWN: [&str; 4] = ["group", "order", "annotations", "error_messages"];

/// Keywords whose schemas hold together, and are left out as one.
const WHOLES: [&str; 10] = [
    "anyOf",
    "oneOf",
    "not",
    "allOf",
    "dependencies",
    "patternProperties",
    "propertyNames",
    "examples",
    "default",
    "const",
];

impl Schema {
    /// The document as this viewer may read it: whole for administrators, with the traits that they
    /// may see for people.
    pub fn projection(&self, viewer: Viewer) -> Value {
        if viewer == Viewer::Administrator {
            return self.document.clone();
        }
        let mut document = self.document.clone();
        let is_hidden = |field: &&Field| !field.is_visible(viewer);
        let hidden: BTreeSet<String> = self
            .fields
            .iter()
            .filter(is_hidden)
            .filter_map(|field| field.path.last().cloned())
            .collect();
        let at = self.layout.pointer();
        let traits = self.project(self.layout.traits(&self.document), &mut Vec::new(), &hidden);
        match document.pointer_mut(at) {
            Some(place) if !at.is_empty() => {
                *place = traits;
                if let Value::Object(members) = &mut document {
                    let is_whole = |name: &str| {
                        WHOLES.contains(&name) || matches!(name, "if" | "then" | "else")
                    };
                    members.retain(|name, part| !is_whole(name) || !names(part, &hidden));
                }
            }
            _ => document = traits,
        }
        drop_unused(&mut document);
        document
    }

    /// One schema of the document, without what is not to be named.
    fn project(&self, schema: &Value, path: &mut Vec<String>, hidden: &BTreeSet<String>) -> Value {
        // Only what has traits inside is written out; a reference to anything else stays one.
        let has_traits =
            |field: &Field| field.path.len() > path.len() && field.path.starts_with(path);
        let is_written_out = self.fields.iter().any(has_traits);
        let source = match is_written_out {
            true => resolved(&self.document, schema),
            false => schema,
        };
        let Value::Object(members) = source else {
            return source.clone();
        };
        let mut shown = Map::new();
        let is_named = |name: &str| members.get(name).is_some_and(|part| names(part, hidden));
        let is_condition_left_out = ["if", "then", "else"].into_iter().any(is_named);
        for (name, member) in members {
            let is_condition = matches!(name.as_str(), "if" | "then" | "else");
            if is_condition && is_condition_left_out {
                continue;
            }
            if WHOLES.contains(&name.as_str()) && names(member, hidden) {
                continue;
            }
            let member = match name.as_str() {
                "properties" if is_written_out => self.project_members(member, path, hidden),
                "required" => self.project_required(member, path),
                profile::KEYWORD => match self.project_keyword(member, path.is_empty()) {
                    Some(keyword) => keyword,
                    None => continue,
                },
                _ => member.clone(),
            };
            shown.insert(name.clone(), member);
        }
        Value::Object(shown)
    }

    fn project_members(
        &self,
        members: &Value,
        path: &mut Vec<String>,
        hidden: &BTreeSet<String>,
    ) -> Value {
        let mut shown = Map::new();
        for (name, schema) in members.as_object().into_iter().flatten() {
            path.push(name.clone());
            if self.is_shown(path) {
                shown.insert(name.clone(), self.project(schema, path, hidden));
            }
            path.pop();
        }
        Value::Object(shown)
    }

    fn project_required(&self, required: &Value, path: &mut Vec<String>) -> Value {
        let names = required.as_array().into_iter().flatten();
        let shown = names.filter(|name| {
            path.push(name.as_str().unwrap_or_default().to_owned());
            let is_shown = self.is_shown(path);
            path.pop();
            is_shown
        });
        shown.cloned().collect()
    }

    fn is_shown(&self, path: &[String]) -> bool {
        let found = self.fields.iter().find(|field| field.path == path);
        found.is_none_or(|field| field.is_visible(Viewer::Person))
    }

    fn project_keyword(&self, keyword: &Value, is_root: bool) -> Option<Value> {
        if is_root {
            let used = |name: &Value| {
                let mut fields = self.fields.iter();
                let is_in = |field: &Field| field.group.as_deref() == name.as_str();
                fields.any(|field| field.is_visible(Viewer::Person) && is_in(field))
            };
            let groups = keyword["groups"].as_array()?;
            let groups: Vec<&Value> = groups.iter().filter(|g| used(&g["name"])).collect();
            return (!groups.is_empty()).then(|| json!({ "groups": groups }));
        }
        let mut shown = keyword.as_object()?.clone();
        shown.retain(|name, _| SHOWN.contains(&name.as_str()));
        (!shown.is_empty()).then_some(Value::Object(shown))
    }
}

/// Whether any of these names is said anywhere.
fn names(part: &Value, hidden: &BTreeSet<String>) -> bool {
    match part {
        Value::String(text) => hidden.contains(text),
        Value::Array(items) => items.iter().any(|item| names(item, hidden)),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| hidden.contains(name) || names(member, hidden)),
        _ => false,
    }
}

/// Removes definitions that nothing refers to any more, and of the others what forms do not need.
fn drop_unused(document: &mut Value) {
    for holder in ["definitions", "$defs"] {
        let members = document.as_object_mut();
        let Some(Value::Object(all)) = members.and_then(|m| m.shift_remove(holder)) else {
            continue;
        };
        let mut found = BTreeSet::new();
        references(document, &mut found);
        let mut used = Map::new();
        loop {
            let is_found = |name: &str| {
                let at = format!("#{}", pointer(&[holder, name]));
                found.iter().any(|target| target.starts_with(&at))
            };
            let next = all
                .iter()
                .find(|(name, _)| !used.contains_key(*name) && is_found(name));
            let Some((name, schema)) = next else { break };
            references(schema, &mut found);
            let mut schema = schema.clone();
            strip(&mut schema);
            used.insert(name.clone(), schema);
        }
        if !used.is_empty() {
            document[holder] = Value::Object(used);
        }
    }
}

/// Leaves of every `x-profile` what forms need.
fn strip(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(members) => {
            if let Some(Value::Object(keyword)) = members.get_mut(profile::KEYWORD) {
                keyword.retain(|name, _| SHOWN.contains(&name.as_str()));
            }
            members.values_mut().for_each(strip);
        }
        _ => {}
    }
}

fn references(part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                found.insert(target.to_owned());
            }
            members
                .values()
                .for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
