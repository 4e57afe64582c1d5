//! A lost store signs nobody out and opens nothing; what returns is used again by itself.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;

use crate::support::{
    ALICE, BOB, Postgres, Redis, Route, SignedIn, TestGateway, Upstream, wait_until, wait_within,
};

/// People and strangers who knock without pause until they are called back.
struct Load {
    over: Arc<AtomicBool>,
    answers: Arc<Mutex<BTreeMap<(&'static str, u16), usize>>>,
    knocking: JoinSet<()>,
}

impl Load {
    fn begin(gateway: &TestGateway, person: &SignedIn) -> Self {
        let mut load = Self {
            over: Arc::default(),
            answers: Arc::default(),
            knocking: JoinSet::new(),
        };
        let forged = format!("portcullis={}", "x".repeat(43));
        for _ in 0..4 {
            load.knock(gateway, "known", &person.cookie);
            load.knock(gateway, "stranger", &forged);
        }
        load
    }

    fn knock(&mut self, gateway: &TestGateway, who: &'static str, cookie: &str) {
        let request = gateway.anonymous().request(reqwest::Method::GET, "/");
        let request = request
            .header("cookie", cookie)
            .header("accept", "application/json");
        let (over, answers) = (Arc::clone(&self.over), Arc::clone(&self.answers));
        self.knocking.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let answer = request.try_clone().unwrap().send().await;
                let status = answer.map_or(0, |answer| answer.status().as_u16());
                *answers.lock().unwrap().entry((who, status)).or_default() += 1;
            }
        });
    }

    /// Waits until this many more requests of each kind were answered.
    async fn go_on(&self, more: usize) {
        let sum = |who: &str| -> usize {
            let answers = self.answers.lock().unwrap();
            answers
                .iter()
                .filter(|((w, _), _)| *w == who)
                .map(|(_, count)| count)
                .sum()
        };
        let (known, stranger) = (sum("known") + more, sum("stranger") + more);
        wait_until("the load to go on", async || {
            (sum("known") >= known && sum("stranger") >= stranger).then_some(())
        })
        .await;
    }

    async fn end(mut self) -> BTreeMap<(&'static str, u16), usize> {
        self.over.store(true, Ordering::Relaxed);
        while self.knocking.join_next().await.is_some() {}
        std::mem::take(&mut self.answers.lock().unwrap())
    }
}

#[tokio::test]
async fn redis_may_stop_freeze_and_return_under_load() {
    let upstream = Upstream::start().await;
    let mut redis = Redis::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .redis(&redis)
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let load = Load::begin(&gateway, &alice);
    load.go_on(50).await;
    redis.stop().await;
    load.go_on(200).await;
    let during = BOB.sign_up(&gateway).await;
    assert_eq!(during.status("/").await, 200, "signing in goes on from SQL");
    redis.start_again().await;
    load.go_on(100).await;
    redis.freeze();
    load.go_on(50).await;
    redis.thaw();
    load.go_on(50).await;
    let answers = load.end().await;
    let expected = |who, status| answers.keys().all(|(w, s)| *w != who || *s == status);
    assert!(expected("known", 200), "nobody is signed out: {answers:?}");
    // Without a store to ask, 503 opens nothing either.
    let opened = answers
        .keys()
        .any(|(who, status)| *who == "stranger" && ![401, 503].contains(status));
    assert!(!opened, "nothing opens: {answers:?}");

    redis.forget_commands().await;
    wait_within(
        Duration::from_secs(15),
        "redis to be used again",
        async || {
            let fresh = ALICE.sign_in(&gateway).await;
            assert_eq!(fresh.status("/").await, 200);
            redis.commands().await.contains_key("set").then_some(())
        },
    )
    .await;
}

#[tokio::test]
async fn the_gateway_starts_while_redis_is_away() {
    let upstream = Upstream::start().await;
    let mut redis = Redis::start().await;
    redis.stop().await;
    let gateway = TestGateway::builder()
        .registration()
        .redis(&redis)
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    redis.start_again().await;
}

#[tokio::test]
async fn postgres_may_stop_and_return_under_load() {
    let upstream = Upstream::start().await;
    let mut postgres = Postgres::start_alone().await;
    let gateway = TestGateway::builder()
        .registration()
        .postgres(&postgres)
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    let load = Load::begin(&gateway, &alice);
    load.go_on(50).await;
    let client = gateway.anonymous();
    let form = crate::support::Form::begin(&client, "login", "").await;
    postgres.stop().await;
    let refused = form.submit_json(ALICE.credentials()).await;
    assert_eq!(refused.status(), 503, "signing in has to wait");
    let began = client
        .get_json(&format!("{}/login/browser", crate::support::SELF_SERVICE))
        .await;
    assert_eq!(began.status(), 503);
    assert_eq!(alice.status("/").await, 200, "a cached session serves");
    load.go_on(20).await;
    postgres.start_again().await;
    wait_until("signing in to work again", async || {
        let began = client
            .get_json(&format!("{}/login/browser", crate::support::SELF_SERVICE))
            .await;
        (began.status() == 200).then_some(())
    })
    .await;
    let again = ALICE.sign_in(&gateway).await;
    assert_eq!(again.status("/").await, 200);
    let answers = load.end().await;
    let lost = answers
        .iter()
        .filter(|((who, status), _)| *who == "known" && *status != 200);
    assert_eq!(lost.count(), 0, "nobody cached is signed out: {answers:?}");
    let opened = answers
        .keys()
        .any(|(who, status)| *who == "stranger" && ![401, 503].contains(status));
    assert!(!opened, "nothing opens: {answers:?}");
}
