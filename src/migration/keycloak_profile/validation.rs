//! Keycloak's validators as keywords, one by one.

use portcullis_core::schema::Schema;
use serde_json::{Map, Number, Value, json};

use crate::migration::Losses;

/// Each validator that is known, with what it may be told.
const KNOWN: [(&str, &[&str]); 13] = [
    ("length", &["min", "max", "trim-disabled"]),
    ("integer", &["min", "max"]),
    ("double", &["min", "max"]),
    ("uri", &["allowedSchemes"]),
    ("pattern", &["pattern", "error-message"]),
    ("email", &["max-local-length"]),
    ("local-date", &["error-message"]),
    ("iso-date", &["error-message"]),
    ("person-name-prohibited-characters", &["error-message"]),
    ("username-prohibited-characters", &["error-message"]),
    ("up-username-not-idn-homograph", &["error-message"]),
    ("options", &["options"]),
    ("multivalued", &["min", "max"]),
];

/// Validators that are formats here; of several on one attribute the first gives the format its
/// name, and the others stand in `allOf`.
pub(super) const FORMATS: [(&str, &str); 7] = [
    ("email", "email"),
    ("uri", "uri"),
    ("local-date", "local-date"),
    ("iso-date", "date"),
    ("username-prohibited-characters", "username"),
    ("person-name-prohibited-characters", "person-name"),
    ("up-username-not-idn-homograph", "not-idn-homograph"),
];

/// The longest name in an address where Keycloak is told no other.
pub(super) const LOCAL_LENGTH: u64 = 64;

/// What validators come to.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Of one value.
    pub(super) item: Map<String, Value>,
    /// Of a list of values.
    pub(super) list: Map<String, Value>,
    /// In `x-profile`.
    pub(super) profile: Map<String, Value>,
}

/// Reads the validators of an attribute.
pub(super) fn read(validations: &Value, losses: &mut Losses<'_>) -> Rules {
    let none = Map::new();
    let all = validations.as_object().unwrap_or(&none);
    if !validations.is_null() && !validations.is_object() {
        losses.add("validations", "it is no object, and is left out");
    }
    let mut rules = Rules::default();
    rules
        .item
        .insert("type".to_owned(), json!(kind(all, losses)));
    let mut names: Vec<&String> = all.keys().collect();
    // Formats come in the order of precedence, whatever the file's is.
    names.sort_by_key(|name| FORMATS.iter().position(|(own, _)| own == name));
    for name in names {
        rules.apply(name, &all[name], losses);
    }
    if rules.item["type"] != "string" {
        rules.keep_to_numbers(losses);
    }
    rules
}

