//! What becomes of requests, through the whole line.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use http::{Method, Request, Response};
use portcullis_core::{clock::SystemClock, pages::Pages, stage::Unavailable, testing::MemoryStore};

use self::fixture::{Asking, ada, addresses, schemas};
use super::*;
use crate::route::tests::route;

mod acting;
pub(crate) mod fixture;
mod held_up;
mod injection;

/// An authenticator that knows one caller, or nobody, or is down.
#[derive(Debug, Default)]
struct Door {
    knows: Option<Arc<Principal>>,
    is_down: bool,
    asked: AtomicUsize,
}

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(
        &self,
        _: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.is_down {
            true => Err(Unavailable("the store is gone".into())),
            false => Ok(self.knows.clone()),
        }
    }
}

impl Door {
    fn nobody() -> Arc<Self> {
        Arc::default()
    }

    fn knowing(principal: Arc<Principal>) -> Arc<Self> {
        Arc::new(Self {
            knows: Some(principal),
            ..Self::default()
        })
    }

    fn down() -> Arc<Self> {
        Arc::new(Self {
            is_down: true,
            ..Self::default()
        })
    }
}

/// An authorizer that always decides the same.
#[derive(Debug)]
struct Always(Decision);

impl Authorizer for Always {
    fn authorize(&self, _: &str, _: Option<&Principal>, _: &RequestHead<'_>) -> Decision {
        self.0
    }
}

#[derive(Debug)]
struct NoPages;

#[async_trait]
impl Pages for NoPages {
    async fn respond(&self, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
        Response::default()
    }
}

fn parts(routes: Vec<Route>, doors: &[Arc<Door>]) -> PipelineParts {
    let authenticators = doors
        .iter()
        .map(|door| door.clone() as Arc<dyn Authenticator>);
    PipelineParts {
        table: RouteTable::build(routes).unwrap(),
        authenticators: authenticators.collect(),
        authorizers: Vec::new(),
        enrichers: Vec::new(),
        schemas: schemas(),
        vault: Arc::new(MemoryStore::new(Arc::new(SystemClock))),
        addresses: addresses(),
    }
}

async fn verdict(route: Route, door: Arc<Door>, asking: Asking) -> Verdict {
    let pipeline = Pipeline::new(parts(vec![route], &[door]));
    pipeline.decide(&asking.head()).await
}

fn permitted(verdict: Verdict) -> Permit {
    match verdict {
        Verdict::Forward(permit) => permit,
        Verdict::Refuse(refusal) => panic!("{refusal:?}"),
    }
}

fn refused(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refuse(refusal) => refusal,
        Verdict::Forward(permit) => panic!("{permit:?}"),
    }
}

