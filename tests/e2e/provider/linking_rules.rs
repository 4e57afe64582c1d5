//! What an administrator can choose for strangers whose address is known (D.2), rule by rule.

use serde_json::{Value, json};

use super::{
    linking::NO_VERIFICATION,
    shaped::{refused, signed_in},
};
use crate::support::{
    ALICE, BOB, Form, OidcProvider, Postgres, Route, SmtpServer, TestGateway,
    actor::location,
    person::{SignedIn, session_cookie, sign_in_through, whoami},
};

struct Gate {
    gateway: TestGateway,
    _provider: OidcProvider,
    postgres: Postgres,
    mail: SmtpServer,
}

/// `one` obeys these lines; `two` is as every provider is.
async fn gate(lines: &str) -> Gate {
    gate_with(lines, "", "").await
}

async fn gate_with(lines: &str, two: &str, tables: &str) -> Gate {
    let (mail, postgres) = (SmtpServer::start().await, Postgres::start().await);
    let builder = TestGateway::builder().registration();
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"))
        .and_client("two", "secret", &builder.redirect_uri("two"))
        .start()
        .await;
    let table = |id: &str, lines: &str| {
        format!(
            "[providers.{id}]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"{id}\"\n\
             client_secret = \"secret\"\n{lines}",
            provider.issuer()
        )
    };
    let gateway = builder
        .table(&table("one", lines))
        .table(&table("two", two))
        .table(tables)
        .table(&mail.table())
        .table(NO_VERIFICATION)
        .postgres(&postgres)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    Gate {
        gateway,
        _provider: provider,
        postgres,
        mail,
    }
}

async fn identity(client: &crate::support::Anonymous) -> Value {
    whoami(client).await["identity"]["id"].clone()
}

/// XP-01: `link = "deny"`.
#[tokio::test]
async fn where_links_by_address_are_denied_the_address_stays_whose_it_is() {
    let gate = gate("link = \"deny\"").await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    assert_eq!(refused(&gate.gateway, "one", "alice").await, "link_denied");
    assert_eq!(alice.status("/").await, 200);
    signed_in(&gate.gateway, "one", "bob").await;
}

/// XP-01: `link = "auto"` asks nothing where both sides have verified the address, and only there.
#[tokio::test]
async fn both_sides_must_have_verified_an_address_that_links_by_itself() {
    let gate = gate("link = \"auto\"").await;
    let first = signed_in(&gate.gateway, "two", "bob").await;
    let second = gate.gateway.anonymous();
    let answer = sign_in_through(&second, "one", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    assert_eq!(identity(&second).await, identity(&first).await);
    gate.mail.letter_to("bob@example.org", 0).await;
    // Alice registered her address and never proved it: perhaps she is not Alice.
    ALICE.sign_up(&gate.gateway).await;
    let answer = sign_in_through(&gate.gateway.anonymous(), "one", "alice").await;
    assert_eq!(session_cookie(&answer), None);
    assert!(
        location(&answer).is_some_and(|page| page.contains("login")),
        "a proof is asked"
    );
}

/// Pre-hijacking (D.2): what a stranger prepared with somebody's address is gone.
#[tokio::test]
async fn whoever_proves_an_address_reclaims_it_from_a_stranger() {
    let gate = gate("unverified_local = \"reclaim\"").await;
    let stranger = ALICE.sign_up(&gate.gateway).await;
    assert_eq!(stranger.status("/").await, 200);
    let alice = gate.gateway.anonymous();
    let answer = sign_in_through(&alice, "one", "alice").await;
    let status = answer.status();
    assert!(session_cookie(&answer).is_some(), "{status}");
    assert_eq!(
        stranger.status("/").await,
        401,
        "the stranger's session has ended"
    );
    let again = ALICE.try_to_sign_in(&gate.gateway.anonymous()).await;
    assert_eq!(again.status(), 400, "the stranger's password is gone");
    let session = whoami(&alice).await;
    assert_eq!(
        session["identity"]["verifiable_addresses"][0]["verified"], true,
        "{session}"
    );
    gate.mail.letter_to(ALICE.email, 0).await;
}

/// Two identities with one address: explained, not guessed.
#[tokio::test]
async fn an_address_of_several_identities_signs_in_as_none_of_them() {
    let field = |identifier: bool| {
        json!({ "type": "string", "format": "email", "ory.sh/kratos": {
            "credentials": { "password": { "identifier": identifier } },
            "verification": { "via": "email" } } })
    };
    let schema = json!({ "type": "object", "properties": { "traits": { "type": "object",
        "properties": { "email": field(true), "contact": field(false) },
        "required": ["email"], "additionalProperties": false } } });
    let tables = format!(
        "[identity]\ndefault_schema = \"two\"\n[[identity.schemas]]\nid = \"two\"\ninline = '''{schema}'''"
    );
    let one = "[providers.one.map]\n\"email\" = \"claims.email\"";
    let two = "[providers.two.map]\n\"email\" = \"claims.preferred_username + '@people.example'\"\n\
               \"contact\" = \"claims.email\"";
    let gate = gate_with(one, two, &tables).await;
    signed_in(&gate.gateway, "two", "alice").await;
    ALICE
        .sign_up_with(&gate.gateway, json!({ "email": ALICE.email }))
        .await;
    assert_eq!(
        refused(&gate.gateway, "one", "alice").await,
        "several_identities"
    );
    let client = gate.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "alice").await;
    let page = match location(&answer) {
        Some(page) => client.follow(&page).await.1,
        None => answer,
    };
    assert!(page.text().await.unwrap().contains("several_identities"));
}

