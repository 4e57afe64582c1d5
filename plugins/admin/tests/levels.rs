//! What is read of sessions, again and again.

use std::{sync::Arc, time::Duration};

use portcullis_core::{gauge::Gauge, sessions::CacheReads};

use crate::{
    levels::Levels,
    tally::{DAY, HOUR, begin},
    tests::house::House,
};

#[tokio::test]
async fn an_hour_keeps_the_most_sessions_and_its_own_look_ups_and_what_nobody_read_is_a_gap() {
    let house = House::new();
    let levels = Arc::new(Levels::new(&house.services));
    let first = house.services.clock.now().as_second();
    let ada = house.resident("ada@example.org").await;
    for _ in 0..3 {
        house.session(&ada).await;
    }
    house.look_ups.add(90, 10);
    levels.read().await;
    let sessions = house.services.sessions.store();
    assert_eq!(sessions.revoke_all(ada.id, None).await.unwrap(), 3);
    levels.read().await;
    house.clock.advance(Duration::from_secs(2 * 3600));
    house.look_ups.add(0, 200);
    levels.read().await;
    let reads = |hits, misses| Some(CacheReads { hits, misses });
    let of = |begin: i64, length| {
        let level = levels.between(begin, begin + length);
        (level.sessions, level.reads)
    };
    let hour = |number: i64| of(begin(first, HOUR) + number * HOUR, HOUR);
    assert_eq!(hour(0), (Some(3), reads(90, 10)));
    assert_eq!(hour(1), (None, None), "nobody has read anything");
    assert_eq!(hour(2), (Some(0), reads(0, 200)));
    let day = || of(begin(first, DAY), DAY);
    assert_eq!(day(), (Some(3), reads(90, 210)));
    house.clock.advance(Duration::from_secs(31 * 24 * 3600));
    levels.read().await;
    assert_eq!(day(), (None, None), "what is older is forgotten");
}
