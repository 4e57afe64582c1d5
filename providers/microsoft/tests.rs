//! Stories with a fake Microsoft in this process: the same fake as the generic provider's.

#[path = "../oidc/tests/fake.rs"]
#[expect(dead_code, reason = "the generic provider's stories use more of it")]
mod fake;
#[path = "../oidc/tests/signer.rs"]
#[expect(dead_code, reason = "the generic provider's stories use more of it")]
mod signer;

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    id::FlowId,
    provider::{Answer, Attempt, Claims, Provider, ProviderError},
    testing::{FrozenClock, SeededEntropy},
};
use portcullis_oidc::{Client, Oidc};
use serde_json::{Map, Value, json};
use url::Url;

use self::{
    fake::{FakeIdp, KEYS, USERINFO},
    signer::Signer,
};
use crate::{Cloud, Config, SubjectSource, tenant::PERSONAL};

const NOW: i64 = 1_700_000_000;
const CONTOSO: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
const FABRIKAM: &str = "22222222-aaaa-4bbb-8ccc-000000000002";
const ANNA: &str = "33333333-aaaa-4bbb-8ccc-000000000003";

struct Story {
    idp: FakeIdp,
    signer: Signer,
    microsoft: Oidc,
    attempt: Attempt,
}

impl Story {
    /// An application of `tenant`, whose discovery document names an issuer of `published`.
    async fn new(tenant: &str, published: &str, configure: impl FnOnce(&mut Config)) -> Self {
        let signer = Signer::es256("key-1");
        let idp = FakeIdp::start(&[&signer]).await;
        let mut document = idp.document();
        document["issuer"] = json!(issuer(&idp, published));
        let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
        idp.says(&path, document);
        let mut config = Config::new(Client::new("the-client"));
        config.tenant = tenant.to_owned();
        config.issuer_url = Some(issuer(&idp, "{tenantid}"));
        configure(&mut config);
        let now = Timestamp::from_second(NOW).unwrap();
        let clock = Arc::new(FrozenClock::new(now)) as Arc<dyn Clock>;
        let microsoft = config.build("microsoft".parse().unwrap(), clock).unwrap();
        let entropy = SeededEntropy::new(1);
        let flow = FlowId::generate(&entropy);
        let attempt = Attempt::new("microsoft".parse().unwrap(), flow, &entropy, now);
        Self {
            idp,
            signer,
            microsoft,
            attempt,
        }
    }

    /// An application for everybody.
    async fn common(configure: impl FnOnce(&mut Config)) -> Self {
        Self::new("common", "{tenantid}", configure).await
    }

    /// Signs Anna of this tenant in, with some claims set otherwise; null leaves one out.
    async fn sign_in(&self, tenant: &str, changes: Value) -> Result<Claims, ProviderError> {
        let mut claims = json!({
            "iss": issuer(&self.idp, tenant), "aud": "the-client", "sub": "pairwise-1", "oid": ANNA,
            "tid": tenant, "exp": NOW + 300, "iat": NOW, "nonce": self.attempt.nonce,
            "preferred_username": "anna@contoso.example", "ver": "2.0",
        });
        let members = claims.as_object_mut().unwrap();
        members.extend(serde_json::from_value::<Map<String, Value>>(changes).unwrap());
        members.retain(|_, value| !value.is_null());
        self.idp.issues(&self.signer.sign(&claims));
        let answer = Answer {
            code: Some("the-code".to_owned()),
            ..Answer::default()
        };
        let vouched = self
            .microsoft
            .finish(&self.attempt, &answer, &redirect_uri())
            .await?;
        Ok(vouched.claims)
    }
}

fn issuer(idp: &FakeIdp, tenant: &str) -> String {
    idp.url(&format!("/{tenant}/v2.0"))
}

fn redirect_uri() -> Url {
    Url::parse("https://gate.example.org/callback/microsoft").unwrap()
}

