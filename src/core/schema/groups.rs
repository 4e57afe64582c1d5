//! The groups in which forms show traits, as documents declare and use them: whether a change takes one
//! away that is used. Documents are only read, and need be no schemas.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{document::resolved, profile::KEYWORD};

/// How deep traits are looked for.
const MAX_DEPTH: usize = 8;

/// A group that a change would take from traits which are still shown in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostGroup {
    /// What traits call it.
    pub name: String,
    /// The traits, as [`members`] tells them.
    pub attributes: Vec<String>,
}

/// The groups that one document declares and another does not, while traits of that are shown in them.
pub fn lost(before: &Value, after: &Value) -> Vec<LostGroup> {
    let stays = |name: &&str| declared(after).any(|own| own == *name);
    let gone = declared(before).filter(|name| !stays(name));
    let lost = gone.map(|name| LostGroup {
        name: name.to_owned(),
        attributes: members(after, name),
    });
    lost.filter(|group| !group.attributes.is_empty()).collect()
}

/// The traits that are shown in a group by their dotted paths, in the order of forms; those described
/// elsewhere in the document by that place, as a JSON pointer.
pub fn members(document: &Value, name: &str) -> Vec<String> {
    let mut search = Search {
        document,
        name,
        path: Vec::new(),
        found: Vec::new(),
    };
    search.object(root(document), None);
    search.found
}

fn declared(document: &Value) -> impl Iterator<Item = &str> {
    let all = root(document)[KEYWORD]["groups"].as_array();
    let all = all.into_iter().flatten();
    all.filter_map(|group| group["name"].as_str())
}

/// What the document says of all traits.
fn root(document: &Value) -> &Value {
    let traits = document.pointer("/properties/traits");
    let traits = traits.filter(|traits| traits.get("properties").is_some());
    traits.unwrap_or(document)
}

struct Search<'a> {
    document: &'a Value,
    name: &'a str,
    path: Vec<&'a str>,
    found: Vec<String>,
}

impl<'a> Search<'a> {
    /// Looks at the members of an object, which is described at a place of its own where there is one.
    fn object(&mut self, object: &'a Value, place: Option<&'a str>) {
        if self.path.len() >= MAX_DEPTH {
            return;
        }
        // What a reference leads to may be one itself.
        let (object, place) = self.resolved(object, place);
        for (name, schema) in siblings(object) {
            self.path.push(name);
            let (described, there) = self.resolved(schema, place);
            // What stands beside a reference counts instead of what it refers to.
            match schema.get(KEYWORD) {
                Some(own) => self.note(own, place),
                None => self.note(&described[KEYWORD], there),
            }
            self.object(described, there);
            self.path.pop();
        }
    }

    /// What is said of it here, or in the place that it refers to.
    fn resolved(&self, schema: &'a Value, place: Option<&'a str>) -> (&'a Value, Option<&'a str>) {
        let target = schema["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
        (resolved(self.document, schema), target.or(place))
    }

    fn note(&mut self, keyword: &Value, place: Option<&str>) {
        if keyword["group"] != self.name {
            return;
        }
        let told = place.map_or_else(|| self.path.join("."), str::to_owned);
        if !self.found.contains(&told) {
            self.found.push(told);
        }
    }
}

/// An object's members in the order of forms.
fn siblings(object: &Value) -> Vec<(&str, &Value)> {
    let members = object["properties"].as_object().into_iter().flatten();
    let mut all: Vec<(&str, &Value)> = members.map(|(name, own)| (name.as_str(), own)).collect();
    all.sort_by_key(|(_, schema)| schema[KEYWORD]["order"].as_i64().unwrap_or(i64::MAX));
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(groups: &[&str]) -> Value {
        let groups: Vec<Value> = groups.iter().map(|name| json!({ "name": name })).collect();
        json!({
            "definitions": {"place": {"properties": {
                "town": {"x-profile": {"group": "home"}},
                "street": {"x-profile": {"group": "home"}},
            }}},
            "properties": {"traits": {
                "x-profile": {"groups": groups},
                "properties": {
                    "team": {"x-profile": {"group": "job", "order": 2}},
                    "name": {"properties": {"nick": {"x-profile": {"group": "job"}}},
                             "x-profile": {"order": 1}},
                    "home": {"$ref": "#/definitions/place"},
                    "own": {"$ref": "#/definitions/place", "x-profile": {"group": "job"}},
                },
            }},
        })
    }

    /// KC-058.
    #[test]
    fn a_group_is_lost_that_is_declared_no_more_and_used_still() {
        let before = document(&["job", "home", "free"]);
        assert_eq!(lost(&before, &before), []);
        let group = |name: &str, attributes: &[&str]| LostGroup {
            name: name.to_owned(),
            attributes: attributes.iter().map(|&one| one.to_owned()).collect(),
        };
        let expected = [
            group("job", &["name.nick", "team", "own"]),
            group("home", &["/definitions/place"]),
        ];
        assert_eq!(lost(&before, &document(&[])), expected);
        // What was never declared is nobody's loss.
        assert_eq!(lost(&document(&[]), &document(&[])), []);
    }

    #[test]
    fn a_reference_leads_to_another() {
        let chain = json!({
            "definitions": {
                "a": {"$ref": "#/definitions/b"},
                "b": {"properties": {"street": {"x-profile": {"group": "home"}}}},
            },
            "properties": {"place": {"$ref": "#/definitions/a"}},
        });
        assert_eq!(members(&chain, "home"), ["/definitions/b"]);
    }

    #[test]
    fn what_refers_to_itself_ends() {
        let endless = json!({"properties": {"a": {"$ref": "#", "x-profile": {"group": "x"}}}});
        assert_eq!(members(&endless, "x")[0], "a");
    }
}
