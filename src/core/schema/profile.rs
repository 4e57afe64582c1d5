//! The `x-profile` keyword: who may see and change a trait, when it is required, and how forms show
//! it. Whatever is malformed is refused with its place: a misspelt permission must not open a trait.

mod read;
mod root;
mod validator;

use serde_json::{Map, Value};

use self::read::Reader;
pub(super) use self::{root::Root, validator::OwnValidator};
use super::{Evaluation, InvalidSchema, Viewer};

/// The keyword's name.
pub(super) const KEYWORD: &str = "x-profile";

/// What the keyword may say of a trait.
const MEMBERS: [&str; 18] = [
    "view",
    "edit",
    "required_for",
    "enabled_scopes",
    "group",
    "order",
    "searchable",
    "index",
    "trim",
    "protected",
    "annotations",
    "error_messages",
    "expose",
    "email",
    "uri_schemes",
    "validators",
    // Read by editors of the document alone.
    "$comment",
    "description",
];

/// Who may do something with a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Viewers {
    pub(super) person: bool,
    pub(super) administrator: bool,
}

impl Viewers {
    pub(super) const ALL: Self = Self {
        person: true,
        administrator: true,
    };
    pub(super) const NONE: Self = Self {
        person: false,
        administrator: false,
    };

    pub(super) fn include(self, viewer: Viewer) -> bool {
        match viewer {
            Viewer::Person => self.person,
            Viewer::Administrator => self.administrator,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            person: self.person || other.person,
            administrator: self.administrator || other.administrator,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            person: self.person && other.person,
            administrator: self.administrator && other.administrator,
        }
    }
}

/// Who may see and who may change a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permissions {
    pub(super) view: Viewers,
    pub(super) edit: Viewers,
}

impl Permissions {
    pub(super) const ALL: Self = Self {
        view: Viewers::ALL,
        edit: Viewers::ALL,
    };

    /// What these allow of what `whole`, which this is a part of, allows.
    pub(super) fn within(self, whole: Self) -> Self {
        Self {
            view: self.view.and(whole.view),
            edit: self.edit.and(whole.edit),
        }
    }
}

/// For whom a trait is required, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequiredFor {
    pub(super) roles: Viewers,
    pub(super) scopes: Vec<String>,
}

impl RequiredFor {
    pub(super) fn holds(&self, evaluation: &Evaluation) -> bool {
        self.roles.include(evaluation.context.viewer())
            && (self.scopes.is_empty() || evaluation.asks_for_any(&self.scopes))
    }
}

/// What the keyword says of one trait.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// Whether the keyword is there at all.
    pub(super) is_written: bool,
    /// `None` where nothing is said: everybody may do everything, as far as the whole allows it.
    pub(super) permissions: Option<Permissions>,
    pub(super) required_for: Option<RequiredFor>,
    pub(super) enabled_scopes: Vec<String>,
    pub(super) group: Option<String>,
    pub(super) order: Option<i64>,
    pub(super) is_searchable: bool,
    pub(super) index: Option<String>,
    pub(super) is_trimmed: bool,
    pub(super) is_protected: bool,
    pub(super) annotations: Map<String, Value>,
    /// What to say instead, by the keyword of the schema that is not met.
    pub(super) error_messages: Map<String, Value>,
    pub(super) max_local_length: Option<u64>,
    pub(super) uri_schemes: Option<Vec<String>>,
    /// The header in which applications are told of it.
    pub(super) header: Option<String>,
    /// What judges it besides, by the names that the gateway knows.
    pub(super) validators: Vec<OwnValidator>,
}

impl Profile {
    /// Reads the keyword of a trait's schema, which stands at `pointer`.
    pub(super) fn of(schema: &Value, pointer: &str) -> Result<Self, InvalidSchema> {
        let keyword = &schema[KEYWORD];
        let reader = Reader::of(keyword, format!("{pointer}/{KEYWORD}"))?;
        reader.knows(&MEMBERS)?;
        let email = reader.inner("email")?;
        email.knows(&["max_local_length"])?;
        let index = reader.text("index")?;
        if index
            .as_deref()
            .is_some_and(|index| !matches!(index, "exact" | "prefix"))
        {
            return Err(reader.refused("index", "it is `exact` or `prefix`"));
        }
        Ok(Self {
            is_written: !keyword.is_null(),
            permissions: permissions(&reader)?,
            required_for: required_for(&reader)?,
            enabled_scopes: reader.texts("enabled_scopes")?.unwrap_or_default(),
            group: reader.text("group")?,
            order: reader.whole("order")?,
            is_searchable: reader.flag("searchable")?,
            index,
            is_trimmed: reader.flag("trim")?,
            is_protected: reader.flag("protected")?,
            annotations: reader.object("annotations")?,
            error_messages: reader.object_of_texts("error_messages")?,
            max_local_length: email.count("max_local_length")?,
            uri_schemes: reader.texts("uri_schemes")?,
            header: header(&reader)?,
            validators: validator::read(&reader)?,
        })
    }
}

/// The header that `expose` names.
fn header(reader: &Reader<'_>) -> Result<Option<String>, InvalidSchema> {
    let expose = reader.inner("expose")?;
    expose.knows(&["header", "jwt_claim"])?;
    expose.text("jwt_claim")?;
    let header = expose.text("header")?;
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match header {
        Some(name) if !name.bytes().all(is_sign) => {
            Err(expose.refused("header", "it has letters, digits and hyphens"))
        }
        header => Ok(header),
    }
}

/// Who may see and change it. Once one of both is said, nobody else may.
fn permissions(reader: &Reader<'_>) -> Result<Option<Permissions>, InvalidSchema> {
    let (view, edit) = (viewers(reader, "view")?, viewers(reader, "edit")?);
    if view.is_none() && edit.is_none() {
        return Ok(None);
    }
    let edit = edit.unwrap_or(Viewers::NONE);
    let view = view.unwrap_or(Viewers::NONE).or(edit);
    Ok(Some(Permissions { view, edit }))
}

/// For whom it is required; for everybody where neither roles nor scopes are said.
fn required_for(reader: &Reader<'_>) -> Result<Option<RequiredFor>, InvalidSchema> {
    if !reader.has("required_for") {
        return Ok(None);
    }
    let inner = reader.inner("required_for")?;
    inner.knows(&["roles", "scopes"])?;
    let scopes = inner.texts("scopes")?.unwrap_or_default();
    let roles = viewers(&inner, "roles")?.filter(|roles| *roles != Viewers::NONE);
    let otherwise = match scopes.is_empty() {
        true => Viewers::ALL,
        false => Viewers::NONE,
    };
    Ok(Some(RequiredFor {
        roles: roles.unwrap_or(otherwise),
        scopes,
    }))
}

fn viewers(reader: &Reader<'_>, member: &str) -> Result<Option<Viewers>, InvalidSchema> {
    let Some(names) = reader.texts(member)? else {
        return Ok(None);
    };
    let has = |viewer: Viewer| names.iter().any(|name| name == viewer.as_str());
    let known = |name: &String| matches!(name.as_str(), "user" | "admin");
    match names.iter().position(|name| !known(name)) {
        Some(index) => Err(reader.refused(&format!("{member}/{index}"), "it is `user` or `admin`")),
        None => Ok(Some(Viewers {
            person: has(Viewer::Person),
            administrator: has(Viewer::Administrator),
        })),
    }
}

#[cfg(test)]
mod tests;
