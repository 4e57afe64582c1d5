//! Every page of the console that a link leads to, as two people read it: in English on a wide screen,
//! and in German on a phone in the dark. Pictures of all are kept where somebody wants to look at them.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::{house, make_administrator};
use crate::{
    e2e::abuse::guess,
    support::{ALICE, Anonymous, BOB, Browser, Form, HostileProvider, LET_IN_AT_ONCE, TestGateway},
};

const ESCAPE: char = '\u{E00C}';
const SPACE: char = ' ';

/// Where the pages that this page leads to are.
const LINKS: &str = "
    return [...document.querySelectorAll('a[href]:not([download])')].map(link => new URL(link.href))
        .filter(url => url.origin === location.origin && url.pathname.startsWith('/ui'))
        .map(url => url.pathname + url.search);";

/// What has to be true of a page, with everything on it unfolded.
const FACTS: &str = "
    document.querySelectorAll('main details').forEach(details => { details.open = true; });
    return {
        language: document.documentElement.lang,
        overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
        headings: document.querySelectorAll('h1').length,
        titled: document.title.trim() !== '',
        dark: matchMedia('(prefers-color-scheme: dark)').matches,
        styled: !document.querySelector('[style]'),
    };";

/// The words of ours that the page has in English, too, though it is in another language.
const LEFT: &str = "
    if (!document.body.classList.contains('console')) return [];
    const ours = `h1, h2, h3, thead th, dt, label, legend, summary, button, option, nav a, .actions a,
        .row a, .lead, .note, .count, .empty p, .alert, .optional, .legend span, label .detail`;
    const own = element => [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE)
        .map(node => node.textContent).join(' ').trim().replace(/\\s+/g, ' ');
    const said = page => new Set([
        ...[...page.querySelectorAll(ours)].map(own),
        ...[...page.querySelectorAll('[aria-label]')].map(one => one.getAttribute('aria-label')),
    ]);
    const answer = await fetch(location.href, { headers: { 'accept-language': 'en' } });
    const english = said(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    return [...said(document)].filter(text => /[a-z]{2}/i.test(text) && english.has(text));";

/// What is the same in both languages: names, what programs say, and words that are no different.
const SAME: [&str; 33] = [
    "academic-degree",
    "admin",
    "Apple",
    "Attribute",
    "Auth0",
    "default",
    "Details",
    "Discord",
    "email",
    "Facebook",
    "Format",
    "GitHub",
    "GitLab",
    "Google",
    "hub",
    "impersonator",
    "Keycloak",
    "LinkedIn",
    "Microsoft",
    "Name",
    "Nightly",
    "Okta",
    "one",
    "Passkey",
    "Person",
    "provider-manager",
    "Schema",
    "Scopes",
    "Slack",
    "Text",
    "user-manager",
    "viewer",
    "Zitadel",
];

/// The kinds of pages that there are at least.
const KINDS: [&str; 41] = [
    "/ui/overview",
    "/ui/identities",
    "/ui/identities/new",
    "/ui/identities/*",
    "/ui/identities/*/sign-in",
    "/ui/identities/*/credentials/*",
    "/ui/identities/*/sessions",
    "/ui/identities/*/password",
    "/ui/identities/*/sessions/*/end",
    "/ui/identities/*/sessions/end",
    "/ui/identities/*/actions",
    "/ui/identities/*/history",
    "/ui/identities/*/state",
    "/ui/identities/*/impersonate",
    "/ui/identities/*/delete",
    "/ui/providers",
    "/ui/providers/one",
    "/ui/providers/one/try",
    "/ui/providers/hub",
    "/ui/providers/hub/change",
    "/ui/providers/hub/disable",
    "/ui/providers/hub/remove",
    "/ui/providers/new",
    "/ui/providers/new?kind",
    "/ui/schemas",
    "/ui/add-schema",
    "/ui/schemas/default",
    "/ui/schemas/default/groups",
    "/ui/schemas/default/json",
    "/ui/schemas/default/add-attribute",
    "/ui/schemas/default/add-group",
    "/ui/api-credentials",
    "/ui/api-credentials/new",
    "/ui/api-credentials/*",
    "/ui/api-credentials/*/rights",
    "/ui/api-credentials/*/remove",
    "/ui/throttles",
    "/ui/mail",
    "/ui/mail/*",
    "/ui/audit",
    "/ui/audit/*",
];

/// How somebody reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    pub(super) language: &'static str,
    scheme: &'static str,
    /// The width of a phone, in CSS pixels.
    phone: Option<u32>,
}

pub(super) const ENGLISH: Reader = Reader {
    language: "en",
    scheme: "light",
    phone: None,
};

pub(super) const GERMAN: Reader = Reader {
    language: "de",
    scheme: "dark",
    phone: Some(390),
};

impl Reader {
    pub(super) async fn open(self) -> Browser {
        let browser = Browser::open_in(self.language).await;
        if let Some(width) = self.phone {
            browser.narrow(width).await;
        }
        browser.prefer(self.scheme).await;
        browser
    }

