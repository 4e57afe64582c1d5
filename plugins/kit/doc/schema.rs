//! The schemas of single values, as parameters have them.

use utoipa::openapi::{
    Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    SchemaFormat, Type, schema::ArrayItems,
};

/// Any text.
pub fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

/// A text that fits this pattern.
pub fn pattern(pattern: &str) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.pattern(Some(pattern)).build()
}

/// The id of something.
pub fn id() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let format = SchemaFormat::Custom("uuid".to_owned());
    text.format(Some(format)).build()
}

/// Yes or no.
pub fn flag() -> Object {
    ObjectBuilder::new().schema_type(Type::Boolean).build()
}

/// A whole number from `least` on.
pub fn number_from(least: u32) -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    number.minimum(Some(f64::from(least))).build()
}

/// A whole number from `least` to `most`.
pub fn number(least: u32, most: u32) -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    let number = number.minimum(Some(f64::from(least)));
    number.maximum(Some(f64::from(most))).build()
}

/// A time as RFC 3339 writes it.
pub fn moment() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    text.format(Some(format)).build()
}

/// An address on the network.
pub fn address() -> RefOr<Schema> {
    let of = |format: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let format = SchemaFormat::Custom(format.to_owned());
        text.format(Some(format)).build()
    };
    either(of("ipv4").into(), of("ipv6").into())
}

/// One of these words.
pub fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.enum_values(Some(words)).build()
}

/// A list of these.
pub fn list(items: impl Into<RefOr<Schema>>) -> Array {
    let items = ArrayItems::RefOrSchema(Box::new(items.into()));
    ArrayBuilder::new().items(items).build()
}

/// One of two.
pub fn either(one: RefOr<Schema>, other: RefOr<Schema>) -> RefOr<Schema> {
    let both = OneOfBuilder::new().item(one).item(other).build();
    RefOr::T(Schema::OneOf(both))
}

/// A length of time, a year at most: a text, or a number of seconds.
pub fn lifespan() -> Schema {
    let text = pattern("^[1-9][0-9]{0,2}(s|m|h)$");
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    let year = number(1, 365 * 24 * 60 * 60);
    let any = OneOfBuilder::new().item(nothing).item(text).item(year);
    Schema::OneOf(any.build())
}
