//! The traits a schema describes, flattened in the order of the document.

use serde_json::Value;

use super::{
    InvalidSchema, Layout,
    document::{invalid, pointer, resolved},
};

/// How deep traits may be nested.
const MAX_DEPTH: usize = 8;

/// What a schema says of one trait.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// Where it is, name by name.
    pub(super) path: Vec<String>,
    /// What people call it.
    pub(super) title: Option<String>,
    /// The types it may have.
    pub(super) types: Vec<String>,
    pub(super) format: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) max_length: Option<u64>,
    /// The only value it may have.
    pub(super) constant: Option<Value>,
    /// It and all it is part of must be there.
    pub(super) is_required: bool,
    /// The form shows it but does not let it be changed.
    pub(super) is_disabled: bool,
    /// People may change it, and not only administrators.
    pub(super) is_editable: bool,
    pub(super) is_identifier: bool,
    pub(super) verification: Option<String>,
    pub(super) recovery: Option<String>,
}

impl Field {
    /// The dotted path.
    pub(super) fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// What people call it; its own name where the schema gives no title.
    pub(super) fn label(&self) -> &str {
        match (&self.title, self.path.last()) {
            (Some(title), _) => title,
            (None, Some(name)) => name,
            (None, None) => "",
        }
    }

    /// Whether it may be of this type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|own| own == kind)
    }

    /// Whether somebody signs in with it or can be reached by it.
    pub(super) fn is_address(&self) -> bool {
        self.is_identifier || self.verification.is_some() || self.recovery.is_some()
    }

    /// Whether mail can be sent to it.
    pub(super) fn is_email_address(&self) -> bool {
        let via = self.verification.as_deref().or(self.recovery.as_deref());
        via == Some("email")
    }

    /// Its value in `traits`.
    pub(super) fn value<'a>(&self, traits: &'a Value) -> Option<&'a Value> {
        self.path
            .iter()
            .try_fold(traits, |value, name| value.get(name))
    }

    /// Its texts in `traits`: one, or the items of a list.
    pub(super) fn texts<'a>(&self, traits: &'a Value) -> impl Iterator<Item = &'a str> {
        let value = self.value(traits);
        let items = value.and_then(Value::as_array).into_iter().flatten();
        value.into_iter().chain(items).filter_map(Value::as_str)
    }
}

/// Every trait of the document, objects before what they hold.
pub(super) fn collect(document: &Value, layout: Layout) -> Result<Vec<Field>, InvalidSchema> {
    let (root, at) = match layout {
        Layout::Identity => (&document["properties"]["traits"], "/properties/traits"),
        Layout::Traits => (document, ""),
    };
    let has_traits = root["properties"]
        .as_object()
        .is_some_and(|p| !p.is_empty());
    if !has_traits {
        return Err(invalid(
            &format!("{at}/properties"),
            "it describes no traits",
        ));
    }
    let mut collector = Collector {
        document,
        at,
        path: Vec::new(),
        fields: Vec::new(),
    };
    collector.properties(root, true)?;
    Ok(collector.fields)
}

struct Collector<'a> {
    document: &'a Value,
    at: &'a str,
    path: Vec<&'a str>,
    fields: Vec<Field>,
}

impl<'a> Collector<'a> {
    fn properties(&mut self, object: &'a Value, is_required: bool) -> Result<(), InvalidSchema> {
        let object = self.resolved(object);
        let required = |name: &str| {
            let names = object["required"].as_array();
            names.is_some_and(|names| names.iter().any(|own| own == name))
        };
        for (name, schema) in object["properties"].as_object().into_iter().flatten() {
            self.path.push(name);
            if name.is_empty() || name.contains('.') || self.path.len() > MAX_DEPTH {
                return Err(self.invalid("a trait's name has no dot, and at most 8 levels"));
            }
            let is_required = is_required && required(name);
            let schema = self.resolved(schema);
            self.fields.push(field(&self.path, schema, is_required));
            self.properties(schema, is_required)?;
            self.path.pop();
        }
        Ok(())
    }

    /// The schema itself, or the one of this document that it refers to.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        resolved(self.document, schema)
    }

    fn invalid(&self, reason: &str) -> InvalidSchema {
        let steps: Vec<&str> = self.path.iter().flat_map(|n| ["properties", n]).collect();
        invalid(&format!("{}{}", self.at, pointer(&steps)), reason)
    }
}

fn field(path: &[&str], schema: &Value, is_required: bool) -> Field {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(text).collect(),
        single => text(single).into_iter().collect(),
    };
    let own = &schema["ory.sh/kratos"];
    let keyword = match own.is_null() {
        true => &schema["items"]["ory.sh/kratos"],
        false => own,
    };
    Field {
        path: path.iter().map(|&name| name.to_owned()).collect(),
        title: text(&schema["title"]).filter(|title| !title.is_empty()),
        types,
        format: text(&schema["format"]),
        pattern: text(&schema["pattern"]),
        max_length: schema["maxLength"].as_u64(),
        constant: schema.get("const").cloned(),
        is_required,
        is_disabled: schema["disableFormField"] == true,
        is_editable: is_editable(&schema["x-profile"]["edit"]),
        is_identifier: keyword["credentials"]["password"]["identifier"] == true,
        verification: text(&keyword["verification"]["via"]),
        recovery: text(&keyword["recovery"]["via"]),
    }
}

/// Whether people may edit a trait with this `x-profile.edit`: when they are named, or when nobody
/// is.
fn is_editable(editors: &Value) -> bool {
    match editors {
        Value::Null => true,
        Value::Array(roles) => roles.iter().any(|role| role == "user"),
        role => role == "user",
    }
}
