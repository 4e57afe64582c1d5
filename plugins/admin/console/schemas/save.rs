//! Saving a document, and what is told where that cannot be.

use http::StatusCode;
use portcullis_core::schema::{
    Lint,
    groups::LostGroup,
    runtime::{
        Expected, SchemaCheck, SchemaError, SchemaProblem, SchemaRecord, TakenIdentifier, Terms,
        TraitCheck,
    },
};
use portcullis_kit::Failure;
use serde::Serialize;
use serde_json::Value;

use super::value;
use crate::{caller::Caller, desk::Desk, profile::Settings, schemas};

/// What is told of a document.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Whether somebody else has saved another one.
    pub(super) is_changed: bool,
    /// Whether it can be saved although people do not fit, or groups in use go.
    pub(super) may_force: bool,
    /// The groups in use that would go.
    pub(super) kept: Vec<LostGroup>,
    /// Whether people obey it, which keeps it.
    pub(super) is_in_use: bool,
    /// What makes it unusable.
    pub(super) problems: Vec<SchemaProblem>,
    /// What becomes of those who are here already.
    pub(super) check: Option<Checked>,
    /// What is odd in it.
    pub(super) lints: Option<Vec<Lint>>,
}

/// How many people would not fit.
#[derive(Debug, Serialize)]
pub(super) struct Checked {
    checked: u64,
    failing: u64,
    dropped_identifier: u64,
    without_identifier: u64,
    dropped_address: u64,
    taken_identifier: u64,
    taken: Vec<TakenIdentifier>,
    traits: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    path: String,
    people: u64,
    missing: u64,
}

impl From<SchemaCheck> for Checked {
    fn from(check: SchemaCheck) -> Self {
        let place = |(path, at): (String, TraitCheck)| Place {
            path,
            people: at.identities,
            missing: at.missing,
        };
        Self {
            checked: check.checked,
            failing: check.failing,
            dropped_identifier: check.dropped_identifier,
            without_identifier: check.without_identifier,
            dropped_address: check.dropped_address,
            taken_identifier: check.taken_identifier,
            taken: check.taken,
            traits: check.traits.into_iter().map(place).collect(),
        }
    }
}

/// A page that says why nothing was saved.
pub(super) type Refused = (StatusCode, Report);

/// On which terms a form asks for a change: it has shown a document, which must be there still.
pub(super) fn terms(typed: &Settings) -> Terms {
    Terms {
        expected: Some(Expected::OneOf(vec![value(typed, "etag").to_owned()])),
        force: value(typed, "force") == "true",
    }
}

/// Saves a document in place of the one that a form has shown.
pub(super) async fn save(
    desk: &Desk,
    caller: &Caller,
    (record, document): (&SchemaRecord, Value),
    terms: &Terms,
) -> Result<Option<Refused>, Failure> {
    let is_shown =
        matches!(&terms.expected, Some(Expected::OneOf(tags)) if tags.contains(&record.etag));
    // The order of members counts, too, so that the texts are compared.
    let [old, new] = [&record.schema, &document].map(Value::to_string);
    if is_shown && old == new {
        return Ok(None);
    }
    let written = schemas::write(desk, caller, (&record.id, document), terms).await;
    match written {
        Ok(_) => Ok(None),
        Err(error) => refused(error).map(Some),
    }
}

/// What a page tells of an error, as far as whoever sees it can do something about it there.
pub(super) fn refused(error: SchemaError) -> Result<Refused, Failure> {
    let mut report = Report::default();
    let status = match error {
        SchemaError::Changed => {
            report.is_changed = true;
            StatusCode::PRECONDITION_FAILED
        }
        SchemaError::Invalid(problems) => {
            report.problems = problems;
            StatusCode::BAD_REQUEST
        }
        SchemaError::Grouped(mut check) => {
            report.may_force = true;
            report.kept = std::mem::take(&mut check.groups);
            report.check = Some(*check)
                .filter(|check| check.failing > 0)
                .map(Into::into);
            StatusCode::CONFLICT
        }
        SchemaError::Unfit(check) => {
            report.may_force = true;
            report.check = Some((*check).into());
            StatusCode::CONFLICT
        }
        SchemaError::InUse => {
            report.is_in_use = true;
            StatusCode::CONFLICT
        }
        other => return Err(schemas::failure(other)),
    };
    Ok((status, report))
}

/// What would become of a document, without saving it.
pub(super) async fn look(desk: &Desk, id: &str, document: &Value) -> Result<Refused, Failure> {
    let services = &desk.services;
    let asked = services
        .schema_desk
        .check(id, document, &*services.identities);
    let mut check = match asked.await {
        Ok(check) => check,
        Err(error) => return refused(error),
    };
    let lints = services.schema_desk.lints(id, document);
    let report = Report {
        kept: std::mem::take(&mut check.groups),
        check: Some(check.into()),
        lints: Some(lints.map_err(schemas::failure)?),
        ..Report::default()
    };
    Ok((StatusCode::OK, report))
}
