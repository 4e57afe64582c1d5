//! The queue of mail: taken by one at a time, and given back when nobody says what became of it.

use std::time::Duration;

use portcullis::store::QueuedMail;
use portcullis_core::clock::Clock;
use uuid::Uuid;

use super::node::{Record, clock};

#[tokio::test]
async fn a_mail_is_taken_by_one_node_and_comes_back_if_that_one_is_gone() {
    for record in [Record::sqlite(), Record::postgres().await] {
        let clock = clock();
        let (one, other) = (record.open(&clock).await, record.open(&clock).await);
        let store = one.clone();
        let (one, other) = (one.mails(), other.mails());
        let (now, minute) = (clock.now(), Duration::from_secs(60));
        let mail = QueuedMail {
            id: Uuid::from_u128(1),
            sealed: "sealed".to_owned(),
            tries: 0,
            due_at: now,
            expires_at: now + minute * 10,
        };
        one.put(&mail).await.unwrap();
        let later = QueuedMail {
            id: Uuid::from_u128(2),
            due_at: now + minute * 2,
            ..mail.clone()
        };
        one.put(&later).await.unwrap();
        assert_eq!(
            other.due(now, 9).await.unwrap(),
            std::slice::from_ref(&mail)
        );

        let taken = other.take(&mail, now + minute).await.unwrap().unwrap();
        assert_eq!((taken.tries, taken.due_at), (1, now + minute));
        assert_eq!(
            one.take(&mail, now + minute).await.unwrap(),
            None,
            "somebody was faster"
        );
        assert_eq!(one.due(now, 9).await.unwrap(), []);
        let again = one.due(now + minute, 9).await.unwrap();
        assert_eq!(
            again,
            std::slice::from_ref(&taken),
            "who took it never said what became of it"
        );

        one.put_off(taken.id, now + minute * 3).await.unwrap();
        let order = one.due(now + minute * 3, 9).await.unwrap();
        assert_eq!(
            order
                .iter()
                .map(|mail| mail.id.as_u128())
                .collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(one.due(now + minute * 3, 1).await.unwrap(), [later]);
        one.remove(taken.id).await.unwrap();
        store.purge(now + minute * 10).await.unwrap();
        assert_eq!(one.due(now + minute * 30, 9).await.unwrap(), []);
    }
}
