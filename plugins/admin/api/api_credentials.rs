//! `/admin/x/api-credentials`: what programs prove themselves with.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode, header::LOCATION};
use jiff::Timestamp;
use portcullis_core::api_credential::ClientAuthMethod;
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::Value;
use utoipa::ToSchema;

use super::document::{Document, Members};
use crate::{
    caller::Caller,
    credential::{Change, LONGEST_OVERLAP, OVERLAP, Wish},
    desk::Desk,
    doc::{
        access as docs,
        shape::{
            Moment,
            access::{ClientAuthMethod as AuthMethodName, Role as RoleName, Scope},
        },
    },
    endpoints::Endpoints,
    need::Need,
    people::refusal::mistaken,
    programs,
    role::{Permission, Role, Roles},
};

const ALL: &str = "/admin/x/api-credentials";
const ONE: &str = "/admin/x/api-credentials/{id}";
const ROTATE: &str = "/admin/x/api-credentials/{id}/rotate";

const NAME: &str = "name";
const METHOD: &str = "token_endpoint_auth_method";
const ROLES: &str = "roles";
const SCOPES: &str = "scopes";
const EXPIRES_AT: &str = "expires_at";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let need = Need::Permission(Permission::ManageAccess);
    table
        .at((Method::GET, ALL), need, "Lists API credentials.", list).told(docs::list_programs)
        .at(
            (Method::POST, ALL),
            need,
            "Makes an API credential and shows its secret once.",
            create,
        ).told(docs::create_program::<Asked>)
        .at((Method::GET, ONE), need, "Shows one API credential.", find).told(docs::find_program)
        .at(
            (Method::PATCH, ONE),
            need,
            "Changes name, roles, scopes, expiry or how the secret is shown.",
            change,
        ).told(docs::change_program::<Changed>)
        .at(
            (Method::DELETE, ONE),
            need,
            "Removes an API credential with its tokens.",
            remove,
        ).told(docs::remove_program)
        .at(
            (Method::POST, ROTATE),
            need,
            "Gives an API credential a new secret, beside which the old ones are good for `overlap`.",
            rotate,
        ).told(docs::rotate_program::<Rotation>)
}

/// A credential that is asked for.
#[derive(Debug, ToSchema)]
#[schema(as = ApiCredentialAsked)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    #[schema(value_type = Option<AuthMethodName>)]
    token_endpoint_auth_method: Option<String>,
    #[schema(value_type = Vec<RoleName>, min_items = 1, required = true)]
    roles: Vec<String>,
    /// `openid`, and roles that its own cover; all of those where nothing is said.
    #[schema(value_type = Option<Vec<Scope>>)]
    scopes: Option<Vec<String>>,
    #[schema(value_type = Option<Moment>)]
    expires_at: Option<Timestamp>,
}

/// A change that is asked for.
#[derive(Debug, ToSchema)]
#[schema(as = ApiCredentialChange)]
#[serde(deny_unknown_fields)]
struct Changed {
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: Option<String>,
    #[schema(value_type = Option<AuthMethodName>)]
    token_endpoint_auth_method: Option<String>,
    #[schema(value_type = Option<Vec<RoleName>>, min_items = 1)]
    roles: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Scope>>)]
    scopes: Option<Vec<String>>,
    /// Null for never.
    #[schema(value_type = Option<Moment>)]
    expires_at: Option<Option<Timestamp>>,
}

/// A rotation that is asked for.
#[derive(Debug, ToSchema)]
#[schema(as = ApiCredentialRotation)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the old secrets are good for, such as `24h`; 90 days at most. Five are good at
    /// once: where there are as many, the oldest ends now.
    #[schema(pattern = "^([0-9]{1,4}(s|m)|[0-9]{1,3}h|[0-9]d|[1-8][0-9]d|90d)$")]
    overlap: Option<String>,
}