#[tokio::test]
async fn without_a_route_nothing_passes_and_nobody_is_asked() {
    let door = Door::knowing(ada());
    let refusal = refused(verdict(route("r", "/app"), door.clone(), Asking::page("/x")).await);
    assert_eq!(
        (refusal.code, refusal.remedy),
        (Code::NoRoute, Remedy::None)
    );
    assert!(refusal.route.is_none());
    assert_eq!(door.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_method_that_nobody_serves_is_refused() {
    let posts = route("r", "/").by(&[Method::POST]);
    let refusal = refused(verdict(posts, Door::knowing(ada()), Asking::page("/")).await);
    assert_eq!(refusal.code, Code::MethodNotAllowed);
}

#[tokio::test]
async fn who_is_signed_in_passes_with_identity_headers() {
    let verdict = verdict(route("r", "/"), Door::knowing(ada()), Asking::page("/")).await;
    let permit = permitted(verdict);
    assert_eq!(permit.route().name, "r");
    assert!(permit.principal().is_some());
    assert_eq!(permit.headers().len(), 4);
}

#[tokio::test]
async fn a_signed_out_navigation_is_sent_to_sign_in() {
    let refusal = refused(verdict(route("r", "/"), Door::nobody(), Asking::page("/x")).await);
    assert_eq!(refusal.code, Code::SignedOut);
    let Remedy::SignIn(location) = refusal.remedy else {
        panic!("{:?}", refusal.remedy);
    };
    assert!(
        location.ends_with("?return_to=https%3A%2F%2Fgate.test%2Fx"),
        "{location}"
    );
}

#[tokio::test]
async fn a_signed_out_script_is_challenged() {
    let refusal = refused(verdict(route("r", "/"), Door::nobody(), Asking::get("/x")).await);
    assert_eq!(
        (refusal.code, refusal.remedy),
        (Code::SignedOut, Remedy::Challenge)
    );
}

#[tokio::test]
async fn who_is_signed_in_but_not_allowed_is_never_redirected() {
    let mut closed = route("r", "/").allow("'admin' in identity.traits.groups");
    closed.unauthenticated = crate::route::Unauthenticated::Redirect;
    let refusal = refused(verdict(closed, Door::knowing(ada()), Asking::page("/")).await);
    assert_eq!(
        (refusal.code, refusal.remedy),
        (Code::AccessDenied, Remedy::None)
    );
    assert!(refusal.principal.is_some() && refusal.route.is_some());
}

#[tokio::test]
async fn a_public_route_lets_nobody_pass_without_headers() {
    let permit =
        permitted(verdict(route("r", "/").public(), Door::nobody(), Asking::get("/")).await);
    assert!(permit.principal().is_none() && permit.headers().is_empty());
}

#[tokio::test]
async fn a_public_route_still_knows_who_is_signed_in() {
    let open = route("r", "/").public();
    let permit = permitted(verdict(open, Door::knowing(ada()), Asking::get("/")).await);
    assert_eq!(permit.headers().len(), 4);
}

#[tokio::test]
async fn a_rule_of_a_public_route_refuses_without_asking_to_sign_in() {
    let open = route("r", "/").public().deny("request.method == 'DELETE'");
    let asking = Asking::page("/").by(Method::DELETE);
    let refusal = refused(verdict(open, Door::nobody(), asking).await);
    assert_eq!(
        (refusal.code, refusal.remedy),
        (Code::AccessDenied, Remedy::None)
    );
}

#[tokio::test]
async fn a_lost_store_opens_nothing() {
    let mut pages = route("pages", "/").public().preset(HeaderPreset::None);
    pages.target = Target::Pages(Arc::new(NoPages));
    let none = || route("r", "/").public().preset(HeaderPreset::None);
    for route in [
        route("r", "/"),
        route("r", "/").public(),
        none().allow("true"),
        none().deny("false"),
        none().set("X-A", "'a'"),
        pages,
    ] {
        let refusal = refused(verdict(route, Door::down(), Asking::page("/")).await);
        assert_eq!(
            (refusal.code, refusal.remedy),
            (Code::StoreUnavailable, Remedy::None)
        );
    }
}

#[tokio::test]
async fn a_lost_store_leaves_up_what_depends_on_nobody() {
    let door = Door::down();
    let open = route("r", "/").public().preset(HeaderPreset::None);
    permitted(verdict(open, door.clone(), Asking::get("/")).await);
    assert_eq!(door.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_first_authenticator_that_knows_the_caller_decides_who_it_is() {
    let (first, second, third) = (Door::nobody(), Door::knowing(ada()), Door::down());
    let pipeline = Pipeline::new(parts(
        vec![route("r", "/")],
        &[first, second, third.clone()],
    ));
    permitted(pipeline.decide(&Asking::get("/").head()).await);
    assert_eq!(third.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_authenticator_that_is_down_is_not_skipped() {
    let doors = [Door::down(), Door::knowing(ada())];
    let pipeline = Pipeline::new(parts(vec![route("r", "/")], &doors));
    let refusal = refused(pipeline.decide(&Asking::get("/").head()).await);
    assert_eq!(refusal.code, Code::StoreUnavailable);
}

#[tokio::test]
async fn an_authorizer_can_ask_to_sign_in() {
    for (door, remedy) in [
        (Door::nobody(), Remedy::Challenge),
        (Door::knowing(ada()), Remedy::None),
    ] {
        let mut parts = parts(vec![route("r", "/").public()], &[door]);
        parts.authorizers = vec![Arc::new(Always(Decision::Deny(Code::SignedOut)))];
        let refusal = refused(Pipeline::new(parts).decide(&Asking::get("/").head()).await);
        assert_eq!((refusal.code, refusal.remedy), (Code::SignedOut, remedy));
    }
}

async fn with_slash(setting: EncodedSlash, path: &str) -> Result<String, Code> {
    let mut root = route("root", "/").public();
    root.encoded_slash = setting;
    let routes = vec![root, route("admin", "/admin")];
    let pipeline = Pipeline::new(parts(routes, &[Door::nobody()]));
    match pipeline.decide(&Asking::get(path).head()).await {
        Verdict::Forward(permit) => Ok(permit.route().name.clone()),
        Verdict::Refuse(refusal) => Err(refusal.code),
    }
}

#[tokio::test]
async fn an_encoded_slash_is_refused_unless_its_route_keeps_it() {
    for path in ["/a%2Fb", "/a%2fb", "/%2F"] {
        let rejected = with_slash(EncodedSlash::Reject, path).await;
        assert_eq!(rejected, Err(Code::AmbiguousRequest), "{path}");
        let kept = with_slash(EncodedSlash::Keep, path).await;
        assert_eq!(kept, Ok("root".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn dot_segments_behind_an_encoded_slash_are_refused_even_where_it_is_kept() {
    for path in ["/a%2F..", "/a%2f../b", "/..%2Fb", "/a%2F%2e%2e%2Fb"] {
        let verdict = with_slash(EncodedSlash::Keep, path).await;
        assert_eq!(verdict, Err(Code::AmbiguousRequest), "{path}");
    }
}

#[tokio::test]
async fn an_encoded_slash_does_not_lead_around_another_routes_rules() {
    for path in ["/%2Fadmin", "/admin%2Fx", "/%2fadmin%2Fx"] {
        let verdict = with_slash(EncodedSlash::Keep, path).await;
        assert_eq!(verdict, Err(Code::AmbiguousRequest), "{path}");
    }
}

#[tokio::test]
async fn path_parameters_do_not_lead_around_another_routes_rules() {
    for path in [
        "/admin;x",
        "/admin;x=1/y",
        "/;/admin",
        "/;a/admin/y",
        "/admin%3Bx/y",
    ] {
        let verdict = with_slash(EncodedSlash::Reject, path).await;
        assert_eq!(verdict, Err(Code::AmbiguousRequest), "{path}");
    }
    for path in ["/admin;%2Fx", "/%2F;/admin", "/;%2Fadmin"] {
        let verdict = with_slash(EncodedSlash::Keep, path).await;
        assert_eq!(verdict, Err(Code::AmbiguousRequest), "{path}");
    }
    for path in ["/items;v=1", "/a/b;c;d=e/f", "/x;admin", "/a%3Bb"] {
        let verdict = with_slash(EncodedSlash::Reject, path).await;
        assert_eq!(verdict, Ok("root".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_route_may_be_told_by_a_path_parameter() {
    let routes = vec![
        route("root", "/").public(),
        route("v1", "/api;v=1").public(),
    ];
    let pipeline = Pipeline::new(parts(routes, &[Door::nobody()]));
    let permit = permitted(pipeline.decide(&Asking::get("/api;v=1/x").head()).await);
    assert_eq!(permit.route().name, "v1");
}
