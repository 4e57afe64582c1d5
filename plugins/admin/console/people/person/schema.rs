//! Moving somebody to another schema: its form over what they have, with what it has no place for told
//! before anything is lost.

mod passage;

use std::sync::Arc;

use axum::response::Response;
use portcullis_core::{
    identity::Identity,
    schema::{Evaluation, ProfileContext, Schema, TraitError},
    ui::Ui,
};
use portcullis_kit::{Failure, FormView, Outcome};
use serde::Serialize;
use serde_json::Value;

use self::passage::Passage;
use super::{
    call::{self, Call, Trouble},
    head::Tab,
    traits,
};
use crate::{
    console::people::taken::Taken,
    people::{self, Wanted, refusal::refused},
};

/// The parameter and field that names the schema.
const SCHEMA: &str = "schema_id";
/// The end of its address.
pub(super) const END: &str = "/schema";

/// The page as a template reads it.
#[derive(Serialize)]
struct Moving<'a> {
    schema_id: &'a str,
    from: &'a str,
    version: i64,
    form: FormView<'a>,
    /// What the schema has no place for, by dotted path.
    lost: Vec<(String, String)>,
    /// What else becomes of them, in the reader's language.
    notes: Vec<String>,
    /// Whether nothing is shown that has to be mended first.
    fits: bool,
}

/// Shows what becomes of somebody in the schema that is asked for.
pub(super) async fn page(call: Call) -> Outcome {
    let id = call.visit.query(SCHEMA).unwrap_or_default();
    let to = other(&call, id)?;
    let passage = Passage::of(&call.desk, &call.identity, &to);
    let mut form = traits::fields(&to, &passage.kept, call.action(END));
    for error in unfit(&call.identity, &to, &passage) {
        let path = match error.path.as_str() {
            "" => String::new(),
            path => format!("{}.{path}", traits::TRAITS),
        };
        traits::complain(&mut form, &path, error.message);
    }
    call.locale.form(&mut form);
    Ok(draw(&call, (&to, &passage, &form), None))
}

/// Moves them, with what was typed.
pub(super) async fn submit(call: Call) -> Outcome {
    let to = other(&call, call.text(SCHEMA))?;
    let want = |identity: &Identity| {
        call.require_shown(identity)?;
        let mut kept = Passage::of(&call.desk, identity, &to).kept;
        if let Some(sent) = call.fields.get(traits::TRAITS) {
            traits::lay_over(&mut kept, sent);
        }
        Ok(Wanted {
            schema_id: Some(to.id().to_owned()),
            traits: Some(kept),
            ..Wanted::default()
        })
    };
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", "They obey the other schema now."),
        Err(failure) if call::is_told(&failure) => {
            let passage = Passage::of(&call.desk, &call.identity, &to);
            let mut form = traits::fields(&to, &passage.kept, call.action(END));
            let taken = match want(&call.identity) {
                Ok(wanted) => {
                    let what = (Some(&call.identity), &wanted);
                    Taken::of(&call.desk, &call.caller, what, &failure).await?
                }
                Err(_) => Taken::default(),
            };
            traits::tell(&call, &mut form, (&failure, &taken));
            let trouble = call.wrong("schema", "Nothing was saved.");
            let trouble = trouble.with_holders(taken.holders);
            Ok(draw(&call, (&to, &passage, &form), Some(trouble)))
        }
        Err(failure) => Err(failure),
    }
}

/// The schema of this name, which is another than their own.
fn other(call: &Call, id: &str) -> Result<Arc<Schema>, Failure> {
    let own = &call.identity.schema_id;
    let found = call.desk.services.schemas.find(id);
    found.filter(|schema| schema.id() != own).ok_or_else(|| {
        refused("There is no such schema, or they obey it already.")
            .way_out("To this person", call.path(""))
    })
}

/// What is wrong with what they have, where that schema judges it.
fn unfit(identity: &Identity, to: &Schema, passage: &Passage) -> Vec<TraitError> {
    let place = Evaluation::of(ProfileContext::Admin);
    let judged = to.accept(&place, passage.kept.clone(), &identity.traits);
    judged.err().unwrap_or_default()
}

fn draw(
    call: &Call,
    (to, passage, form): (&Schema, &Passage, &Ui),
    trouble: Option<Trouble>,
) -> Response {
    let mut inputs = form.nodes.iter();
    let fits = form.messages.is_empty() && inputs.all(|node| node.messages.is_empty());
    let lost = passage.lost.iter();
    let moving = Moving {
        schema_id: to.id(),
        from: &call.identity.schema_id,
        version: call.identity.version,
        form: FormView::of(form),
        lost: lost
            .map(|(path, value)| (path.clone(), plain(value)))
            .collect(),
        notes: passage
            .notes
            .iter()
            .map(|note| call.locale.text(note))
            .collect(),
        fits,
    };
    call.draw((Tab::Details, "person-schema.html"), moving, trouble)
}

fn plain(value: &Value) -> String {
    let text = value.as_str().map(str::to_owned);
    text.unwrap_or_else(|| value.to_string())
}
