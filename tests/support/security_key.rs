//! A security key in the browser: Chromium's virtual authenticator (W3C WebAuthn, section 11), which is
//! always at hand and knows its person. It works on `localhost` and not on an address of numbers.

use http::Method;
use serde_json::{Value, json};

use super::browser::Browser;

/// A key that is plugged into a browser.
#[derive(Debug)]
pub(crate) struct SecurityKey {
    id: String,
}

impl SecurityKey {
    pub(crate) async fn plug_into(browser: &Browser) -> Self {
        Self::reached_by("usb", browser).await
    }

    /// One that is a part of the device: only where there is one do browsers list passkeys below fields.
    pub(crate) async fn built_into(browser: &Browser) -> Self {
        Self::reached_by("internal", browser).await
    }

    async fn reached_by(transport: &str, browser: &Browser) -> Self {
        let kind = json!({
            "protocol": "ctap2", "transport": transport, "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
        });
        let path = "webauthn/authenticator";
        let id = browser.command(Method::POST, path, Some(kind)).await;
        Self {
            id: id.as_str().expect("an id").to_owned(),
        }
    }

    /// A key that it has had for long, of another system.
    pub(crate) async fn holds(&self, browser: &Browser, credential: Value) {
        let path = format!("webauthn/authenticator/{}/credential", self.id);
        browser.command(Method::POST, &path, Some(credential)).await;
    }

    /// Whether it can be discovered, of each key that it keeps.
    pub(crate) async fn keeps(&self, browser: &Browser) -> Vec<bool> {
        let path = format!("webauthn/authenticator/{}/credentials", self.id);
        let kept = browser.command(Method::GET, &path, None).await;
        let kept = kept.as_array().expect("a list").iter();
        kept.map(|one| one["isResidentCredential"] == Value::Bool(true))
            .collect()
    }

    /// From now on it waits for somebody who never comes.
    pub(crate) async fn expects_a_touch(&self, browser: &Browser) {
        let untouched = json!({ "authenticatorId": self.id, "enabled": false });
        browser
            .devtools("WebAuthn.setAutomaticPresenceSimulation", untouched)
            .await;
    }

    /// Loses it for good.
    pub(crate) async fn lose(self, browser: &Browser) {
        let path = format!("webauthn/authenticator/{}", self.id);
        browser.command(Method::DELETE, &path, None).await;
    }
}
