//! What is wrong with a value, in words for people: names of types and formats, patterns and values
//! of the schema stay in the context, where programs read them.

use serde_json::Value;

use super::Message;

impl Message {
    /// A value is not of the type that is asked for; the types stay in the context, for people do
    /// not know them.
    pub fn wrong_type(allowed_types: &str, actual_type: &str) -> Self {
        let message = Self::mistyped(allowed_types, actual_type);
        let text = match allowed_types {
            "integer" => "Please enter a whole number.",
            "number" => "Please enter a number.",
            "boolean" => "Please choose yes or no.",
            "string" => "Please enter a text.",
            "array" => "Please give one value or more.",
            _ => return message,
        };
        Self {
            text: text.to_owned(),
            ..message
        }
    }

    /// A text does not have the format that is asked; its name stays in the context.
    pub fn not_of_format(format: &str) -> Self {
        let text = match format {
            "uri" | "iri" => "This is not a link. Links begin with https://.",
            "date" | "iso-date" => "This is not a date. Please write it like 2000-12-31.",
            "local-date" => "This is not a date. Please write it like 2000-12-31 or 31.12.2000.",
            "time" => "This is not a time. Please write it like 09:30.",
            "date-time" => "This is not a date with a time. Please write it like 2000-12-31 09:30.",
            "person-name" => "There is a sign in this that names do not have.",
            "username" => "There is a sign in this that cannot be used here, or a space.",
            "not-idn-homograph" => {
                "There is a letter in this that can be mistaken for another. Please use Latin ones."
            }
            _ => "This does not have the expected form.",
        };
        let mut message = Self::invalid(text);
        message.context.insert("format".to_owned(), format.into());
        message
    }

    /// A value is none of those to choose from, which stay in the context.
    pub fn not_an_option(options: &Value) -> Self {
        let mut message = Self::invalid("Please choose one of the values offered here.");
        message
            .context
            .insert("options".to_owned(), options.clone());
        message
    }

    /// A value is not the only one there may be.
    pub fn not_the_constant(expected: &Value) -> Self {
        let text = match expected {
            Value::Bool(true) => "Please tick this.".to_owned(),
            Value::Bool(false) => "Please leave this unticked.".to_owned(),
            Value::String(text) => format!("This must be {text}."),
            _ => return Self::constant(expected),
        };
        Self {
            text,
            ..Self::constant(expected)
        }
    }
}
