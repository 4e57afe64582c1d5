//! An administrator at a task, with the keyboard alone: in English on a wide page, and in German on a
//! phone in the dark. Every page that they come to is looked at. What the keyboard of a driver cannot do
//! (paste, go back, another's change) goes by script.

mod acting;
mod attributes;
mod created;
mod deletion;
mod details;
mod groups;
mod kinds;
mod letters;
mod linking;
mod lists;
mod looking;
mod overview;
mod passwords;
mod profile;
mod programs;
mod providers;
mod providers_leaving;
mod rights;
mod rotation;
mod schemas;
mod second_step;
mod standing;
mod taken_back;
mod ways_in;

use reqwest::Url;
use serde_json::{Value, json};

use super::{
    has,
    walk::{ENGLISH, GERMAN, Reader},
};
use crate::support::{ALICE, Browser, SignedIn, TestGateway, wait_until};

const ENTER: char = '\u{E007}';
const DOWN: char = '\u{E015}';
const HOME: char = '\u{E011}';
const SPACE: char = ' ';
const BACKSPACE: &str = "\u{E003}";

/// More stops than any page has.
const STOPS: usize = 120;

/// More than any field has to choose from.
const CHOICES: usize = 40;

/// Shows what is folded, as whoever wants to know unfolds it.
const UNFOLD: &str = "
    document.querySelectorAll('main details').forEach(details => { details.open = true; });
    document.activeElement.scrollIntoView({ block: 'nearest' });";

/// Alice at her browser, signed in to the console of a gateway.
struct Task {
    name: &'static str,
    reader: Reader,
    browser: Browser,
    gateway: TestGateway,
}

