//! What a store of where sessions came from promises.

use super::{identity, is_conflict, odd, session};
use crate::{
    entropy::Entropy,
    id::SessionId,
    identity::IdentityStore,
    link::LinkKey,
    provider::Upstream,
    secret::Secret,
    session::{Session, SessionStore},
    vault::UpstreamSessionStore,
};

/// Checks a store of where sessions came from, over the stores of those sessions.
pub async fn upstream_session_store_contract(
    identities: &dyn IdentityStore,
    sessions: &dyn SessionStore,
    upstreams: &dyn UpstreamSessionStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    identities.insert(&ada, &[]).await.unwrap();
    let [one, two, other] = std::array::from_fn(|_| session(entropy, &ada));
    for session in [&one, &two, &other] {
        sessions.insert(session).await.unwrap();
    }
    what_is_put_is_found(upstreams, &one, entropy).await;
    each_account_that_proved_a_session_is_noted(upstreams, &two, entropy).await;
    sessions_are_found_by_what_is_named(upstreams, [&one, &two, &other], entropy).await;
    a_record_ends_with_its_session(sessions, upstreams, &one).await;
    let nobodys = SessionId::generate(entropy);
    let put = upstreams.put(nobodys, &upstream("s", None)).await;
    assert!(is_conflict(&put));
}

fn upstream(subject: &str, session_id: Option<&str>) -> Upstream {
    Upstream {
        link: LinkKey {
            provider: "idp".parse().unwrap(),
            issuer: "https://idp.test/\"ß".to_owned(),
            subject: subject.to_owned(),
        },
        session_id: session_id.map(str::to_owned),
        id_token: Secret::default(),
    }
}

async fn what_is_put_is_found(
    upstreams: &dyn UpstreamSessionStore,
    one: &Session,
    entropy: &dyn Entropy,
) {
    assert!(upstreams.find(one.id).await.unwrap().is_none());
    let mut put = upstream(&odd(entropy), None);
    upstreams.put(one.id, &put).await.unwrap();
    let found = upstreams.find(one.id).await.unwrap().unwrap();
    assert!(found.link == put.link && found.session_id.is_none());
    assert!(found.id_token.is_empty());
    put.session_id = Some("a session 日本".to_owned());
    put.id_token = Secret::new("a.b.c");
    upstreams.put(one.id, &put).await.unwrap();
    let found = upstreams.find(one.id).await.unwrap().unwrap();
    assert_eq!(found.session_id, put.session_id, "in place of the older");
    assert_eq!(found.id_token.expose(), "a.b.c");
}

async fn each_account_that_proved_a_session_is_noted(
    upstreams: &dyn UpstreamSessionStore,
    two: &Session,
    entropy: &dyn Entropy,
) {
    let subjects: Vec<String> = (0..3).map(|_| odd(entropy)).collect();
    let again = subjects.iter().chain(&subjects[..1]);
    for subject in again.clone() {
        let upstream = upstream(subject, Some("one of several"));
        upstreams.put(two.id, &upstream).await.unwrap();
    }
    let listed = upstreams.list(two.id).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|one| one.link.subject).collect();
    assert_eq!(listed, subjects);
    let first = upstreams.find(two.id).await.unwrap().unwrap();
    assert_eq!(first.link.subject, subjects[0]);
    let LinkKey {
        provider, issuer, ..
    } = first.link;
    for subject in &subjects {
        let of_it = upstreams.sessions(&provider, &issuer, Some(subject), None);
        assert_eq!(of_it.await.unwrap(), [two.id]);
    }
    let several = Some("one of several");
    let once = upstreams.sessions(&provider, &issuer, None, several).await;
    assert_eq!(once.unwrap(), [two.id]);
    let of_provider = upstreams.sessions_of_provider(&provider).await.unwrap();
    let own = of_provider.iter().filter(|id| **id == two.id);
    assert_eq!(own.count(), 1);
}

async fn sessions_are_found_by_what_is_named(
    upstreams: &dyn UpstreamSessionStore,
    [one, two, other]: [&Session; 3],
    entropy: &dyn Entropy,
) {
    let (ada, eve) = (odd(entropy), odd(entropy));
    for (session, subject, id) in [(one, &ada, "1"), (two, &ada, "2"), (other, &eve, "1")] {
        let upstream = upstream(subject, Some(id));
        upstreams.put(session.id, &upstream).await.unwrap();
    }
    let LinkKey {
        provider, issuer, ..
    } = upstream(&ada, None).link;
    let find = async |subject: Option<&str>, id: Option<&str>| {
        let found = upstreams.sessions(&provider, &issuer, subject, id).await;
        let mut found = found.unwrap();
        found.retain(|id| [one.id, two.id, other.id].contains(id));
        found.sort();
        found
    };
    let ids = |sessions: &[&Session]| {
        let mut ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(find(Some(&ada), None).await, ids(&[one, two]));
    assert_eq!(find(None, Some("1")).await, ids(&[one, other]));
    assert_eq!(find(Some(&ada), Some("1")).await, ids(&[one]));
    assert_eq!(find(Some("a\0b"), None).await, ids(&[]));
    let elsewhere = "https://else.test";
    let found = upstreams.sessions(&provider, elsewhere, Some(&ada), None);
    assert!(found.await.unwrap().is_empty());
    let of_provider = upstreams.sessions_of_provider(&provider).await.unwrap();
    assert!(
        [one, two, other]
            .iter()
            .all(|s| of_provider.contains(&s.id))
    );
    let none = upstreams
        .sessions_of_provider(&"none".parse().unwrap())
        .await;
    assert!(none.unwrap().is_empty());
}

async fn a_record_ends_with_its_session(
    sessions: &dyn SessionStore,
    upstreams: &dyn UpstreamSessionStore,
    one: &Session,
) {
    assert!(sessions.revoke(one.id).await.unwrap());
    assert!(upstreams.find(one.id).await.unwrap().is_none());
}
