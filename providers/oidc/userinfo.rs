//! Claims from the userinfo endpoint (OpenID Connect Core 1.0, section 5.3).

use serde_json::{Map, Value};
use url::Url;

use crate::{
    fetch::{Fetch, FetchError},
    trouble::Trouble,
};

/// The claims at `endpoint` about `subject`.
pub(crate) async fn read(
    fetch: &Fetch,
    endpoint: &Url,
    access_token: &str,
    subject: &str,
) -> Result<Map<String, Value>, Trouble> {
    let answer = fetch.json(endpoint, Some(access_token)).await;
    let answer = answer.map_err(|error| match error {
        // A refusal of our own fresh token is the provider's mistake, and waiting will not mend it.
        FetchError::Status(400..=499) => Trouble::wrong("userinfo did not accept the access token"),
        error => error.about("userinfo"),
    })?;
    let Value::Object(claims) = answer else {
        return Err(Trouble::wrong("userinfo is no JSON object"));
    };
    // Section 5.3.4: otherwise the answer could be about somebody else (token substitution).
    if claims.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(Trouble::wrong(
            "userinfo is about another subject than the ID token",
        ));
    }
    Ok(claims)
}
