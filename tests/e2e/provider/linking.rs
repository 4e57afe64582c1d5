//! An account of a provider meets an identity with the same address (D.2): it is linked once the
//! person has proved to be that identity, and never on somebody's word.

use serde_json::json;

use crate::support::{
    ALICE, Anonymous, BOB, Browser, Form, OidcProvider, Route, SmtpServer, TestGateway,
    actor::location,
    person::{SignedIn, session_cookie, sign_in_through, vouched, whoami},
};

/// The message that explains what is to be proved, in the dialect's own numbers.
const LINK_ACCOUNT: u64 = 1_010_016;

/// The message that an account signs in somebody else.
const LINKED_ELSEWHERE: u64 = 4_000_027;
/// The message that it cannot be moved.
const ONLY_WAY_IN: u64 = 4_990_008;

/// The stories count the mails about links.
pub(super) const NO_VERIFICATION: &str = "[plugins.self-service.verification]\nenabled = false";

pub(super) struct Gate {
    pub(super) gateway: TestGateway,
    _provider: OidcProvider,
    pub(super) mail: SmtpServer,
}

/// One provider under two names, and mail.
pub(super) async fn gate() -> Gate {
    let mail = SmtpServer::start().await;
    let builder = TestGateway::builder().registration();
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"))
        .and_client("two", "secret", &builder.redirect_uri("two"))
        .start()
        .await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .provider("two", provider.issuer(), ("two", "secret"))
        .table(&mail.table())
        .table(NO_VERIFICATION)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    Gate {
        gateway,
        _provider: provider,
        mail,
    }
}

/// The form that asks for a proof, after the provider's answer.
async fn asked(client: &Anonymous, provider: &str, login: &str) -> Form {
    let answer = sign_in_through(client, provider, login).await;
    assert_eq!(session_cookie(&answer), None, "nobody is signed in yet");
    let status = answer.status();
    let Some(page) = location(&answer) else {
        panic!("{status}: {}", answer.text().await.unwrap());
    };
    let (page, shown) = client.follow(&page).await;
    assert_eq!(shown.status(), 200);
    let form = Form::at(client, &page).await;
    assert!(
        form.messages().contains(&LINK_ACCOUNT),
        "{:?}",
        form.messages()
    );
    form
}

/// XP-01; KC-021.
#[tokio::test]
async fn an_account_is_linked_once_its_person_has_proved_the_password() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let client = gate.gateway.anonymous();
    let form = asked(&client, "one", "alice").await;
    assert_eq!(form.value("identifier").as_deref(), Some(ALICE.email));

    let wrong = form
        .submit(&[("method", "password"), ("password", "not-hers-4711")])
        .await;
    assert_eq!(session_cookie(&wrong), None);
    let right = form.submit(&ALICE.fields()).await;
    assert!(
        session_cookie(&right).is_some(),
        "{}",
        right.text().await.unwrap()
    );
    let session = whoami(&client).await;
    assert_eq!(session["identity"]["id"], alice.identity());
    let methods = session["authentication_methods"].as_array().unwrap();
    assert!(
        methods.iter().any(|method| method["provider"] == "one"),
        "{session}"
    );

    let later = gate.gateway.anonymous();
    let direct = sign_in_through(&later, "one", "alice").await;
    assert!(
        session_cookie(&direct).is_some(),
        "the second time nothing is asked"
    );
    assert_eq!(whoami(&later).await["identity"]["id"], alice.identity());

    let letter = gate.mail.letter_to(ALICE.email, 0).await;
    assert!(letter.message.contains("was linked"), "{}", letter.message);
    assert_eq!(gate.mail.letters().len(), 1);
}

/// The same on the pages, as people meet it.
#[tokio::test]
async fn the_page_says_why_a_password_is_asked_and_links() {
    let gate = gate().await;
    ALICE.sign_up(&gate.gateway).await;
    let browser = Browser::open().await;
    browser
        .goto(&format!("{}/deep?x=1", gate.gateway.url()))
        .await;
    browser.press("Sign in with one").await;
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "alice").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser.see("is known here already").await;
    assert!(browser.text().await.contains(ALICE.email));
    browser.fill("password", ALICE.password).await;
    browser.press("Sign in and link").await;
    browser.see("You are through the gate").await;
    assert_eq!(
        browser.url().await,
        format!("{}/deep?x=1", gate.gateway.url())
    );
}