fn is_invalid(outcome: &Result<Claims, ProviderError>) -> bool {
    matches!(outcome, Err(ProviderError::Invalid { .. }))
}

fn is_not_admitted(outcome: &Result<Claims, ProviderError>) -> bool {
    matches!(outcome, Err(ProviderError::NotAdmitted { .. }))
}

/// XP-07.
#[tokio::test]
async fn a_key_of_one_tenant_signs_for_no_other() {
    for (of, contoso, fabrikam) in [
        ("{tenantid}", true, true),
        (CONTOSO, true, false),
        (FABRIKAM, false, true),
    ] {
        let story = Story::common(|_| {}).await;
        let mut key = story.signer.jwk();
        key["issuer"] = json!(issuer(&story.idp, of));
        story.idp.says(KEYS, json!({ "keys": [key] }));
        for (tenant, fits) in [(CONTOSO, contoso), (FABRIKAM, fabrikam)] {
            let outcome = story.sign_in(tenant, json!({})).await;
            assert_eq!(outcome.is_ok(), fits, "{of}, {tenant}: {outcome:?}");
            assert!(fits || is_invalid(&outcome), "{of}, {tenant}: {outcome:?}");
        }
    }
}

/// XP-07.
#[tokio::test]
async fn the_placeholder_in_the_issuer_stands_for_the_tenant_of_the_token() {
    let story = Story::common(|_| {}).await;
    for tenant in [CONTOSO, FABRIKAM, PERSONAL] {
        let claims = story.sign_in(tenant, json!({})).await.unwrap();
        assert_eq!(claims.issuer, issuer(&story.idp, tenant));
        assert_eq!(claims.subject, format!("{tenant}.{ANNA}"));
    }
    let literal = issuer(&story.idp, "{tenantid}");
    for changes in [
        json!({"iss": issuer(&story.idp, FABRIKAM)}),
        json!({"iss": literal}),
        json!({"iss": issuer(&story.idp, "common")}),
        json!({"iss": "https://evil.test"}),
        json!({"tid": FABRIKAM}),
        json!({"tid": null}),
        json!({"tid": "common", "iss": issuer(&story.idp, "common")}),
        json!({"tid": "{tenantid}", "iss": literal}),
    ] {
        let outcome = story.sign_in(CONTOSO, changes.clone()).await;
        assert!(is_invalid(&outcome), "{changes}: {outcome:?}");
    }
}

/// XP-07.
#[tokio::test]
async fn one_tenant_admits_nobody_of_another() {
    for (tenant, published) in [
        (CONTOSO, CONTOSO),
        (CONTOSO, "{tenantid}"),
        ("contoso.example", CONTOSO),
    ] {
        let story = Story::new(tenant, published, |_| {}).await;
        let claims = story.sign_in(CONTOSO, json!({})).await.unwrap();
        assert_eq!(claims.issuer, issuer(&story.idp, CONTOSO));
        for stranger in [FABRIKAM, PERSONAL] {
            let outcome = story.sign_in(stranger, json!({})).await;
            assert!(is_invalid(&outcome) || is_not_admitted(&outcome));
            let disguised = story.sign_in(stranger, json!({"iss": claims.issuer})).await;
            assert!(is_invalid(&disguised), "{disguised:?}");
        }
    }
}

#[tokio::test]
async fn a_document_of_another_tenant_is_refused() {
    for (tenant, published) in [
        (CONTOSO, FABRIKAM),
        ("organizations", PERSONAL),
        ("consumers", CONTOSO),
        ("contoso.example", "{tenantid}"),
    ] {
        let story = Story::new(tenant, published, |_| {}).await;
        let outcome = story.microsoft.begin(&story.attempt, &redirect_uri()).await;
        let refused = matches!(outcome, Err(ProviderError::Invalid { .. }));
        assert!(refused, "{tenant}: {published}");
    }
}

