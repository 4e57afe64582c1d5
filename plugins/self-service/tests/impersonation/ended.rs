//! What is told where somebody ends the session of whoever acts as them with all others.

use super::*;

/// KC-130: so it is where they sign out everywhere else, unless it was over before.
#[tokio::test]
async fn kc_130_the_audit_log_tells_when_the_person_has_ended_it_with_others() {
    for is_page in [false, true] {
        let house = House::new();
        let (mut browser, _, ada) = acting(&house, true).await;
        let mut own = house.browser();
        own.sign_in("ada@example.com").await;
        if is_page {
            let page = own.go("/profile").await.text();
            let token = hidden(&page, "csrf_token");
            let fields = [("csrf_token", token.as_str()), ("session", "others")];
            let gone = own.submit("/profile/sessions", &fields).await;
            assert_eq!(gone.status, 303, "{}", gone.text());
        } else {
            let gone = own.delete("/sessions", &[]).await;
            assert_eq!(gone.json()["count"], 1, "{}", gone.text());
        }
        assert_eq!(who(&mut browser).await["error"]["code"], 401);
        let end = (
            format!("identity:{}", ada.id),
            "ada@example.com".to_owned(),
            Some(ada.id.to_string()),
        );
        assert_eq!(ends(&house).await, [end]);
    }
    let house = House::new();
    let (_, _, ada) = acting(&house, true).await;
    house.clock.advance(Duration::from_secs(1801));
    let mut own = house.browser();
    own.sign_in("ada@example.com").await;
    own.delete("/sessions", &[]).await;
    assert_eq!(sessions_of(&house, &ada).await.len(), 1);
    assert_eq!(ends(&house).await, []);
}
