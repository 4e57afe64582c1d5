//! The profile page: how one signs in, what is known of one, and where one is signed in.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect},
};
use jiff::{Timestamp, civil::Date};
use portcullis_core::{
    catalogue::Code,
    credential::Credential,
    flow::FlowKind,
    identity::{Address, Identity},
    link::Link,
    principal::Principal,
    schema::{Evaluation, ProfileContext, Viewer, shown_in},
    session::Session,
    ui::{Node, Ui},
};
use portcullis_kit::{
    Failure, Line, Locale, Outcome, OverviewPage, OverviewRow, OverviewSection, PostButton, Visit,
    Wants, WayOut, dialect::DeviceName,
};
use serde_json::Value;

use crate::{
    codes,
    csrf::{self, Csrf},
    desk::{Desk, with_query},
    fetch, impersonation, language, logout,
    navigate::with_cookie,
    provider,
    sessions::revoke,
    settings::save,
};

/// The field that names the session to end.
const SESSION: &str = "session";
/// Its value for all but this one.
const OTHERS: &str = "others";
/// Its value for one of them, where the page is told what has ended.
const ONE: &str = "one";
/// The query parameter that tells the page.
const ENDED: &str = "ended";

/// Shows whoever is signed in what is known of them.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let Some(principal) = &visit.visitor.principal else {
        let sign_in = desk.begin_page(FlowKind::Login, Some(&desk.own("/profile")));
        return match visit.wants() {
            Wants::Html => Ok(Redirect::to(&language::of_page(&visit, &sign_in)).into_response()),
            Wants::Json => Err(Failure::from(Code::SignedOut)),
        };
    };
    if fetch::is_still_too_weak(&desk, principal).await? {
        return fetch::step_up(
            &desk,
            &visit,
            &language::of_page(&visit, &desk.own("/profile")),
        );
    }
    let identity = save::stored(&desk, principal).await?;
    let locale = language::of_visit(&desk, &visit);
    let csrf = Csrf::of_or_new(&desk, &visit);
    let token = logout::token(&desk, principal.session.id)?;
    let mut sections = vec![
        security(&desk, &identity, &locale).await?,
        settings(&desk, &identity, &locale),
        sessions(&desk, principal, &csrf, &locale).await?,
    ];
    if impersonation::acts(&visit) {
        // Nothing of theirs is changed there by whoever acts as them.
        sections.iter_mut().for_each(|one| one.links.clear());
    }
    let page = OverviewPage {
        title: "Your account",
        lead: identity.identifiers.first().cloned(),
        notice: match visit.query(ENDED) {
            Some(ONE) => Some("That device is signed out."),
            Some(OTHERS) => Some("Every other device is signed out."),
            _ => None,
        },
        sections,
        ways_out: vec![
            WayOut::new("Continue", desk.home()),
            WayOut::new("Sign out", logout::url(&desk, &token, None)),
        ],
    };
    let page = desk.shell.overview_page(&locale, &page);
    let response = Html(page).into_response();
    Ok(with_cookie(response, &csrf.set_cookie(&desk)))
}

/// Ends one or all of the visitor's other sessions.
pub(crate) async fn sign_out(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = visit.visitor.principal.as_ref().ok_or(Code::SignedOut)?;
    let page = language::of_page(&visit, &desk.own("/profile"));
    if fetch::is_still_too_weak(&desk, principal).await? {
        return Err(fetch::too_weak(&desk, &page));
    }
    let fields = visit.fields()?;
    let csrf = Csrf::of(&desk, &visit);
    if !csrf.is_some_and(|csrf| csrf.is_in(&visit, &fields)) {
        return Err(Failure::from(Code::CsrfViolation).way_out("Back to the form", page));
    }
    let ended = match fields.get(SESSION).and_then(Value::as_str) {
        Some(OTHERS) => {
            revoke::end_others(&desk, &visit.visitor, principal).await?;
            OTHERS
        }
        Some(id) => match revoke::end_one(&desk, &visit.visitor, principal, id).await {
            // It has ended by itself in the meantime.
            Err(failure) if failure.code() == Code::NotFound => ONE,
            ended => ended.map(|()| ONE)?,
        },
        None => return Err(Code::BadRequest.into()),
    };
    let page = with_query(&page, &[(ENDED, ended)]);
    Ok(Redirect::to(&page).into_response())
}

