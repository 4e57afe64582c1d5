//! Browsers, scripts and native clients: whoever sends requests and keeps cookies.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use http::{HeaderMap, Method as Verb, Request, Response};
use portcullis_core::{head::Scheme, pages::Visitor, principal::Principal, testing::Call};
use serde_json::Value;
use url::Url;

use super::{House, PASSWORD, PUBLIC, action, credentials, promised::judge};

/// Somebody with a cookie jar.
#[derive(Clone)]
pub(crate) struct Browser<'a> {
    pub(super) house: &'a House,
    pub(crate) jar: BTreeMap<String, String>,
    pub(crate) client: IpAddr,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Whom the gateway takes it for, whatever has happened since; else whom its session tells.
    pub(crate) cached: Option<Arc<Principal>>,
}

/// An answer, with what tests ask of it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What was asked of the stores before it.
    pub(crate) work: Vec<Call>,
    /// How many letters were written before it, ever.
    pub(crate) written: usize,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", String::from_utf8_lossy(&self.body));
        self.headers["location"].to_str().unwrap()
    }

    pub(crate) fn error(&self) -> (u16, String) {
        let id = self.json()["error"]["id"].as_str().unwrap_or("").to_owned();
        (self.status, id)
    }

    /// The value of a query parameter of the redirect's target.
    pub(crate) fn query(&self, name: &str) -> String {
        let url = Url::parse(self.location()).unwrap();
        let pair = url.query_pairs().find(|(key, _)| key == name);
        pair.expect("the parameter").1.into_owned()
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let values = self.headers.get_all("set-cookie").iter();
        values.map(|v| v.to_str().unwrap().to_owned()).collect()
    }
}

impl Browser<'_> {
    pub(crate) async fn send(
        &mut self,
        verb: Verb,
        target: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Reply {
        let url = Url::parse(PUBLIC).unwrap().join(target).unwrap();
        let path = url.as_str().strip_prefix(PUBLIC).unwrap();
        let path = match path.starts_with("/.portcullis") {
            true => path.to_owned(),
            false => format!("/.portcullis{path}"),
        };
        let asked = (verb.clone(), path.clone());
        let mut request = Request::builder().method(verb).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.jar.is_empty() {
            let pairs: Vec<_> = self.jar.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let mut request = request.body(body).unwrap();
        let principal = match &self.cached {
            Some(cached) => Some(Arc::clone(cached)),
            None => self.house.principal(request.headers()).await,
        };
        request.extensions_mut().insert(Visitor {
            request_id: "request-1".to_owned(),
            client: self.client,
            scheme: Scheme::Https,
            authority: "gate.test".to_owned(),
            principal,
        });
        let before = self.house.store.calls().len();
        let response = self.house.pages.respond(request).await;
        let work = self.house.store.calls().split_off(before);
        let reply = self.keep(response, work);
        judge((&asked.0, &asked.1), &reply);
        // What is done after the answer is done once anything else is.
        tokio::task::yield_now().await;
        reply
    }

    fn keep(&mut self, response: Response<Vec<u8>>, work: Vec<Call>) -> Reply {
        let (parts, body) = response.into_parts();
        assert_eq!(parts.headers["x-portcullis"], "1");
        let reply = Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            work,
            written: self.house.letters.mails().len(),
        };
        for cookie in reply.set_cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(attributes.contains("HttpOnly") && attributes.contains("Secure"));
            match attributes.contains("Max-Age=0") {
                true => self.jar.remove(name),
                false => self.jar.insert(name.to_owned(), value.to_owned()),
            };
        }
        reply
    }

    /// Lets the gateway take it for whom it takes it for now, as a node does for a while.
    pub(crate) async fn stay_cached(&mut self) {
        let cookies: Vec<_> = self.jar.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let cookie = cookies.join("; ").parse().unwrap();
        let headers = HeaderMap::from_iter([(http::header::COOKIE, cookie)]);
        self.cached = self.house.principal(&headers).await;
        assert!(self.cached.is_some());
    }

    /// Navigates.
    pub(crate) async fn go(&mut self, target: &str) -> Reply {
        let accept = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
        self.send(Verb::GET, target, &accept, Vec::new()).await
    }

    /// Asks for JSON.
    pub(crate) async fn ask(&mut self, target: &str) -> Reply {
        let accept = [("accept", "application/json, text/plain, */*")];
        self.send(Verb::GET, target, &accept, Vec::new()).await
    }

    /// Submits a form.
    pub(crate) async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Verb::POST, target, &headers, body.into_bytes())
            .await
    }

    /// Posts JSON.
    pub(crate) async fn post(&mut self, target: &str, body: &Value) -> Reply {
        let headers = [
            ("accept", "application/json"),
            ("content-type", "application/json"),
        ];
        self.send(Verb::POST, target, &headers, body.to_string().into_bytes())
            .await
    }

    /// Deletes.
    pub(crate) async fn delete(&mut self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(Verb::DELETE, target, headers, Vec::new()).await
    }

    /// Begins a flow as a script does, and returns it.
    pub(crate) async fn begin(&mut self, kind: &str) -> Value {
        let reply = self.ask(&format!("/self-service/{kind}/browser")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// Signs in with [`PASSWORD`] as a script does.
    pub(crate) async fn sign_in(&mut self, email: &str) -> Value {
        let flow = self.begin("login").await;
        let fields = credentials(&flow, email, PASSWORD);
        let reply = self.post(action(&flow), &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    pub(crate) fn house(&self) -> &House {
        self.house
    }

    pub(crate) fn cookie(&self, part: &str) -> Option<&String> {
        let mut jar = self.jar.iter();
        jar.find(|(name, _)| name.contains(part)).map(|(_, v)| v)
    }

    pub(crate) fn session(&self) -> Option<&String> {
        self.jar.get("__Host-portcullis")
    }
}
