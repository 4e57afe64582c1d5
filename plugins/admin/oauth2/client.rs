//! Which client asks: its id and secret, shown in the way that its credential says and in no other.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::header::AUTHORIZATION;
use portcullis_core::{
    api_credential::{ApiCredential, ClientAuthMethod},
    secret::{Secret, TokenHash},
};
use portcullis_kit::Visit;

use super::{failure::OAuthFailure, form::Form};
use crate::{access::throttle::Guess, desk::Desk};

/// What a client shows.
struct Shown {
    client_id: String,
    secret: Secret,
    method: ClientAuthMethod,
}

/// The client that asks.
pub(super) async fn client(
    desk: &Desk,
    visit: &Visit,
    form: &Form,
) -> Result<ApiCredential, OAuthFailure> {
    let shown = shown(visit, form)?;
    let guesses = [
        Guess::of_client(&shown.client_id, &visit.visitor),
        Guess::of_clients(&visit.visitor),
    ];
    for guess in &guesses {
        guess.check(desk).await?;
    }
    let found = desk.services.api_credentials.find_client(&shown.client_id);
    let found = found.await?.filter(|one| {
        let hash = TokenHash::of(shown.secret.expose());
        // Both are looked at, so that the time it takes tells neither.
        one.opens(&hash, desk.services.clock.now()) & (one.auth_method == shown.method)
    });
    if let Some(credential) = found {
        return Ok(credential);
    }
    for guess in guesses {
        guess.count(desk).await?;
    }
    Err(OAuthFailure::InvalidClient)
}

fn shown(visit: &Visit, form: &Form) -> Result<Shown, OAuthFailure> {
    let posted = form.get("client_secret");
    if visit.headers.get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(OAuthFailure::InvalidRequest("The client is shown twice."));
    }
    let Some(header) = visit.headers.get(AUTHORIZATION) else {
        let (Some(client_id), Some(secret)) = (form.get("client_id"), posted) else {
            return Err(OAuthFailure::InvalidClient);
        };
        return Ok(Shown {
            client_id: client_id.to_owned(),
            secret: Secret::new(secret),
            method: ClientAuthMethod::ClientSecretPost,
        });
    };
    if posted.is_some() {
        return Err(OAuthFailure::InvalidRequest("The client is shown twice."));
    }
    let shown = header.to_str().ok().and_then(basic);
    let shown = shown.ok_or(OAuthFailure::InvalidClient)?;
    match form.get("client_id") {
        Some(other) if other != shown.client_id => {
            Err(OAuthFailure::InvalidRequest("Two clients are named."))
        }
        _ => Ok(shown),
    }
}

/// What the header says (RFC 7617). Ids and secrets of ours have no sign that a form would encode.
fn basic(header: &str) -> Option<Shown> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some(Shown {
        client_id: client_id.to_owned(),
        secret: Secret::new(secret),
        method: ClientAuthMethod::ClientSecretBasic,
    })
}
