//! Traits that a schema hands to applications: `x-profile.expose`.

use http::HeaderName;
use serde_json::Value;

use super::{Schema, Viewer, field::Field};
use crate::expression::HeaderText;

impl Schema {
    /// The headers in which applications find traits, each with the JSON pointer of its trait.
    pub fn exposed(&self) -> impl Iterator<Item = (&HeaderName, &str)> {
        let named = |field: &'_ Field| field.profile.header.is_some();
        let fields = self.fields.iter().filter(move |field| named(field));
        fields.filter_map(|field| Some((field.profile.header.as_ref()?, &*field.pointer)))
    }

    /// What those headers say of somebody with these traits: nothing that the person may not see.
    pub fn exposures<'a>(
        &'a self,
        traits: &'a Value,
    ) -> impl Iterator<Item = (&'a HeaderName, HeaderText)> {
        let fields = self.fields.iter();
        let seen = fields.filter(|field| field.is_visible(Viewer::Person));
        seen.filter_map(|field| {
            let name = field.profile.header.as_ref()?;
            Some((name, text(field.value(traits)?)?))
        })
    }
}

/// Texts, numbers, truth and lists of these; anything else makes no header.
fn text(value: &Value) -> Option<HeaderText> {
    match value {
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(scalar).collect();
            items.map(HeaderText::List)
        }
        value => scalar(value).map(HeaderText::One),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let expose = |name: &str| json!({"expose": {"header": name}});
        let hidden = json!({"view": ["admin"], "expose": {"header": "X-Risk"}});
        let properties = json!({
            "team": {"type": "string", "x-profile": expose("X-Team")},
            "age": {"type": "integer", "x-profile": expose("X-Age")},
            "tags": {"type": "array", "x-profile": expose("X-Tags")},
            "job": {"properties": {"title": {"x-profile": expose("X-Title")}}},
            "risk": {"type": "string", "x-profile": hidden},
        });
        Schema::parse("s", json!({ "properties": properties })).unwrap()
    }

    /// KC-010.
    #[test]
    fn what_people_see_of_themselves_is_handed_on_as_texts() {
        let schema = schema();
        let traits = json!({"team": "a", "age": 7, "tags": ["x", 1], "risk": "high",
            "job": {"title": {"no": "text"}}});
        let found: Vec<_> = schema
            .exposures(&traits)
            .map(|(name, text)| (name.as_str(), text))
            .collect();
        let one = |text: &str| HeaderText::One(text.to_owned());
        let list = HeaderText::List(vec!["x".to_owned(), "1".to_owned()]);
        assert_eq!(
            found,
            [("x-team", one("a")), ("x-age", one("7")), ("x-tags", list)]
        );
        let names: Vec<_> = schema.exposed().collect();
        assert_eq!(names.len(), 5, "those are reserved, too");
        assert_eq!(names[3].1, "/properties/job/properties/title");
    }

    #[test]
    fn what_is_no_header_name_is_no_schema() {
        let keyword = json!({"expose": {"header": "X Team"}});
        let document = json!({"properties": {"a": {"x-profile": keyword}}});
        let refused = Schema::parse("s", document).unwrap_err();
        assert_eq!(refused.pointer, "/properties/a/x-profile/expose/header");
    }
}