/// How the identity signs in, and by what it is reached.
async fn security(
    desk: &Desk,
    identity: &Identity,
    locale: &Locale,
) -> Result<OverviewSection, Failure> {
    let credentials = desk.services.credentials.list(identity.id).await?;
    let further = identity.addresses.iter();
    let further = further.filter(|one| !identity.identifiers.contains(&one.value));
    let further = further.map(|one| &one.value);
    let values = identity.identifiers.iter().chain(further);
    let mut rows: Vec<OverviewRow> = values
        .map(|value| address(identity, value, locale))
        .collect();
    let methods = desk.services.methods.iter();
    rows.extend(methods.map(|method| {
        let mut own = credentials.iter();
        secret(own.find(|one| one.kind.as_str() == method.name()), locale)
    }));
    rows.extend(credentials.iter().filter_map(Link::of).map(|link| {
        let shown = link.shown().to_owned();
        OverviewRow {
            title: provider::label(desk, &link.key.provider),
            badge: Some("Linked"),
            details: vec![shown.into()],
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

fn address(identity: &Identity, value: &str, locale: &Locale) -> OverviewRow {
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
        group: None,
        badge: known.map(|one| match is_verified(one) {
            true => "Verified",
            false => "Not verified",
        }),
        is_good: known.is_some_and(is_verified),
        details: vec![locale.text(detail).into()],
        button: None,
    }
}

fn secret(credential: Option<&Credential>, locale: &Locale) -> OverviewRow {
    let detail = match credential {
        Some(credential) => told(credential.updated_at, locale, |at| format!("Set on {at}")),
        None => locale.text("Not set").into(),
    };
    OverviewRow {
        title: locale.text("Password"),
        details: vec![detail],
        ..OverviewRow::default()
    }
}

/// A line of ours that tells of a moment.
fn told(time: Timestamp, locale: &Locale, line: impl Fn(String) -> String) -> Line {
    Line::at(time, locale.text(&line(locale.moment(time))))
}

/// What the schema lets the identity see of itself, with the schema's words in the reader's
/// language and the identity's own as they are.
fn settings(desk: &Desk, identity: &Identity, locale: &Locale) -> OverviewSection {
    let place = Evaluation::of(ProfileContext::Account);
    let schema = desk.services.schemas.find(&identity.schema_id);
    let nodes = schema
        .as_ref()
        .map(|schema| schema.nodes(&place, &identity.traits, ""));
    let further = schema.and_then(|one| one.visible_unmanaged(Viewer::Person, &identity.unmanaged));
    let further = further.into_iter().flatten();
    let further = further.map(|(name, values)| OverviewRow {
        title: name.clone(),
        details: vec![Line::from(values.join(", "))],
        ..OverviewRow::default()
    });
    let mut ui = Ui {
        action: String::new(),
        method: String::new(),
        nodes: nodes.unwrap_or_default(),
        messages: Vec::new(),
    };
    locale.form(&mut ui);
    let facts = ui.nodes.iter().map(|node| fact(node, locale));
    OverviewSection {
        heading: "Account settings",
        rows: together(facts.chain(further)),
        links: vec![WayOut::new("Change your profile", desk.own("/settings"))],
        ..OverviewSection::default()
    }
}

/// The rows with those of one group where its first one stands, as on the form.
fn together(rows: impl Iterator<Item = OverviewRow>) -> Vec<OverviewRow> {
    let mut together: Vec<OverviewRow> = Vec::new();
    for row in rows {
        let last = together.iter().rposition(|one| one.group == row.group);
        let place = last.filter(|_| row.group.is_some());
        together.insert(place.map_or(together.len(), |last| last + 1), row);
    }
    together
}

fn fact(node: &Node, locale: &Locale) -> OverviewRow {
    let label = node.meta.label.as_ref();
    let group = node.attributes.ext.get("group");
    let member = |name: &str| group.and_then(|group| group.get(name)?.as_str());
    let header = member("header").filter(|text| !text.is_empty());
    let value = node.attributes.value.as_ref();
    let detail = value.map(|value| shown(node, value, locale));
    OverviewRow {
        title: label.map(|label| label.text.clone()).unwrap_or_default(),
        group: header.or_else(|| member("name")).map(str::to_owned),
        details: vec![detail.unwrap_or_else(|| Line::from("–"))],
        ..OverviewRow::default()
    }
}

fn shown(node: &Node, value: &Value, locale: &Locale) -> Line {
    let label = |value: &Value| {
        let labels = node.attributes.ext.get("optionLabels")?;
        let key = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some(labels.get(&key)?.as_str()?.to_owned())
    };
    if let Some(label) = label(value) {
        return label.into();
    }
    match value {
        Value::Bool(true) => locale.text("Yes").into(),
        Value::Bool(false) => locale.text("No").into(),
        Value::String(text) => moment(node, text, locale).unwrap_or_else(|| text.as_str().into()),
        Value::Array(items) => {
            let items = items.iter();
            let texts: Vec<String> = items.map(|item| shown(node, item, locale).text).collect();
            texts.join(", ").into()
        }
        other => other.to_string().into(),
    }
}

/// A day, a moment or a time as people write it, where the schema says that it is one.
fn moment(node: &Node, text: &str, locale: &Locale) -> Option<Line> {
    let ext = &node.attributes.ext;
    let asked = ext.get("inputType").and_then(Value::as_str);
    let control = match asked {
        Some(asked) => asked.strip_prefix("html5-")?,
        None => node.attributes.kind.as_str(),
    };
    if control == "date" {
        let day: Date = shown_in(control, text)?.parse().ok()?;
        return Some(locale.day(day).into());
    }
    if control == "time" && ext.contains_key("zone") {
        return Some(format!("{} UTC", shown_in(control, text)?).into());
    }
    let time = text.parse().ok().filter(|_| control == "datetime-local")?;
    Some(Line::at(time, locale.moment(time)))
}

/// Where the identity is signed in, this session first.
async fn sessions(
    desk: &Desk,
    principal: &Principal,
    csrf: &Csrf,
    locale: &Locale,
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
    let is_own = principal.session.acting.is_none();
    live.sort_by_key(|session| session.id != this);
    let button = |label, session: String| PostButton {
        label,
        is_main: false,
        action: desk.own("/profile/sessions"),
        hidden: vec![
            (csrf::FIELD, csrf.masked(&*services.entropy)),
            (SESSION, session),
        ],
    };
    let rows = live.iter().map(|session| OverviewRow {
        badge: match &session.acting {
            Some(_) => Some("An administrator"),
            None => (session.id == this).then_some("This device"),
        },
        is_good: session.id == this && session.acting.is_none(),
        button: (is_own && session.id != this).then(|| button("Sign out", session.id.to_string())),
        ..device(session, locale)
    });
    Ok(OverviewSection {
        heading: "Where you are signed in",
        rows: rows.collect(),
        button: (is_own && live.len() > 1)
            .then(|| button("Sign out everywhere else", OTHERS.to_owned())),
        links: Vec::new(),
    })
}

fn device(session: &Session, locale: &Locale) -> OverviewRow {
    let device = &session.device;
    let address = device.ip_address.map(|address| address.to_string().into());
    let times = [
        told(session.authenticated_at, locale, |at| {
            format!("Signed in on {at}")
        }),
        told(session.last_seen_at, locale, |at| {
            format!("Last seen on {at}")
        }),
    ];
    let name = DeviceName::of(device.user_agent.as_deref()).line();
    OverviewRow {
        title: locale.text(&name),
        details: address.into_iter().chain(times).collect(),
        ..OverviewRow::default()
    }
}
