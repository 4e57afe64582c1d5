//! KC-090: whoever has to do something first passes nowhere where only somebody signed in passes.

use portcullis_core::action::Action;

use super::{fixture::ada_who_has_to, *};

fn busy() -> Arc<Door> {
    Door::knowing(ada_who_has_to(vec![
        Action::UpdatePassword,
        Action::VerifyEmail,
    ]))
}

const FIRST: &str =
    "https://gate.test/.portcullis/self-service/settings/browser?kc_action=UPDATE_PASSWORD";

#[tokio::test]
async fn kc_090_a_navigation_is_sent_to_the_first_action_and_returns() {
    let refusal = refused(verdict(route("r", "/"), busy(), Asking::page("/x?y=1")).await);
    assert_eq!(refusal.code, Code::ActionsPending);
    let expected = format!("{FIRST}&return_to=https%3A%2F%2Fgate.test%2Fx%3Fy%3D1");
    assert_eq!(refusal.remedy, Remedy::Finish(expected));
    assert!(refusal.principal.is_some() && refusal.route.is_some());
}

#[tokio::test]
async fn kc_090_a_script_is_told_where_the_browser_has_to_go() {
    let refusal = refused(verdict(route("r", "/"), busy(), Asking::get("/api")).await);
    assert_eq!(refusal.code, Code::ActionsPending);
    assert_eq!(refusal.remedy, Remedy::FinishAt(FIRST.to_owned()));
}

#[tokio::test]
async fn what_is_left_to_do_counts_before_the_rules() {
    let closed = route("r", "/").allow("'admin' in identity.traits.groups");
    let refusal = refused(verdict(closed, busy(), Asking::get("/")).await);
    assert_eq!(refusal.code, Code::ActionsPending);
}

#[tokio::test]
async fn a_public_route_lets_them_pass_but_not_because_of_who_they_are() {
    permitted(verdict(route("r", "/").public(), busy(), Asking::get("/")).await);
    let staff = || {
        route("r", "/")
            .public()
            .allow("'staff' in identity.traits.groups")
    };
    permitted(verdict(staff(), Door::knowing(ada()), Asking::get("/")).await);
    let refusal = refused(verdict(staff(), busy(), Asking::get("/")).await);
    assert_eq!(refusal.code, Code::ActionsPending);
}

#[tokio::test]
async fn applications_on_public_routes_hear_of_them_only_once_they_are_done() {
    let public = || route("r", "/").public();
    let known = permitted(verdict(public(), Door::knowing(ada()), Asking::get("/")).await);
    assert!(!known.headers().is_empty());
    let permit = permitted(verdict(public(), busy(), Asking::get("/")).await);
    let nobody = permitted(verdict(public(), Door::nobody(), Asking::get("/")).await);
    assert_eq!(permit.headers(), nobody.headers());
    assert!(permit.principal().is_some(), "the access log knows them");
}

#[tokio::test]
async fn own_pages_stay_reachable() {
    let mut pages = route("pages", "/.portcullis").public();
    pages.target = Target::Pages(Arc::new(NoPages));
    let mut parts = parts(vec![pages], &[busy()]);
    parts.authorizers = vec![Arc::new(OnlyKnown)];
    let pipeline = Pipeline::new(parts);
    permitted(
        pipeline
            .decide(&Asking::page("/.portcullis/settings").head())
            .await,
    );
}

/// Lets nobody pass who is unknown.
#[derive(Debug)]
struct OnlyKnown;

impl Authorizer for OnlyKnown {
    fn authorize(&self, _: &str, known: Option<&Principal>, _: &RequestHead<'_>) -> Decision {
        known.map_or(Decision::Deny(Code::SignedOut), |_| Decision::Allow)
    }
}