#[tokio::test]
async fn organizations_and_personal_accounts_are_kept_apart() {
    let story = Story::new("organizations", "{tenantid}", |_| {}).await;
    assert!(story.sign_in(CONTOSO, json!({})).await.is_ok());
    let personal = story.sign_in(PERSONAL, json!({})).await;
    assert!(is_not_admitted(&personal), "{personal:?}");
    for published in [PERSONAL, "{tenantid}"] {
        let story = Story::new("consumers", published, |_| {}).await;
        assert!(story.sign_in(PERSONAL, json!({})).await.is_ok());
        assert!(story.sign_in(CONTOSO, json!({})).await.is_err());
    }
}

#[tokio::test]
async fn only_allowed_tenants_are_admitted() {
    let story = Story::common(|config| {
        config.allowed_tenants = vec![CONTOSO.to_ascii_uppercase()];
    })
    .await;
    assert!(story.sign_in(CONTOSO, json!({})).await.is_ok());
    for tenant in [FABRIKAM, PERSONAL] {
        let outcome = story.sign_in(tenant, json!({})).await;
        assert!(is_not_admitted(&outcome), "{tenant}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_account_is_known_by_what_the_operator_chose() {
    let single = |source| {
        Story::new(CONTOSO, CONTOSO, move |config| {
            config.subject_source = source;
        })
    };
    let tid_oid = format!("{CONTOSO}.{ANNA}");
    for (source, expected) in [
        (SubjectSource::TidOid, tid_oid.as_str()),
        (SubjectSource::Sub, "pairwise-1"),
        (SubjectSource::Oid, ANNA),
        (SubjectSource::UserInfo, "pairwise-1"),
    ] {
        let story = single(source).await;
        story.idp.says(USERINFO, json!({"sub": "pairwise-1"}));
        let claims = story.sign_in(CONTOSO, json!({})).await.unwrap();
        assert_eq!(claims.subject, expected);
        assert_eq!(claims.document["sub"], "pairwise-1");
    }
    for oid in [Value::Null, json!("x.y"), json!(7)] {
        let story = single(SubjectSource::TidOid).await;
        let outcome = story.sign_in(CONTOSO, json!({ "oid": oid })).await;
        assert!(is_invalid(&outcome), "{outcome:?}");
    }
    let story = single(SubjectSource::UserInfo).await;
    story.idp.says(USERINFO, json!({"sub": "pairwise-2"}));
    assert!(is_invalid(&story.sign_in(CONTOSO, json!({})).await));
}

#[tokio::test]
async fn too_many_groups_are_withheld_not_none() {
    let story = Story::common(|_| {}).await;
    let overage = json!({
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://graph.microsoft.com/v1.0/users/x"}},
    });
    let claims = story.sign_in(CONTOSO, overage).await.unwrap();
    assert_eq!(claims.withheld, ["groups"]);
    let few = story.sign_in(CONTOSO, json!({"groups": [FABRIKAM]})).await;
    assert!(few.unwrap().withheld.is_empty());
}

#[tokio::test]
async fn the_word_of_userinfo_does_not_verify_another_address() {
    let story = Story::new(CONTOSO, CONTOSO, |config| {
        config.subject_source = SubjectSource::UserInfo;
    })
    .await;
    let userinfo = json!({"sub": "pairwise-1", "email": "victim@contoso.example"});
    story.idp.says(USERINFO, userinfo);
    let claims = story.sign_in(CONTOSO, json!({"xms_edov": true})).await;
    let trusted = Config::new(Client::new("x"))
        .trust()
        .judge(&claims.unwrap().document);
    assert_eq!(trusted, None);
}

#[test]
fn an_address_is_trusted_only_when_microsoft_or_the_operator_vouches_for_it() {
    let common = Config::new(Client::new("the-client"));
    let mut single = common.clone();
    single.tenant = CONTOSO.to_ascii_uppercase();
    let mut trusting = single.clone();
    trusting.trust_tenant_email = true;
    let plain = json!({"tid": CONTOSO, "email": "a@contoso.example"});
    let with = |name: &str, value: Value| {
        let mut claims = plain.clone();
        claims[name] = value;
        claims
    };
    let names = json!({"tid": CONTOSO, "upn": "a@x.test", "preferred_username": "a@x.test"});
    for (claims, verified, own) in [
        (plain.clone(), false, true),
        (with("xms_edov", json!(true)), true, true),
        (with("xms_edov", json!(1)), true, true),
        (with("xms_edov", json!("1")), true, true),
        (with("xms_edov", json!("true")), true, true),
        (with("xms_edov", json!(false)), false, false),
        (with("xms_edov", json!("0")), false, false),
        (with("email_verified", json!(true)), false, true),
        (with("tid", json!(FABRIKAM)), false, false),
        (names, false, false),
    ] {
        for config in [&common, &single] {
            let trusted = config.trust().judge(&claims).is_some();
            assert_eq!(trusted, verified, "{claims}");
        }
        let trusted = trusting.trust().judge(&claims).is_some();
        assert_eq!(trusted, own, "{claims}");
    }
}

#[test]
fn all_accounts_of_one_tenant_have_one_issuer() {
    let issuer = |tenant: &str, cloud| {
        let mut config = Config::new(Client::new("the-client"));
        (config.tenant, config.cloud) = (tenant.to_owned(), cloud);
        config.account_issuer()
    };
    let own = "11111111-aaaa-4bbb-8ccc-000000000001";
    let at = |place: &str, tenant: &str| Some(format!("https://login.{place}/{tenant}/v2.0"));
    let personal = "9188040d-6c67-4c5b-b112-36a304b66dad";
    assert_eq!(issuer(own, Cloud::Global), at("microsoftonline.com", own));
    assert_eq!(issuer(own, Cloud::Us), at("microsoftonline.us", own));
    assert_eq!(
        issuer("consumers", Cloud::Global),
        at("microsoftonline.com", personal)
    );
    for open in ["common", "organizations", "contoso.example"] {
        assert_eq!(issuer(open, Cloud::Global), None);
    }
}

#[test]
fn what_cannot_work_is_found_before_the_first_sign_in() {
    let problems = |configure: fn(&mut Config)| {
        let mut config = Config::new(Client::new("the-client"));
        configure(&mut config);
        let keys = config.problems().into_iter().map(|problem| problem.key);
        keys.collect::<Vec<_>>()
    };
    assert!(problems(|_| {}).is_empty());
    assert!(problems(|config| config.cloud = Cloud::China).is_empty());
    for (found, expected) in [
        (problems(|config| config.client.id.clear()), "client_id"),
        (
            problems(|config| config.tenant = "a/b".to_owned()),
            "tenant",
        ),
        (
            problems(|config| config.allowed_tenants = vec!["contoso.example".to_owned()]),
            "allowed_tenants",
        ),
        (
            problems(|config| config.trust_tenant_email = true),
            "trust_tenant_email",
        ),
        (
            problems(|config| config.subject_source = SubjectSource::Oid),
            "subject_source",
        ),
        (
            problems(|config| config.client.scopes = vec!["email".to_owned()]),
            "scopes",
        ),
    ] {
        assert_eq!(found, [expected]);
    }
}

#[test]
fn each_cloud_has_its_own_issuer() {
    for (cloud, expected) in [
        (
            Cloud::Global,
            "https://login.microsoftonline.com/common/v2.0",
        ),
        (Cloud::Us, "https://login.microsoftonline.us/common/v2.0"),
        (
            Cloud::China,
            "https://login.partner.microsoftonline.cn/common/v2.0",
        ),
    ] {
        let mut config = Config::new(Client::new("the-client"));
        config.cloud = cloud;
        assert_eq!(config.generic().issuer_url, expected);
    }
}
