//! People: who they are, how they sign up and in, and what they hold once they have.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{
    actor::{Anonymous, location},
    browser::Browser,
    form::{Form, SELF_SERVICE},
    gateway::TestGateway,
    smtp_server::SmtpServer,
};

/// Somebody with an address and a password of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
}

pub(crate) const ALICE: Person = Person {
    email: "alice@example.org",
    password: "wonderland-4711",
    first: "Alice",
    last: "Archer",
};

pub(crate) const BOB: Person = Person {
    email: "bob@example.org",
    password: "builders-rest-0815",
    first: "Bob",
    last: "Baker",
};

/// A person with a session in a cookie.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) client: Anonymous,
    /// The session cookie as `name=value`.
    pub(crate) cookie: String,
    /// The whole `Set-Cookie` line that brought it.
    pub(crate) set_cookie: String,
    pub(crate) session: Value,
}

/// A person with a session token, as a native application has.
#[derive(Debug, Clone)]
pub(crate) struct Native {
    pub(crate) client: Anonymous,
    pub(crate) token: String,
    pub(crate) session: Value,
}

impl Person {
    fn traits(&self) -> Value {
        json!({ "email": self.email, "name": { "first": self.first, "last": self.last } })
    }

    /// Registers, which also signs in.
    pub(crate) async fn sign_up(&self, gateway: &TestGateway) -> SignedIn {
        self.sign_up_with(gateway, self.traits()).await
    }

    /// Registers with traits of the story's own.
    pub(crate) async fn sign_up_with(&self, gateway: &TestGateway, traits: Value) -> SignedIn {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "registration", "").await;
        let body = json!({ "method": "password", "password": self.password, "traits": traits });
        SignedIn::read(client, form.submit_json(body).await).await
    }

    /// Registers where the address is proved first, proves it, and signs in.
    pub(crate) async fn sign_up_by_mail(
        &self,
        gateway: &TestGateway,
        mail: &SmtpServer,
    ) -> SignedIn {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "registration", "").await;
        let body =
            json!({ "method": "password", "password": self.password, "traits": self.traits() });
        let answer = form.submit_json(body).await;
        assert!(session_cookie(&answer).is_none(), "nobody is in yet");
        let told: Value = answer.json().await.expect("JSON");
        let page = told["continue_with"][0]["flow"]["url"].as_str();
        let page = page.unwrap_or_else(|| panic!("a page comes with {told}"));
        let form = Form::at(&client, &page.parse().expect("an address")).await;
        let code = mail.letter_to(self.email, 0).await.code();
        let proof = json!({ "method": "code", "code": code });
        assert_eq!(form.submit_json(proof).await.status(), 200);
        let response = self.try_to_sign_in(&client).await;
        SignedIn::read(client, response).await
    }

    /// Signs in with the password.
    pub(crate) async fn sign_in(&self, gateway: &TestGateway) -> SignedIn {
        let client = gateway.anonymous();
        let response = self.try_to_sign_in(&client).await;
        SignedIn::read(client, response).await
    }

    /// Tries to sign in as a script does; what came of it is the answer's to say.
    pub(crate) async fn try_to_sign_in(&self, client: &Anonymous) -> Response {
        let form = Form::begin(client, "login", "").await;
        form.submit_json(self.credentials()).await
    }

    pub(crate) fn credentials(&self) -> Value {
        json!({ "method": "password", "identifier": self.email, "password": self.password })
    }

    /// The same as fields of a form.
    pub(crate) fn fields(&self) -> [(&'static str, &'static str); 3] {
        let Self {
            email, password, ..
        } = *self;
        [
            ("method", "password"),
            ("identifier", email),
            ("password", password),
        ]
    }

    /// Registers through the native API.
    pub(crate) async fn sign_up_natively(&self, gateway: &TestGateway) -> Native {
        let client = Anonymous::without_cookies(&gateway.url());
        let form = Form::begin_native(&client, "registration").await;
        let body =
            json!({ "method": "password", "password": self.password, "traits": self.traits() });
        Native::read(client, form.submit_json(body).await).await
    }

    /// Signs in through the native API.
    pub(crate) async fn sign_in_natively(&self, gateway: &TestGateway) -> Native {
        let client = Anonymous::without_cookies(&gateway.url());
        let form = Form::begin_native(&client, "login").await;
        Native::read(client, form.submit_json(self.credentials()).await).await
    }

    /// Fills the registration form that the browser shows, and sends it.
    pub(crate) async fn register_in(&self, browser: &Browser) {
        browser.fill("traits.email", self.email).await;
        browser.fill("traits.name.first", self.first).await;
        browser.fill("traits.name.last", self.last).await;
        browser.fill("password", self.password).await;
        browser.press("Sign up").await;
    }

    /// Fills the sign-in form that the browser shows, and sends it.
    pub(crate) async fn sign_in_in(&self, browser: &Browser) {
        browser.fill("identifier", self.email).await;
        browser.fill("password", self.password).await;
        browser.submit().await;
    }
}

impl SignedIn {
    /// Reads what a script gets when signing in worked.
    pub(crate) async fn read(client: Anonymous, response: Response) -> Self {
        let set_cookie = session_cookie(&response);
        let (status, text) = (response.status(), response.text().await.expect("a body"));
        assert_eq!(status, 200, "signing in works: {text}");
        let set_cookie = set_cookie.unwrap_or_else(|| panic!("a session cookie comes with {text}"));
        let body: Value = serde_json::from_str(&text).expect("JSON");
        let cookie = set_cookie.split(';').next().unwrap_or_default().to_owned();
        let session = body["session"].clone();
        assert!(session["id"].is_string(), "a session comes with {text}");
        Self {
            client,
            cookie,
            set_cookie,
            session,
        }
    }