impl Task {
    /// Comes in at this page of the console, as somebody who may do everything.
    async fn begin(
        (name, reader): (&'static str, Reader),
        gateway: TestGateway,
        page: &str,
    ) -> Self {
        let task = Self::at_the_door((name, reader), gateway, "admin").await;
        task.signs_in(page).await;
        let path = page.split('?').next().unwrap_or_default();
        task.browser.arrive_at(path).await;
        task.look("begin").await;
        task
    }

    /// The same with this role, before she has signed in.
    async fn at_the_door(
        (name, reader): (&'static str, Reader),
        gateway: TestGateway,
        role: &str,
    ) -> Self {
        super::make_administrator(&gateway, role);
        Self {
            name,
            browser: reader.open().await,
            reader,
            gateway,
        }
    }

    /// Signs in with her password on the way to this page of the console.
    async fn signs_in(&self, page: &str) {
        self.browser.goto(&self.address(page)).await;
        self.fill("identifier", ALICE.email).await;
        self.fill("password", ALICE.password).await;
        self.browser.leave_by(ENTER).await;
    }

    /// The address of a page of the console.
    fn address(&self, page: &str) -> String {
        format!("{}{page}", self.gateway.admin_url())
    }

    /// Goes to a page of the console, and looks at it.
    async fn open(&self, page: &str, name: &str) {
        self.browser.goto(&self.address(page)).await;
        self.look(name).await;
    }

    /// Looks at the page that is shown: nothing is cut off, nameless, or in another language.
    async fn look(&self, page: &str) {
        self.browser.run(UNFOLD, vec![]).await;
        let url = self.browser.url().await;
        let name = format!("-{}-{page}", self.name);
        let left = self.reader.look_at(&self.browser, (&name, &url)).await;
        assert_eq!(left, Vec::<String>::new(), "left in English at {url}");
    }

    /// Goes with Tab to the field of this name, wherever the focus is now.
    async fn find(&self, field: &str) {
        let is_behind = "const field = [...document.getElementsByName(arguments[0])]
                .find(field => field.type !== 'hidden');
            const before = Node.DOCUMENT_POSITION_PRECEDING;
            return !!(field && document.activeElement.compareDocumentPosition(field) & before)";
        match self.browser.run(is_behind, vec![json!(field)]).await == true {
            true => self.browser.tab_back_to(field).await,
            false => self.browser.tab_to(field).await,
        }
    }

    /// Types into the field of this name.
    async fn fill(&self, field: &str, value: &str) {
        self.find(field).await;
        let keys = if value.is_empty() { BACKSPACE } else { value };
        self.browser.type_over(keys).await;
    }

    /// Chooses a value of the field of this name.
    async fn choose(&self, field: &str, value: &str) {
        self.find(field).await;
        let chosen = "return document.activeElement.value";
        let is_chosen = async || self.browser.run(chosen, vec![]).await == value;
        for key in [HOME].into_iter().chain([DOWN; CHOICES]) {
            if is_chosen().await {
                return;
            }
            self.browser.strike(key).await;
        }
        assert!(is_chosen().await, "{value} can be chosen of {field}");
    }

    /// Ticks the box of this name, or takes its tick away.
    async fn tick(&self, field: &str) {
        self.find(field).await;
        self.browser.strike(SPACE).await;
    }

    /// Presses the next button or link of this name, and looks at the page that it leads to.
    async fn press(&self, name: &str, leads_to: &str) {
        self.browser.tab_to(name).await;
        self.enter(leads_to).await;
    }

    /// Goes on with Tab to the next part of the page that this selects.
    async fn reach(&self, selector: &str) {
        let is_there = "return document.activeElement.matches(arguments[0])";
        for _ in 0..STOPS {
            let there = self.browser.run(is_there, vec![json!(selector)]).await;
            if there == true {
                return;
            }
            self.browser.tab_on().await;
        }
        panic!("no Tab leads to {selector}");
    }

    /// Presses the next button or link that this selects, and looks at the page that it leads to.
    async fn press_on(&self, selector: &str, leads_to: &str) {
        self.reach(selector).await;
        self.enter(leads_to).await;
    }

    /// Copies what is shown first to be copied.
    async fn copy(&self) {
        self.reach("[data-copy]").await;
        self.browser.strike(ENTER).await;
        let is_copied = "const button = document.querySelector('[data-copy]');
            return button.textContent === button.dataset.done";
        wait_until("it to be copied", async || {
            let copied = self.browser.run(is_copied, vec![]).await;
            (copied == true).then_some(())
        })
        .await;
    }

    /// Presses Enter where the focus is, and looks at the page that it leads to.
    async fn enter(&self, leads_to: &str) {
        self.browser.leave_by(ENTER).await;
        self.look(leads_to).await;
    }

    /// Makes sure that the page says that what was asked for is done.
    async fn is_done(&self) {
        let text = self.browser.text().await;
        assert!(self.has(".alert.success").await, "{text}");
    }

    /// Makes sure that the page says why it is not.
    async fn is_refused(&self) {
        let text = self.browser.text().await;
        assert!(self.has("main [role=alert], main .error").await, "{text}");
        assert!(!self.has(".alert.success").await, "{text}");
    }

    async fn has(&self, selector: &str) -> bool {
        has(&self.browser, selector).await
    }

    /// What is written in all of these elements.
    async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])]
            .map(one => (typeof one.value === 'string' ? one.value : one.innerText).trim())";
        let texts = self.browser.run(script, vec![json!(selector)]).await;
        let texts = texts.as_array().unwrap().iter();
        texts
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Puts all of this into the field of this name at once, as somebody who pastes it.
    async fn paste(&self, field: &str, value: &str) {
        self.find(field).await;
        let script = "document.activeElement.value = arguments[0]";
        self.browser.run(script, vec![json!(value)]).await;
    }

    /// The path of the page that is shown.
    async fn path(&self) -> String {
        let url: Url = self.browser.url().await.parse().unwrap();
        url.path().to_owned()
    }

    /// Sends the page's form of this action from elsewhere, with a field changed.
    async fn overtake(&self, action: &str, (field, value): (&str, &str)) {
        let script = "const [action, field, value] = arguments;
            const form = [...document.forms].find(form => form.getAttribute('action') === action);
            const sent = new URLSearchParams(new FormData(form));
            sent.set(field, value);
            const answer = await fetch(form.action, { method: 'POST', body: sent });
            return answer.redirected";
        let arguments = vec![json!(action), json!(field), json!(value)];
        assert_eq!(self.browser.run(script, arguments).await, true);
    }

    /// What a command says of somebody.
    fn identity(&self, id: &str) -> Value {
        let asked = ["get-identity", "--identity-id", id, "--output", "json"];
        let shown = self.gateway.run(&asked, "");
        assert_eq!(shown.code, 0, "{shown:?}");
        shown.json()
    }
}

/// Where the pages of somebody are.
fn place(person: &SignedIn) -> String {
    format!("/ui/identities/{}", person.identity())
}
