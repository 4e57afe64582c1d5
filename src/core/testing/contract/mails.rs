//! What a queue of mail promises.

use std::time::Duration;

use super::{identity, moment, odd, together};
use crate::{
    entropy::Entropy,
    id::{IdentityId, MailId},
    identity::IdentityStore,
    mail::{MailEnding, MailStore, PastMail, QueuedMail},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Checks a queue in which nothing else waits, and leaves it empty.
pub async fn mail_store_contract(mails: &dyn MailStore, entropy: &dyn Entropy) {
    what_is_due_comes_in_turn(mails, entropy).await;
    a_mail_comes_back_from_whoever_is_gone(mails, entropy).await;
    one_of_many_gets_a_mail(mails, entropy).await;
    what_became_of_a_mail_is_remembered(mails, entropy).await;
    let far = moment("2100-01-01T00:00:00Z");
    assert_eq!(mails.due(far, 9).await.unwrap(), []);
}

fn mail(entropy: &dyn Entropy) -> QueuedMail {
    let now = moment("2026-07-01T12:00:00Z");
    QueuedMail {
        id: MailId::generate(entropy),
        owner: None,
        sealed: odd(entropy),
        tries: 0,
        created_at: now,
        due_at: now,
        expires_at: now + MINUTE * 10,
    }
}

async fn what_is_due_comes_in_turn(mails: &dyn MailStore, entropy: &dyn Entropy) {
    let first = mail(entropy);
    let now = first.due_at;
    let last = QueuedMail {
        due_at: now + MINUTE,
        ..mail(entropy)
    };
    for one in [&last, &first] {
        mails.put(one).await.unwrap();
    }
    let (only, both) = ([first.clone()], [first.clone(), last.clone()]);
    assert_eq!(mails.due(now - MINUTE, 9).await.unwrap(), []);
    assert_eq!(mails.due(now, 9).await.unwrap(), only);
    assert_eq!(mails.due(now + MINUTE, 9).await.unwrap(), both);
    assert_eq!(mails.due(now + MINUTE, 1).await.unwrap(), only);
    for id in [first.id, last.id, first.id] {
        mails.end(id, None).await.unwrap();
    }
}

async fn a_mail_comes_back_from_whoever_is_gone(mails: &dyn MailStore, entropy: &dyn Entropy) {
    let mail = mail(entropy);
    let now = mail.due_at;
    mails.put(&mail).await.unwrap();
    let taken = mails.take(&mail, now + MINUTE).await.unwrap().unwrap();
    assert_eq!((taken.tries, taken.due_at), (1, now + MINUTE));
    assert_eq!(mails.take(&mail, now + MINUTE * 2).await.unwrap(), None);
    assert_eq!(mails.due(now, 9).await.unwrap(), []);

    let left = mails.due(now + MINUTE, 9).await.unwrap();
    assert_eq!(left, std::slice::from_ref(&taken), "nobody settled it");
    let again = mails.take(&taken, now + MINUTE * 2).await.unwrap().unwrap();
    assert_eq!(again.tries, 2);
    only_its_taker_puts_it_off(mails, &taken, &again).await;
}

async fn only_its_taker_puts_it_off(mails: &dyn MailStore, late: &QueuedMail, taken: &QueuedMail) {
    let (before, after) = (taken.due_at, taken.due_at + MINUTE);
    assert!(!mails.put_off(late, before - MINUTE).await.unwrap());
    assert!(mails.put_off(taken, after).await.unwrap());
    assert_eq!(mails.due(before, 9).await.unwrap(), []);
    let kept = QueuedMail {
        due_at: after,
        ..taken.clone()
    };
    assert_eq!(
        mails.due(after, 9).await.unwrap(),
        std::slice::from_ref(&kept)
    );
    mails.end(kept.id, None).await.unwrap();
    assert_eq!(mails.take(&kept, after + MINUTE).await.unwrap(), None);
}

async fn one_of_many_gets_a_mail(mails: &dyn MailStore, entropy: &dyn Entropy) {
    let mail = mail(entropy);
    mails.put(&mail).await.unwrap();
    let many = (0..8).map(|_| mails.take(&mail, mail.due_at + MINUTE));
    let taken = together(many).await;
    let taken = taken.into_iter().filter_map(Result::unwrap).count();
    assert_eq!(taken, 1);
    mails.end(mail.id, None).await.unwrap();
}

fn ended(mail: &QueuedMail, ending: MailEnding) -> PastMail {
    PastMail {
        id: mail.id,
        owner: mail.owner,
        sealed: mail.sealed.clone(),
        ending,
        tries: 1,
        created_at: mail.created_at,
        ended_at: mail.created_at + MINUTE,
        expires_at: mail.created_at + MINUTE * 60,
    }
}

async fn what_became_of_a_mail_is_remembered(mails: &dyn MailStore, entropy: &dyn Entropy) {
    let sent = mail(entropy);
    let given_up = QueuedMail {
        created_at: sent.created_at + MINUTE,
        ..mail(entropy)
    };
    let forgotten = mail(entropy);
    for one in [&sent, &given_up, &forgotten] {
        mails.put(one).await.unwrap();
    }
    let now = sent.created_at + MINUTE * 2;
    let (first, last) = (
        ended(&sent, MailEnding::Sent),
        ended(&given_up, MailEnding::Abandoned),
    );
    for one in [&first, &last] {
        mails.end(one.id, Some(one)).await.unwrap();
        // Somebody else was as fast.
        mails.end(one.id, Some(one)).await.unwrap();
    }
    mails.end(forgotten.id, None).await.unwrap();
    assert_eq!(mails.due(now, 9).await.unwrap(), []);
    let past = mails.past(now, 9).await.unwrap();
    assert_eq!(past, [last.clone(), first.clone()]);
    assert_eq!(mails.past(now, 1).await.unwrap(), [last]);
    let late = mails.past(first.expires_at, 9).await.unwrap();
    assert!(!late.contains(&first), "its time is up");
}

/// Checks that no mail outlives whom it is about.
pub async fn mails_go_with_their_identity(
    identities: &dyn IdentityStore,
    mails: &dyn MailStore,
    entropy: &dyn Entropy,
) {
    let (ada, eve) = (
        identity(entropy, &odd(entropy)),
        identity(entropy, &odd(entropy)),
    );
    for one in [&ada, &eve] {
        identities.insert(one, &[]).await.unwrap();
    }
    let of = |owner: Option<IdentityId>| QueuedMail {
        owner,
        ..mail(entropy)
    };
    let (hers, taken) = (of(Some(ada.id)), of(Some(ada.id)));
    let (others, nobodys) = (of(Some(eve.id)), of(None));
    for one in [&hers, &taken, &others, &nobodys] {
        mails.put(one).await.unwrap();
    }
    let past = of(Some(ada.id));
    mails.put(&past).await.unwrap();
    let past = ended(&past, MailEnding::Sent);
    mails.end(past.id, Some(&past)).await.unwrap();
    let until = taken.due_at + MINUTE;
    let taken = mails.take(&taken, until).await.unwrap().unwrap();
    assert!(identities.delete(ada.id).await.unwrap());
    let mut left = mails.due(until, 9).await.unwrap();
    left.sort_by_key(|one| one.owner.is_none());
    assert_eq!(left, [others.clone(), nobodys.clone()]);
    assert!(!mails.put_off(&taken, until + MINUTE).await.unwrap());
    let late = ended(&taken, MailEnding::Sent);
    mails.end(late.id, Some(&late)).await.unwrap();
    let left = mails.past(until, 99).await.unwrap();
    assert!(left.iter().all(|one| one.owner != Some(ada.id)), "{left:?}");
    for one in [others, nobodys] {
        mails.end(one.id, None).await.unwrap();
    }
}
