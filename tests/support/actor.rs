//! Who talks to the gateway without a browser.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response,
    cookie::{CookieStore, Jar},
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect::Policy,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(30);

/// A client nobody knows yet. It follows no redirect, so that each answer can be looked at.
#[derive(Debug, Clone)]
pub(crate) struct Anonymous {
    client: Client,
    home: Url,
    jar: Arc<CookieJar>,
}

/// Keeps the cookies it is meant to keep.
#[derive(Debug)]
struct CookieJar {
    jar: Jar,
    keeps: Keeps,
}

#[derive(Debug, Clone, Copy)]
enum Keeps {
    Everything,
    EverythingBut(&'static str),
    Nothing,
}

impl Anonymous {
    /// A client that keeps cookies, as a browser does.
    pub(crate) fn new(home: &str) -> Self {
        Self::with(home, Keeps::Everything, Client::builder())
    }

    /// A client that forgets every cookie; `home` may be a socket, `unix:` and its path.
    pub(crate) fn without_cookies(home: &str) -> Self {
        match home.strip_prefix("unix:") {
            Some(path) => {
                let builder = Client::builder().unix_socket(path);
                Self::with("http://localhost", Keeps::Nothing, builder)
            }
            None => Self::with(home, Keeps::Nothing, Client::builder()),
        }
    }

    /// A client that keeps every cookie but the one called `name`.
    pub(crate) fn losing(home: &str, name: &'static str) -> Self {
        Self::with(home, Keeps::EverythingBut(name), Client::builder())
    }

    /// A client that keeps cookies and believes this certificate.
    pub(crate) fn trusting(home: &str, pem: &str) -> Self {
        let certificate = Certificate::from_pem(pem.as_bytes()).expect("a certificate");
        let builder = Client::builder().add_root_certificate(certificate);
        Self::with(home, Keeps::Everything, builder)
    }

    fn with(home: &str, keeps: Keeps, builder: reqwest::ClientBuilder) -> Self {
        static TLS: Once = Once::new();
        TLS.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let jar = Arc::new(CookieJar {
            jar: Jar::default(),
            keeps,
        });
        // Proxies of the environment must not see what is meant for the loopback.
        let builder = builder
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .cookie_provider(Arc::clone(&jar))
            .no_proxy();
        let client = builder.build().expect("a client");
        Self {
            client,
            home: home.parse().expect("an address"),
            jar,
        }
    }

    /// Where the gateway is.
    pub(crate) fn home(&self) -> String {
        self.home.to_string()
    }

    /// The `Cookie` header the gateway would get, pair by pair.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let header = self.jar.cookies(&self.home);
        let header = header.map(|value| value.to_str().expect("readable").to_owned());
        let header = header.unwrap_or_default();
        header
            .split("; ")
            .filter(|pair| !pair.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Begins a request; `target` is a path of the gateway or a whole address.
    pub(crate) fn request(&self, method: Method, target: &str) -> RequestBuilder {
        let url = self.home.join(target).expect("a target");
        self.client.request(method, url)
    }

    /// Goes there as the address bar of a browser does.
    pub(crate) async fn navigate(&self, target: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
        headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
        headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
        send(self.request(Method::GET, target).headers(headers)).await
    }

    /// Asks for JSON, as a script does.
    pub(crate) async fn get_json(&self, target: &str) -> Response {
        send(
            self.request(Method::GET, target)
                .header(ACCEPT, "application/json"),
        )
        .await
    }

    /// Posts JSON and asks for JSON.
    pub(crate) async fn post_json(&self, target: &str, body: &serde_json::Value) -> Response {
        let request = self
            .request(Method::POST, target)
            .header(ACCEPT, "application/json");
        send(request.json(body)).await
    }

    /// Submits a form as a browser does.
    pub(crate) async fn submit(&self, target: &str, fields: &[(&str, &str)]) -> Response {
        let request = self
            .request(Method::POST, target)
            .header(ACCEPT, "text/html");
        send(request.header("sec-fetch-mode", "navigate").form(fields)).await
    }

    /// Navigates on from redirect to redirect, and returns the last address with its answer.
    pub(crate) async fn follow(&self, target: &str) -> (Url, Response) {
        let mut url = self.home.join(target).expect("a target");
        for _ in 0..20 {
            let response = self.navigate(url.as_str()).await;
            let Some(next) = location(&response) else {
                return (url, response);
            };
            url = url.join(&next).expect("a location");
        }
        panic!("redirected without end, at last to {url}");
    }
}

impl CookieStore for CookieJar {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let mut kept = headers.filter(|line| match self.keeps {
            Keeps::Everything => true,
            Keeps::EverythingBut(name) => {
                let line = line.to_str().unwrap_or_default();
                line.split('=').next() != Some(name)
            }
            Keeps::Nothing => false,
        });
        self.jar.set_cookies(&mut kept, url);
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        self.jar.cookies(url)
    }
}

/// Where a redirect leads.
pub(crate) fn location(response: &Response) -> Option<String> {
    let value = response.headers().get("location")?;
    Some(value.to_str().expect("a readable location").to_owned())
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

/// A header of an answer as text.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let value = response.headers().get(name)?;
    Some(value.to_str().expect("a readable header"))
}

/// Sends bytes that no client library would, and returns all that comes back until the end.
///
/// Ask for `Connection: close`, or the wait for the end fails the test.
pub(crate) async fn exchange(port: u16, bytes: &[u8]) -> String {
    let conversation = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("a connection");
        stream.write_all(bytes).await.expect("the bytes go out");
        let mut answer = Vec::new();
        // A reset after the answer is an end like any other.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    timeout(PATIENCE, conversation)
        .await
        .expect("the gateway ends the conversation")
}
