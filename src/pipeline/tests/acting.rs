//! KC-130: whoever acts as somebody else to look only changes nothing behind the gate.

use portcullis_core::session::Acting;

use super::{fixture::ada_who_has_to, *};

fn ada_by_grace(read_only: bool) -> Arc<Principal> {
    let ada = ada();
    let mut session = ada.session.clone();
    session.acting = Some(Acting {
        actor: "grace".to_owned(),
        label: "grace@example.org".to_owned(),
        read_only,
        reason: "a ticket".to_owned(),
        own_session: None,
    });
    let pending = ada_who_has_to(vec![Action::UpdatePassword]).pending.clone();
    let principal = Principal::new(Arc::clone(&ada.identity), session, pending);
    Arc::new(principal.too_weak(false))
}

fn to_look() -> Arc<Door> {
    Door::knowing(ada_by_grace(true))
}

/// KC-130.
#[tokio::test]
async fn kc_130_who_only_looks_sends_nothing_that_could_change_something() {
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let asking = Asking::get("/").by(method);
        permitted(verdict(route("r", "/"), to_look(), asking).await);
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "MKCOL"] {
        let asking = Asking::get("/").by(method.parse().unwrap());
        let refusal = refused(verdict(route("r", "/"), to_look(), asking).await);
        assert_eq!(refusal.code, Code::ImpersonationReadOnly, "{method}");
        assert_eq!(refusal.remedy, Remedy::None);
    }
    for (name, value) in [
        ("upgrade", "websocket"),
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "PUT"),
        ("x-method-override", "PATCH"),
    ] {
        let asking = Asking::get("/").with(name, value);
        let refusal = refused(verdict(route("r", "/"), to_look(), asking).await);
        assert_eq!(refusal.code, Code::ImpersonationReadOnly, "{name}");
    }
    let public = route("p", "/").public();
    let asking = Asking::get("/").by(Method::POST);
    let refusal = refused(verdict(public, to_look(), asking).await);
    assert_eq!(refusal.code, Code::ImpersonationReadOnly);
}

/// KC-130.
#[tokio::test]
async fn kc_130_who_does_more_than_look_is_held_up_by_nothing_of_theirs() {
    for method in [Method::GET, Method::POST] {
        let asking = Asking::get("/").by(method);
        let door = Door::knowing(ada_by_grace(false));
        let permit = permitted(verdict(route("r", "/"), door, asking).await);
        let actor = permit
            .headers()
            .iter()
            .find(|(name, _)| name == "x-portcullis-actor");
        assert_eq!(actor.unwrap().1, "grace", "applications are told who acts");
    }
    let permit = permitted(verdict(route("r", "/"), Door::knowing(ada()), Asking::get("/")).await);
    let mut names = permit.headers().iter().map(|(name, _)| name);
    assert!(names.all(|name| name != "x-portcullis-actor"));
}

#[tokio::test]
async fn who_acts_is_never_asked_for_a_second_factor_of_theirs() {
    let strong = || route("r", "/").allow("session.aal == 'aal2'");
    let refusal = refused(verdict(strong(), to_look(), Asking::page("/")).await);
    assert_eq!(refusal.code, Code::AccessDenied);
    let own = || route("r", "/").allow("session.actor == null");
    permitted(verdict(own(), Door::knowing(ada()), Asking::get("/")).await);
    let refusal = refused(verdict(own(), to_look(), Asking::get("/")).await);
    assert_eq!(refusal.code, Code::AccessDenied, "rules know who acts");
    let named = route("r", "/").allow("session.actor == 'grace'");
    permitted(verdict(named, to_look(), Asking::get("/")).await);
}