/// Keycloak, CVE-2026-9087: a proof for one account must not link another.
#[tokio::test]
async fn nobody_else_can_give_the_proof() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let bob = BOB.sign_up(&gate.gateway).await;
    let client = gate.gateway.anonymous();
    let form = asked(&client, "one", "alice").await;

    // Another identity's password, whatever the field says.
    let fields = BOB.fields();
    let answer = form.submit(&fields).await;
    assert_eq!(session_cookie(&answer), None, "bob is not alice");
    // Another browser, with the right password.
    let stranger = gate.gateway.anonymous();
    let answer = stranger.submit(form.action(), &ALICE.fields()).await;
    assert_eq!(
        session_cookie(&answer),
        None,
        "the form belongs to one browser"
    );
    // Somebody else's account at the other provider, to which bob is linked.
    link(&bob, "two", "bob").await;
    assert_eq!(
        form.values("provider"),
        [""; 0],
        "alice is linked to no provider"
    );
    let answer = form.submit(&[("provider", "two")]).await;
    if let Some(target) = location(&answer).filter(|target| target.contains("/auth?")) {
        let back = vouched(&client, &target, "bob").await;
        let answer = client.navigate(&back).await;
        assert_eq!(session_cookie(&answer), None, "bob proves himself only");
    }

    assert_links(&alice, &[]).await;
    assert_links(&bob, &["two"]).await;
}

/// A proof is given once; afterwards the form is worth nothing.
#[tokio::test]
async fn a_proof_counts_once() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let client = gate.gateway.anonymous();
    let form = asked(&client, "one", "alice").await;
    let first = form.submit(&ALICE.fields()).await;
    assert!(session_cookie(&first).is_some());
    let second = form.submit(&ALICE.fields()).await;
    assert_eq!(session_cookie(&second), None);
    assert_links(&alice, &["one"]).await;
}

/// Whoever is linked already may prove it through that provider.
#[tokio::test]
async fn an_identity_without_a_password_is_proved_through_its_provider() {
    let gate = gate().await;
    let first = gate.gateway.anonymous();
    let created = sign_in_through(&first, "one", "bob").await;
    assert!(session_cookie(&created).is_some());
    let identity = whoami(&first).await["identity"]["id"].clone();

    let client = gate.gateway.anonymous();
    let form = asked(&client, "two", "bob").await;
    let start = form.choose("one").await;
    let back = vouched(&client, &start, "bob").await;
    let proved = client.navigate(&back).await;
    assert!(
        session_cookie(&proved).is_some(),
        "{}",
        proved.text().await.unwrap()
    );
    assert_eq!(whoami(&client).await["identity"]["id"], identity);
    let later = gate.gateway.anonymous();
    let direct = sign_in_through(&later, "two", "bob").await;
    assert!(session_cookie(&direct).is_some());
    assert_eq!(whoami(&later).await["identity"]["id"], identity);
}

/// D.2, row 4: a code to the address that the identity has proved to hold.
#[tokio::test]
async fn a_code_by_mail_proves_an_identity() {
    let gate = gate().await;
    let first = gate.gateway.anonymous();
    let created = sign_in_through(&first, "one", "bob").await;
    assert!(session_cookie(&created).is_some());

    let browser = Browser::open().await;
    browser.goto(&gate.gateway.url()).await;
    browser.press("Sign in with two").await;
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "bob").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser.see("is known here already").await;
    browser.press("Send a code to my email address").await;
    browser.see("on its way").await;
    let letter = gate.mail.letter_to(BOB.email, 0).await;
    assert!(letter.message.contains("two account"), "{}", letter.message);
    let code = letter
        .message
        .lines()
        .find_map(|line| line.split_once(" is your code"))
        .map(|(code, _)| code)
        .unwrap_or_else(|| panic!("{}", letter.message));
    browser.fill("code", code).await;
    browser.press("Continue").await;
    browser.see("You are through the gate").await;
    assert_links(
        &SignedIn::from_cookie(&first, &created).await,
        &["one", "two"],
    )
    .await;
    let told = gate.mail.letter_to(BOB.email, 1).await;
    assert!(told.message.contains("was linked"), "{}", told.message);
}

