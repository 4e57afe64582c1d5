//! The header presets as data: each header's name and the fact it carries. The same tables say
//! which headers clients may never send.

use http::{HeaderName, HeaderValue};
use portcullis_core::{
    identifier::normalise_identifier, identity::Identity, principal::Principal, schema::Schema,
};
use serde_json::Value;

use super::value::{self, Unfit};
use crate::route::HeaderPreset;

/// What a preset's header says about an identity.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fact {
    /// Its id.
    Id,
    /// The e-mail address its schema marks.
    Email,
    /// Its username, else what it signs in with; never a name that nobody keeps it from choosing.
    Username,
    /// Its name, in one text.
    Name,
    /// Its groups, separated by commas, unless it chooses them itself.
    Groups,
    /// `true` where the list of groups is not complete.
    GroupsTruncated,
    /// The administrator who acts as it, where one does.
    Actor,
}

const ACTOR: HeaderName = HeaderName::from_static("x-portcullis-actor");

static OAUTH2_PROXY: [(HeaderName, Fact); 6] = [
    (HeaderName::from_static("x-forwarded-user"), Fact::Id),
    (HeaderName::from_static("x-forwarded-email"), Fact::Email),
    (HeaderName::from_static("x-forwarded-groups"), Fact::Groups),
    (
        HeaderName::from_static("x-forwarded-groups-truncated"),
        Fact::GroupsTruncated,
    ),
    (
        HeaderName::from_static("x-forwarded-preferred-username"),
        Fact::Username,
    ),
    (ACTOR, Fact::Actor),
];

static AUTHELIA: [(HeaderName, Fact); 6] = [
    (HeaderName::from_static("remote-user"), Fact::Username),
    (HeaderName::from_static("remote-email"), Fact::Email),
    (HeaderName::from_static("remote-groups"), Fact::Groups),
    (
        HeaderName::from_static("remote-groups-truncated"),
        Fact::GroupsTruncated,
    ),
    (HeaderName::from_static("remote-name"), Fact::Name),
    (ACTOR, Fact::Actor),
];

/// Every preset there is.
pub(super) const ALL: [HeaderPreset; 3] = [
    HeaderPreset::OAuth2Proxy,
    HeaderPreset::Authelia,
    HeaderPreset::None,
];

/// The headers of a preset.
pub(super) fn headers(preset: HeaderPreset) -> &'static [(HeaderName, Fact)] {
    match preset {
        HeaderPreset::OAuth2Proxy => &OAUTH2_PROXY,
        HeaderPreset::Authelia => &AUTHELIA,
        HeaderPreset::None => &[],
    }
}

impl Fact {
    /// The fact as a header's value, told of what the identity sees of itself; `None` when nothing is
    /// known of it.
    pub(super) fn of(
        self,
        principal: &Principal,
        (schema, traits): (Option<&Schema>, &Value),
    ) -> Option<Result<HeaderValue, Unfit>> {
        let identity = &*principal.identity;
        let text = match self {
            Self::Id => identity.id.to_string(),
            Self::Email => schema?.email(traits).map(str::to_owned)?,
            Self::Username => username(identity, (schema, traits))?,
            Self::Name => name(traits)?,
            Self::Actor => principal.session.acting.as_ref()?.actor.clone(),
            Self::Groups => {
                return Some(Ok(value::list(&groups(identity, (schema, traits))).value));
            }
            Self::GroupsTruncated => {
                let truncated = value::list(&groups(identity, (schema, traits))).truncated;
                return truncated.then(|| Ok(HeaderValue::from_static("true")));
            }
        };
        Some(value::header_value(&text))
    }
}

/// What people sign in with belongs to one of them only; any other name could be somebody else's.
fn username(identity: &Identity, (schema, traits): (Option<&Schema>, &Value)) -> Option<String> {
    let name = text(&traits["username"]).filter(|name| {
        let signs_in = identity.identifiers.contains(&normalise_identifier(name));
        signs_in || !is_own_choice(identity, schema, "username")
    });
    name.or_else(|| {
        let of = |traits| schema.map_or_else(Vec::new, |schema| schema.identifiers(traits));
        let (all, seen) = (of(&identity.traits), of(traits));
        let is_hidden = |name: &&String| all.contains(name) && !seen.contains(name);
        let mut own = identity.identifiers.iter();
        own.find(|name| !is_hidden(name)).cloned()
    })
}

/// Whether the person may set this trait: the schema lets them, or does not describe it, and no
/// provider keeps it up to date.
fn is_own_choice(identity: &Identity, schema: Option<&Schema>, path: &str) -> bool {
    let may_edit = schema.is_none_or(|schema| schema.is_editable_by_person(path));
    may_edit && !identity.is_forced(path)
}

fn name(traits: &Value) -> Option<String> {
    let name = &traits["name"];
    let parts: Vec<_> = [&name["first"], &name["last"]]
        .into_iter()
        .filter_map(text)
        .collect();
    text(name).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
}

/// A list of texts, or the one text that stands for a list of one.
fn groups<'a>(identity: &Identity, (schema, traits): (Option<&Schema>, &'a Value)) -> Vec<&'a str> {
    if is_own_choice(identity, schema, "groups") {
        return Vec::new();
    }
    match &traits["groups"] {
        Value::Array(groups) => groups.iter().filter_map(Value::as_str).collect(),
        Value::String(group) => vec![group],
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
