//! First sign-ins that meet somebody.

use crate::{
    broker::tests::{setting::*, trusting, *},
    link::{Link, PreparedLink},
    provider::{Admission, ClaimFilter, Linking, UnverifiedLocal},
};

#[tokio::test]
async fn an_account_is_linked_after_a_proof() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    let pending = setting.confirm().await;
    assert_eq!(
        (pending.identity, pending.address.as_str()),
        (ada.id, "ada@example.org")
    );
    assert!(setting.credentials(&ada).await.is_empty(), "not yet");
    let arrived = setting.broker.confirm(pending, &ada).await.unwrap();
    assert_eq!(arrived.identity.id, ada.id);
    assert_eq!(arrived.upstream.link.subject, "1");
    assert_eq!(setting.known().await.id, ada.id);
}

#[tokio::test]
async fn a_proof_counts_for_one_identity_and_ten_minutes() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    let bob = setting.verified("bob@example.org").await;
    let pending = setting.confirm().await;
    let wrong = setting.broker.confirm(pending.clone(), &bob).await;
    assert!(matches!(wrong, Err(BrokerError::IdentityMismatch)));
    setting.clock.advance(PendingLink::LIFESPAN);
    let late = setting.broker.confirm(pending, &ada).await;
    assert!(matches!(late, Err(BrokerError::ProofExpired)));
    assert!(setting.credentials(&ada).await.is_empty());
}

#[tokio::test]
async fn a_proof_counts_only_while_the_account_is_nobodys() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    let bob = setting.verified("bob@example.org").await;
    let pending = setting.confirm().await;
    let again = pending.clone();
    let denied = pending.clone();
    let id: ProviderId = "idp".parse().unwrap();
    setting.policy(|policy| policy.link = Linking::Deny);
    let refused = setting.broker.confirm(denied, &ada).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.identity()),
        (Code::LinkDenied, Some(ada.id))
    );
    setting.policy(|policy| policy.link = Linking::Confirm);

    let linked = setting.broker.link(&bob, &id, setting.vouched().await);
    linked.await.unwrap();
    let late = setting.broker.confirm(pending, &ada).await;
    assert!(matches!(late, Err(BrokerError::LinkedElsewhere)));
    let link = setting.broker.links(bob.id).await.unwrap()[0].id;
    setting.password(&bob).await;
    setting.broker.unlink(&bob, link).await.unwrap();
    setting.broker.confirm(again, &ada).await.unwrap();
}

#[tokio::test]
async fn where_both_sides_have_verified_the_address_a_link_can_be_made_at_once() {
    let setting = setting(Creation::Auto);
    setting.policy(|policy| policy.link = Linking::Auto);
    let mut ada = setting.verified("ada@example.org").await;
    ada.roles = vec!["admin".to_owned()];
    setting.broker.identities.update(&ada).await.unwrap();
    assert_eq!(setting.confirm().await.identity, ada.id);
    ada.roles.clear();
    ada.version += 1;
    setting.broker.identities.update(&ada).await.unwrap();
    let (linked, reason) = setting.linked().await;
    assert_eq!((linked.id, reason), (ada.id, LinkReason::TrustedAddress));

    setting.says(claims("2", "ada@example.org", true));
    assert_eq!(
        setting.confirm().await.identity,
        ada.id,
        "a second account of the provider is confirmed"
    );
}

