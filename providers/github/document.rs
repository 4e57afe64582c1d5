//! The document that says whose access token it is. There is no signature to check: that the
//! provider itself sent it, over TLS and for our own token, is what makes it hold.

use http::{Request, StatusCode};
use portcullis_core::provider::ProviderError;
use portcullis_oidc::Outbound;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::endpoints::Endpoints;

/// The longest name of an account.
const MAX_SUBJECT: usize = 255;

/// One of somebody's addresses, as GitHub lists them.
#[derive(Debug, Deserialize)]
struct Address {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

/// Who the access token belongs to, and the claims about them.
pub(crate) async fn read(
    outbound: &Outbound,
    endpoints: &Endpoints,
    token: &str,
) -> Result<(String, Value), ProviderError> {
    let (status, profile) = get(outbound, &endpoints.profile, token).await?;
    let Value::Object(mut claims) = profile else {
        return Err(invalid("the document about the person is no JSON object"));
    };
    if status != StatusCode::OK {
        return Err(invalid("the provider did not accept its own access token"));
    }
    let subject = subject(&claims, &endpoints.subject)?;
    if let Some(addresses) = &endpoints.addresses {
        // The profile's own address is whatever somebody likes to show.
        claims.remove("email");
        claims.remove("email_verified");
        let (status, list) = get(outbound, addresses, token).await?;
        match status {
            StatusCode::OK => claims.extend(primary(list)?),
            // The person, or the scopes, do not let us see them.
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {}
            _ => return Err(invalid("the provider does not say the person's addresses")),
        }
    }
    claims.insert("sub".to_owned(), Value::String(subject.clone()));
    Ok((subject, Value::Object(claims)))
}

/// The account that a complete document names, and the document.
pub(crate) fn examined(
    endpoints: &Endpoints,
    document: &Value,
) -> Result<(String, Value), ProviderError> {
    let Value::Object(mut claims) = document.clone() else {
        return Err(invalid("the document about the person is no JSON object"));
    };
    // A document that was shown after a sign-in names the account as `sub`, too.
    let subject = subject(&claims, &endpoints.subject).or_else(|error| {
        let shown = subject(&claims, "sub");
        shown.map_err(|_| error)
    })?;
    claims.insert("sub".to_owned(), Value::String(subject.clone()));
    Ok((subject, Value::Object(claims)))
}

async fn get(
    outbound: &Outbound,
    url: &str,
    token: &str,
) -> Result<(StatusCode, Value), ProviderError> {
    let request = Request::get(url)
        .header("accept", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Vec::new())
        .map_err(|_| invalid("its access token is no token"))?;
    let answer = outbound
        .send("the document about the person", request)
        .await?;
    let status = answer.status();
    match serde_json::from_slice(answer.body()) {
        Ok(document) => Ok((status, document)),
        Err(_) if status != StatusCode::OK => Ok((status, Value::Object(Map::new()))),
        Err(_) => Err(invalid("the document about the person is not JSON")),
    }
}

fn subject(claims: &Map<String, Value>, name: &str) -> Result<String, ProviderError> {
    let subject = match claims.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_u64() => number.to_string(),
        _ => String::new(),
    };
    let is_plain = !subject.is_empty()
        && subject.len() <= MAX_SUBJECT
        && !subject.contains(|c: char| c.is_control());
    match is_plain {
        true => Ok(subject),
        false => Err(invalid("the document does not name the account")),
    }
}

/// The primary address and whether it is verified, from the same entry.
fn primary(list: Value) -> Result<Map<String, Value>, ProviderError> {
    let addresses: Vec<Address> = serde_json::from_value(list)
        .map_err(|_| invalid("the list of addresses cannot be read"))?;
    let primary = addresses.into_iter().find(|address| address.primary);
    let claims = primary.map(|address| {
        [
            ("email".to_owned(), Value::String(address.email)),
            ("email_verified".to_owned(), Value::Bool(address.verified)),
        ]
    });
    Ok(claims.into_iter().flatten().collect())
}

pub(crate) fn invalid(reason: &str) -> ProviderError {
    ProviderError::Invalid {
        reason: reason.to_owned(),
    }
}
