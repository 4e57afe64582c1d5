//! Stories of backup codes, over stores in memory.

use std::{collections::HashSet, sync::Arc, time::Duration};

use portcullis_core::{
    credential::CredentialStore,
    id::IdentityId,
    identity::IdentityStore,
    seal::Seal,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};
use proptest::prelude::*;

use super::*;

struct Story {
    lookup: LookupSecret,
    store: Arc<MemoryStore>,
    clock: Arc<FrozenClock>,
    anna: Identity,
}

impl Story {
    /// Anna has no backup codes yet.
    async fn new() -> Self {
        let start = "2026-06-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(FrozenClock::new(start));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let entropy = SeededEntropy::new(7);
        let anna = Identity::blank(IdentityId::generate(&entropy), "default", start);
        store.insert(&anna, &[]).await.unwrap();
        Self {
            lookup: lookup(seals(b"today", &[]), &clock),
            store,
            clock,
            anna,
        }
    }

    async fn own(&self) -> Vec<Credential> {
        let store: &dyn CredentialStore = &*self.store;
        store.list(self.anna.id).await.unwrap()
    }

    /// Anna makes codes and writes them down.
    async fn make(&self) -> Vec<String> {
        let Change::Ask(question) = self.press(REGENERATE, &Value::Null).await.unwrap() else {
            panic!("no codes were shown");
        };
        let codes = codes(&question);
        let store: &dyn CredentialStore = &*self.store;
        match self.press(CONFIRM, &question.memory).await.unwrap() {
            Change::Add { credential, .. } => store.put(&credential).await.unwrap(),
            Change::Replace { before, after } => {
                let kept = store.replace_config(&before.config, &after).await;
                assert!(kept.unwrap());
            }
            other => panic!("{other:?}"),
        }
        codes
    }

    async fn press(&self, button: &str, memory: &Value) -> Result<Change, MethodError> {
        let fields = fields(&json!({button: "true"}));
        assert!(self.lookup.is_meant(&fields));
        let answer = Answer {
            fields: &fields,
            memory,
        };
        let own = self.own().await;
        self.lookup.change(answer, &self.anna, &own).await
    }

    async fn prove(&self, code: &str) -> Result<Proved, MethodError> {
        self.prove_to(&self.lookup, code).await
    }

    async fn prove_to(&self, lookup: &LookupSecret, code: &str) -> Result<Proved, MethodError> {
        let fields = fields(&json!({"method": GROUP, GROUP: code}));
        let answer = Answer {
            fields: &fields,
            memory: &Value::Null,
        };
        lookup.prove(answer, &self.own().await).await
    }

    /// Whether a proof counts, as a flow finds out.
    async fn count(&self, proved: Proved) -> bool {
        let store: &dyn CredentialStore = &*self.store;
        let kept = store.replace_config(&proved.before.config, &proved.after);
        kept.await.unwrap()
    }

    async fn messages(&self) -> Vec<u32> {
        let own = self.own().await;
        let offered = self.lookup.offer(&self.anna, &own).await.unwrap();
        ids(&offered)
    }
}

fn lookup(seals: Seals, clock: &Arc<FrozenClock>) -> LookupSecret {
    let entropy = Arc::new(SeededEntropy::new(1));
    LookupSecret::new(seals, Arc::clone(clock) as Arc<dyn Clock>, entropy)
}

