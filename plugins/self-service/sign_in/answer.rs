//! The answer to a sign-in: where people go on, and what programs are told.

use axum::response::{IntoResponse, Json, Redirect, Response};
use portcullis_core::{
    flow::{FlowKind, Transport},
    secret::Token,
    session::Session,
};
use portcullis_kit::{Wants, dialect};
use serde_json::{Value, json};

use super::SignIn;
use crate::{actions::after::Next, desk::Desk, verification::begin::Begun};

impl SignIn<'_> {
    pub(super) fn answer(
        &self,
        desk: &Desk,
        (session, token): (&Session, &Token),
        next: Option<Next>,
        verification: Option<&Begun>,
    ) -> Response {
        let return_to = self.flow.return_to.clone().unwrap_or_else(|| desk.home());
        match (self.wants, next) {
            (Wants::Html, Some(next)) => Redirect::to(&next.page).into_response(),
            (Wants::Html, None) => Redirect::to(&return_to).into_response(),
            (Wants::Json, next) => {
                let mut body = self.body(desk, session, token, &return_to);
                if let Some(begun) = verification {
                    begun.tell(desk, &mut body);
                }
                if let Some(told) = next.and_then(|next| next.continue_with) {
                    next_first(&mut body, told);
                }
                Json(body).into_response()
            }
        }
    }

    fn body(&self, desk: &Desk, session: &Session, token: &Token, return_to: &str) -> Value {
        let mut body = json!({"session": dialect::session(&desk.services, session, self.identity)});
        if self.flow.kind == FlowKind::Registration {
            body["identity"] = dialect::identity(&desk.services, self.identity);
        }
        match self.flow.transport {
            Transport::Api => body["session_token"] = json!(token.expose()),
            Transport::Browser => {
                body["continue_with"] = json!([{
                    "action": "redirect_browser_to",
                    "redirect_browser_to": return_to,
                }]);
            }
        }
        body
    }
}

/// Lets the body of an answer tell what comes next before all else.
fn next_first(body: &mut Value, told: Value) {
    match body["continue_with"].as_array_mut() {
        Some(others) => others.insert(0, told),
        None => body["continue_with"] = json!([told]),
    }
}