impl Asked {
    fn read(members: &Members<'_>) -> Result<Self, Failure> {
        members.only(&[NAME, METHOD, ROLES, SCOPES, EXPIRES_AT])?;
        Ok(Self {
            name: members.required(NAME)?.to_owned(),
            token_endpoint_auth_method: members.text(METHOD)?.map(str::to_owned),
            roles: members.texts(ROLES)?.unwrap_or_default(),
            scopes: members.texts(SCOPES)?,
            expires_at: members.moment(EXPIRES_AT)?,
        })
    }
}

impl Changed {
    fn read(members: &Members<'_>) -> Result<Self, Failure> {
        members.only(&[NAME, METHOD, ROLES, SCOPES, EXPIRES_AT])?;
        let ends = members.names().any(|name| name == EXPIRES_AT);
        let expires_at = members.moment(EXPIRES_AT)?;
        Ok(Self {
            name: members.text(NAME)?.map(str::to_owned),
            token_endpoint_auth_method: members.text(METHOD)?.map(str::to_owned),
            roles: members.texts(ROLES)?,
            scopes: members.texts(SCOPES)?,
            expires_at: ends.then_some(expires_at),
        })
    }
}

impl Rotation {
    fn read(members: &Members<'_>) -> Result<Self, Failure> {
        members.only(&["overlap"])?;
        let overlap = members.text("overlap")?.map(str::to_owned);
        Ok(Self { overlap })
    }
}

async fn list(State(desk): State<Arc<Desk>>) -> Outcome {
    let all = programs::list(&desk).await?;
    let all: Value = all.iter().map(|one| desk.issuer().shown(one)).collect();
    Ok(Json(all).into_response())
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let found = programs::find(&desk, &id).await?;
    Ok(Json(desk.issuer().shown(&found)).into_response())
}

async fn create(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let asked = Asked::read(&Document::of(&visit)?.members()?)?;
    let method = asked.token_endpoint_auth_method.as_deref();
    let wish = Wish {
        name: asked.name,
        auth_method: method.map(auth_method).transpose()?.unwrap_or_default(),
        roles: roles(&asked.roles)?,
        scopes: asked.scopes,
        expires_at: asked.expires_at,
    };
    let (made, secret) = programs::create(&desk, &caller, wish).await?;
    let base = desk.config.public_url.as_str().trim_end_matches('/');
    let location = format!("{base}{ALL}/{}", made.id);
    let shown = desk.issuer().shown_once(&made, &secret);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(shown)).into_response())
}

async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let asked = Changed::read(&Document::of(&visit)?.members()?)?;
    let method = asked.token_endpoint_auth_method.as_deref();
    let change = Change {
        name: asked.name,
        auth_method: method.map(auth_method).transpose()?,
        roles: asked.roles.map(|names| roles(&names)).transpose()?,
        scopes: asked.scopes,
        expires_at: asked.expires_at,
    };
    let changed = programs::change(&desk, &caller, (&id, &change)).await?;
    Ok(Json(desk.issuer().shown(&changed)).into_response())
}

async fn rotate(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let asked = Rotation::read(&Document::of(&visit)?.members()?)?;
    let overlap = asked.overlap.as_deref().map(overlap).transpose()?;
    let overlap = overlap.unwrap_or(OVERLAP);
    let (rotated, secret) = programs::rotate(&desk, &caller, (&id, overlap)).await?;
    Ok(Json(desk.issuer().shown_once(&rotated, &secret)).into_response())
}

async fn remove(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    programs::remove(&desk, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn auth_method(name: &str) -> Result<ClientAuthMethod, Failure> {
    let read = name.parse();
    read.map_err(|error| mistaken(METHOD, format!("{error}.")))
}

fn roles(names: &[String]) -> Result<Roles, Failure> {
    let roles: Result<Vec<Role>, _> = names.iter().map(|name| name.parse()).collect();
    let roles = roles.map_err(|error| mistaken(ROLES, format!("{error}.")))?;
    Ok(Roles::new(roles))
}

fn overlap(text: &str) -> Result<Duration, Failure> {
    let read = humantime::parse_duration(text).ok();
    let read = read.filter(|overlap| *overlap <= LONGEST_OVERLAP);
    let why = "this has to be a length of time such as 24h, 90 days at most.";
    read.ok_or_else(|| mistaken("overlap", why))
}
