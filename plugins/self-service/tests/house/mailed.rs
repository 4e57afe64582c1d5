//! Asking for proofs by mail, reading and using them.

use serde_json::{Value, json};

use super::{Browser, House, Reply, action, csrf};

/// Asks for a proof to this address.
pub(crate) async fn ask(browser: &mut Browser<'_>, flow: &Value, address: &str) -> Reply {
    let body = json!({"method": "code", "email": address, "csrf_token": csrf(flow)});
    browser.post(action(flow), &body).await
}

/// Types a code.
pub(crate) async fn type_in(browser: &mut Browser<'_>, flow: &Value, code: &str) -> Reply {
    let body = json!({"method": "code", "code": code, "csrf_token": csrf(flow)});
    browser.post(action(flow), &body).await
}

/// The code or link of the latest letter.
pub(crate) fn mailed(house: &House) -> String {
    house.letters.mails().pop().unwrap().text
}

/// Any other code.
pub(crate) fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// The value of a hidden field of a page.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let value = page.split(&field).nth(1).expect("the field");
    value.split('"').next().unwrap().to_owned()
}