fn seals(first: &[u8], others: &[&[u8]]) -> Seals {
    Seals::new(
        Seal::new(first),
        others.iter().map(|key| Seal::new(key)).collect(),
    )
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn codes(question: &Question) -> Vec<String> {
    let text = question.nodes[0].attributes.shown.text.as_ref().unwrap();
    text.secrets().into_iter().map(str::to_owned).collect()
}

/// What its texts and buttons say.
fn ids(question: &Question) -> Vec<u32> {
    let nodes = question.nodes.iter();
    let messages = nodes.filter_map(|node| {
        let text = node.attributes.shown.text.as_ref();
        text.or(node.meta.label.as_ref())
    });
    messages.map(|message| message.id).collect()
}

fn told<T: std::fmt::Debug>(result: Result<T, MethodError>) -> Vec<(Option<String>, u32)> {
    match result {
        Err(MethodError::Invalid(told)) => told.into_iter().map(|(at, m)| (at, m.id)).collect(),
        other => panic!("{other:?}"),
    }
}

fn at_code(id: u32) -> Vec<(Option<String>, u32)> {
    vec![(Some(GROUP.to_owned()), id)]
}

#[tokio::test]
async fn twelve_codes_are_shown_once_and_kept_as_digests_cu_24() {
    let story = Story::new().await;
    assert_eq!(story.messages().await, [1_990_084, 1_050_008]);
    let codes = story.make().await;
    let different: HashSet<_> = codes.iter().collect();
    assert_eq!(different.len(), 12);
    for code in &codes {
        assert_eq!(code.len(), 14, "{code}");
        assert!(!code.contains(['i', 'l', 'o', 'u']), "{code}");
    }
    let own = story.own().await;
    assert_eq!(own.len(), 1);
    let config = own[0].config.to_string();
    for code in &codes {
        assert!(!config.contains(code) && !config.contains(&code.replace('-', "")));
    }
    assert_eq!(story.messages().await, [1_990_080, 1_050_008, 1_050_016]);
    let again = story.press(REVEAL, &Value::Null).await;
    assert_eq!(told(again), [(None, 4_990_081)]);
}

#[tokio::test]
async fn codes_that_nobody_has_written_down_change_nothing() {
    let story = Story::new().await;
    for button in [REVEAL, REGENERATE] {
        let asked = story.press(button, &Value::Null).await.unwrap();
        assert!(matches!(asked, Change::Ask(_)), "{button}");
    }
    assert_eq!(story.own().await, []);
    let codes = story.make().await;
    story.press(REGENERATE, &Value::Null).await.unwrap();
    assert!(story.prove(&codes[0]).await.is_ok());
    let stale = story.press(CONFIRM, &Value::Null).await;
    assert_eq!(told(stale), [(None, 4_050_001)]);
}

#[tokio::test]
async fn a_code_is_good_once_however_it_is_typed() {
    let story = Story::new().await;
    assert_eq!(told(story.prove("x").await), [(None, 4_000_014)]);
    let codes = story.make().await;
    let typed = codes[3].to_uppercase().replace('-', " ").replace('0', "O");
    let proved = story.prove(&format!(" {typed} ")).await.unwrap();
    assert!(story.count(proved).await);
    assert_eq!(told(story.prove(&codes[3]).await), at_code(4_000_012));
    assert_eq!(
        told(story.prove("0000-0000-0000").await),
        at_code(4_000_016)
    );
    assert_eq!(told(story.prove("short").await), at_code(4_000_016));
    assert_eq!(told(story.prove("").await), at_code(4_000_002));
    assert_eq!(
        story.messages().await,
        [1_990_080, 1_050_014, 1_050_008, 1_050_016],
        "the used one is marked"
    );
    let config = &story.own().await[0].config;
    assert_eq!(config["codes"][3]["used_at"], "2026-06-01T12:00:00Z");
}

#[tokio::test]
async fn of_two_who_use_a_code_at_the_same_time_one_gets_in() {
    let story = Story::new().await;
    let codes = story.make().await;
    let (one, other) = tokio::join!(story.prove(&codes[0]), story.prove(&codes[0]));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(story.count(one).await);
    story.clock.advance(Duration::from_secs(1));
    assert!(!story.count(other).await);
    // Of two different ones both do, one after the other.
    let (one, other) = tokio::join!(story.prove(&codes[1]), story.prove(&codes[2]));
    assert!(story.count(one.unwrap()).await);
    assert!(!story.count(other.unwrap()).await);
    assert!(story.count(story.prove(&codes[2]).await.unwrap()).await);
}

#[tokio::test]
async fn new_codes_end_the_old_ones() {
    let story = Story::new().await;
    let old = story.make().await;
    let id = story.own().await[0].id;
    let new = story.make().await;
    assert_eq!(told(story.prove(&old[0]).await), at_code(4_000_016));
    assert!(story.prove(&new[0]).await.is_ok());
    assert_eq!(story.own().await[0].id, id, "it is the same list");
}

#[tokio::test]
async fn few_codes_are_told_of_and_none_are_not_asked_for() {
    let story = Story::new().await;
    let codes = story.make().await;
    for (used, code) in codes.iter().enumerate() {
        let own = story.own().await;
        let asked = story.lookup.ask(&story.anna, &own).await.unwrap().unwrap();
        let is_told = ids(&asked).contains(&1_990_081);
        assert_eq!(is_told, 12 - used <= FEW, "{used} are used");
        assert_eq!(story.messages().await.contains(&1_990_081), is_told);
        let proved = story.prove(code).await.unwrap();
        assert!(story.count(proved).await);
    }
    let own = story.own().await;
    assert_eq!(story.lookup.ask(&story.anna, &own).await.unwrap(), None);
    assert!(story.messages().await.contains(&1_990_082));
    assert_eq!(story.lookup.ask(&story.anna, &[]).await.unwrap(), None);
}

#[tokio::test]
async fn the_codes_are_removed() {
    let story = Story::new().await;
    assert_eq!(
        told(story.press(DISABLE, &Value::Null).await),
        [(None, 4_000_014)]
    );
    story.make().await;
    let change = story.press(DISABLE, &Value::Null).await.unwrap();
    assert_eq!(change, Change::Remove(vec![story.own().await[0].id]));
    for others in [
        json!({"method": "profile"}),
        json!({DISABLE: "false"}),
        json!({}),
    ] {
        assert!(!story.lookup.is_meant(&fields(&others)));
    }
}

#[tokio::test]
async fn the_key_of_a_list_is_sealed_anew_when_that_key_has_been_replaced() {
    let story = Story::new().await;
    let codes = story.make().await;
    let gone = lookup(seals(b"tomorrow", &[]), &story.clock);
    let unreadable = story.prove_to(&gone, &codes[0]).await;
    assert!(matches!(unreadable, Err(MethodError::Unavailable(_))));
    let both = lookup(seals(b"tomorrow", &[b"today"]), &story.clock);
    let proved = story.prove_to(&both, &codes[0]).await.unwrap();
    assert!(story.count(proved).await);
    assert!(story.prove_to(&gone, &codes[1]).await.is_ok());
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_code_or_none(typed in ".{0,60}") {
        let read = code::read(&typed);
        prop_assert!(read.is_none_or(|code| code.len() == 12));
    }

    #[test]
    fn what_is_shown_can_be_typed(seed in 0_u64..) {
        let code = code::generate(&SeededEntropy::new(seed));
        prop_assert_eq!(code::read(&code), Some(code.replace('-', "")));
    }

    #[test]
    fn no_kept_list_makes_anything_panic(key in ".{0,80}", digest in ".{0,70}", typed in ".{0,20}") {
        let kept = json!({"key": key, "codes": [{"digest": digest}]});
        let list: List = serde_json::from_value(kept).unwrap();
        let owner = IdentityId::generate(&SeededEntropy::new(1));
        let seals = seals(b"k", &[]);
        let clock = FrozenClock::new("2026-06-01T12:00:00Z".parse().unwrap());
        let entropy = SeededEntropy::new(2);
        let used = list.with_used(&typed, (owner, &seals), (&clock, &entropy));
        prop_assert!(used.is_err());
    }
}
