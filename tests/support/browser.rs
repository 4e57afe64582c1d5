//! A real Chromium, driven over WebDriver.

mod heard;
mod keyboard;
mod mouse;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use fantoccini::{
    Client, ClientBuilder,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, SemaphorePermit},
};
use url::{ParseError, Url};

use self::mouse::is_replaced;
use super::{port::free_port, process::Process, wait::wait_until};

/// Chromium is heavy: more than two at once would only slow each other down.
static SEATS: Semaphore = Semaphore::const_new(2);

/// A browser window with a fresh profile.
pub(crate) struct Browser {
    client: Client,
    // Dropped in this order: the driver and its browser first, then their folder, then the seat.
    _driver: Process,
    _profile: TempDir,
    _seat: SemaphorePermit<'static>,
}

impl Browser {
    pub(crate) async fn open() -> Self {
        Self::open_with(json!({})).await
    }

    /// A browser whose person has switched scripts off.
    pub(crate) async fn open_without_scripts() -> Self {
        Self::open_with(json!({ "profile.managed_default_content_settings.javascript": 2 })).await
    }

    /// A browser whose person reads this language.
    pub(crate) async fn open_in(language: &str) -> Self {
        Self::open_with(json!({ "intl.accept_languages": language })).await
    }

    /// A browser with preferences of the story's own.
    pub(crate) async fn open_with(preferences: Value) -> Self {
        let seat = SEATS.acquire().await.expect("never closed");
        let profile = TempDir::new().expect("a folder");
        let port = free_port();
        let mut command = Process::command("chromedriver");
        // Whatever the browser keeps outside its profile goes with the folder, too.
        command
            .arg(format!("--port={port}"))
            .env("HOME", profile.path());
        command.env("TMPDIR", profile.path());
        let driver = Process::spawn(command, &profile.path().join("driver.log"));
        wait_until("chromedriver to listen", async || {
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path(), &preferences))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts");
        Self {
            client,
            _driver: driver,
            _profile: profile,
            _seat: seat,
        }
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("the page loads");
    }

    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.expect("an address").into()
    }

    /// All text a person can see.
    pub(crate) async fn text(&self) -> String {
        let text = self
            .run(
                "return document.body ? document.body.innerText : ''",
                vec![],
            )
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows `text`.
    pub(crate) async fn see(&self, text: &str) {
        let mut shown = String::new();
        let what = format!("the page to show {text:?}");
        wait_until(&what, async || {
            shown = self.text().await;
            shown.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the address contains `part`, and returns it.
    pub(crate) async fn arrive_at(&self, part: &str) -> String {
        let what = format!("the browser to arrive at {part}");
        wait_until(&what, async || {
            Some(self.url().await).filter(|url| url.contains(part))
        })
        .await
    }

    /// Runs a script in the page and returns its value; once more where the page is replaced meanwhile.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        wait_until("the script to run", async || {
            match self.client.execute(script, arguments.clone()).await {
                Err(error) if is_replaced(&error) => None,
                value => Some(value.expect("the script runs")),
            }
        })
        .await
    }

    /// The names of the cookies the page's address would get.
    pub(crate) async fn cookie_names(&self) -> Vec<String> {
        let cookies = self.client.get_all_cookies().await.expect("cookies");
        cookies
            .iter()
            .map(|cookie| cookie.name().to_owned())
            .collect()
    }

    /// Makes the window as wide as a phone's (390) or a desktop's (1280), in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client
            .set_window_size(width, height)
            .await
            .expect("the window can be resized");
    }

    /// Pretends to be a device of this width, whatever the window's least width is.
    pub(crate) async fn narrow(&self, width: u32) {
        let size = json!({ "width": width, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Lets the person prefer `light` or `dark` pages.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "features": features });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Gives the driver a command below its session, such as those of virtual authenticators.
    pub(crate) async fn command(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let path = path.to_owned();
        let command = Extension { method, path, body };
        self.client
            .issue_cmd(command)
            .await
            .expect("the driver obeys")
    }

    /// Runs a script before any of each page that follows.
    pub(crate) async fn before_each_page(&self, script: &str) {
        let source = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    /// What the browser has noted in its console since this was asked last.
    pub(crate) async fn log(&self) -> Vec<String> {
        let kind = Some(json!({ "type": "browser" }));
        let entries = self.command(Method::POST, "se/log", kind).await;
        let entries = entries.as_array().expect("a list").iter();
        entries.map(|one| one["message"].to_string()).collect()
    }

    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = DevTools(json!({ "cmd": command, "params": parameters }));
        self.client
            .issue_cmd(command)
            .await
            .expect("chromium obeys")
    }

    /// Writes a PNG of what is seen.
    pub(crate) async fn screenshot(&self, path: &Path) {
        let image = self.client.screenshot().await.expect("an image");
        fs::write(path, image).expect("the image can be written");
    }

    /// Writes a PNG of the whole page, however long it is.
    pub(crate) async fn screenshot_of_all(&self, path: &Path) {
        let height = "return document.documentElement.scrollHeight";
        let height = self.run(height, vec![]).await;
        let size =
            json!({ "width": 390, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
        self.screenshot(path).await;
        self.narrow(390).await;
    }

    /// Forgets every cookie, as a browser of somebody else's.
    pub(crate) async fn forget_cookies(&self) {
        let deleted = self.client.delete_all_cookies().await;
        deleted.expect("cookies can be forgotten");
    }
}

/// A command that the driver knows beyond those of its client.
#[derive(Debug)]
struct Extension {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        let body = self.body.as_ref().map(Value::to_string);
        (self.method.clone(), body)
    }
}

/// A command of Chromium's own protocol, which its driver passes on.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

/// A browser that ends with its driver, which by itself would leave it behind when it is killed.
fn launcher(folder: &Path) -> PathBuf {
    let path = folder.join("chromium");
    let script = "#!/bin/sh\nexec setpriv --pdeathsig KILL -- chromium \"$@\"\n";
    fs::write(&path, script).expect("the launcher can be written");
    fs::set_permissions(&path, Permissions::from_mode(0o700)).expect("it can be made to run");
    path
}

fn capabilities(profile: &Path, preferences: &Value) -> Capabilities {
    let binary = launcher(profile);
    let profile = format!("--user-data-dir={}", profile.join("profile").display());
    let arguments = json!([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Nothing but the loopback is there, whatever a page asks for.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        "--window-size=1280,900",
        profile,
    ]);
    let chrome = json!({ "args": arguments, "binary": binary, "prefs": preferences });
    let capabilities = json!({
        "browserName": "chrome", "goog:chromeOptions": chrome,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else {
        unreachable!("an object")
    };
    capabilities
}
