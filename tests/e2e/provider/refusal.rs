//! How a sign-in that must not work ends: as a page for people, as JSON for scripts.

use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{
    Anonymous, Form, HostileProvider, TestGateway,
    actor::location,
    person::{session_cookie, sign_in_through, vouched},
};

/// The secret of every client at a hostile provider; its id is `one`.
pub(super) const SECRET: &str = "a-client-secret-of-some-length";

/// A provider that does something it should not, and the code by which the gateway says so.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) provider: HostileProvider,
    /// What the browser makes of the way back.
    pub(super) way_back: fn(&str) -> String,
    pub(super) code: &'static str,
}

impl Case {
    pub(super) fn new(name: &str, provider: HostileProvider, code: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            provider,
            way_back: str::to_owned,
            code,
        }
    }

    pub(super) fn on_the_way_back(mut self, way_back: fn(&str) -> String) -> Self {
        self.way_back = way_back;
        self
    }

    /// Refused to a person and to a script, with nobody signed in; the next person gets in.
    pub(super) async fn is_refused(&self, gateway: &TestGateway, id: &str) {
        self.page(gateway, id).await;
        self.envelope(gateway, id).await;
        let next = sign_in_through(&gateway.anonymous(), "honest", "x").await;
        assert!(
            session_cookie(&next).is_some(),
            "after {} the next person gets in: {}",
            self.name,
            next.status()
        );
    }

    async fn page(&self, gateway: &TestGateway, id: &str) {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let begun = form.submit(&[("provider", id)]).await;
        let answer = match location(&begun).filter(|target| target.contains("/authorize")) {
            Some(target) => {
                let back = vouched(&client, &target, "x").await;
                client.navigate(&(self.way_back)(&back)).await
            }
            None => begun,
        };
        self.nobody(&client, &answer).await;
        let answer = match location(&answer) {
            Some(page) => client.follow(&page).await.1,
            None => answer,
        };
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let explained = text.contains("<h1") && text.contains(self.code) && text.contains("href=");
        assert!(
            explained,
            "{}: a page says {}: {status} {text}",
            self.name, self.code
        );
        assert!(is_proper(status), "{}: {status}", self.name);
    }

    async fn envelope(&self, gateway: &TestGateway, id: &str) {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let begun = form
            .submit_json(json!({ "method": "oidc", "provider": id }))
            .await;
        let answer = match begun.status().as_u16() {
            422 => {
                let begun: Value = begun.json().await.unwrap();
                let target = begun["redirect_browser_to"].as_str().unwrap();
                let back = vouched(&client, target, "x").await;
                client.get_json(&(self.way_back)(&back)).await
            }
            _ => begun,
        };
        self.nobody(&client, &answer).await;
        let status = answer.status().as_u16();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["id"], self.code, "{}: {answer}", self.name);
        assert!(is_proper(status), "{}: {status}", self.name);
    }

    async fn nobody(&self, client: &Anonymous, answer: &Response) {
        assert_eq!(session_cookie(answer), None, "{}", self.name);
        let status = client.get_json("/").await.status();
        assert_eq!(status, 401, "{}", self.name);
    }
}

/// A gateway that trusts an honest provider and, under `p0`, `p1`…, those of the cases.
pub(super) async fn gate(honest: &HostileProvider, cases: &[Case]) -> TestGateway {
    let mut builder = TestGateway::builder().provider("honest", &honest.issuer(), ("one", SECRET));
    for (number, case) in cases.iter().enumerate() {
        let issuer = case.provider.issuer();
        builder = builder.provider(&format!("p{number}"), &issuer, ("one", SECRET));
    }
    let route = crate::support::Route::signed_in("/", "echo:");
    let gateway = builder.route(&route).start().await;
    let first = sign_in_through(&gateway.anonymous(), "honest", "x").await;
    assert!(session_cookie(&first).is_some());
    gateway
}

/// An answer that says what is wrong, and not that the gateway is.
fn is_proper(status: u16) -> bool {
    (400..500).contains(&status) || status == 502 || status == 503
}
