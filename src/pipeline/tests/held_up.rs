//! KC-090: whoever has to do something first passes nowhere where only somebody signed in passes.

use portcullis_core::{
    action::{Action, ActionSettings, Actions, MAX_AUTH_AGE},
    schema::{Schema, Schemas},
};

use super::{
    fixture::{ada_who_has_to, principal},
    *,
};

fn busy() -> Arc<Door> {
    Door::knowing(ada_who_has_to(vec![
        Action::UpdatePassword,
        Action::VerifyEmail,
    ]))
}

const FIRST: &str = "https://gate.test/.portcullis/self-service/settings/browser?kc_action=UPDATE_PASSWORD&required=true";

/// KC-090.
#[tokio::test]
async fn kc_090_a_navigation_is_sent_to_the_first_action_and_returns() {
    let refusal = refused(verdict(route("r", "/"), busy(), Asking::page("/x?y=1")).await);
    assert_eq!(refusal.code, Code::ActionsPending);
    let expected = format!("{FIRST}&return_to=https%3A%2F%2Fgate.test%2Fx%3Fy%3D1");
    assert_eq!(refusal.remedy, Remedy::Finish(expected));
    assert!(refusal.principal.is_some() && refusal.route.is_some());
}

/// KC-090.
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

const COMPLETE: &str = "https://gate.test/.portcullis/self-service/settings/browser?kc_action=VERIFY_PROFILE&required=true";

/// A pipeline over a schema that asks for a telephone number where the scope `phone` is asked for.
fn asking_for_scopes(route: Route, door: Arc<Door>) -> Pipeline {
    over_scopes(vec![route], door)
}

fn over_scopes(routes: Vec<Route>, door: Arc<Door>) -> Pipeline {
    let document = serde_json::json!({"type": "object", "properties": {
        "email": {"type": "string"},
        "phone": {"type": "string", "x-profile": {
            "required_for": {"roles": ["user"], "scopes": ["phone"]},
        }},
    }});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    let settings = ActionSettings {
        enabled: true,
        default: false,
        priority: 0,
        max_auth_age: MAX_AUTH_AGE,
    };
    let settings = [(Action::VerifyProfile, settings)].into();
    let actions = Arc::new(Actions::new(Arc::clone(&schemas), settings, None));
    Pipeline::new(parts(routes, &[door])).with_actions(actions)
}

/// KC-012, KC-014, KC-032.
#[tokio::test]
async fn a_route_asks_whoever_lacks_what_its_scopes_require_to_complete_their_profile() {
    let asking = || route("r", "/").asking_for("phone");
    let pipeline = asking_for_scopes(asking(), Door::knowing(ada()));
    for _ in 0..2 {
        let refusal = refused(pipeline.decide(&Asking::page("/x").head()).await);
        assert_eq!(refusal.code, Code::ActionsPending);
        let back = "&return_to=https%3A%2F%2Fgate.test%2Fx&scope=phone";
        assert_eq!(refusal.remedy, Remedy::Finish(format!("{COMPLETE}{back}")));
    }
    let refusal = refused(pipeline.decide(&Asking::get("/x").head()).await);
    assert_eq!(
        refusal.remedy,
        Remedy::FinishAt(format!("{COMPLETE}&scope=phone"))
    );
    let complete = principal(serde_json::json!({"email": "ada@example.org", "phone": "+49 30"}));
    let pipeline = asking_for_scopes(asking(), Door::knowing(complete));
    permitted(pipeline.decide(&Asking::get("/").head()).await);
    let pipeline = asking_for_scopes(route("r", "/"), Door::knowing(ada()));
    permitted(pipeline.decide(&Asking::get("/").head()).await);
    let pipeline = asking_for_scopes(asking().public(), Door::knowing(ada()));
    permitted(pipeline.decide(&Asking::get("/").head()).await);
}

#[tokio::test]
async fn whoever_signs_in_for_a_route_takes_its_scopes_along() {
    let pipeline = asking_for_scopes(route("r", "/").asking_for("phone"), Door::nobody());
    let refusal = refused(pipeline.decide(&Asking::page("/x").head()).await);
    let Remedy::SignIn(page) = refusal.remedy else {
        panic!("{:?}", refusal.remedy);
    };
    assert!(page.ends_with("&scope=phone"), "{page}");
}

#[tokio::test]
async fn what_scopes_ask_for_is_found_out_once_however_many_routes_ask_for_it() {
    let names: Vec<String> = (0..100).map(|number| format!("/r{number}")).collect();
    let asking = |name: &String| route(name, name).asking_for("phone");
    let known = principal(serde_json::json!({"email": "ada@example.org", "phone": "+49 30"}));
    let (first, last) = (0, 99);
    let pipeline = over_scopes(
        names.iter().map(asking).collect(),
        Door::knowing(known.clone()),
    );
    for name in &names {
        permitted(pipeline.decide(&Asking::get(name).head()).await);
    }
    assert_eq!(known.demands.get::<Option<Action>>(first), Some(&None));
    assert_eq!(known.demands.get::<Option<Action>>(last), None);
}