    /// Reads who `client` is after an answer that brought a session.
    pub(crate) async fn from_cookie(client: &Anonymous, answer: &Response) -> Self {
        let set_cookie = session_cookie(answer).expect("a session cookie");
        Self {
            client: client.clone(),
            cookie: set_cookie.split(';').next().unwrap_or_default().to_owned(),
            set_cookie,
            session: whoami(client).await,
        }
    }

    /// Signs in through a provider, and proves there once more who it is.
    pub(crate) async fn proved(client: &Anonymous, provider: &str, login: &str) -> Self {
        let answer = sign_in_through(client, provider, login).await;
        assert!(session_cookie(&answer).is_some(), "{}", answer.status());
        let form = Form::begin(client, "login", "?refresh=true").await;
        let back = vouched(client, &form.choose(provider).await, login).await;
        Self::from_cookie(client, &client.navigate(&back).await).await
    }

    pub(crate) fn identity(&self) -> &str {
        self.session["identity"]["id"]
            .as_str()
            .expect("an identity")
    }

    pub(crate) fn session_id(&self) -> &str {
        self.session["id"].as_str().expect("a session id")
    }

    pub(crate) async fn get(&self, target: &str) -> Response {
        self.client.get_json(target).await
    }

    /// The status somebody with this session gets.
    pub(crate) async fn status(&self, target: &str) -> u16 {
        self.get(target).await.status().as_u16()
    }

    /// A request with this session for another node of the same gateway.
    pub(crate) fn at(&self, node: &TestGateway, target: &str) -> RequestBuilder {
        let client = Anonymous::without_cookies(&node.url());
        let request = client.request(Method::GET, target);
        request
            .header("cookie", &self.cookie)
            .header("accept", "application/json")
    }

    pub(crate) async fn sign_out(&self) {
        let answer = self.get(&format!("{SELF_SERVICE}/logout/browser")).await;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.expect("JSON");
        let url = answer["logout_url"]
            .as_str()
            .expect("an address to sign out at");
        let done = self.client.navigate(url).await;
        assert_eq!(done.status(), 303, "signing out leads on");
    }
}

impl Native {
    async fn read(client: Anonymous, response: Response) -> Self {
        assert_eq!(
            session_cookie(&response),
            None,
            "native applications get no cookie"
        );
        let (status, text) = (response.status(), response.text().await.expect("a body"));
        assert_eq!(status, 200, "signing in works: {text}");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        let token = body["session_token"].as_str();
        let token = token.unwrap_or_else(|| panic!("a token comes with {text}"));
        Self {
            client,
            token: token.to_owned(),
            session: body["session"].clone(),
        }
    }

    pub(crate) fn request(&self, method: Method, target: &str) -> RequestBuilder {
        let request = self.client.request(method, target);
        request
            .header("x-session-token", &self.token)
            .header("accept", "application/json")
    }

    pub(crate) async fn get(&self, target: &str) -> Response {
        self.request(Method::GET, target)
            .send()
            .await
            .expect("an answer")
    }
}

/// The `Set-Cookie` line that brings a session, if the answer has one.
pub(crate) fn session_cookie(response: &Response) -> Option<String> {
    let lines = response.headers().get_all("set-cookie").iter();
    let mut lines = lines.map(|line| line.to_str().expect("readable").to_owned());
    lines.find(|line| {
        let name = line.split('=').next().unwrap_or_default();
        name.trim_start_matches("__Host-")
            .trim_start_matches("__Secure-")
            == "portcullis"
    })
}

/// Goes through a provider's own pages as `login`, and says where it sends the browser back to.
pub(crate) async fn vouched(client: &Anonymous, start: &str, login: &str) -> String {
    let mut url = url::Url::parse(start).expect("an address of the provider");
    for _ in 0..10 {
        if url.path().starts_with(SELF_SERVICE) {
            return url.into();
        }
        let response = match url.path().contains("/interaction/") {
            true => {
                let fields = [("prompt", "login"), ("login", login), ("password", "x")];
                client.submit(url.as_str(), &fields).await
            }
            false => client.navigate(url.as_str()).await,
        };
        let status = response.status();
        let Some(next) = location(&response) else {
            panic!(
                "{url}: {status} {}",
                response.text().await.unwrap_or_default()
            );
        };
        url = url.join(&next).expect("a location");
    }
    panic!("the provider sends the browser round in circles, at last to {url}");
}

/// Signs in through a provider as `login`; the answer is the gateway's to the callback.
pub(crate) async fn sign_in_through(client: &Anonymous, provider: &str, login: &str) -> Response {
    let form = Form::begin(client, "login", "").await;
    let start = form.choose(provider).await;
    let back = vouched(client, &start, login).await;
    client.navigate(&back).await
}

/// The session `client` has, as the gateway tells it.
pub(crate) async fn whoami(client: &Anonymous) -> Value {
    let answer = client.get_json("/.portcullis/sessions/whoami").await;
    let (status, text) = (answer.status(), answer.text().await.expect("a body"));
    assert_eq!(status, 200, "somebody is signed in: {text}");
    serde_json::from_str(&text).expect("JSON")
}
