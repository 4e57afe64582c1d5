//! How a configured provider's claims become traits.

use portcullis_core::{
    expression::{Expression, InvalidExpression, Scope},
    mapping::{Mapping, MappingEntry},
};

use crate::config;

/// The mapping that a table, or its kind, describes.
pub(super) fn mapping(table: &config::Provider) -> Result<Mapping, InvalidExpression> {
    let entries = table
        .mapped_traits()
        .into_iter()
        .map(|(path, mapped)| entry(path, mapped, table));
    let entries: Result<Vec<_>, _> = entries.collect();
    Ok(Mapping {
        entries: entries?.into(),
        allow_privileged: table.allow_privileged,
    })
}

fn entry(
    path: String,
    mapped: config::MappedTrait,
    table: &config::Provider,
) -> Result<MappingEntry, InvalidExpression> {
    let compile = |text: String| Expression::compile(&text, Scope::Claims);
    let condition = |text: String| Expression::compile_claims_condition(&text);
    Ok(MappingEntry {
        path,
        value: compile(mapped.value)?,
        sync: mapped.sync.unwrap_or(table.sync),
        target: mapped.target,
        only_if: mapped.only_if.map(condition).transpose()?,
        rename: mapped.rename,
    })
}
