//! The profile page: how one signs in, what is known of one, and where one is signed in.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect},
};
use portcullis_core::{
    catalogue::Code,
    credential::Credential,
    flow::FlowKind,
    identity::{Address, Identity},
    link::Link,
    principal::Principal,
    schema::{Evaluation, ProfileContext, Viewer},
    session::Session,
    ui::Node,
};
use portcullis_kit::{
    Failure, Outcome, OverviewPage, OverviewRow, OverviewSection, PostButton, Visit, Wants, WayOut,
};
use serde_json::Value;

use crate::{
    codes,
    csrf::{self, Csrf},
    desk::Desk,
    device::DeviceName,
    language, logout,
    navigate::with_cookie,
    provider,
    sessions::revoke,
    settings::save,
    welcome::moment,
};

/// The field that names the session to end.
const SESSION: &str = "session";
/// Its value for all but this one.
const OTHERS: &str = "others";

/// Shows whoever is signed in what is known of them.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let Some(principal) = &visit.visitor.principal else {
        let sign_in = desk.begin_page(FlowKind::Login, Some(&desk.own("/profile")));
        return match visit.wants() {
            Wants::Html => Ok(Redirect::to(&sign_in).into_response()),
            Wants::Json => Err(Failure::from(Code::SignedOut)),
        };
    };
    let identity = save::stored(&desk, principal).await?;
    let csrf = Csrf::of_or_new(&desk, &visit);
    let token = logout::token(&desk, principal.session.id)?;
    let page = OverviewPage {
        title: "Your account",
        lead: identity.identifiers.first().cloned(),
        sections: vec![
            security(&desk, &identity).await?,
            settings(&desk, &identity),
            sessions(&desk, principal, &csrf).await?,
        ],
        ways_out: vec![
            WayOut::new("Continue", desk.home()),
            WayOut::new("Sign out", logout::url(&desk, &token, None)),
        ],
    };
    let locale = language::of_visit(&desk, &visit);
    let page = desk.shell.overview_page(&locale, &page);
    let response = Html(page).into_response();
    Ok(with_cookie(response, &csrf.set_cookie(&desk)))
}

/// Ends one or all of the visitor's other sessions.
pub(crate) async fn sign_out(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = visit.visitor.principal.as_ref().ok_or(Code::SignedOut)?;
    let page = desk.own("/profile");
    let fields = visit.fields()?;
    let csrf = Csrf::of(&desk, &visit);
    if !csrf.is_some_and(|csrf| csrf.is_in(&visit, &fields)) {
        return Err(Failure::from(Code::CsrfViolation).way_out("Back to the form", page));
    }
    match fields.get(SESSION).and_then(Value::as_str) {
        Some(OTHERS) => {
            revoke::end_others(&desk, principal).await?;
        }
        Some(id) => match revoke::end_one(&desk, principal, id).await {
            // It has ended by itself in the meantime.
            Err(failure) if failure.code() == Code::NotFound => {}
            ended => ended?,
        },
        None => return Err(Code::BadRequest.into()),
    }
    Ok(Redirect::to(&page).into_response())
}

/// How the identity signs in, and by what it is reached.
async fn security(desk: &Desk, identity: &Identity) -> Result<OverviewSection, Failure> {
    let credentials = desk.services.credentials.list(identity.id).await?;
    let further = identity.addresses.iter();
    let further = further.filter(|one| !identity.identifiers.contains(&one.value));
    let further = further.map(|one| &one.value);
    let values = identity.identifiers.iter().chain(further);
    let mut rows: Vec<OverviewRow> = values.map(|value| address(identity, value)).collect();
    let methods = desk.services.methods.iter();
    rows.extend(methods.map(|method| {
        let mut own = credentials.iter();
        secret(own.find(|one| one.kind.as_str() == method.name()))
    }));
    rows.extend(credentials.iter().filter_map(Link::of).map(|link| {
        let shown = link.shown().to_owned();
        OverviewRow {
            title: provider::label(desk, &link.key.provider),
            badge: Some("Linked"),
            details: vec![shown],
            ..OverviewRow::default()
        }
    }));
    let mut links = vec![WayOut::new("Change how you sign in", desk.own("/settings"))];
    let mut addresses = identity.addresses.iter();
    let is_open = addresses.any(|one| one.purpose.verification && one.verified_at.is_none());
    if is_open && codes::is_offered(desk, FlowKind::Verification) {
        let here = desk.own("/profile");
        let begin = desk.begin_page(FlowKind::Verification, Some(&here));
        links.push(WayOut::new("Confirm your address", begin));
    }
    Ok(OverviewSection {
        heading: "Account & Security",
        rows,
        links,
        ..OverviewSection::default()
    })
}

