//! A self-service form as its sender sees it: fetched as JSON, submitted as a browser or as a script.

use reqwest::{
    Method, Response,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use url::Url;

use super::actor::{Anonymous, location};

/// Where the gateway's own pages live.
pub(crate) const SELF_SERVICE: &str = "/.portcullis/self-service";

/// A flow of `login`, `registration` or `settings` with its form.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    client: Anonymous,
    pub(crate) flow: Value,
}

impl Form {
    /// Begins a browser's flow as a script does; `query` begins with a question mark or is empty.
    pub(crate) async fn begin(client: &Anonymous, kind: &str, query: &str) -> Self {
        let target = format!("{SELF_SERVICE}/{kind}/browser{query}");
        Self::read(client, client.get_json(&target).await).await
    }

    /// Begins a native flow, which needs no cookies.
    pub(crate) async fn begin_native(client: &Anonymous, kind: &str) -> Self {
        let target = format!("{SELF_SERVICE}/{kind}/api");
        Self::read(client, client.get_json(&target).await).await
    }

    /// The form of the page at this address, as its `flow` parameter tells.
    pub(crate) async fn at(client: &Anonymous, page: &Url) -> Self {
        let mut query = page.query_pairs();
        let flow = query.find(|(name, _)| name == "flow");
        let flow = flow.unwrap_or_else(|| panic!("{page} shows a flow")).1;
        let kind = [
            "registration",
            "login",
            "settings",
            "recovery",
            "verification",
        ]
        .into_iter()
        .find(|kind| page.path().contains(kind))
        .unwrap_or_else(|| panic!("{page} is a page of some flow"));
        let target = format!("{SELF_SERVICE}/{kind}/flows?id={flow}");
        Self::read(client, client.get_json(&target).await).await
    }

    /// Goes where somebody signed out is sent from `target`, and reads the form there.
    pub(crate) async fn asked_at(client: &Anonymous, target: &str) -> Self {
        let (page, answer) = client.follow(target).await;
        assert_eq!(answer.status(), 200, "{page} asks to sign in");
        Self::at(client, &page).await
    }

    async fn read(client: &Anonymous, response: Response) -> Self {
        let (url, status) = (response.url().clone(), response.status());
        let text = response.text().await.expect("a body");
        assert_eq!(status, 200, "{url} answers with a flow: {text}");
        let flow = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self {
            client: client.clone(),
            flow,
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.flow["id"].as_str().expect("a flow has an id")
    }

    pub(crate) fn action(&self) -> &str {
        self.flow["ui"]["action"]
            .as_str()
            .expect("a form has an action")
    }

    /// The value the form holds under a name.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let node = self.nodes().find(|node| node["attributes"]["name"] == name);
        Some(node?["attributes"]["value"].as_str()?.to_owned())
    }

    /// The values of every button or field with this name, in order.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let named = self
            .nodes()
            .filter(|node| node["attributes"]["name"] == name);
        let values = named.filter_map(|node| node["attributes"]["value"].as_str());
        values.map(str::to_owned).collect()
    }

    /// The names of the form's fields, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = self
            .nodes()
            .filter_map(|n| n["attributes"]["name"].as_str());
        names.map(str::to_owned).collect()
    }

    /// The ids of every message, those of the whole form first.
    pub(crate) fn messages(&self) -> Vec<u64> {
        let own = self.flow["ui"]["messages"].as_array().into_iter().flatten();
        let nodes = self
            .nodes()
            .flat_map(|n| n["messages"].as_array().into_iter().flatten());
        own.chain(nodes)
            .filter_map(|message| message["id"].as_u64())
            .collect()
    }

    fn nodes(&self) -> impl Iterator<Item = &Value> {
        self.flow["ui"]["nodes"]
            .as_array()
            .expect("a form has nodes")
            .iter()
    }

    /// Submits as a script: JSON there and back.
    pub(crate) async fn submit_json(&self, mut body: Value) -> Response {
        if let Some(token) = self.value("csrf_token") {
            body["csrf_token"] = json!(token);
        }
        self.client.post_json(self.action(), &body).await
    }

    /// Submits as a browser: a form there, a page or a redirect back.
    pub(crate) async fn submit(&self, fields: &[(&str, &str)]) -> Response {
        let token = self.value("csrf_token").unwrap_or_default();
        let mut fields = fields.to_vec();
        if !token.is_empty() {
            fields.push(("csrf_token", &token));
        }
        self.client.submit(self.action(), &fields).await
    }

    /// Submits bytes of the story's own.
    pub(crate) async fn submit_raw(&self, content_type: &str, body: String) -> Response {
        let request = self.client.request(Method::POST, self.action());
        let request = request.header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, content_type).body(body);
        request.send().await.expect("an answer")
    }

    /// Chooses a provider, and says where the browser is sent.
    pub(crate) async fn choose(&self, provider: &str) -> String {
        let response = self.submit(&[("provider", provider)]).await;
        let status = response.status();
        let Some(location) = location(&response) else {
            panic!("{status}: {}", response.text().await.unwrap_or_default());
        };
        assert_eq!(status, 303, "a form leads on with 303, here to {location}");
        location
    }
}
