//! What a query asks for, as conditions of statements.

use std::collections::BTreeSet;

use portcullis_core::{
    credential::CredentialKind,
    search::{Filter, Identifier, IdentityQuery, Needle},
};
use sea_query::Value;

use super::{span::Span, sql::Sql};
use crate::store::{
    cell::{nanoseconds, text},
    database::Dialect,
};

/// What a query asks for.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// What documents contain.
    literals: Vec<String>,
    /// The marks that they then have.
    pub(super) marks: BTreeSet<u32>,
    /// When they were created.
    pub(super) span: Span,
    /// Ids, all of which hold.
    ids: Vec<Vec<Value>>,
    /// Identifiers, all of which hold.
    identifiers: Vec<Identifier>,
}

impl Conditions {
    pub(super) fn of(query: &IdentityQuery) -> Self {
        let mut conditions = Self::default();
        for term in &query.text {
            conditions.take(Needle::of_term(term));
        }
        for filter in &query.filters {
            match filter {
                Filter::Ids(ids) => conditions.ids.push(ids.iter().map(text).collect()),
                Filter::Identifier(identifier) => conditions.identifiers.push(identifier.clone()),
                Filter::CreatedAfter(at) => conditions.span.after(nanoseconds(*at)),
                Filter::CreatedBefore(at) => conditions.span.before(nanoseconds(*at)),
                Filter::Facet(facet) => conditions.take(Needle::of_facet(facet)),
            }
        }
        conditions
    }

    fn take(&mut self, needle: Needle) {
        self.literals.push(needle.literal);
        self.marks.extend(needle.marks);
    }

    /// Whether it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.span.is_open() && !self.is_narrow()
    }

    /// Whether only few can be meant, who are found by who they are.
    pub(super) fn is_narrow(&self) -> bool {
        !self.ids.is_empty() || !self.identifiers.is_empty()
    }

    /// Whether it is asked when they were created, and nothing else.
    pub(super) fn are_moments(&self) -> bool {
        self.literals.is_empty() && !self.is_narrow() && !self.span.is_open()
    }

    /// Whether they are narrowed down by marks and by nothing else that an index knows.
    pub(super) fn are_marked(&self) -> bool {
        let is_else = self.is_narrow() || !self.span.is_open() || self.is_impossible();
        !self.marks.is_empty() && !is_else
    }

    /// Whether nobody can be meant: no database keeps a NUL, and one refuses to look for it, as for
    /// one of nothing.
    pub(super) fn is_impossible(&self) -> bool {
        let identifiers = self.identifiers.iter().map(|one| &one.normal);
        let mut looked_for = self.literals.iter().chain(identifiers);
        self.ids.iter().any(Vec::is_empty) || looked_for.any(|text| text.contains('\0'))
    }

    /// Goes on with these conditions of `identity_search AS s`, each behind an AND.
    pub(super) fn write(&self, sql: Sql) -> Sql {
        let mut sql = self.span.write(sql, "s");
        for ids in &self.ids {
            sql = sql
                .push(" AND s.identity_id IN (")
                .bind_all(ids.clone())
                .push(")");
        }
        sql = self.identifiers.iter().fold(sql, write_identifier);
        self.write_literals(sql)
    }

    fn write_literals(&self, sql: Sql) -> Sql {
        let place = match sql.dialect() {
            Dialect::Sqlite => "instr",
            Dialect::Postgres => "strpos",
        };
        self.literals.iter().fold(sql, |sql, literal| {
            sql.push(&format!(" AND {place}(s.document, "))
                .bind(text(literal))
                .push(") > 0")
        })
    }
}

fn write_identifier(sql: Sql, identifier: &Identifier) -> Sql {
    let kinds = CredentialKind::ALL.map(|kind| text(kind.as_str()));
    let normal = || text(&identifier.normal);
    let sql = sql
        .push(" AND s.identity_id IN (SELECT identity_id FROM identity_identifiers WHERE identifier = ")
        .bind(normal())
        .push(" UNION SELECT identity_id FROM credentials WHERE kind IN (")
        .bind_all(kinds)
        .push(") AND identifier = ")
        .bind(normal());
    let sql = match &identifier.account {
        Some(account) => sql
            .push(" UNION SELECT identity_id FROM credentials WHERE account = ")
            .bind(text(account)),
        None => sql,
    };
    sql.push(")")
}
