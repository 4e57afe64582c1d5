//! API credentials at the console.

use portcullis_core::api_credential::{ApiCredential, ApiCredentialStore};

use super::hidden;
use crate::{
    Role,
    tests::house::{House, Program},
};

const ALL: &str = "/ui/api-credentials";
const NEW: &str = "/ui/api-credentials/new";

/// The value of the first field that cannot be changed.
fn shown(page: &str) -> String {
    let (_, field) = page.split_once("readonly value=\"").unwrap();
    field.split_once('"').unwrap().0.to_owned()
}

async fn only(house: &House) -> ApiCredential {
    let all = ApiCredentialStore::list(&*house.store).await.unwrap();
    let [one] = all.try_into().unwrap();
    one
}

/// Makes a credential: its secret.
async fn made(browser: &Program<'_>) -> String {
    let fields = [
        ("name", "Nightly report"),
        ("roles.viewer", "true"),
        ("auth_method", "client_secret_post"),
        ("expires", "2026-12-31"),
    ];
    let made = browser.form(NEW, &fields).await;
    assert_eq!(made.status, 200, "{}", made.page());
    shown(&made.page())
}

/// Whether a secret gets a token.
async fn opens(house: &House, secret: &str) -> bool {
    let client = only(house).await.client_id;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &*client),
        ("client_secret", secret),
    ];
    let reply = house.stranger().form("/oauth2/token", &fields).await;
    reply.status == 200
}

/// HA-13, HA-14, HA-15.
#[tokio::test]
async fn a_credential_is_made_and_its_secret_shown_once() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let empty = browser.get(ALL).await.page();
    assert!(
        empty.contains("No program has a credential yet."),
        "{empty}"
    );
    let secret = made(&browser).await;
    assert!(opens(&house, &secret).await);
    let one = only(&house).await;
    assert_eq!(one.roles, ["viewer"]);
    assert_eq!(
        one.expires_at.unwrap().to_string(),
        "2027-01-01T00:00:00Z",
        "the day counts whole"
    );
    let list = browser.get(ALL).await.page();
    for part in [
        "Nightly report",
        &*one.client_id,
        ">viewer</span>",
        ">openid</span>",
        "Days old: 0",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let page = browser.get(&format!("{ALL}/{}", one.id)).await.page();
    assert!(page.contains("client_secret_post"), "{page}");
    assert!(page.contains("https://admin.test/oauth2/token"), "{page}");
    for page in [list, page] {
        assert!(!page.contains(&secret), "it is shown once");
    }
}

/// HA-13: the page that shows a secret, loaded anew, makes nothing a second time.
#[tokio::test]
async fn a_form_that_is_sent_again_makes_no_other_secret() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let mark = hidden(&browser.get(NEW).await.page(), "form");
    let typed = [("name", ""), ("roles.viewer", "true"), ("form", &*mark)];
    assert_eq!(browser.form(NEW, &typed).await.status, 400);
    let typed = [
        ("name", "Nightly report"),
        ("roles.viewer", "true"),
        ("form", &*mark),
    ];
    let secret = shown(&browser.form(NEW, &typed).await.page());
    let again = browser.form(NEW, &typed).await;
    assert_eq!(again.status, 303, "{}", again.page());
    assert!(!again.location().contains(&secret));
    let told = browser.get(again.location()).await.page();
    assert!(told.contains("is not carried out again"), "{told}");
    let page = format!("{ALL}/{}", only(&house).await.id);
    let mark = hidden(&browser.get(&page).await.page(), "form");
    let typed = [("overlap", "1d"), ("form", &*mark)];
    let rotate = format!("{page}/rotate");
    shown(&browser.form(&rotate, &typed).await.page());
    let before = only(&house).await;
    let again = browser.form(&rotate, &typed).await;
    assert!(again.location().starts_with(&page), "{again:?}");
    assert_eq!(only(&house).await, before);
    let asked = browser.form(&rotate, &[("overlap", "0s")]).await.page();
    let mark = hidden(&asked, "form");
    let sure = [("overlap", "0s"), ("sure", "yes"), ("form", &*mark)];
    shown(&browser.form(&rotate, &sure).await.page());
    assert_eq!(browser.form(&rotate, &sure).await.status, 303);
    assert_eq!(only(&house).await.secrets.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_credential_stands_beside_its_field() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let day = ("expires", "2026-12-31");
    for (fields, id) in [
        ([("name", " "), ("roles.viewer", "true"), day], "name"),
        ([("name", "Report"), ("roles.no", "true"), day], "roles"),
        (
            [
                ("name", "Report"),
                ("roles.viewer", "true"),
                ("expires", "2020-01-01"),
            ],
            "expires",
        ),
        (
            [
                ("name", "Report"),
                ("roles.viewer", "true"),
                ("expires", "soon"),
            ],
            "expires",
        ),
    ] {
        let wrong = browser.form(NEW, &fields).await;
        assert_eq!(wrong.status, 400, "{fields:?}");
        let page = wrong.page();
        assert!(page.contains(&format!("id=\"{id}-errors\"")), "{page}");
        let typed = format!("name=\"expires\" value=\"{}\"", fields[2].1);
        assert!(page.contains(&typed), "what was typed stays: {page}");
    }
    let all = ApiCredentialStore::list(&*house.store).await.unwrap();
    assert!(all.is_empty());
}

