//! The traits a schema describes, flattened in the order of the document.

use serde_json::Value;

use super::{
    InvalidSchema, Layout,
    annotations::OPTIONS_FROM,
    document::{DATA, invalid, pointer, resolved},
    field::Field,
    profile::{self, Permissions, Profile, Root},
};

/// How deep traits may be nested.
const MAX_DEPTH: usize = 8;

/// Keywords that hold schemas by names of one's own.
const MAPS: [&str; 4] = [
    "properties",
    "definitions",
    "patternProperties",
    "dependencies",
];

/// What a document says of its traits.
#[derive(Debug)]
pub(super) struct Collected {
    /// Every trait, objects before what they hold.
    pub(super) fields: Vec<Field>,
    pub(super) root: Root,
    /// Where objects stand whose `required` asks only those who may change the trait.
    pub(super) relaxed: Vec<String>,
}

/// Reads the traits of a document.
pub(super) fn collect(document: &Value, layout: Layout) -> Result<Collected, InvalidSchema> {
    let at = layout.pointer();
    let root = layout.traits(document);
    let has_traits = root["properties"]
        .as_object()
        .is_some_and(|p| !p.is_empty());
    if !has_traits {
        return Err(invalid(
            &format!("{at}/properties"),
            "it describes no traits",
        ));
    }
    if root.get("type").is_some_and(|kind| kind != "object") {
        return Err(invalid(&format!("{at}/type"), "traits are an object"));
    }
    let mut collector = Collector {
        document,
        path: Vec::new(),
        fields: Vec::new(),
        read: vec![format!("{at}/{}", profile::KEYWORD)],
        objects: Vec::new(),
    };
    let whole = Whole {
        is_required: true,
        permissions: Permissions::ALL,
        scopes: Vec::new(),
        group: None,
        rank: Vec::new(),
    };
    let parsed = Root::of(root, at)?;
    collector.properties(root, at, &whole)?;
    collector.refuse_unread(document, "", false)?;
    let mut collected = Collected {
        fields: collector.fields,
        relaxed: Vec::new(),
        root: parsed,
    };
    if collected.root.is_required_by_context {
        collected.relaxed = collector.objects;
        for field in &mut collected.fields {
            field.is_required_of_editors = std::mem::take(&mut field.is_required);
        }
    }
    Ok(collected)
}

/// What the object says of all its members.
struct Whole {
    is_required: bool,
    permissions: Permissions,
    scopes: Vec<Vec<String>>,
    group: Option<String>,
    rank: Vec<(i64, usize)>,
}

struct Collector<'a> {
    document: &'a Value,
    path: Vec<&'a str>,
    fields: Vec<Field>,
    /// Where keywords stand that are obeyed.
    read: Vec<String>,
    objects: Vec<String>,
}

impl<'a> Collector<'a> {
    fn properties(
        &mut self,
        object: &'a Value,
        at: &str,
        whole: &Whole,
    ) -> Result<(), InvalidSchema> {
        let (object, at) = self.resolved(object, at);
        self.objects.push(at.clone());
        let properties = object["properties"].as_object().into_iter().flatten();
        for (place, (name, schema)) in properties.enumerate() {
            self.path.push(name);
            let here = format!("{at}/properties{}", pointer(&[name]));
            if name.is_empty() || name.contains('.') || self.path.len() > MAX_DEPTH {
                let reason = "a trait's name has no dot, and at most 8 levels";
                return Err(invalid(&here, reason));
            }
            let required = object["required"].as_array();
            let is_required = required.is_some_and(|names| names.iter().any(|own| own == name));
            let profile = self.profile(schema, &here)?;
            let (schema, here) = self.resolved(schema, &here);
            let mut field = field(&self.path, schema, profile);
            field.is_required = whole.is_required && is_required;
            field.pointer.clone_from(&here);
            let part = whole.part(&mut field, place);
            self.fields.push(field);
            self.properties(schema, &here, &part)?;
            self.path.pop();
        }
        Ok(())
    }

    /// The keyword beside a reference, or of what it refers to.
    fn profile(&mut self, schema: &'a Value, at: &str) -> Result<Profile, InvalidSchema> {
        let (schema, at) = match schema.get(profile::KEYWORD) {
            Some(_) => (schema, at.to_owned()),
            None => self.resolved(schema, at),
        };
        self.read.push(format!("{at}/{}", profile::KEYWORD));
        Profile::of(schema, &at)
    }

