//! Somebody looks after themselves with the keyboard alone: in English on a wide page and in the dark
//! on a phone, in German there, and with scripts off. On every page and at every stop the focus shows
//! itself, nothing is cut off, and the page says what it is in the reader's language.

mod arriving;
mod asked;
mod coming;
mod linking;
mod staying;

use serde_json::{Value, json};

use crate::support::{
    ALICE, Browser, HostileProvider, OidcProvider, Postgres, Route, SmtpServer, TestGateway,
    gateway,
};

const ENTER: char = '\u{E007}';
const SPACE: char = ' ';
const NEW_PASSWORD: &str = "looking-glass-1871";

/// How somebody reads.
#[derive(Debug, Clone, Copy)]
struct Reader {
    name: &'static str,
    language: &'static str,
    scheme: &'static str,
    /// The width of a phone, in CSS pixels.
    phone: Option<u32>,
    scripts: bool,
}

const WIDE: Reader = Reader {
    name: "wide",
    language: "en",
    scheme: "light",
    phone: None,
    scripts: true,
};

const GERMAN: Reader = Reader {
    name: "german",
    language: "de",
    scheme: "dark",
    phone: Some(390),
    scripts: true,
};

const PLAIN: Reader = Reader {
    name: "plain",
    language: "de",
    scheme: "light",
    phone: Some(390),
    scripts: false,
};

const NIGHT: Reader = Reader {
    name: "night",
    language: "en",
    ..GERMAN
};

impl Reader {
    async fn open(self) -> Browser {
        let scripts = if self.scripts { 1 } else { 2 };
        let browser = Browser::open_with(json!({
            "intl.accept_languages": self.language,
            "profile.managed_default_content_settings.javascript": scripts,
        }))
        .await;
        if let Some(width) = self.phone {
            browser.narrow(width).await;
        }
        browser.prefer(self.scheme).await;
        browser
    }
}

/// Somebody at a browser in front of a gateway, and a provider of this kind.
struct Walk<P> {
    browser: Browser,
    reader: Reader,
    gateway: TestGateway,
    mail: SmtpServer,
    database: Postgres,
    provider: P,
}

/// What has to be true of every page.
const FACTS: &str = "
    const shown = element => !!element && element.innerText.trim() !== '';
    const names = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
        .filter(field => !field.labels.length && !field.ariaLabel).map(field => field.name);
    return {
        language: document.documentElement.lang,
        overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
        heading: shown(document.querySelector('h1')) && document.title.trim() !== '',
        width: innerWidth, nameless: names,
        dark: matchMedia('(prefers-color-scheme: dark)').matches,
    };";

impl Walk<HostileProvider> {
    /// Where everything that people do for themselves is switched on, with further lines.
    async fn begin(reader: Reader, lines: &str) -> Self {
        let provider = HostileProvider::start().await;
        let described =
            TestGateway::builder().provider("one", &provider.issuer(), ("one", "secret"));
        Self::among(reader, (described.table(lines), provider)).await
    }
}

impl Walk<OidcProvider> {
    /// The same with a real provider under two names, at which people sign in on its own page.
    async fn abroad(reader: Reader, lines: &str) -> Self {
        let described = TestGateway::builder();
        let provider = OidcProvider::with_client("one", "secret", &described.redirect_uri("one"))
            .and_client("two", "secret", &described.redirect_uri("two"))
            .start()
            .await;
        let described = described
            .provider("one", provider.issuer(), ("one", "secret"))
            .provider("two", provider.issuer(), ("two", "secret"));
        Self::among(reader, (described.table(lines), provider)).await
    }

    /// Presses a button that leads to the provider, and comes back as the account of this name.
    async fn go_abroad(&self, button: &str, login: &str, leads_to: &str) {
        self.is_forgotten_abroad().await;
        // Where the focus is in a field already, providers stand before it.
        match self.has(":focus").await {
            true => self.browser.tab_back_to(button).await,
            false => self.browser.tab_to(button).await,
        }
        self.browser.leave_by(ENTER).await;
        self.sign_in_abroad(login, leads_to).await;
    }

    /// Lets the provider know nobody again whom it has seen.
    async fn is_forgotten_abroad(&self) {
        let page = self.browser.url().await;
        self.browser.goto(&self.provider.home()).await;
        self.browser.forget_cookies().await;
        self.browser.goto(&page).await;
    }

    /// Signs in on the provider's own page, and comes back.
    async fn sign_in_abroad(&self, login: &str, leads_to: &str) {
        self.browser.fill("login", login).await;
        self.browser.fill("password", "anything").await;
        self.enter(leads_to).await;
    }
}

impl<P> Walk<P> {
    async fn among(reader: Reader, (described, provider): (gateway::Builder, P)) -> Self {
        let (mail, database) = (SmtpServer::start().await, Postgres::start().await);
        let gateway = described
            .registration()
            .postgres(&database)
            .route(&Route::signed_in("/", "echo:"))
            .table(&mail.table())
            .table("[required_actions.delete_account]\nenabled = true")
            .start()
            .await;
        Self {
            browser: reader.open().await,
            reader,
            gateway,
            mail,
            database,
            provider,
        }
    }

    fn own(&self, page: &str) -> String {
        format!("{}/.portcullis/{page}", self.gateway.url())
    }

    /// Looks at a page of the gateway.
    async fn look(&self, page: &str) {
        let language = self.reader.language;
        self.look_at(page, language).await;
    }

    async fn look_at(&self, page: &str, language: &str) {
        let reader = &self.reader;
        self.browser
            .picture(&format!("{}-{page}", reader.name))
            .await;
        let seen = self.browser.run(FACTS, vec![]).await;
        let width = reader.phone.map_or(seen["width"].clone(), Value::from);
        let expected = json!({
            "language": language, "overflow": 0, "heading": true, "width": width, "nameless": [],
            "dark": reader.scheme == "dark",
        });
        let url = self.browser.url().await;
        assert_eq!(seen, expected, "{page} at {url}");
    }

    /// Types into the next field of this name.
    async fn fill(&self, field: &str, value: &str) {
        self.browser.tab_to(field).await;
        self.browser.type_over(value).await;
    }

    /// Presses the next button or link of this name, and looks at the page that it leads to.
    async fn press(&self, name: &str, leads_to: &str) {
        self.browser.tab_to(name).await;
        self.enter(leads_to).await;
    }

    async fn enter(&self, leads_to: &str) {
        self.browser.leave_by(ENTER).await;
        self.look(leads_to).await;
    }

    /// Presses a button that leads through the gate.
    async fn go_through(&self, name: &str, leads_to: &str) {
        self.browser.tab_to(name).await;
        self.browser.leave_by(ENTER).await;
        self.look_at(leads_to, "en").await;
    }

    async fn has(&self, selector: &str) -> bool {
        let script = "return !!document.querySelector(arguments[0])";
        self.browser.run(script, vec![json!(selector)]).await == true
    }

    /// Makes sure that what was sent has been done.
    async fn is_done(&self) {
        let text = self.browser.text().await;
        assert!(self.has(".alert.success").await, "{text}");
    }

    async fn sign_in(&self, password: &str) {
        // Whose address is there already begins at the password.
        if !self.has("[name=password]:focus").await {
            self.fill("identifier", ALICE.email).await;
        }
        self.fill("password", password).await;
        self.browser.leave_by(ENTER).await;
    }

    /// On the form that asks for one, the code of the mail after `known` ones.
    async fn enter_code(&self, known: usize, leads_to: &str) {
        let code = self.mail.letter_to(ALICE.email, known).await.code();
        self.fill("code", &code).await;
        self.enter(leads_to).await;
    }
}