/// HA-13: renamed, and given another secret that is shown once.
#[tokio::test]
async fn a_credential_is_renamed_and_rotated_with_overlap() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let old = made(&browser).await;
    let page = format!("{ALL}/{}", only(&house).await.id);
    let renamed = browser.form(&page, &[("name", "Daily report")]).await;
    assert!(renamed.location().starts_with(&page), "{renamed:?}");
    let told = browser.get(renamed.location()).await.page();
    assert!(told.contains("It is renamed."), "{told}");
    assert!(told.contains("<h1>Daily report</h1>"), "{told}");
    let wrong = browser.form(&page, &[("name", "")]).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.page().contains("id=\"name-errors\""));
    let rotate = format!("{page}/rotate");
    let rotated = browser.form(&rotate, &[("overlap", "1d")]).await;
    let new = shown(&rotated.page());
    assert_ne!(new, old);
    assert!(opens(&house, &old).await && opens(&house, &new).await);
    let two = browser.get(&page).await.page();
    assert_eq!(two.matches("Days old: 0").count(), 2, "{two}");
    let asked = browser.form(&rotate, &[("overlap", "0s")]).await.page();
    assert!(asked.contains("Secrets that end now: 2"), "{asked}");
    assert!(opens(&house, &old).await, "it is asked only");
    let sure = [("overlap", "0s"), ("sure", "yes")];
    let rotated = browser.form(&rotate, &sure).await;
    let last = shown(&rotated.page());
    assert!(!opens(&house, &new).await && opens(&house, &last).await);
    assert_eq!(browser.form(&rotate, &[]).await.status, 400);
    for _ in 0..4 {
        browser.form(&rotate, &[("overlap", "1d")]).await;
    }
    let asked = browser.form(&rotate, &[("overlap", "1d")]).await.page();
    assert!(asked.contains("Secrets that end now: 1"), "{asked}");
    assert!(asked.contains("so the oldest ends"), "{asked}");
    assert!(opens(&house, &last).await, "it is asked only");
    let sure = [("overlap", "1d"), ("sure", "yes")];
    shown(&browser.form(&rotate, &sure).await.page());
    assert!(!opens(&house, &last).await);
}

#[tokio::test]
async fn a_credential_is_removed_after_a_page_that_says_what_goes() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    made(&browser).await;
    let remove = format!("{ALL}/{}/remove", only(&house).await.id);
    let asked = browser.get(&remove).await.page();
    assert!(asked.contains("Nightly report"), "{asked}");
    assert!(asked.contains("there is no way back"), "{asked}");
    let removed = browser.form(&remove, &[]).await;
    assert_eq!(removed.status, 303);
    let list = browser.get(removed.location()).await.page();
    assert!(list.contains("It is removed, with its tokens."), "{list}");
    assert!(list.contains("No program has a credential yet."), "{list}");
    assert_eq!(browser.get(&remove).await.status, 404);
    assert_eq!(browser.form(&remove, &[]).await.status, 404);
}

