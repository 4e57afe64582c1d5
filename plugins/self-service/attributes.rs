//! Attributes that no schema describes, as people send them: a form's rows of a name and a value, or
//! an object of lists.

use portcullis_core::{
    identity::Identity,
    message::Message,
    schema::{self, TraitError, Viewer},
    ui::Ui,
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
    let sent = submission.fields.get(FIELD);
    let rows = submission.fields.get(schema::ATTRIBUTES);
    let rows = Rows {
        form: &submission.flow.ui,
        sent: rows.filter(|rows| sent.is_none() && rows.is_object()),
    };
    let sent = match (sent, rows.sent) {
        (Some(sent), _) => sent.clone(),
        (None, Some(rows)) => schema::attributes_of_rows(rows),
        (None, None) => Value::Null,
    };
    let services = &desk.services;
    let taken = services
        .schemas
        .with_attributes(identity, Viewer::Person, &sent, &*services.clock);
    let mut complaints: Vec<Complaint> = rows.lacking().collect();
    match taken {
        Ok(identity) if complaints.is_empty() => Ok(identity),
        Ok(_) => Err(complaints),
        Err(errors) => {
            complaints.extend(errors.into_iter().map(|error| rows.complaint(error)));
            Err(complaints)
        }
    }
}

/// The rows that were sent, and the form that they are rows of.
struct Rows<'a> {
    form: &'a Ui,
    sent: Option<&'a Value>,
}

impl<'a> Rows<'a> {
    fn each(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.sent.and_then(Value::as_object).into_iter().flatten()
    }

    /// What was typed into a part of a row.
    fn typed(row: &'a Value, part: &str) -> &'a str {
        row[part].as_str().unwrap_or_default().trim()
    }

    /// Whether the name of the row at this place is for people to type.
    fn is_new(&self, place: &str) -> bool {
        let name = field(place, "name");
        let mut nodes = self.form.nodes.iter().map(|node| &node.attributes);
        nodes.any(|input| input.name == name && input.kind == "text")
    }

    /// New rows of a name alone, of which nothing would be left.
    fn lacking(&self) -> impl Iterator<Item = Complaint> {
        let lacking = self.each().filter(|(place, row)| {
            let is_said = |part| !Self::typed(row, part).is_empty();
            is_said("name") && !is_said("value") && self.is_new(place)
        });
        lacking.map(|(place, _)| {
            let label = Message::attribute_value().text;
            let value = field(place, "value");
            let message = Message::missing(&label, &value);
            (Some(value), message)
        })
    }

    /// What is wrong, at the row it is wrong in, and at the part of it.
    fn complaint(&self, error: TraitError) -> Complaint {
        let name = error.path.strip_prefix(FIELD).unwrap_or_default();
        let name = name.trim_start_matches('.');
        let place = self
            .each()
            .find(|(_, row)| Self::typed(row, "name") == name);
        let is_of_name = error.message.context.contains_key(schema::ABOUT_NAME);
        let part = |place: &str| match is_of_name && self.is_new(place) {
            true => "name",
            false => "value",
        };
        let field = place.map(|(place, _)| field(place, part(place)));
        (field, error.message)
    }
}

fn field(place: &str, part: &str) -> String {
    format!("{}.{place}.{part}", schema::ATTRIBUTES)
}
