//! Creating somebody: the fields of their schema, how they come in, what they have to do, and their
//! roles.

mod form;

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use portcullis_core::{
    action::Action,
    catalogue::Code,
    errand::{Handed, Handout},
    identity::Identity,
    secret::Secret,
};
use portcullis_kit::{Failure, Line, Outcome, Visit};
use serde_json::{Map, Value};

use crate::{
    caller::{self, Caller},
    console::{
        areas::PEOPLE,
        choice::{chosen, text},
        notice,
        once::Once,
        people::taken::Taken,
        view,
    },
    desk::Desk,
    people::{self, NewPassword, Wanted, outreach},
};

/// Where it is.
pub(super) const PATH: &str = "/ui/identities/new";

/// How somebody comes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    /// With a password that they keep.
    Password,
    /// With one that they change when they sign in.
    Temporary,
    /// With a code or a link that is handed out to them.
    #[default]
    Recovery,
    /// By themselves: through a provider, or not yet.
    Nothing,
}

impl Way {
    const ALL: [Self; 4] = [
        Self::Password,
        Self::Temporary,
        Self::Recovery,
        Self::Nothing,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Temporary => "temporary",
            Self::Recovery => "recovery",
            Self::Nothing => "nothing",
        }
    }

    fn has_password(self) -> bool {
        matches!(self, Self::Password | Self::Temporary)
    }
}

/// What was entered.
#[derive(Debug, Default)]
struct Entered {
    schema_id: String,
    traits: Value,
    way: Way,
    password: Option<Secret>,
    actions: Vec<String>,
    roles: Vec<String>,
}

impl Entered {
    fn read(desk: &Desk, fields: &Map<String, Value>) -> Self {
        let schema_id = text(fields, "schema_id").to_owned();
        let traits = fields.get("traits").cloned().unwrap_or_default();
        let schema = form::schema(desk, &schema_id);
        let mut ways = Way::ALL.into_iter();
        let way = text(fields, "way");
        let password = fields.get("password").and_then(Value::as_str);
        Self {
            traits: schema.coerce(traits),
            schema_id,
            way: ways.find(|one| one.name() == way).unwrap_or_default(),
            password: password.map(Secret::new),
            actions: chosen(fields, "actions"),
            roles: chosen(fields, "roles"),
        }
    }

    fn wanted(&self) -> Wanted {
        let mut actions = self.actions.clone();
        if self.way == Way::Temporary {
            actions.push(Action::UpdatePassword.alias().to_owned());
        }
        let password = self.password.clone().filter(|_| self.way.has_password());
        Wanted {
            schema_id: Some(self.schema_id.clone()),
            traits: Some(self.traits.clone()),
            required_actions: Some(actions),
            roles: Some(self.roles.clone()),
            password: password.map(NewPassword::Plain),
            ..Wanted::default()
        }
    }
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let entered = Entered {
        schema_id: visit.query("schema_id").unwrap_or_default().to_owned(),
        way: form::usual(&desk),
        ..Entered::default()
    };
    Ok(form::draw(&desk, (&caller, &visit), &entered, None))
}

pub(super) async fn create(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let entered = Entered::read(&desk, &visit.fields()?);
    let wanted = entered.wanted();
    match people::create(&desk, &caller, &wanted).await {
        Ok(identity) => created(&desk, (&caller, &visit), (&identity, entered.way)).await,
        Err(failure) if is_told(&failure) => {
            let taken = Taken::of(&desk, &caller, (None, &wanted), &failure).await?;
            let why = Some((&failure, taken));
            let page = form::draw(&desk, (&caller, &visit), &entered, why);
            Ok((failure.code().status(), page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

/// Whether the form says what went wrong, for whoever filled it in can mend it.
fn is_told(failure: &Failure) -> bool {
    matches!(failure.code(), Code::BadRequest | Code::IdentityConflict)
}

async fn created(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (identity, way): (&Identity, Way),
) -> Outcome {
    let person = format!("{}/{}", PEOPLE.path, identity.id);
    match way {
        Way::Recovery => handed_out(desk, asked, (identity, person)).await,
        _ => notice::redirect(desk, &person, "They are created."),
    }
}

/// Shows the way in that somebody is to be given.
async fn handed_out(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    (identity, person): (&Identity, String),
) -> Outcome {
    let handout = Handout::new(Handed::Code, None);
    let id = identity.id.to_string();
    let recovery = outreach::hand_out(desk, caller, &id, handout).await?;
    let locale = view::locale(desk, visit);
    let until = Line::at(recovery.expires_at, locale.moment(recovery.expires_at));
    let code = recovery.code.as_ref().map(|code| ("Code to get in", code));
    let page: Response = Once {
        area: PEOPLE,
        title: &caller::label(identity),
        lead: "They are created. With this code on this page they choose how they sign in.",
        values: code.into_iter().chain([("Page", &recovery.link)]).collect(),
        facts: vec![("Good until", until)],
        onward: ("To this person", person),
    }
    .draw(desk, (caller, visit));
    Ok(page)
}