/// An address that the provider has not verified finds nobody.
#[tokio::test]
async fn an_unverified_address_is_linked_to_nobody() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let client = gate.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "mallory").await;
    assert_eq!(session_cookie(&answer), None);
    if let Some(page) = location(&answer) {
        let (page, _) = client.follow(&page).await;
        let form = Form::at(&client, &page).await;
        assert!(!form.messages().contains(&LINK_ACCOUNT));
        let fields = [
            ("method", "oidc"),
            ("provider", "one"),
            ("traits.email", ALICE.email),
        ];
        let answer = form.submit(&fields).await;
        assert_eq!(session_cookie(&answer), None, "nor when it is insisted on");
    }
    assert_links(&alice, &[]).await;
}

/// Kratos#3909: two accounts of one provider; and the last way in stays.
#[tokio::test]
async fn accounts_are_linked_and_unlinked_in_the_settings() {
    let gate = gate().await;
    let client = gate.gateway.anonymous();
    let carol = SignedIn::proved(&client, "one", "carol").await;
    assert_links(&carol, &["one"]).await;

    let refused = settings(&carol)
        .await
        .submit_json(json!({ "unlink": "one" }))
        .await;
    assert_eq!(refused.status(), 400, "the only way in stays");
    assert_links(&carol, &["one"]).await;

    link(&carol, "two", "carol-at-work").await;
    link(&carol, "two", "carol-at-home").await;
    let subject = |login: &str| format!("two:{login}");
    let (work, home) = (subject("carol-at-work"), subject("carol-at-home"));
    assert_links(&carol, &["one", &work, &home]).await;
    for login in ["carol-at-work", "carol-at-home"] {
        let other = gate.gateway.anonymous();
        let answer = sign_in_through(&other, "two", login).await;
        assert!(session_cookie(&answer).is_some(), "{login}");
        assert_eq!(whoami(&other).await["identity"]["id"], carol.identity());
    }
    let removed = settings(&carol)
        .await
        .submit_json(json!({ "unlink": work }))
        .await;
    assert_eq!(removed.status(), 200, "{}", removed.text().await.unwrap());
    assert_links(&carol, &["one", "two"]).await;
    let gone = sign_in_through(&gate.gateway.anonymous(), "two", "carol-at-work").await;
    let who = session_cookie(&gone);
    assert!(
        who.is_some(),
        "an account nobody is linked to is somebody new"
    );
    gate.mail.letter_to("carol@example.org", 2).await;
}

/// An account has one owner.
#[tokio::test]
async fn an_account_that_is_linked_to_somebody_is_not_taken_over() {
    let gate = gate().await;
    let first = gate.gateway.anonymous();
    let created = sign_in_through(&first, "one", "bob").await;
    let bob = SignedIn::from_cookie(&first, &created).await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let form = settings(&alice).await;
    let start = form.submit(&[("link", "one")]).await;
    let back = vouched(&alice.client, &location(&start).unwrap(), "bob").await;
    let answer = alice.client.navigate(&back).await;
    let page = location(&answer).unwrap_or_else(|| panic!("{}", answer.status()));
    let (page, _) = alice.client.follow(&page).await;
    let form = Form::at(&alice.client, &page).await;
    assert_eq!(form.messages(), [LINKED_ELSEWHERE, ONLY_WAY_IN]);
    assert_links(&alice, &[]).await;
    assert_links(&bob, &["one"]).await;
}

pub(super) async fn settings(person: &SignedIn) -> Form {
    Form::begin(&person.client, "settings", "").await
}

/// Links the account of `login` in the settings.
pub(super) async fn link(person: &SignedIn, provider: &str, login: &str) {
    // Each account signs in at the provider from a browser that it does not know yet.
    let start = settings(person).await.submit(&[("link", provider)]).await;
    let target = location(&start).unwrap_or_else(|| panic!("{}", start.status()));
    let away = Anonymous::new(&person.client.home());
    let back = vouched(&away, &target, login).await;
    let mut answer = person.client.navigate(&back).await;
    // A provider that lets nobody choose an account is asked once more.
    if let Some(again) = location(&answer).filter(|url| !url.starts_with(&person.client.home())) {
        let back = vouched(&away, &again, login).await;
        answer = person.client.navigate(&back).await;
    }
    let status = answer.status();
    assert_eq!(status, 303, "{}", answer.text().await.unwrap());
}

/// What the settings form offers to unlink.
pub(super) async fn assert_links(person: &SignedIn, expected: &[&str]) {
    let mut found = settings(person).await.values("unlink");
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
