//! One token given back (RFC 7009). Written out, because the library refuses to ask a provider of a
//! private network that does without TLS.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use portcullis_core::secret::Secret;
use serde_json::Value;
use url::{
    Url,
    form_urlencoded::{Serializer, byte_serialize},
};

use crate::{
    fetch::Fetch,
    proof::{Place, Proof},
    trouble::{Trouble, safe_code},
};

/// Where a token is given back, and by whom.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) client_id: &'a str,
    pub(crate) proof: &'a Proof,
}

impl Request<'_> {
    /// Gives `token` back, which is of this kind.
    pub(crate) async fn send(
        &self,
        fetch: &Fetch,
        token: &Secret,
        kind: &str,
    ) -> Result<(), Trouble> {
        let unreadable = || Trouble::wrong("the revocation endpoint cannot be asked");
        let request = self.build(token, kind).map_err(|_| unreadable())?;
        let answer = fetch.send(request).await;
        let answer = answer.map_err(|error| error.about("the revocation endpoint"))?;
        if answer.status() == StatusCode::OK {
            return Ok(());
        }
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        match body.get("error").and_then(Value::as_str) {
            // Section 2.2.1: this kind cannot be given back here, so there is nothing left to do.
            Some("unsupported_token_type") => Ok(()),
            error => {
                let code = safe_code(error.unwrap_or_default());
                let reason = format!("the revocation endpoint did not accept the token ({code})");
                Err(Trouble::Wrong(reason))
            }
        }
    }

    fn build(&self, token: &Secret, kind: &str) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut form = Serializer::new(String::new());
        form.append_pair("token", token.expose());
        form.append_pair("token_type_hint", kind);
        let mut request = http::Request::post(self.endpoint.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.proof {
            Proof::Secret(secret, Place::Header) => {
                // RFC 6749, section 2.3.1: both parts are encoded before they are joined.
                let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", part(self.client_id), part(secret.expose()));
                let value = format!("Basic {}", STANDARD.encode(pair));
                request = request.header(header::AUTHORIZATION, value);
            }
            Proof::Secret(secret, Place::Body) => {
                form.append_pair("client_id", self.client_id);
                form.append_pair("client_secret", secret.expose());
            }
            Proof::None | Proof::Assertion(_) => {
                form.append_pair("client_id", self.client_id);
                form.extend_pairs(self.proof.assertion().into_iter().flatten());
            }
        }
        request.body(form.finish().into_bytes())
    }
}
