//! `/admin/x/api-credentials`: what programs prove themselves with.

use std::{str::FromStr, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode, header::LOCATION};
use jiff::Timestamp;
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Outcome, Visit};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    credential::{Change, LONGEST_OVERLAP, OVERLAP, Wish},
    desk::Desk,
    doc::{
        access as docs,
        shape::{
            Moment,
            access::{ClientAuthMethod, Role as RoleName, Scope},
        },
    },
    endpoints::Endpoints,
    need::Need,
    programs,
    role::{Permission, Role, Roles},
};

const ALL: &str = "/admin/x/api-credentials";
const ONE: &str = "/admin/x/api-credentials/{id}";
const ROTATE: &str = "/admin/x/api-credentials/{id}/rotate";

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
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ApiCredentialAsked)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    #[schema(value_type = Option<ClientAuthMethod>)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<RoleName>, min_items = 1, required = true)]
    roles: Vec<String>,
    /// `openid`, and roles that its own cover; all of those where nothing is said.
    #[schema(value_type = Option<Vec<Scope>>)]
    scopes: Option<Vec<String>>,
    #[schema(value_type = Option<Moment>)]
    expires_at: Option<Timestamp>,
}

/// A change that is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ApiCredentialChange)]
#[serde(default, deny_unknown_fields)]
struct Changed {
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: Option<String>,
    #[schema(value_type = Option<ClientAuthMethod>)]
    token_endpoint_auth_method: Option<String>,
    #[schema(value_type = Option<Vec<RoleName>>, min_items = 1)]
    roles: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Scope>>)]
    scopes: Option<Vec<String>>,
    /// Null for never.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Moment>)]
    expires_at: Option<Option<Timestamp>>,
}

/// A rotation that is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ApiCredentialRotation)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// How long the old secrets are good for, such as `24h`; 90 days at most.
    #[schema(pattern = "^([0-9]{1,4}(s|m)|[0-9]{1,3}h|[0-9]d|[1-8][0-9]d|90d)$")]
    overlap: Option<String>,
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
    let asked: Asked = read(&visit)?;
    let method = asked.token_endpoint_auth_method.as_deref();
    let wish = Wish {
        name: asked.name,
        auth_method: method.map(parsed).transpose()?.unwrap_or_default(),
        roles: roles(&asked.roles)?,
        scopes: asked.scopes,
        expires_at: asked.expires_at,
    };
    let (made, secret) = programs::create(&desk, &caller, wish).await?;
    let location = format!("{ALL}/{}", made.id);
    let shown = desk.issuer().shown_once(&made, &secret);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(shown)).into_response())
}

async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let asked: Changed = read(&visit)?;
    let method = asked.token_endpoint_auth_method.as_deref();
    let change = Change {
        name: asked.name,
        auth_method: method.map(parsed).transpose()?,
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
    let asked: Rotation = read(&visit)?;
    let overlap = asked.overlap.as_deref().map(overlap).transpose()?;
    let overlap = overlap.unwrap_or(OVERLAP);
    let (rotated, secret) = programs::rotate(&desk, &caller, (&id, overlap)).await?;
    Ok(Json(desk.issuer().shown_once(&rotated, &secret)).into_response())
}

async fn remove(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    programs::remove(&desk, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read<T: DeserializeOwned>(visit: &Visit) -> Result<T, Failure> {
    let fields = Value::Object(visit.fields()?);
    serde_json::from_value(fields).map_err(|error| invalid(format!("{error}.")))
}

fn invalid(reason: String) -> Failure {
    Failure::from(Code::BadRequest).because(reason)
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| invalid(format!("{error}.")))
}

fn roles(names: &[String]) -> Result<Roles, Failure> {
    let roles: Result<Vec<Role>, Failure> = names.iter().map(|name| parsed(name)).collect();
    Ok(Roles::new(roles?))
}

fn overlap(text: &str) -> Result<Duration, Failure> {
    let read = humantime::parse_duration(text).ok();
    let read = read.filter(|overlap| *overlap <= LONGEST_OVERLAP);
    read.ok_or_else(|| {
        invalid("overlap: it is a time such as \"24h\", at most 90 days.".to_owned())
    })
}

/// Tells `null` from what is not there.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
