//! Identities as rows of their table.

use std::collections::BTreeSet;

use portcullis_core::{
    credential::{CredentialKind, Kinds},
    identity::{Identity, IdentityState},
    store::StoreError,
};
use sea_query::{Expr, Query, SelectStatement, SubQueryStatement, Value};

use crate::store::{
    cell::{Row, json, json_if_any, text, time},
    credentials::row::factors_and_links,
    table::{Cell, Column, Table},
};

/// What an identity is called in errors.
pub(in crate::store) const WHAT: &str = "identity";

const COLUMNS: [Column; 19] = [
    Column::Id,
    Column::Tenant,
    Column::SchemaId,
    Column::State,
    Column::StateChangedAt,
    Column::Traits,
    Column::ExternalId,
    Column::MetadataPublic,
    Column::MetadataAdmin,
    Column::Roles,
    Column::RequiredActions,
    Column::AcceptedTerms,
    Column::Unmanaged,
    Column::Provenance,
    Column::Identifiers,
    Column::Addresses,
    Column::CreatedAt,
    Column::UpdatedAt,
    Column::Version,
];

/// Whole identities.
pub(in crate::store) fn selection() -> SelectStatement {
    let factor = SubQueryStatement::SelectStatement(factors_and_links());
    Query::select()
        .columns(COLUMNS)
        .expr_as(
            Expr::SubQuery(None, Box::new(factor)),
            Column::SecondFactors,
        )
        .from(Table::Identities)
        .to_owned()
}

/// What is kept of an identity.
pub(super) fn cells(identity: &Identity) -> Result<Vec<Cell>, StoreError> {
    let state = match identity.state {
        IdentityState::Active => "active",
        IdentityState::Inactive => "inactive",
    };
    Ok(vec![
        (Column::Id, text(identity.id)),
        (Column::Tenant, text(&identity.tenant)),
        (Column::SchemaId, text(&identity.schema_id)),
        (Column::State, text(state)),
        (Column::StateChangedAt, time(identity.state_changed_at)),
        (Column::Traits, json(&identity.traits)?),
        (
            Column::ExternalId,
            Value::String(identity.external_id.clone()),
        ),
        (
            Column::MetadataPublic,
            json_if_any(identity.metadata_public.as_ref())?,
        ),
        (
            Column::MetadataAdmin,
            json_if_any(identity.metadata_admin.as_ref())?,
        ),
        (Column::Roles, json(&identity.roles)?),
        (Column::RequiredActions, json(&identity.required_actions)?),
        (Column::AcceptedTerms, json(&identity.accepted_terms)?),
        (Column::Unmanaged, json(&identity.unmanaged)?),
        (Column::Provenance, json(&identity.provenance)?),
        (Column::Identifiers, json(&identity.identifiers)?),
        (Column::Addresses, json(&identity.addresses)?),
        (Column::CreatedAt, time(identity.created_at)),
        (Column::UpdatedAt, time(identity.updated_at)),
        (Column::Version, version(identity.version)),
    ])
}

/// What an identifier is called in errors.
pub(super) const IDENTIFIER: &str = "identifier";

/// What an address is called in errors.
pub(super) const ADDRESS: &str = "address";

/// By what an identity is found: a row for each identifier.
pub(super) fn identifiers(identity: &Identity) -> impl Iterator<Item = Vec<Cell>> + '_ {
    let identifiers: BTreeSet<_> = identity.identifiers.iter().collect();
    identifiers.into_iter().map(|identifier| {
        vec![
            (Column::Tenant, text(&identity.tenant)),
            (Column::Identifier, text(identifier)),
            (Column::IdentityId, text(identity.id)),
        ]
    })
}

/// Where an identity is reached: a row for each address.
pub(super) fn addresses(identity: &Identity) -> impl Iterator<Item = Vec<Cell>> + '_ {
    identity.addresses.iter().map(|address| {
        vec![
            (Column::Id, text(address.id)),
            (Column::Address, text(&address.value)),
            (Column::IdentityId, text(identity.id)),
        ]
    })
}

/// A version as it is kept.
pub(super) fn version(value: i64) -> Value {
    Value::BigInt(Some(value))
}

/// An identity as it is kept.
pub(in crate::store) fn read(row: &Row) -> Result<Identity, StoreError> {
    let state = match row.text(Column::State)?.as_str() {
        "active" => IdentityState::Active,
        "inactive" => IdentityState::Inactive,
        _ => return Err(StoreError::Corrupt { what: WHAT }),
    };
    let told = row.number_if_any(Column::SecondFactors)?;
    let told = told.map_or_else(Kinds::default, Kinds::of_bits);
    Ok(Identity {
        id: row.parsed(Column::Id)?,
        tenant: row.text(Column::Tenant)?,
        schema_id: row.text(Column::SchemaId)?,
        state,
        state_changed_at: row.time(Column::StateChangedAt)?,
        traits: row.json(Column::Traits)?,
        external_id: row.text_if_any(Column::ExternalId)?,
        metadata_public: row.json_if_any(Column::MetadataPublic)?,
        metadata_admin: row.json_if_any(Column::MetadataAdmin)?,
        roles: row.json(Column::Roles)?,
        required_actions: row.json(Column::RequiredActions)?,
        accepted_terms: row.json(Column::AcceptedTerms)?,
        unmanaged: row.json(Column::Unmanaged)?,
        provenance: row.json(Column::Provenance)?,
        identifiers: row.json(Column::Identifiers)?,
        addresses: row.json(Column::Addresses)?,
        second_factors: told.among(Kinds::SECOND_FACTORS),
        is_linked: told.meet(Kinds::of([CredentialKind::Oidc])),
        created_at: row.time(Column::CreatedAt)?,
        updated_at: row.time(Column::UpdatedAt)?,
        version: row.number(Column::Version)?,
    })
}