/// Whoever registered somebody's address without proving it gets nothing by it.
#[tokio::test]
async fn an_unproved_identity_is_never_linked_at_once_but_can_be_reclaimed() {
    let setting = setting(Creation::Auto);
    setting.policy(|policy| policy.link = Linking::Auto);
    let squatter = setting.local("ada@example.org").await;
    setting.password(&squatter).await;
    let key = LinkKey {
        provider: "other".parse().unwrap(),
        issuer: "https://other.test".to_owned(),
        subject: "squatter".to_owned(),
    };
    let other = setting
        .credential(
            &squatter,
            CredentialKind::Oidc,
            Some(key.identifier()),
            key.config(),
        )
        .await;
    assert_eq!(setting.confirm().await.identity, squatter.id);

    setting.policy(|policy| policy.unverified_local = UnverifiedLocal::Reclaim);
    let mut elsewhere = squatter.clone();
    elsewhere.traits["second"] = json!("eve@example.org");
    let broker = &setting.broker;
    let schemas = &broker.schemas;
    let elsewhere = schemas
        .refreshed(
            &squatter,
            elsewhere.traits,
            &*broker.clock,
            &*broker.entropy,
        )
        .unwrap();
    broker.identities.update(&elsewhere).await.unwrap();
    assert_eq!(
        setting.confirm().await.identity,
        squatter.id,
        "codes could go to the other address"
    );
    let squatter = Identity {
        version: elsewhere.version + 1,
        ..squatter
    };
    broker.identities.update(&squatter).await.unwrap();

    let (reclaimed, reason) = setting.linked().await;
    assert_eq!((reclaimed.id, reason), (squatter.id, LinkReason::Reclaimed));
    assert!(reclaimed.addresses[0].verified_at.is_some());
    let left = setting.credentials(&squatter).await;
    assert_eq!(left.len(), 1);
    assert_ne!(left[0].id, other);
    assert_eq!(Link::of(&left[0]).unwrap().key.subject, "1");
}

#[tokio::test]
async fn several_identities_with_the_address_are_not_guessed_from() {
    let setting = setting(Creation::Auto);
    setting.local("ada@example.org").await;
    let mut second = setting.verified("bob@example.org").await;
    second.addresses[0].value = "ada@example.org".to_owned();
    setting.broker.identities.update(&second).await.unwrap();
    let error = setting.refused().await;
    assert_eq!(error.code(), Code::SeveralIdentities);
    assert!(error.refuses_link());
}

#[tokio::test]
async fn a_provider_that_does_not_link_by_address_says_so() {
    let setting = setting(Creation::Auto);
    setting.policy(|policy| policy.link = Linking::Deny);
    let ada = setting.verified("ada@example.org").await;
    let error = setting.refused().await;
    assert_eq!(
        (error.code(), error.identity()),
        (Code::LinkDenied, Some(ada.id))
    );
}

