//! Browsers: on the console, and on the public listener before.

use std::sync::Arc;

use http::Request;
use portcullis_core::{
    head::Scheme, identity::Identity, pages::Visitor, principal::Principal, secret::TokenHash,
    session::Session,
};

use super::{ADMIN, House, Program, Reply};
use crate::Role;

impl Reply {
    /// The page.
    pub(crate) fn page(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// Whether it deletes this cookie.
    pub(crate) fn deletes(&self, name: &str) -> bool {
        let deletion = format!("{name}=; Max-Age=0;");
        let mut all = self.headers.get_all("set-cookie").iter();
        all.any(|one| one.to_str().unwrap().starts_with(&deletion))
    }

    /// The cookie that it sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> &str {
        let (cookie, _) = self.header("set-cookie").split_once(';').unwrap();
        cookie
    }
}

impl House {
    /// The session of somebody who signs in at the public listener.
    pub(crate) async fn principal(&self, identity: &Identity) -> Arc<Principal> {
        let token = self.session(identity).await;
        let token = TokenHash::of(&token);
        let found = self.services.sessions.store().find(&token).await;
        let session: Session = found.unwrap().unwrap();
        let actions = &self.services.actions;
        let pending = actions.pending_at(&session, identity);
        Arc::new(Principal::new(Arc::new(identity.clone()), session, pending))
    }

    /// What the plugin answers on the public listener.
    pub(crate) async fn publicly(&self, url: &str, who: Option<Arc<Principal>>) -> Reply {
        let path = url.strip_prefix("https://gate.test").unwrap();
        let mut request = Request::get(path).body(Vec::new()).unwrap();
        request.extensions_mut().insert(Visitor {
            request_id: "r1".to_owned(),
            client: [192, 0, 2, 1].into(),
            scheme: Scheme::Https,
            authority: "gate.test".to_owned(),
            principal: who,
        });
        let response = self.public.as_ref().unwrap().respond(request).await;
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    /// A browser in which somebody is signed in to the console.
    pub(crate) async fn console_of(&self, who: &Arc<Principal>) -> Program<'_> {
        let begun = self.stranger().get("/ui/identities").await;
        let handed = self.publicly(begun.location(), Some(who.clone())).await;
        let path = handed
            .location()
            .strip_prefix("https://admin.test")
            .unwrap();
        let browser = self.stranger().with("cookie", begun.cookie());
        let entered = browser.get(path).await;
        assert_eq!(entered.location(), "/ui/identities", "{entered:?}");
        let browser = self.stranger().with("cookie", entered.cookie());
        browser.with("origin", &format!("https://{ADMIN}"))
    }

    /// The same for an administrator of these roles.
    pub(crate) async fn console(&self, roles: &[Role]) -> Program<'_> {
        let name: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let email = format!("{}@example.org", name.join("-"));
        let identity = self.resident_with(&email, roles).await;
        let who = self.principal(&identity).await;
        self.console_of(&who).await
    }
}
