//! Administrators who act as somebody else: what every page tells them, what they may not do, and
//! how they come and go.

pub(crate) mod back;
pub(crate) mod end;
pub(crate) mod enter;
pub(crate) mod guard;

use portcullis_core::{principal::Principal, ui::Ui};
use portcullis_kit::{Banner, Locale, Visit, WayOut};

use crate::{desk::Desk, logout};

/// What people read on the way out.
pub(crate) const STOP: &str = "Stop acting as somebody else";

/// What they read above settings that they can only look at.
pub(crate) const ONLY_LOOKS: &str =
    "These settings stay theirs: who acts as somebody else can only look at them.";

/// Whether the visitor acts as somebody else.
pub(crate) fn acts(visit: &Visit) -> bool {
    let principal = visit.visitor.principal.as_deref();
    principal.is_some_and(|principal| principal.session.acting.is_some())
}

/// The form of somebody's settings for whoever acts as them: what is known, and nothing to press, since
/// all of it would be refused.
pub(crate) fn only_shown(ui: &mut Ui) {
    ui.nodes
        .retain(|node| node.group == "profile" && node.attributes.kind != "submit");
    for node in &mut ui.nodes {
        node.attributes.disabled = true;
        node.attributes.ext.insert("shown".to_owned(), true.into());
    }
}

/// The language with what stands above every page of somebody who acts as somebody else.
pub(crate) fn told(desk: &Desk, visit: &Visit, locale: Locale) -> Locale {
    let banner = visit.visitor.principal.as_deref();
    match banner.and_then(|principal| banner_of(desk, principal, &locale)) {
        Some(banner) => locale.with_banner(banner),
        None => locale,
    }
}

fn banner_of(desk: &Desk, principal: &Principal, locale: &Locale) -> Option<Banner> {
    let acting = principal.session.acting.as_ref()?;
    let token = logout::token(desk, principal.session.id).ok()?;
    let (actor, until) = (&acting.label, locale.moment(principal.session.expires_at));
    let name = name(principal);
    let text = match acting.read_only {
        true => format!("{actor} acts as {name}, to look only, until {until}."),
        false => format!("{actor} acts as {name} until {until}."),
    };
    Some(Banner {
        text: locale.text(&text),
        way: WayOut::new(STOP, logout::url(desk, &token, None)),
    })
}

/// What somebody is called here.
fn name(principal: &Principal) -> String {
    let identity = &principal.identity;
    let name = identity.identifiers.first().cloned();
    name.unwrap_or_else(|| identity.id.to_string())
}