#[tokio::test]
async fn a_prepared_link_is_used_once_and_then_replaced() {
    let setting = setting(Creation::Never);
    setting.policy(|policy| policy.link = Linking::Deny);
    let ada = setting.local("ada@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), " Ada@Example.org");
    // The wire dialect's stub has the address as subject.
    let config = json!({"providers": [
        {"provider": "idp", "subject": "Ada@example.org", "use_auto_link": true},
    ]});
    let identifier = Some(prepared.identifier());
    let stub = setting
        .credential(&ada, CredentialKind::Oidc, identifier, config)
        .await;
    let kept = setting.credentials(&ada).await;
    assert_eq!(PreparedLink::of(&kept[0]).as_ref(), Some(&prepared));
    assert_eq!(Link::of(&kept[0]), None);

    setting.says(claims("0", "ada@example.org", false));
    assert_eq!(setting.refused().await.code(), Code::CreationRefused);
    setting.says(claims("1", "ada@example.org", true));
    let (linked, reason) = setting.linked().await;
    assert_eq!((linked.id, reason), (ada.id, LinkReason::Prepared));
    let kept = setting.credentials(&ada).await;
    assert_eq!((kept.len(), kept[0].id), (1, stub));
    assert_eq!(PreparedLink::of(&kept[0]), None);
    setting.says(claims("2", "ada@example.org", true));
    assert_eq!(setting.refused().await.code(), Code::LinkDenied);
}

/// The account may come while somebody is asked whether to remove what was prepared for it.
#[tokio::test]
async fn a_prepared_link_is_removed_only_as_long_as_it_is_one() {
    let setting = setting(Creation::Never);
    let ada = setting.local("ada@example.org").await;
    let broker = &setting.broker;
    for has_come in [false, true] {
        let prepared = PreparedLink::new("idp".parse().unwrap(), "ada@example.org");
        let identifier = Some(prepared.identifier());
        setting
            .credential(&ada, CredentialKind::Oidc, identifier, prepared.config())
            .await;
        let stub = setting.credentials(&ada).await.remove(0);
        if has_come {
            setting.linked().await;
        }
        assert_eq!(broker.remove_prepared(&stub).await.unwrap(), !has_come);
        assert!(!broker.remove_prepared(&stub).await.unwrap());
        let left = setting.credentials(&ada).await;
        assert_eq!(left.len(), usize::from(has_come));
    }
    assert_eq!(setting.known().await.id, ada.id);
}

#[tokio::test]
async fn admission_is_checked_at_every_sign_in() {
    let setting = setting(Creation::Auto);
    setting.created().await;
    setting.policy(|policy| {
        policy.admission = Admission {
            deny_domains: vec!["example.org".to_owned()],
            ..Admission::default()
        };
    });
    let id: ProviderId = "idp".parse().unwrap();
    let bob = setting.verified("bob@example.org").await;
    let vouched = setting.vouched().await;
    let linked = setting.broker.link(&bob, &id, vouched).await;
    for error in [setting.refused().await, linked.unwrap_err()] {
        assert_eq!(error.code(), Code::ProviderNotAdmitted);
    }
}

#[tokio::test]
async fn a_claim_that_is_kept_back_but_read_refuses_the_sign_in() {
    let setting = setting(Creation::Auto);
    setting.created().await;
    let mut said = claims("1", "ada@example.org", true);
    said.withheld = vec!["groups".to_owned()];
    setting.says(said.clone());
    setting.known().await;
    setting.policy(|policy| {
        let filter = ClaimFilter::new("groups", ".*").unwrap();
        policy.admission.claims.push(filter);
    });
    assert_eq!(setting.refused().await.code(), Code::ClaimsWithheld);
    setting.policy(|policy| policy.admission = Admission::default());
    said.withheld = vec!["given_name".to_owned()];
    setting.says(said);
    let error = setting.refused().await;
    assert!(matches!(error, BrokerError::ClaimsWithheld { claim } if claim == "given_name"));
}

#[tokio::test]
async fn a_provider_for_links_only_signs_in_only_whom_it_knows() {
    let setting = setting(Creation::Auto);
    setting.policy(|policy| policy.link_only = true);
    assert_eq!(setting.refused().await.code(), Code::LinkOnly);
    let ada = setting.verified("ada@example.org").await;
    assert_eq!(setting.refused().await.code(), Code::LinkOnly);
    let id: ProviderId = "idp".parse().unwrap();
    let vouched = setting.vouched().await;
    setting.broker.link(&ada, &id, vouched).await.unwrap();
    assert_eq!(setting.known().await.id, ada.id);
}

/// KC-021: the person sees what is taken over before an identity is made of it.
#[tokio::test]
async fn a_reviewed_identity_is_made_when_the_form_comes_back() {
    let setting = setting(Creation::Review);
    let (draft, shown) = setting.incomplete().await;
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (shown[0].path.as_str(), &*shown[0].message.kind),
        ("", "info")
    );
    assert!(draft.is_forced("email") && draft.is_forced("name.first"));
    assert!(!draft.is_forced("name.last") && !draft.is_forced("name"));
    let filled_in = json!({"name": {"first": "Eve", "last": "L."}, "grade": "A"});
    let arrival = setting.broker.complete(draft, filled_in).await.unwrap();
    let Arrival::Created(arrived) = arrival else {
        panic!("{arrival:?}");
    };
    assert_eq!(
        arrived.identity.traits,
        json!({"email": "ada@example.org", "name": {"first": "Ada", "last": "L."}}),
        "forced traits and those for administrators stay as they are"
    );
}