/// D.2, row 5: an administrator prepares a link; the first account with the address takes it, once.
#[tokio::test]
async fn a_prepared_link_is_taken_once() {
    let gate = gate("").await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    let of_alice = ["--identity-id", alice.identity(), "--output", "json"];
    let ask = |arguments: &[&str]| gate.gateway.run(&[arguments, &of_alice].concat(), "");
    let prepare = |provider: &str| {
        ask(&[
            "prepare-oidc-link",
            "--provider",
            provider,
            "--address",
            "Alice@Example.org",
        ])
    };
    assert_eq!(prepare("nobody").code, 1);
    let prepared = prepare("one");
    assert_eq!(prepared.code, 0, "{prepared:?}");
    assert!(prepared.stderr.contains("link_prepared"), "{prepared:?}");
    assert_eq!(prepare("one").code, 1, "once is enough");
    let list = ask(&["list-oidc-accounts"]).json();
    assert_eq!(list[0]["prepared"], true, "{list}");
    let name = list[0]["credential_id"].as_str().unwrap();
    let removed = ask(&["unlink-oidc-account", "--yes", "--credential-id", name]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert!(
        removed.stderr.contains("prepared_link_removed"),
        "{removed:?}"
    );
    assert_eq!(prepare("one").code, 0, "it can be prepared anew");
    let client = gate.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "alice").await;
    let status = answer.status();
    assert!(session_cookie(&answer).is_some(), "{status}");
    assert_eq!(identity(&client).await, alice.identity());
    let list = ask(&["list-oidc-accounts"]).json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["prepared"], false, "it is used up: {list}");
    assert_eq!(list[0]["label"], ALICE.email, "{list}");
    gate.mail.letter_to(ALICE.email, 0).await;
}

/// XP-16, `link_only`: nobody comes in by it who has not linked it before.
#[tokio::test]
async fn a_provider_for_links_only_lets_in_whom_it_is_linked_to() {
    let gate = gate("link_only = true").await;
    assert_eq!(
        refused(&gate.gateway, "one", "bob").await,
        "provider_link_only"
    );
    let bob = gate.gateway.anonymous();
    SignedIn::proved(&bob, "two", "bob").await;
    let settings = Form::begin(&bob, "settings", "").await;
    let start = location(&settings.submit(&[("link", "one")]).await).unwrap();
    let back = crate::support::person::vouched(&bob, &start, "bob").await;
    assert_eq!(bob.navigate(&back).await.status(), 303);
    let later = gate.gateway.anonymous();
    let answer = sign_in_through(&later, "one", "bob").await;
    assert!(session_cookie(&answer).is_some());
    assert_eq!(identity(&later).await, identity(&bob).await);
}

/// KC-021: the person sees what is taken over before an identity is made of it.
#[tokio::test]
async fn where_claims_are_reviewed_nobody_is_made_before_the_person_has_seen_them() {
    let gate = gate("create = \"review\"").await;
    let client = gate.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "bob").await;
    assert_eq!(session_cookie(&answer), None);
    let (page, _) = client.follow(&location(&answer).unwrap()).await;
    let form = Form::at(&client, &page).await;
    assert_eq!(
        form.value("traits.email").as_deref(),
        Some("bob@example.org")
    );
    assert_eq!(
        gate.postgres
            .query("SELECT count(*) FROM identities")
            .trim(),
        "0"
    );
    let first = form.value("traits.name.first").unwrap_or_default();
    let fields = [
        ("method", "oidc"),
        ("provider", "one"),
        ("traits.email", "bob@example.org"),
        ("traits.name.first", &*first),
    ];
    let done = form.submit(&fields).await;
    let status = done.status();
    assert!(session_cookie(&done).is_some(), "{status}");
    let later = sign_in_through(&gate.gateway.anonymous(), "one", "bob").await;
    assert!(
        session_cookie(&later).is_some(),
        "the second time nothing is shown"
    );
}

/// D.8: an administrator links an account by its subject; one of somebody else stays theirs.
#[tokio::test]
async fn an_account_is_linked_by_its_subject() {
    let off = "[providers.off]\nkind = \"google\"\nclient_id = \"c\"\nclient_secret = \"s\"\n\
               enabled = false";
    let gate = gate_with("create = \"never\"", "", off).await;
    let (alice, bob) = (
        ALICE.sign_up(&gate.gateway).await,
        BOB.sign_up(&gate.gateway).await,
    );
    let link = |identity: &str, provider: &str, subject: &str| {
        let of = ["--identity-id", identity, "--output", "json"];
        let to = [
            "link-oidc-account",
            "--provider",
            provider,
            "--subject",
            subject,
        ];
        gate.gateway.run(&[&to[..], &of].concat(), "")
    };
    assert_eq!(link(alice.identity(), "nobody", "carol").code, 1);
    assert_eq!(link(alice.identity(), "one", "").code, 2);
    let off = link(alice.identity(), "off", "carol");
    assert_eq!(off.code, 1, "the links of one that is off may go: {off:?}");
    let linked = link(alice.identity(), "one", "carol");
    assert_eq!(linked.code, 0, "{linked:?}");
    assert!(linked.stderr.contains("\"command\""), "{linked:?}");
    assert_eq!(linked.json()["credential_id"], "one:carol");
    gate.mail.letter_to(ALICE.email, 0).await;
    let again = link(alice.identity(), "one", "carol");
    assert_eq!((again.code, &again.json()["is_new"]), (0, &json!(false)));
    let taken = link(bob.identity(), "one", "carol");
    assert_eq!(taken.code, 1, "{taken:?}");
    assert!(
        taken.stderr.contains("linked to another identity"),
        "{taken:?}"
    );
    assert!(taken.stderr.contains("link_refused"), "{taken:?}");

    let client = gate.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "carol").await;
    let status = answer.status();
    assert!(session_cookie(&answer).is_some(), "{status}");
    assert_eq!(identity(&client).await, alice.identity());
}