    /// The schema itself, or the one of this document that it refers to, and where it stands.
    fn resolved(&self, schema: &'a Value, at: &str) -> (&'a Value, String) {
        let target = schema["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
        let found = resolved(self.document, schema);
        match target {
            Some(target) if !std::ptr::eq(found, schema) => (found, target.to_owned()),
            _ => (schema, at.to_owned()),
        }
    }

    /// Refuses keywords where nobody obeys them: they would seem to protect something.
    fn refuse_unread(&self, part: &Value, at: &str, is_map: bool) -> Result<(), InvalidSchema> {
        match part {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| self.refuse_unread(item, &format!("{at}/{i}"), false)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                let here = format!("{at}{}", pointer(&[name]));
                match name.as_str() {
                    _ if is_map => self.refuse_unread(member, &here, false),
                    profile::KEYWORD if self.read.contains(&here) => Ok(()),
                    profile::KEYWORD => Err(invalid(
                        &here,
                        "it stands at a trait or at the traits as a whole, and has no meaning here",
                    )),
                    name if DATA.contains(&name) => Ok(()),
                    name => self.refuse_unread(member, &here, MAPS.contains(&name)),
                }
            }),
            _ => Ok(()),
        }
    }
}

impl Whole {
    /// What a member says of its own members; what the whole says of the member goes into it.
    fn part(&self, field: &mut Field, place: usize) -> Self {
        let own = field.profile.permissions;
        field.permissions = own.map_or(self.permissions, |own| own.within(self.permissions));
        field.scopes.clone_from(&self.scopes);
        if !field.profile.enabled_scopes.is_empty() {
            field.scopes.push(field.profile.enabled_scopes.clone());
        }
        field.group = field.profile.group.clone().or_else(|| self.group.clone());
        field.rank.clone_from(&self.rank);
        field
            .rank
            .push((field.profile.order.unwrap_or(i64::MAX), place));
        Self {
            is_required: field.is_required,
            permissions: field.permissions,
            scopes: field.scopes.clone(),
            group: field.group.clone(),
            rank: field.rank.clone(),
        }
    }
}

fn field(path: &[&str], schema: &Value, profile: Profile) -> Field {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let own = &schema["ory.sh/kratos"];
    let keyword = match own.is_null() {
        true => &schema["items"]["ory.sh/kratos"],
        false => own,
    };
    let options = schema["enum"].as_array();
    let options = options.or_else(|| schema["items"]["enum"].as_array());
    let options = offered(&profile).or(options.cloned());
    let length = |schema: &Value| schema["maxLength"].as_u64();
    Field {
        path: path.iter().map(|&name| name.to_owned()).collect(),
        pointer: String::new(),
        title: text(&schema["title"]).filter(|title| !title.is_empty()),
        types: types(schema),
        item_types: types(&schema["items"]),
        format: text(&schema["format"]).or_else(|| text(&schema["items"]["format"])),
        pattern: text(&schema["pattern"]).or_else(|| text(&schema["items"]["pattern"])),
        max_length: length(schema).or_else(|| length(&schema["items"])),
        bounds: ["minimum", "maximum"].map(|name| schema.get(name).cloned()),
        max_items: schema["maxItems"].as_u64(),
        constant: schema.get("const").cloned(),
        options: options.unwrap_or_default(),
        default: schema.get("default").cloned(),
        is_required: false,
        is_required_of_editors: false,
        is_disabled: schema["disableFormField"] == true,
        has_parts: schema["properties"].is_object(),
        is_identifier: ["password", "code", "webauthn"]
            .iter()
            .any(|kind| keyword["credentials"][*kind]["identifier"] == true),
        code_via: text(&keyword["credentials"]["code"]["via"]),
        verification: text(&keyword["verification"]["via"]),
        recovery: text(&keyword["recovery"]["via"]),
        permissions: Permissions::ALL,
        scopes: Vec::new(),
        group: None,
        rank: Vec::new(),
        is_chosen_once: false,
        is_substituted: false,
        profile,
    }
}

/// The values to choose from that a validator has and an annotation names.
fn offered(profile: &Profile) -> Option<Vec<Value>> {
    let name = profile.annotations.get(OPTIONS_FROM)?.as_str()?;
    let mut validators = profile.validators.iter();
    let found = validators.find(|validator| validator.name == name)?;
    found.config["options"].as_array().cloned()
}

fn types(schema: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(text).collect(),
        single => text(single).into_iter().collect(),
    }
}