fn address(identity: &Identity, value: &str) -> OverviewRow {
    let mut addresses = identity.addresses.iter();
    let known = addresses.find(|one| one.value == value && one.purpose.verification);
    let is_verified = |one: &Address| one.verified_at.is_some();
    let signs_in = identity.identifiers.iter().any(|own| own == value);
    let detail = match signs_in {
        true => "You sign in with this",
        false => "You are reached by this",
    };
    OverviewRow {
        title: value.to_owned(),
        badge: known.map(|one| match is_verified(one) {
            true => "Verified",
            false => "Not verified",
        }),
        is_good: known.is_some_and(is_verified),
        details: vec![detail.to_owned()],
        button: None,
    }
}

fn secret(credential: Option<&Credential>) -> OverviewRow {
    let detail = match credential {
        Some(credential) => format!("Set on {}", moment(credential.updated_at)),
        None => "Not set".to_owned(),
    };
    OverviewRow {
        title: "Password".to_owned(),
        details: vec![detail],
        ..OverviewRow::default()
    }
}

/// What the schema lets the identity see of itself.
fn settings(desk: &Desk, identity: &Identity) -> OverviewSection {
    let place = Evaluation::of(ProfileContext::Account);
    let schema = desk.services.schemas.find(&identity.schema_id);
    let nodes = schema.map(|schema| schema.nodes(&place, &identity.traits, ""));
    let further = schema.and_then(|one| one.visible_unmanaged(Viewer::Person, &identity.unmanaged));
    let further = further.into_iter().flatten();
    let further = further.map(|(name, values)| OverviewRow {
        title: name.clone(),
        details: vec![values.join(", ")],
        ..OverviewRow::default()
    });
    let nodes = nodes.unwrap_or_default();
    let rows = nodes.iter().map(fact).chain(further).collect();
    OverviewSection {
        heading: "Account settings",
        rows,
        links: vec![WayOut::new("Change your profile", desk.own("/settings"))],
        ..OverviewSection::default()
    }
}

fn fact(node: &Node) -> OverviewRow {
    let label = node.meta.label.as_ref();
    let value = node.attributes.value.as_ref();
    OverviewRow {
        title: label.map(|label| label.text.clone()).unwrap_or_default(),
        details: vec![value.map_or_else(|| "–".to_owned(), shown)],
        ..OverviewRow::default()
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Where the identity is signed in, this session first.
async fn sessions(
    desk: &Desk,
    principal: &Principal,
    csrf: &Csrf,
) -> Result<OverviewSection, Failure> {
    let services = &desk.services;
    let (lifetimes, now) = (services.sessions.lifetimes(), desk.now());
    let mut live = services
        .sessions
        .store()
        .list(principal.identity.id)
        .await?;
    live.retain(|session| lifetimes.is_live(session, now));
    let this = principal.session.id;
    live.sort_by_key(|session| session.id != this);
    let button = |label, session: String| PostButton {
        label,
        action: desk.own("/profile/sessions"),
        hidden: vec![
            (csrf::FIELD, csrf.masked(&*services.entropy)),
            (SESSION, session),
        ],
    };
    let rows = live.iter().map(|session| OverviewRow {
        badge: (session.id == this).then_some("This device"),
        is_good: session.id == this,
        button: (session.id != this).then(|| button("Sign out", session.id.to_string())),
        ..device(session)
    });
    Ok(OverviewSection {
        heading: "Where you are signed in",
        rows: rows.collect(),
        button: (live.len() > 1).then(|| button("Sign out everywhere else", OTHERS.to_owned())),
        links: Vec::new(),
    })
}

fn device(session: &Session) -> OverviewRow {
    let device = &session.device;
    let address = device.ip_address.map(|address| address.to_string());
    let times = [
        format!("Signed in on {}", moment(session.authenticated_at)),
        format!("Last seen on {}", moment(session.last_seen_at)),
    ];
    OverviewRow {
        title: DeviceName::of(device.user_agent.as_deref()).line(),
        details: address.into_iter().chain(times).collect(),
        ..OverviewRow::default()
    }
}
