//! Taking tokens back: as in RFC 7009, or as an application does at GitHub.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, request::Builder};
use portcullis_core::provider::{ProviderError, TokenSet};
use portcullis_oidc::Outbound;
use serde_json::json;
use url::form_urlencoded;

use crate::{document::invalid, plain_config::PlainConfig};

/// Tells the provider that its tokens are not needed any more; nothing where it cannot be told.
pub(crate) async fn revoke(
    config: &PlainConfig,
    outbound: &Outbound,
    tokens: &TokenSet,
) -> Result<(), ProviderError> {
    let endpoints = &config.endpoints;
    let request = match (&endpoints.revoke, &endpoints.application) {
        (Some(url), _) => {
            // With a refresh token its access tokens go, too (RFC 7009, section 2.1).
            let (token, hint) = match tokens.refresh.is_empty() {
                true => (&tokens.access, "access_token"),
                false => (&tokens.refresh, "refresh_token"),
            };
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("token", token.expose())
                .append_pair("token_type_hint", hint)
                .finish();
            Request::post(url.as_str())
                .header("content-type", "application/x-www-form-urlencoded")
                .proved(config)
                .body(body.into_bytes())
        }
        (None, Some(url)) => Request::delete(url.as_str())
            .header("content-type", "application/json")
            .proved(config)
            .body(
                json!({"access_token": tokens.access.expose()})
                    .to_string()
                    .into_bytes(),
            ),
        (None, None) => return Ok(()),
    };
    let request = request.map_err(|_| invalid("the client cannot be named in a request"))?;
    let answer = outbound.send("revocation", request).await?;
    // A token that is not known any more is as good as revoked.
    match answer.status().as_u16() {
        200..=299 | 404 | 422 => Ok(()),
        status => Err(ProviderError::Unavailable {
            reason: format!("revocation: it answered with status {status}"),
        }),
    }
}

/// Requests that say which client asks.
trait Proved {
    fn proved(self, config: &PlainConfig) -> Self;
}

impl Proved for Builder {
    fn proved(self, config: &PlainConfig) -> Self {
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let secret = config.secret();
        let pair = format!(
            "{}:{}",
            encoded(&config.client.id),
            encoded(secret.expose())
        );
        self.header("authorization", format!("Basic {}", STANDARD.encode(pair)))
    }
}
