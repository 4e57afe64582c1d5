//! Attributes that no schema describes, as people send them: a form's rows of a name and a value, or
//! an object of lists.

use portcullis_core::{
    identity::Identity,
    schema::{self, TraitError, Viewer},
};
use serde_json::Value;

use crate::{complaint::Complaint, desk::Desk, submission::Submission};

/// The field by which scripts send them, and what paths to them begin with.
const FIELD: &str = "unmanaged";

/// The identity with the attributes that were sent, or all that is wrong with them.
pub(crate) fn taken(
    desk: &Desk,
    identity: Identity,
    submission: &Submission,
) -> Result<Identity, Vec<Complaint>> {
    let rows = submission.fields.get(schema::ATTRIBUTES);
    let sent = match submission.fields.get(FIELD) {
        Some(sent) => sent.clone(),
        None => rows.map_or(Value::Null, schema::attributes_of_rows),
    };
    let services = &desk.services;
    let taken = services
        .schemas
        .with_attributes(identity, Viewer::Person, &sent, &*services.clock);
    taken.map_err(|errors| {
        let complaint = |error| complaint(error, rows);
        errors.into_iter().map(complaint).collect()
    })
}

/// What is wrong, at the row it is wrong in.
fn complaint(error: TraitError, rows: Option<&Value>) -> Complaint {
    let name = error.path.strip_prefix(FIELD).unwrap_or_default();
    let name = name.trim_start_matches('.');
    let mut rows = rows.and_then(Value::as_object).into_iter().flatten();
    let is_it = |row: &Value| row["name"].as_str().map(str::trim) == Some(name);
    let place = rows.find(|(_, row)| is_it(row)).map(|(place, _)| place);
    let field = place.map(|place| format!("{}.{place}.value", schema::ATTRIBUTES));
    (field, error.message)
}
