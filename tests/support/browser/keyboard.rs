//! A person without a mouse: keys go to where the focus is, and every stop has to show it.

use std::{env, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::json;

use super::Browser;
use crate::support::wait::wait_until;

const TAB: char = '\u{E004}';
const CONTROL: char = '\u{E009}';
const SHIFT: char = '\u{E008}';

/// More stops than any page has.
const STOPS: usize = 80;

/// What has the focus where nothing of the page has it.
const NOWHERE: &str = "nothing";

/// The folder that gets a picture of every page, where somebody wants to look at them.
const PICTURES: &str = "PICTURES";

/// Has the window follow the focus.
const FOLLOW: &str = "document.activeElement.scrollIntoView({ block: 'nearest' })";

/// Where the focus is, and how it shows; nothing while it is on no part of the page.
const STOP: &str = "
    const wanted = arguments[0], focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const outlined = [...document.querySelectorAll('*')].filter(element => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = focused.getBoundingClientRect();
    const within = [...(focused.type === 'submit' && focused.form ? focused.form.elements : [])];
    const names = [focused.name, `${focused.name}=${focused.value}`, focused.getAttribute('href')];
    if (focused.type === 'submit') names.push(focused.form?.getAttribute('action'));
    const leads = wanted.startsWith('/') && !focused.hash && focused.href?.includes(wanted);
    const hidden = within.filter(field => field.type === 'hidden');
    return {
        found: names.includes(wanted) || !!leads
            || hidden.some(field => `${field.name}=${field.value}` === wanted),
        shown: outlined.length === 1 && outlined[0] === focused,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        what: focused.outerHTML.slice(0, 200),
    };";

const MARK: &str = "document.documentElement.dataset.left = 'true'";

const ARRIVED: &str = "
    return document.readyState === 'complete' && document.documentElement.dataset.left !== 'true'
        && document.title !== ''";

impl Browser {
    /// Goes on with Tab, not beyond the page, until the focus is on the field or button of this name (`name`, or
    /// `name=value`, which may be a hidden field's beside a button), on the button of a form with this
    /// action, or on a link to an address with this part that begins with a slash.
    pub(crate) async fn tab_to(&self, wanted: &str) {
        self.walk_to(wanted, &[TAB]).await;
    }

    /// The same, backwards.
    pub(crate) async fn tab_back_to(&self, wanted: &str) {
        self.walk_to(wanted, &[SHIFT, TAB]).await;
    }

    async fn walk_to(&self, wanted: &str, chord: &[char]) {
        let mut passed = Vec::new();
        for _ in 0..STOPS {
            match self.stop(wanted).await {
                None => return,
                // Behind its last stop the focus leaves the page, for the bars of the browser.
                Some(what) if what == NOWHERE && !passed.is_empty() => break,
                Some(what) => passed.push(what),
            }
            self.chord(chord).await;
        }
        panic!("no Tab leads to {wanted:?}, but to {passed:#?}");
    }

    /// What has the focus, which has to show it, unless it is what is wanted.
    async fn stop(&self, wanted: &str) -> Option<String> {
        // Without a head and on a busy machine the window now and then forgets to follow the focus.
        let stop = wait_until("the focus to be seen", async || {
            let stop = self.run(STOP, vec![json!(wanted)]).await;
            if stop["inside"] == false {
                self.run(FOLLOW, vec![]).await;
            }
            let is_seen = stop["shown"] == true && stop["inside"] == true;
            (stop.is_null() || is_seen).then_some(stop)
        })
        .await;
        if stop.is_null() {
            return Some(NOWHERE.to_owned());
        }
        (stop["found"] != true).then(|| stop["what"].to_string())
    }

    /// Types where the focus is, in place of what is there.
    pub(crate) async fn type_over(&self, text: &str) {
        self.chord(&[CONTROL, 'a']).await;
        let keys = text
            .chars()
            .fold(KeyActions::new("keys".to_owned()), stroke);
        self.client
            .perform_actions(keys)
            .await
            .expect("keys can be pressed");
    }

    /// Presses Enter or Space where the focus is, and waits for the page that it leads to.
    pub(crate) async fn leave_by(&self, key: char) {
        self.run(MARK, vec![]).await;
        self.chord(&[key]).await;
        wait_until("the next page", async || {
            // A script that the navigation cuts short is asked again.
            let arrived = self.client.execute(ARRIVED, vec![]).await.ok()?;
            (arrived == true).then_some(())
        })
        .await;
    }

    /// Goes one stop on, wherever that is.
    pub(crate) async fn tab_on(&self) {
        self.chord(&[TAB]).await;
    }

    /// Presses a key where the focus is, which stays on the page.
    pub(crate) async fn strike(&self, key: char) {
        self.chord(&[key]).await;
    }

    /// Presses keys, and lets go of them in turn.
    async fn chord(&self, keys: &[char]) {
        let empty = KeyActions::new("keys".to_owned());
        let down = keys
            .iter()
            .fold(empty, |keys, &value| keys.then(KeyAction::Down { value }));
        let chord = keys
            .iter()
            .rev()
            .fold(down, |keys, &value| keys.then(KeyAction::Up { value }));
        self.client
            .perform_actions(chord)
            .await
            .expect("keys can be pressed");
    }

    /// Keeps a picture of the whole page, where somebody wants to look at it.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = env::var_os(PICTURES) else {
            return;
        };
        let size = "const page = document.documentElement;
            return [page.scrollWidth, page.scrollHeight]";
        let size = self.run(size, vec![]).await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let whole = json!({ "captureBeyondViewport": true, "clip": clip });
        let image = self.devtools("Page.captureScreenshot", whole).await;
        let image = image["data"]
            .as_str()
            .map(|data| BASE64_STANDARD.decode(data));
        let path = Path::new(&folder).join(format!("{name}.png"));
        fs::write(path, image.expect("an image").expect("Base64")).expect("it can be written");
    }
}

fn stroke(keys: KeyActions, value: char) -> KeyActions {
    keys.then(KeyAction::Down { value })
        .then(KeyAction::Up { value })
}
