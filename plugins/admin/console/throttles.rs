//! Throttles: who has to wait before trying again, and letting them go on.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Line, Locale, Outcome, Visit};
use serde::Serialize;

use super::{
    areas::{PEOPLE, THROTTLES},
    narrowing::{self, Field, Narrowing, value},
    notice,
    pages::Pages,
    view,
};
use crate::{
    api::pages::Page,
    caller::Caller,
    desk::Desk,
    need::Need,
    role::Permission::{self, LiftThrottles},
    throttles::{
        self, Throttle, Wanted,
        kinds::{self, KINDS},
    },
};

/// How many are on a page.
const SIZE: u32 = 50;

/// The list as a template reads it.
#[derive(Debug, Serialize)]
struct List {
    narrowing: Narrowing,
    trouble: Option<&'static str>,
    rows: Vec<Row>,
    first: Option<String>,
    prev: Option<String>,
    next: Option<String>,
    may_lift: bool,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    kind: String,
    who: Option<String>,
    href: Option<String>,
    network: Option<String>,
    since: Line,
    until: Line,
    lift: String,
}

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(THROTTLES.permission);
    let lift = Need::Permission(LiftThrottles);
    table.at((Method::GET, THROTTLES.path), read, list).at(
        (Method::POST, "/ui/throttles/{id}/lift"),
        lift,
        end,
    )
}

fn form(visit: &Visit) -> Narrowing {
    let fields = vec![
        Field::choice(("kind", "What is held up"), KINDS),
        Field::text("subject", "Whom it is about"),
        Field::text("network", "Address on the network"),
    ];
    Narrowing::of(visit, THROTTLES.path, fields)
}

async fn list(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let mut list = List {
        narrowing: form(&visit),
        trouble: None,
        rows: Vec::new(),
        first: None,
        prev: None,
        next: None,
        may_lift: caller.roles.permit(LiftThrottles),
    };
    let network = value(&visit, "network").map(str::parse).transpose();
    match network {
        Err(_) => list.trouble = Some("This is not an address on the network."),
        Ok(network) => {
            let wanted = Wanted {
                kind: value(&visit, "kind").map(str::to_owned),
                subject: value(&visit, "subject").map(str::to_owned),
                network,
            };
            let all = throttles::list(&desk, &wanted).await?;
            list.fill(&desk, (&caller, &visit), all).await?;
        }
    }
    let status = match list.trouble {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let page = view::Page {
        area: THROTTLES,
        title: THROTTLES.label,
        template: "throttles.html",
    };
    Ok((status, view::draw(&desk, (&caller, &visit), page, list)).into_response())
}

impl List {
    async fn fill(
        &mut self,
        desk: &Desk,
        (caller, visit): (&Caller, &Visit),
        all: Vec<Throttle>,
    ) -> Result<(), Failure> {
        let token = value(visit, "page_token").map(str::to_owned);
        let is_first = token.is_none();
        let page = Page::ByToken { token, size: SIZE };
        let (part, around) = page.part_of(all, throttles::place)?;
        let locale = view::locale(desk, visit);
        for throttle in part {
            let row = self.row(desk, (caller, &locale), throttle).await?;
            self.rows.push(row);
        }
        let to = |others: &[(&str, &str)]| self.narrowing.address(THROTTLES.path, others);
        self.first = (!is_first).then(|| to(&[]));
        self.prev = around.prev.map(|prev| to(&[("page_token", &prev)]));
        self.next = around.next.map(|next| to(&[("page_token", &next)]));
        Ok(())
    }

    async fn row(
        &self,
        desk: &Desk,
        (caller, locale): (&Caller, &Locale),
        throttle: Throttle,
    ) -> Result<Row, Failure> {
        let subject = throttle.subject;
        let person = match &subject {
            Some(id) if caller.roles.permit(Permission::ReadIdentities) => {
                narrowing::who(desk, id).await?
            }
            _ => None,
        };
        let href = match (&person, &subject) {
            (Some(_), Some(id)) => Some(format!("{}/{id}", PEOPLE.path)),
            _ => None,
        };
        let lift = format!("{}/{}/lift", THROTTLES.path, throttle.id);
        let moment = |time| Line::at(time, locale.moment(time));
        Ok(Row {
            what: kinds::what(&throttle.kind),
            who: person.or(subject),
            href,
            network: throttle.network,
            since: moment(throttle.since),
            until: moment(throttle.until),
            lift: self.narrowing.address(&lift, &[]),
            kind: throttle.kind,
        })
    }
}

async fn end(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let back = form(&visit).address(THROTTLES.path, &[]);
    match throttles::lift(&desk, &caller, &id).await {
        Ok(()) => notice::redirect(&desk, &back, "The wait is over: they may try again."),
        Err(failure) if failure.code() == Code::RecordNotFound => {
            notice::redirect(&desk, &back, "That wait was over already.")
        }
        Err(failure) => Err(failure),
    }
}
