//! A person who points at what they want: fields are filled, buttons and links pressed, however often the
//! page is replaced under the hand.

use fantoccini::{
    elements::{Element, ElementRef},
    error::CmdError,
};
use serde_json::{Value, json};

use super::Browser;
use crate::support::wait::wait_until;

/// The constant by which WebDriver marks references to elements (W3C WebDriver, section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A field by the text of its label, its name, or its placeholder.
const FIND_FIELD: &str = "
    const wanted = arguments[0];
    const said = label => label.textContent.replace('*', '').trim();
    const label = [...document.querySelectorAll('label')].find(l => said(l) === wanted);
    return (label && label.control)
        || [...document.getElementsByName(wanted)].find(field => field.type !== 'hidden')
        || document.querySelector(`[placeholder=${JSON.stringify(wanted)}]`);";

/// A button or a link by its text, or a button by its name or value.
const FIND_BUTTON: &str = "
    const wanted = arguments[0];
    const shown = [...document.querySelectorAll('button, a, input[type=submit]')];
    return shown.find(b => b.textContent.trim() === wanted)
        || shown.find(b => b.value === wanted || b.name === wanted)
        || shown.find(b => b.textContent.includes(wanted));";

/// A link by a part of its address.
const FIND_LINK: &str = "
    return [...document.querySelectorAll('a[href]')].find(a => a.href.includes(arguments[0]));";

/// How the driver says that a page went away, where it has no word of WebDriver's for it.
const REPLACED: [&str; 6] = [
    "does not belong to the document",
    "No node with given id",
    "Cannot find context with specified id",
    "Execution context was destroyed",
    "aborted by navigation",
    "target navigated or closed",
];

impl Browser {
    /// Types into the field with this label, name or placeholder, in place of what is there.
    pub(crate) async fn fill(&self, field: &str, value: &str) {
        self.at(FIND_FIELD, field, async |field| {
            field.clear().await?;
            field.send_keys(value).await
        })
        .await;
    }

    /// Clicks the button or link with this text, name or value.
    pub(crate) async fn press(&self, button: &str) {
        self.at(FIND_BUTTON, button, async |button| button.click().await)
            .await;
    }

    /// Follows the first link whose address contains `part`.
    pub(crate) async fn follow_link(&self, part: &str) {
        self.at(FIND_LINK, part, async |link| link.click().await)
            .await;
    }

    /// Whether there is such a button or link.
    pub(crate) async fn has_button(&self, button: &str) -> bool {
        !self.run(FIND_BUTTON, vec![json!(button)]).await.is_null()
    }

    /// Presses Enter where the focus is, which submits a form.
    pub(crate) async fn submit(&self) {
        let focused = self
            .client
            .active_element()
            .await
            .expect("something has the focus");
        focused
            .send_keys("\u{E007}")
            .await
            .expect("Enter can be pressed");
    }

    /// Does something with the page's element; one whose page was replaced before is looked for anew.
    async fn at(
        &self,
        script: &str,
        wanted: &str,
        act: impl AsyncFn(Element) -> Result<(), CmdError>,
    ) {
        let what = format!("{wanted:?} to take what a person does");
        wait_until(&what, async || {
            match act(self.find(script, wanted).await).await {
                Err(error) if is_replaced(&error) => None,
                done => {
                    done.expect("the element can be used");
                    Some(())
                }
            }
        })
        .await;
    }

    /// The page's element, waited for: a navigation may still be under way.
    async fn find(&self, script: &str, wanted: &str) -> Element {
        let what = format!("{wanted:?} to appear on the page");
        let reference = wait_until(&what, async || {
            // A script that a navigation cuts short is asked again.
            let found = self
                .client
                .execute(script, vec![json!(wanted)])
                .await
                .ok()?;
            found
                .get(ELEMENT)
                .and_then(Value::as_str)
                .map(str::to_owned)
        })
        .await;
        Element::from_element_id(self.client.clone(), ElementRef::from(reference))
    }
}

/// Whether the page went away while the driver was at it.
pub(super) fn is_replaced(error: &CmdError) -> bool {
    let said = error.to_string();
    error.is_stale_element_reference() || REPLACED.iter().any(|words| said.contains(words))
}