/// HA-13: what a program may do is changed, and what is taken from it is told first.
#[tokio::test]
async fn what_a_credential_may_do_is_changed_and_what_goes_is_told_first() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let secret = made(&browser).await;
    let rights = format!("{ALL}/{}/rights", only(&house).await.id);
    let shown = browser.get(&rights).await.page();
    assert!(
        shown.contains("name=\"expires\" value=\"2026-12-31\""),
        "{shown}"
    );
    let more = [
        ("roles.viewer", "true"),
        ("roles.user-manager", "true"),
        ("scopes.openid", "true"),
        ("scopes.user-manager", "true"),
        ("scopes.viewer", "true"),
        ("expires", ""),
    ];
    let saved = browser.form(&rights, &more).await;
    assert_eq!(saved.status, 303, "nothing is taken: {}", saved.page());
    let one = only(&house).await;
    assert_eq!(one.roles, ["viewer", "user-manager"]);
    assert_eq!(one.expires_at, None);
    let less = [
        ("roles.viewer", "true"),
        ("scopes.openid", "true"),
        ("scopes.user-manager", "true"),
        ("scopes.viewer", "true"),
        ("expires", "2026-12-31"),
    ];
    let asked = browser.form(&rights, &less).await.page();
    for told in [
        "It loses the role user-manager: Looks after people",
        "so do its access tokens: user-manager",
        "It ends sooner",
    ] {
        // The scopes are ticked as they were, so that only those go that the roles do not cover.
        assert!(asked.contains(told), "{told}: {asked}");
    }
    assert_eq!(only(&house).await.roles.len(), 2, "it is asked only");
    let told = hidden(&asked, "told");
    let sure: Vec<(&str, &str)> = less.into_iter().chain([("told", &*told)]).collect();
    assert_eq!(browser.form(&rights, &sure).await.status, 303);
    let one = only(&house).await;
    assert_eq!(
        (one.roles, one.scopes),
        (names(&["viewer"]), names(&["openid", "viewer"]))
    );
    assert!(opens(&house, &secret).await, "its secret stays");
}

/// HA-13: nobody gives back unawares what somebody else has taken away meanwhile.
#[tokio::test]
async fn rights_that_have_changed_since_they_were_shown_are_shown_anew() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    made(&browser).await;
    let before = only(&house).await;
    let rights = format!("{ALL}/{}/rights", before.id);
    let shown = hidden(&browser.get(&rights).await.page(), "shown");
    let mut less = before.clone();
    less.scopes = names(&["openid"]);
    house.services.api_credentials.update(&less).await.unwrap();
    let mut form: Vec<(&str, &str)> = vec![("shown", &*shown), ("expires", "2027-01-31")];
    form.extend([("roles.viewer", "true"), ("scopes.openid", "true")]);
    form.push(("scopes.viewer", "true"));
    let refused = browser.form(&rights, &form).await;
    assert_eq!(refused.status, 409);
    assert!(refused.page().contains("Somebody else has changed it"));
    let now = only(&house).await;
    assert_eq!(
        (now.scopes, now.expires_at),
        (less.scopes, before.expires_at)
    );
    let shown = hidden(&refused.page(), "shown");
    form[0] = ("shown", &*shown);
    assert_eq!(browser.form(&rights, &form).await.status, 303);
}

/// HA-13: what cannot be so is refused beside its field, and nothing changes.
#[tokio::test]
async fn rights_that_no_credential_can_have_are_refused_beside_their_field() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    made(&browser).await;
    let before = only(&house).await;
    let rights = format!("{ALL}/{}/rights", before.id);
    let (role, scope) = (("roles.viewer", "true"), ("scopes.openid", "true"));
    let day = ("expires", "2026-12-31");
    for (fields, id) in [
        (vec![scope, day], "roles"),
        (vec![role, day], "scopes"),
        (vec![role, scope, ("scopes.admin", "true"), day], "scopes"),
        (vec![role, scope, ("expires", "2020-01-01")], "expires"),
        (vec![role, scope, ("expires", "soon")], "expires"),
    ] {
        let wrong = browser.form(&rights, &fields).await;
        assert_eq!(wrong.status, 400, "{fields:?}: {}", wrong.page());
        let page = wrong.page();
        assert!(
            page.contains(&format!("id=\"{id}-errors\"")),
            "{fields:?}: {page}"
        );
    }
    assert_eq!(only(&house).await, before);
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}
