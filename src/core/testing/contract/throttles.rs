//! What stores of counters and pauses promise.

use std::time::Duration;

use super::{odd, together};
use crate::{
    clock::Clock,
    entropy::Entropy,
    secret::{Token, TokenHash},
    testing::FrozenClock,
    throttle::{Counters, Network, Pause, PauseStore},
};

/// Checks counters that go by `clock`. What happens as time passes is checked only when that clock can
/// be moved.
pub async fn counter_contract(
    counters: &dyn Counters,
    clock: &dyn Clock,
    frozen: Option<&FrozenClock>,
    entropy: &dyn Entropy,
) {
    let ends = clock.now() + Duration::from_secs(600);
    let (key, other) = (fresh(entropy), fresh(entropy));
    let counted = together((0..8).map(|_| counters.count(&key, ends))).await;
    let mut counted: Vec<_> = counted.into_iter().map(|c| c.unwrap()).collect();
    counted.sort_unstable();
    assert_eq!(counted, (1..=8).collect::<Vec<_>>());
    assert_eq!(counters.count(&other, ends).await.unwrap(), 1);

    counters.reset(&key).await.unwrap();
    counters.reset(&key).await.unwrap();
    assert_eq!(counters.count(&key, ends).await.unwrap(), 1);
    assert_eq!(counters.count(&other, ends).await.unwrap(), 2);

    if let Some(frozen) = frozen {
        windows_end(counters, frozen, entropy).await;
    }
}

async fn windows_end(counters: &dyn Counters, clock: &FrozenClock, entropy: &dyn Entropy) {
    let minute = Duration::from_secs(60);
    let key = fresh(entropy);
    let ends = clock.now() + minute;
    assert_eq!(counters.count(&key, ends).await.unwrap(), 1);
    clock.advance(minute / 2);
    let later = clock.now() + minute;
    assert_eq!(counters.count(&key, later).await.unwrap(), 2);
    // The second count has not made the window longer.
    clock.advance(minute / 2 + Duration::from_secs(1));
    let later = clock.now() + minute;
    assert_eq!(counters.count(&key, later).await.unwrap(), 1);
}

/// Checks a store of pauses.
pub async fn pause_store_contract(
    pauses: &dyn PauseStore,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) {
    let now = clock.now();
    let pause = |seconds: u64, subject: Option<String>| Pause {
        name: format!("sign-in:{}", odd(entropy)),
        kind: "sign-in".to_owned(),
        network: subject
            .is_none()
            .then(|| Network::of([192, 0, 2, 1].into())),
        subject,
        since: now,
        until: now + Duration::from_secs(seconds),
        counters: vec![fresh(entropy)],
    };
    let mut long = pause(200, Some(odd(entropy)));
    let short = pause(100, None);
    assert_eq!(pauses.find(&long.name).await.unwrap(), None);
    for one in [&long, &short] {
        pauses.begin(one).await.unwrap();
        assert_eq!(pauses.find(&one.name).await.unwrap().as_ref(), Some(one));
    }
    long.until += Duration::from_secs(100);
    pauses.begin(&long).await.unwrap();
    let mut listed = pauses.list().await.unwrap();
    listed.retain(|one| one.name == long.name || one.name == short.name);
    assert_eq!(listed, [short.clone(), long.clone()]);
    assert!(pauses.end(&long.name).await.unwrap());
    assert!(!pauses.end(&long.name).await.unwrap());
    assert_eq!(pauses.find(&long.name).await.unwrap(), None);
    assert!(pauses.find(&short.name).await.unwrap().is_some());
}

fn fresh(entropy: &dyn Entropy) -> TokenHash {
    Token::generate(entropy).hash()
}
