//! Somebody looks after themselves with the keyboard alone: in English on a wide page and in the dark
//! on a phone, in German there, and with scripts off. On every page and at every stop the focus shows
//! itself, nothing is cut off, and the page says what it is in the reader's language.

use serde_json::{Value, json};

use super::{profiles, settings::age};
use crate::support::{
    ALICE, Browser, HostileProvider, Postgres, Route, SmtpServer, TestGateway, person::SignedIn,
    wait_until,
};

const ENTER: char = '\u{E007}';
const SPACE: char = ' ';
const NEW_PASSWORD: &str = "looking-glass-1871";
const NEW_ADDRESS: &str = "alice@elsewhere.example";
const NEWER_PASSWORD: &str = "hunting-of-the-snark";

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

/// Somebody at a browser in front of a gateway.
struct Walk {
    browser: Browser,
    reader: Reader,
    gateway: TestGateway,
    mail: SmtpServer,
    database: Postgres,
    provider: HostileProvider,
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

impl Walk {
    /// Where everything that people do for themselves is switched on, with further lines.
    async fn begin(reader: Reader, lines: &str) -> Self {
        let (mail, database) = (SmtpServer::start().await, Postgres::start().await);
        let provider = HostileProvider::start().await;
        let gateway = TestGateway::builder()
            .registration()
            .postgres(&database)
            .provider("one", &provider.issuer(), ("one", "secret"))
            .route(&Route::signed_in("/", "echo:"))
            .table(&mail.table())
            .table("[required_actions.delete_account]\nenabled = true")
            .table(lines)
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

    fn give_role(&self, role: &str) {
        let given = ["set-roles", "--email", ALICE.email, "--add", role];
        let given = self.gateway.run(&given, "");
        assert_eq!(given.code, 0, "{given:?}");
    }
}

/// Registers, proves the address, accepts the terms, signs out and in, and gets back in.
async fn comes_and_comes_back(reader: Reader) {
    let lines = "[required_actions.VERIFY_EMAIL]\nenabled = true\ndefault = true\n\
        [required_actions.TERMS_AND_CONDITIONS]\nenabled = true\ndefault = true\nversion = \"1\"\n\
        text = \"Be kind to each other.\\n\\nAnd return your books in time.\"";
    let walk = Walk::begin(reader, lines).await;
    walk.browser.goto(&walk.gateway.url()).await;
    walk.look("01-login").await;
    registers(&walk).await;
    walk.sign_in(ALICE.password).await;
    walk.look("06-terms").await;
    walk.browser.tab_to("method=terms_and_conditions").await;
    walk.browser.leave_by(SPACE).await;
    walk.look_at("07-echo", "en").await;
    walk.press("/logout", "08-sign-out").await;
    walk.press("/logout?", "09-signed-out").await;
    walk.press("/login", "10-login-again").await;
    walk.sign_in(ALICE.password).await;
    walk.look_at("11-echo", "en").await;
    walk.press("/logout", "08-sign-out").await;
    walk.press("/logout?", "09-signed-out").await;
    walk.press("/login", "10-login-again").await;
    gets_back_in(&walk).await;
}

async fn registers(walk: &Walk) {
    walk.press("/registration", "02-registration").await;
    walk.fill("traits.email", ALICE.email).await;
    walk.fill("traits.name.first", ALICE.first).await;
    walk.fill("traits.name.last", ALICE.last).await;
    walk.browser.tab_back_to("traits.email").await;
    walk.fill("password", "short").await;
    walk.enter("03-registration-refused").await;
    walk.fill("password", ALICE.password).await;
    walk.enter("04-code").await;
    walk.enter_code(0, "05-confirmed").await;
    walk.press("method=code", "05-login").await;
}

async fn gets_back_in(walk: &Walk) {
    walk.press("/recovery", "12-recovery").await;
    walk.fill("email", ALICE.email).await;
    walk.enter("13-recovery-code").await;
    walk.fill("code", "000000").await;
    walk.enter("14-recovery-wrong").await;
    walk.enter_code(1, "15-recovered").await;
    walk.fill("password", NEW_PASSWORD).await;
    walk.enter("16-new-password").await;
    let session = ALICE.try_to_sign_in(&walk.gateway.anonymous()).await;
    assert_eq!(session.status(), 400, "the old password is gone");
}

/// Ends a session elsewhere, changes name and password, links an account, does what an application
/// asks for, and goes for good.
async fn stays_and_leaves(reader: Reader) {
    let walk = Walk::begin(reader, "").await;
    let elsewhere = ALICE.sign_up(&walk.gateway).await;
    walk.browser.goto(&walk.own("profile")).await;
    walk.look("20-login").await;
    walk.sign_in(ALICE.password).await;
    walk.look("21-profile").await;
    ends_elsewhere(&walk, &elsewhere).await;
    walk.press("/settings", "23-settings").await;
    walk.fill("traits.name.first", "Alicia").await;
    walk.press("method=profile", "24-saved").await;
    walk.is_done().await;
    walk.press("link=one", "25-linked").await;
    assert!(walk.has("[name=unlink]").await);
    assert_eq!(walk.provider.requests("/token"), 1);
    changes_the_password(&walk).await;
    is_sent_by_an_application(&walk).await;
    leaves(&walk).await;
}

async fn ends_elsewhere(walk: &Walk, elsewhere: &SignedIn) {
    assert_eq!(elsewhere.status("/").await, 200);
    let button = format!("session={}", elsewhere.session_id());
    walk.press(&button, "22-signed-out-elsewhere").await;
    walk.is_done().await;
    wait_until("the other session to end", async || {
        (elsewhere.status("/").await == 401).then_some(())
    })
    .await;
}

async fn changes_the_password(walk: &Walk) {
    age(&walk.browser, &walk.gateway, &walk.database).await;
    walk.fill("password", NEW_PASSWORD).await;
    walk.enter("26-proof").await;
    walk.fill("password", ALICE.password).await;
    walk.enter("27-password-changed").await;
    walk.is_done().await;
    let session = ALICE.try_to_sign_in(&walk.gateway.anonymous()).await;
    assert_eq!(session.status(), 400, "the old password is gone");
}

async fn is_sent_by_an_application(walk: &Walk) {
    let asked = "self-service/settings/browser?kc_action=UPDATE_PASSWORD&return_to=%2Fback";
    walk.browser.goto(&walk.own(asked)).await;
    walk.look("28-asked").await;
    walk.fill("password", NEWER_PASSWORD).await;
    walk.browser.leave_by(ENTER).await;
    let back = walk.browser.url().await;
    assert!(back.ends_with("/back?kc_action_status=success"), "{back}");
}

async fn leaves(walk: &Walk) {
    walk.give_role("delete-account");
    walk.browser.goto(&walk.own("settings")).await;
    walk.look("29-settings").await;
    walk.press("method=delete_account", "30-proof").await;
    walk.fill("password", NEWER_PASSWORD).await;
    walk.enter("31-delete").await;
    walk.press("confirm=delete_account", "32-deleted").await;
    let left = walk.database.query("SELECT count(*) FROM identities");
    assert_eq!(left, "0\n");
}

/// Proves an address and completes a profile because both are asked for, then has another address.
async fn does_what_is_asked_and_moves(reader: Reader) {
    let call = "[[routes]]\nname = \"call\"\npath = \"/call\"\nupstream = [\"echo:\"]\n\
        access = \"signed-in\"\nscopes = [\"phone\"]";
    let walk = Walk::begin(reader, &format!("{}\n{call}", profiles::schema())).await;
    ALICE.sign_up(&walk.gateway).await;
    let asked = [
        "set-required-actions",
        "--email",
        ALICE.email,
        "--add",
        "VERIFY_EMAIL",
    ];
    let asked = walk.gateway.run(&asked, "");
    assert_eq!(asked.code, 0, "{asked:?}");
    walk.browser
        .goto(&format!("{}/call", walk.gateway.url()))
        .await;
    walk.look("40-login").await;
    walk.sign_in(ALICE.password).await;
    walk.look("41-address").await;
    walk.press("method=verify_email", "42-code").await;
    walk.enter_code(1, "43-confirmed").await;
    walk.press("method=code", "44-profile").await;
    walk.fill("traits.phone", "+49 30 12345").await;
    walk.browser.tab_to("method=profile").await;
    walk.browser.leave_by(SPACE).await;
    walk.look_at("45-echo", "en").await;
    assert!(walk.browser.url().await.ends_with("/call"));
    moves(&walk).await;
}

async fn moves(walk: &Walk) {
    walk.browser.goto(&walk.own("settings")).await;
    walk.look("46-settings").await;
    walk.fill("traits.email", NEW_ADDRESS).await;
    walk.press("method=profile", "47-code").await;
    let code = walk.mail.letter_to(NEW_ADDRESS, 0).await.code();
    walk.fill("code", &code).await;
    walk.enter("48-confirmed").await;
    let shown = walk.gateway.run(
        &["get-identity", "--email", NEW_ADDRESS, "--output", "json"],
        "",
    );
    let open = &shown.json()["verifiable_addresses"];
    assert_eq!(open[0]["verified"], true, "{shown:?}");
}

#[tokio::test]
async fn people_do_what_is_asked_of_them_and_move_by_the_keyboard_alone() {
    does_what_is_asked_and_moves(NIGHT).await;
}

#[tokio::test]
async fn people_come_and_come_back_by_the_keyboard_alone() {
    comes_and_comes_back(WIDE).await;
}

#[tokio::test]
async fn people_stay_and_leave_by_the_keyboard_alone() {
    stays_and_leaves(WIDE).await;
}

#[tokio::test]
async fn people_come_and_come_back_in_german_in_the_dark_on_a_phone() {
    comes_and_comes_back(GERMAN).await;
}

#[tokio::test]
async fn people_stay_and_leave_in_german_in_the_dark_on_a_phone() {
    stays_and_leaves(GERMAN).await;
}

#[tokio::test]
async fn people_come_and_come_back_with_scripts_off() {
    comes_and_comes_back(PLAIN).await;
}

#[tokio::test]
async fn people_stay_and_leave_with_scripts_off() {
    stays_and_leaves(PLAIN).await;
}
