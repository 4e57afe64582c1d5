//! What may be chosen as a password, beside what the policy says of each alone.

use async_trait::async_trait;

use super::*;
use crate::{BreachCheck, Breaches, Fingerprint, OnFailure, Unasked};

/// Every password was found this often.
#[derive(Debug)]
struct Found(u64);

#[async_trait]
impl Breaches for Found {
    async fn count(&self, _: &Fingerprint) -> Result<u64, Unasked> {
        Ok(self.0)
    }
}

fn about_the_password(id: u32) -> Vec<(Option<String>, u32)> {
    vec![(Some("password".to_owned()), id)]
}

impl Story {
    /// Anna's, where the last passwords are refused, as many as this.
    async fn remembering(history: usize) -> Self {
        let mut story = Self::new().await;
        story.method.policy.history = history;
        story
    }

    async fn change(&self, password: &str) -> Result<(), MethodError> {
        self.method.set(&self.anna, password).await
    }

    async fn remembered(&self) -> usize {
        let config = self.stored().await.config;
        config["previous"].as_array().map_or(0, Vec::len)
    }
}

/// The history of `[identity.password]`.
#[tokio::test]
async fn the_last_passwords_are_refused_as_many_as_are_configured() {
    let story = Story::remembering(3).await;
    assert_eq!(
        messages(story.change(GOOD).await),
        about_the_password(4_000_039)
    );
    for (password, remembered) in [("turtles-all", 1), ("the-way-down", 2), ("into-the-sea", 2)] {
        story.change(password).await.unwrap();
        assert_eq!(story.remembered().await, remembered);
    }
    for (password, told) in [
        ("into-the-sea", 4_000_039),
        ("the-way-down", 4_990_061),
        ("turtles-all", 4_990_061),
    ] {
        assert_eq!(
            messages(story.change(password).await),
            about_the_password(told)
        );
    }
    story.change(GOOD).await.unwrap();
    assert!(story.verify(ANNA, GOOD).await.is_ok());
}

#[tokio::test]
async fn a_shorter_history_forgets_and_none_keeps_nothing() {
    let mut story = Story::remembering(3).await;
    for password in ["turtles-all", "the-way-down", "into-the-sea"] {
        story.change(password).await.unwrap();
    }
    story.method.policy.history = 1;
    story.change("turtles-all").await.unwrap();
    assert_eq!(story.remembered().await, 0);
    story.method.policy.history = 0;
    story.change("turtles-all").await.unwrap();
}

#[tokio::test]
async fn hashing_anew_at_sign_in_forgets_no_earlier_password() {
    let mut story = Story::remembering(2).await;
    story.change("turtles-all").await.unwrap();
    let dearer = Cost {
        iterations: 2,
        ..CHEAP
    };
    story.method.hasher = Hasher::new(dearer).unwrap();
    story.verify(ANNA, "turtles-all").await.unwrap();
    assert!(
        story.stored().await.config["hashed_password"]
            .as_str()
            .unwrap()
            .contains("t=2")
    );
    assert_eq!(
        messages(story.change(GOOD).await),
        about_the_password(4_990_061)
    );
}

#[tokio::test]
async fn breached_passwords_are_refused_wherever_one_is_chosen() {
    let story = Story::new().await;
    let check = |most| BreachCheck {
        list: Arc::new(Found(3)),
        most,
        on_failure: OnFailure::Allow,
    };
    let method = method(CHEAP, &story.store, &story.clock).with_breaches(check(2));
    let submission = json!({"password": "turtles-all"});
    let enrolled = method.enroll(&submission, &story.anna).await;
    assert_eq!(messages(enrolled), about_the_password(4_000_034));
    assert_eq!(
        messages(method.set(&story.anna, "turtles-all").await),
        about_the_password(4_000_034)
    );
    // Who has such a password already still gets in.
    let login = json!({"identifier": ANNA, "password": GOOD});
    assert!(method.verify(&login).await.is_ok());
    let method = method.with_breaches(check(3));
    assert!(method.set(&story.anna, "turtles-all").await.is_ok());
}