    /// Comes in, and goes wherever links lead, to one page of each kind.
    async fn walk(self, gateway: &TestGateway) {
        let browser = self.open().await;
        browser.goto(&format!("{}/ui", gateway.admin_url())).await;
        ALICE.sign_in_in(&browser).await;
        browser.arrive_at("/ui/overview").await;
        if self.phone.is_some() {
            opens_the_menu(&browser).await;
        }
        let nobody = "/ui/identities?search=nobody-at-all".to_owned();
        let mut ahead = VecDeque::from(["/ui/overview".to_owned(), nobody]);
        let mut kinds = BTreeSet::new();
        let mut left = Vec::new();
        while let Some(path) = ahead.pop_front() {
            if !kinds.insert(kind(&path)) {
                continue;
            }
            browser
                .goto(&format!("{}{path}", gateway.admin_url()))
                .await;
            left.extend(self.look(&browser, &path).await);
            let links = browser.run(LINKS, vec![]).await;
            let links = links.as_array().unwrap().iter();
            ahead.extend(links.map(|link| link.as_str().unwrap().to_owned()));
        }
        assert_eq!(left, Vec::<String>::new(), "what is left in English");
        let missing = KINDS.iter().filter(|kind| !kinds.contains(**kind));
        assert_eq!(
            missing.collect::<Vec<_>>(),
            Vec::<&&str>::new(),
            "{kinds:?}"
        );
    }

    /// Looks at a page, and says what of it is left in English.
    async fn look(self, browser: &Browser, path: &str) -> Vec<String> {
        let name = kind(path).replace(['/', '?', '*', '='], "-");
        self.look_at(browser, (&name, path)).await
    }

    /// The same, whatever the page is; its picture gets this name.
    pub(super) async fn look_at(
        self,
        browser: &Browser,
        (name, path): (&str, &str),
    ) -> Vec<String> {
        let Self {
            language, scheme, ..
        } = self;
        browser.picture(&format!("{language}{name}")).await;
        let expected = json!({
            "language": language, "overflow": 0, "headings": 1, "titled": true,
            "dark": scheme == "dark", "styled": true,
        });
        assert_eq!(browser.run(FACTS, vec![]).await, expected, "{path}");
        let nameless = browser.nameless().await;
        assert_eq!(nameless, Vec::<String>::new(), "{path}");
        // Pages of people themselves do not let anything be asked for besides.
        if language == "en" || !path.contains("/ui") {
            return Vec::new();
        }
        let left = browser.run(LEFT, vec![]).await;
        let left = left.as_array().unwrap().iter();
        let left = left.filter_map(Value::as_str).filter(|text| !is_same(text));
        left.map(|text| format!("{path}: {text}")).collect()
    }
}

/// Opens the menu of a phone without a mouse, and closes it again.
async fn opens_the_menu(browser: &Browser) {
    let focus = "document.querySelector('.open-menu').focus()";
    browser.run(focus, vec![]).await;
    let state = "return [document.querySelector('#small-menu').matches(':popover-open'),
        document.activeElement.className]";
    browser.strike(SPACE).await;
    assert_eq!(
        browser.run(state, vec![]).await,
        json!([true, "secondary open-menu"])
    );
    browser.tab_on().await;
    browser.strike(ESCAPE).await;
    assert_eq!(
        browser.run(state, vec![]).await,
        json!([false, "secondary open-menu"])
    );
}

fn is_same(text: &str) -> bool {
    let is_name = [ALICE, BOB].iter().any(|one| text.starts_with(one.first));
    text.contains(['@', '_']) || is_name || SAME.contains(&text)
}

/// An address without what is one page's own: ids, and the values of parameters.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let is_id = |part: &str| part.len() >= 36 && part.matches('-').count() >= 4;
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    match names.collect::<Vec<_>>().join("&") {
        names if names.is_empty() => path,
        names => format!("{path}?{names}"),
    }
}

/// A gateway where something stands on every page.
async fn lived_in(provider: &HostileProvider) -> TestGateway {
    let gateway = house("echo:")
        .provider("one", &provider.issuer(), ("one", "secret"))
        .listen("trusted_proxies = [\"127.0.0.0/8\"]")
        .table("[mail]\nurl = \"smtp://127.0.0.1:1\"\nfrom = \"gate@example.org\"")
        .table(LET_IN_AT_ONCE)
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let program = [
        "api-credentials",
        "create",
        "--name",
        "Nightly",
        "--role",
        "viewer",
    ];
    let provider = [
        "providers",
        "add",
        "--kind",
        "github",
        "--client-id",
        "x",
        "--id",
        "hub",
    ];
    let secret = ["--client-secret-stdin"];
    for command in [&program[..], &[&provider[..], &secret[..]].concat()] {
        let made = gateway.run(command, "hush");
        assert_eq!(made.code, 0, "{made:?}");
    }
    let client = Anonymous::without_cookies(&gateway.url());
    for index in 0..10 {
        guess(&client, &format!("203.0.113.{index}"), BOB.email).await;
    }
    let form = Form::begin(&gateway.anonymous(), "recovery", "").await;
    let asked = json!({ "method": "code", "email": BOB.email });
    assert!(form.submit_json(asked).await.status().as_u16() < 500);
    gateway
}

#[tokio::test]
async fn every_page_reads_well_in_both_languages_on_both_screens() {
    let provider = HostileProvider::start().await;
    let gateway = lived_in(&provider).await;
    ENGLISH.walk(&gateway).await;
    GERMAN.walk(&gateway).await;
}