fn kind(all: &Map<String, Value>, losses: &mut Losses<'_>) -> &'static str {
    match (all.contains_key("integer"), all.contains_key("double")) {
        (true, true) => {
            losses.add("validator double", "the attribute is an integer already");
            "integer"
        }
        (true, false) => "integer",
        (false, true) => "number",
        (false, false) => "string",
    }
}

impl Rules {
    fn apply(&mut self, name: &str, config: &Value, losses: &mut Losses<'_>) {
        let Some((_, known)) = KNOWN.iter().find(|(own, _)| *own == name) else {
            let why = "there is no such validator here; the attribute is not checked by it";
            return losses.add(format!("validator {name}"), why);
        };
        let members = config.as_object().into_iter().flat_map(Map::keys);
        for member in members.filter(|member| !known.contains(&member.as_str())) {
            let what = format!("{member} of validator {name}");
            losses.add(what, "it has no meaning here, and is left out");
        }
        match name {
            "length" => self.length(config, losses),
            "integer" | "double" if name == "double" && self.item["type"] == "integer" => {}
            "integer" | "double" => self.range(config, losses),
            "pattern" => self.pattern(config, losses),
            "options" => self.options(&config["options"], losses),
            "multivalued" => {
                let (least, most) = (count(&config["min"]), count(&config["max"]));
                set(&mut self.list, "minItems", least);
                set(&mut self.list, "maxItems", most);
            }
            _ => self.format(name, config, losses),
        }
    }

    fn length(&mut self, config: &Value, losses: &mut Losses<'_>) {
        for (member, keyword) in [("min", "minLength"), ("max", "maxLength")] {
            let length = count(&config[member]);
            if length.is_none() && !config[member].is_null() {
                let what = format!("{member} of validator length");
                losses.add(what, "it is no number from 0 up, and is left out");
            }
            set(&mut self.item, keyword, length);
        }
        if !is_on(&config["trim-disabled"]) {
            self.profile.insert("trim".to_owned(), json!(true));
        }
    }

    fn range(&mut self, config: &Value, losses: &mut Losses<'_>) {
        for (member, keyword) in [("min", "minimum"), ("max", "maximum")] {
            let bound = number(&config[member]);
            if bound.is_none() && !config[member].is_null() {
                let what = format!("{member} of its range");
                losses.add(what, "it is no number, and is left out");
            }
            set(&mut self.item, keyword, bound);
        }
    }

    fn pattern(&mut self, config: &Value, losses: &mut Losses<'_>) {
        let Some(pattern) = config["pattern"].as_str() else {
            return losses.add("validator pattern", "it has no pattern, and is left out");
        };
        // Keycloak asks that all of the text matches, JSON Schema that a part does.
        let whole = format!("^(?:{pattern})$");
        if let Err(reason) = usable(&whole) {
            let why = format!("{reason}; the pattern is left out, so nothing is checked by it");
            return losses.add("validator pattern", why);
        }
        self.item.insert("pattern".to_owned(), json!(whole));
        if let Some(words) = config["error-message"].as_str() {
            self.say("pattern", words);
        }
    }

    fn options(&mut self, options: &Value, losses: &mut Losses<'_>) {
        let texts = options.as_array().map(|options| {
            let texts = options.iter().filter(|option| option.is_string());
            texts.cloned().collect::<Vec<_>>()
        });
        let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
            return losses.add("validator options", "it lists no texts, and is left out");
        };
        if options
            .as_array()
            .is_some_and(|all| all.len() != texts.len())
        {
            losses.add("validator options", "what is no text in it is left out");
        }
        self.item.insert("enum".to_owned(), texts.into());
    }

    fn format(&mut self, name: &str, config: &Value, losses: &mut Losses<'_>) {
        let format = FORMATS.iter().find(|(own, _)| *own == name);
        let Some((_, format)) = format else { return };
        let words = config["error-message"].as_str();
        if self.item.contains_key("format") {
            let further = self.item.entry("allOf").or_insert_with(|| json!([]));
            if let Value::Array(further) = further {
                further.push(json!({"format": format}));
            }
            if words.is_some() {
                let what = format!("error-message of validator {name}");
                losses.add(what, "there is one for all formats of an attribute");
            }
        } else {
            self.item.insert("format".to_owned(), json!(format));
            words
                .into_iter()
                .for_each(|words| self.say("format", words));
        }
        if name == "email" {
            let most = count(&config["max-local-length"]).unwrap_or(LOCAL_LENGTH.into());
            let email = json!({"max_local_length": most});
            self.profile.insert("email".to_owned(), email);
        }
        if let Some(schemes) = config["allowedSchemes"].as_array() {
            let schemes: Vec<&Value> = schemes.iter().filter(|one| one.is_string()).collect();
            self.profile
                .insert("uri_schemes".to_owned(), json!(schemes));
        }
    }

    /// Says this where a keyword is not met.
    fn say(&mut self, keyword: &str, words: &str) {
        let messages = self.profile.entry("error_messages");
        if let Value::Object(messages) = messages.or_insert_with(|| json!({})) {
            messages.insert(keyword.to_owned(), json!(words));
        }
    }

    /// Takes away what is said of texts: the values are numbers.
    fn keep_to_numbers(&mut self, losses: &mut Losses<'_>) {
        for keyword in ["minLength", "maxLength", "pattern", "format", "allOf"] {
            if self.item.shift_remove(keyword).is_some() {
                losses.add(keyword, "the attribute is a number here, and no text");
            }
        }
        self.profile.shift_remove("trim");
        if let Some(Value::Array(options)) = self.item.get_mut("enum") {
            let read = |option: &Value| number(option).unwrap_or_else(|| option.clone());
            *options = options.iter().map(read).collect();
        }
    }
}

/// Whether a pattern can be matched here, in time that grows with the text alone.
fn usable(pattern: &str) -> Result<(), String> {
    let probe = json!({"type": "object", "properties": {
        "probe": {"type": "string", "pattern": pattern},
    }});
    match Schema::parse("probe", probe) {
        Ok(_) => Ok(()),
        Err(error) if error.reason.contains("look-around") => Err(error.reason),
        Err(_) => Err("the pattern is not understood here".to_owned()),
    }
}

fn set(members: &mut Map<String, Value>, keyword: &str, value: Option<Value>) {
    members.extend(value.map(|value| (keyword.to_owned(), value)));
}

/// A number from 0 up, which the administration console may have written as a text.
fn count(value: &Value) -> Option<Value> {
    number(value).filter(Value::is_u64)
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().ok().map(Value::from);
            let broken = || text.parse::<f64>().ok().and_then(Number::from_f64);
            whole.or_else(|| broken().map(Value::Number))
        }
        _ => None,
    }
}

fn is_on(value: &Value) -> bool {
    *value == true || value == "true"
}
