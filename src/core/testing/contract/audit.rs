//! What audit logs promise.

use std::time::Duration;

use serde_json::json;

use super::{moment, odd};
use crate::{
    audit::{AuditEntry, AuditFilter, AuditLog, AuditOutcome, DONE},
    entropy::Entropy,
    id::AuditId,
    part::Part,
};

/// Checks an audit log.
pub async fn audit_log_contract(log: &dyn AuditLog, entropy: &dyn Entropy) {
    let actor = odd(entropy);
    let entries: Vec<AuditEntry> = (0..7).map(|n| entry(entropy, &actor, n)).collect();
    for entry in &entries {
        log.append(entry).await.unwrap();
    }
    let own = AuditFilter {
        actor: Some(actor),
        ..AuditFilter::default()
    };
    let mut expected = entries.clone();
    expected.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    assert_eq!(log.list(&own, Part::First, 100).await.unwrap(), expected);

    let (mut paged, mut part) = (Vec::new(), Part::First);
    loop {
        let page = log.list(&own, part, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        part = Part::Behind(last.place());
        paged.extend(page);
    }
    assert_eq!(paged, expected, "page by page, all of them and none twice");
    let (mut back, mut place) = (Vec::new(), expected[6].place());
    loop {
        let mut page = log.list(&own, Part::Before(place), 4).await.unwrap();
        let Some(first) = page.first() else { break };
        place = first.place();
        page.extend(back);
        back = page;
    }
    assert_eq!(back, expected[..6], "and back again");

    for filter in filters(&own, &entries) {
        let found = log.list(&filter, Part::First, 100).await.unwrap();
        let mut fitting = expected.clone();
        fitting.retain(|one| filter.fits(one));
        assert_eq!(found, fitting, "{filter:?}");
    }
}

fn filters(own: &AuditFilter, entries: &[AuditEntry]) -> Vec<AuditFilter> {
    let ended = |outcome| AuditFilter {
        outcome: Some(outcome),
        ..own.clone()
    };
    vec![
        ended(AuditOutcome::Refused),
        ended(AuditOutcome::named(DONE)),
        ended(AuditOutcome::named("insufficient_role")),
        ended(AuditOutcome::named("no\0thing")),
        AuditFilter {
            client: Some("192.0.2.1".to_owned()),
            ..own.clone()
        },
        AuditFilter {
            verb: Some("odd.1".to_owned()),
            ..own.clone()
        },
        AuditFilter {
            object_kind: Some("identity".to_owned()),
            ..own.clone()
        },
        AuditFilter {
            object_id: entries[2].object_id.clone(),
            object_kind: entries[2].object_kind.clone(),
            ..own.clone()
        },
        AuditFilter {
            since: Some(entries[2].at),
            until: Some(entries[4].at),
            ..own.clone()
        },
        AuditFilter {
            verb: Some("nothing".to_owned()),
            ..own.clone()
        },
    ]
}

fn entry(entropy: &dyn Entropy, actor: &str, n: u64) -> AuditEntry {
    // Two happen at once, and some to nothing.
    let at = moment("2026-07-01T12:00:00Z") + Duration::from_millis(n / 2);
    let has_object = !n.is_multiple_of(3);
    AuditEntry {
        id: AuditId::generate(entropy),
        at,
        actor: actor.to_owned(),
        actor_label: odd(entropy),
        verb: format!("odd.{}", n % 2),
        object_kind: has_object.then(|| "identity".to_owned()),
        object_id: has_object.then(|| odd(entropy)),
        client: (n > 1).then(|| "192.0.2.1".to_owned()),
        request_id: (n > 1).then(|| odd(entropy)),
        outcome: match n {
            4 => "insufficient_role",
            5 => "last_administrator",
            _ => DONE,
        }
        .to_owned(),
        before: Some(json!({
            "name": odd(entropy), "日本": [null, 1.5], "client": "192.0.2.1", "\0": "\0",
            "outcome": "insufficient_role",
        })),
        after: None,
    }
}