/// KC-151, KC-021: what changed while the form was open counts.
#[tokio::test]
async fn a_draft_that_comes_back_late_is_judged_anew() {
    let setting = setting(Creation::Review);
    let (draft, _) = setting.incomplete().await;
    let ada = setting.verified("ada@example.org").await;
    let arrival = setting.broker.complete(draft, json!({})).await.unwrap();
    assert!(matches!(arrival, Arrival::Confirm(pending) if pending.identity == ada.id));
    let draft = Draft {
        provider: "idp".parse().unwrap(),
        vouched: trusting(claims("1", "ada@example.org", true)),
        traits: json!({"email": "ada@example.org"}),
        forced: Vec::new(),
    };
    setting.policy(|policy| policy.link_only = true);
    let refused = setting.broker.complete(draft, json!({})).await;
    assert!(matches!(refused, Err(BrokerError::LinkOnly)));
}

#[tokio::test]
async fn somebody_who_proves_again_who_they_are_makes_nobody_new() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let bob = setting.verified("bob@example.org").await;
    let finish = async |expected: &Identity| {
        let flow = FlowId::generate(&*setting.broker.entropy);
        let id = "idp".parse().unwrap();
        let begun = setting.broker.begin(&id, flow, &redirect_uri()).await;
        let (_, attempt) = begun.unwrap();
        let answer = Answer::default();
        setting
            .broker
            .finish_as(&attempt, &answer, &redirect_uri(), Some(expected.id))
            .await
    };
    let now = setting.broker.clock.now();
    let told = |subject: &str, email: &str, authenticated_at| Claims {
        authenticated_at,
        ..claims(subject, email, true)
    };
    let hour = Duration::from_secs(3600);
    for at in [None, Some(now - hour)] {
        setting.says(told("1", "ada@example.org", at));
        let refused = finish(&ada).await;
        assert!(matches!(refused, Err(BrokerError::NotAskedAgain)), "{at:?}");
        setting.policy(|policy| policy.asks_again = false);
        let known = finish(&ada).await;
        assert!(matches!(known, Ok(Arrival::Known(_))), "{at:?}");
        setting.policy(|policy| policy.asks_again = true);
    }
    setting.says(told("1", "ada@example.org", Some(now)));
    assert!(matches!(finish(&ada).await, Ok(Arrival::Known(_))));
    let mismatch = |arrival| matches!(arrival, Err(BrokerError::IdentityMismatch));
    assert!(mismatch(finish(&bob).await));
    for email in ["new@example.org", "bob@example.org"] {
        setting.says(told("2", email, Some(now)));
        assert!(mismatch(finish(&ada).await), "{email}");
        assert!(mismatch(finish(&bob).await), "{email}");
    }
    let broker = &setting.broker;
    let made = broker.identities.find_by_identifier("new@example.org");
    assert_eq!(made.await.unwrap(), None);
    assert!(setting.credentials(&bob).await.is_empty());
}

/// A forced address holds only while somebody vouches for it.
#[tokio::test]
async fn an_address_nobody_vouches_for_can_be_replaced_although_it_is_forced() {
    let setting = setting(Creation::Auto);
    setting.verified("ada@example.org").await;
    setting.says(claims("1", "ada@example.org", false));
    let (draft, _) = setting.incomplete().await;
    assert!(!draft.is_forced("email") && draft.is_forced("name.first"));
    let filled_in = json!({"email": "own@example.org"});
    let arrival = setting.broker.complete(draft, filled_in).await.unwrap();
    let Arrival::Created(arrived) = arrival else {
        panic!("{arrival:?}");
    };
    assert_eq!(arrived.identity.identifiers, ["own@example.org"]);
    assert_eq!(arrived.identity.addresses[0].verified_at, None);
    assert!(!arrived.identity.is_forced("email"));
    assert_eq!(
        setting.known().await.identifiers,
        ["own@example.org"],
        "nor does a later sign-in put it back"
    );
}
