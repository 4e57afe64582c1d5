//! A storm of sign-ins leaves proxied requests alone.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::support::{ALICE, Anonymous, Form, Route, TestGateway, Upstream};

const SIGN_INS: usize = 50;

#[tokio::test]
async fn proxied_requests_stay_quick_while_many_sign_in() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let mut storm = JoinSet::new();
    for _ in 0..SIGN_INS {
        let client = Anonymous::without_cookies(&gateway.url());
        let form = Form::begin_native(&client, "login").await;
        storm.spawn(async move { form.submit_json(ALICE.credentials()).await.status() });
    }
    let client = gateway.anonymous();
    let mut times = Vec::new();
    while storm.len() > SIGN_INS / 5 {
        let asked = Instant::now();
        assert_eq!(client.get_json("/").await.status(), 200);
        times.push(asked.elapsed());
        while let Some(done) = storm.try_join_next() {
            assert_eq!(done.unwrap(), 200);
        }
    }
    while let Some(done) = storm.join_next().await {
        assert_eq!(done.unwrap(), 200);
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    assert!(
        median < Duration::from_millis(100),
        "half of {} took over {median:?}",
        times.len()
    );
}
