//! The queue of mail in SQL: nothing is lost with a node, and several nodes send each mail once.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use portcullis::store::Store;
use portcullis_core::{
    clock::{Clock, SystemClock},
    mail::{Letter, MailStore, Occasion},
    secret::Secret,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::{mail, office, office_over, post, store};
use crate::support::{ALICE, LET_IN_AT_ONCE, Postgres, Route, SmtpServer, TestGateway, wait_until};

/// More than one node has under way at a time.
const MAILS: usize = 40;

fn letter(to: &str, lifespan: Duration) -> Letter {
    Letter {
        to: to.to_owned(),
        owner: None,
        occasion: Occasion::RecoveryCode,
        locale: "de".to_owned(),
        provider: None,
        proof: Secret::new("123456"),
        lifespan,
        is_for_nobody: false,
    }
}

/// Waits until nothing waits any more.
async fn drained(mails: &dyn MailStore) {
    wait_until("the queue to be empty", async || {
        let far = SystemClock.now() + Duration::from_secs(86_400 * 30);
        mails.due(far, 1).await.unwrap().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_nodes_over_one_record_send_each_mail_once() {
    let (server, database) = (
        SmtpServer::start_putting_off(20).await,
        Postgres::start().await,
    );
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let record = Store::open(&database.url(), Arc::new(SystemClock)).await;
        let mails = record.unwrap().mails();
        let of = (&*server.table(), &store());
        nodes.push((office_over(Arc::clone(&mails), of, Vec::new()), mails));
    }
    for number in 0..MAILS {
        let (office, _) = &nodes[number % 2];
        let to = format!("reader-{number}@example.org");
        office.mailer.send(mail(&to)).await.unwrap();
    }
    drained(&*nodes[0].1).await;
    let letters = server.letters();
    let readers: BTreeSet<_> = letters.iter().map(|letter| letter.to[0].clone()).collect();
    assert_eq!((letters.len(), readers.len()), (MAILS, MAILS));
}

/// A letter that was posted outlives a crash, sealed; the code in it is still good.
#[tokio::test]
async fn what_was_posted_survives_a_crash() {
    let (server, database) = (
        SmtpServer::start_putting_off(2).await,
        Postgres::start().await,
    );
    let mut gateway = TestGateway::builder()
        .registration()
        .postgres(&database)
        .table(&server.table())
        .table(LET_IN_AT_ONCE)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    // It was put off twice, and nobody has it: who has one keeps it for minutes.
    let waiting = "SELECT count(*) FROM mails WHERE tally = 2 AND due_at < \
                   (extract(epoch FROM now()) + 60) * 1000000000";
    wait_until("the letter to be put off", async || {
        (database.query(waiting).trim() == "1").then_some(())
    })
    .await;
    gateway.kill();
    assert_eq!(server.letters().len(), 0);
    let kept = database.query("SELECT * FROM mails");
    let named = ALICE.email.split('@').next().unwrap();
    assert!(!kept.contains(named) && !kept.contains("verification"));

    gateway.start_again().await;
    let letter = server.letter_to(ALICE.email, 0).await;
    assert_eq!(letter.code().len(), 6);
    wait_until("the letter to be forgotten", async || {
        let left = database.query("SELECT count(*) FROM mails");
        (left.trim() == "0").then_some(())
    })
    .await;
    assert_eq!(server.letters().len(), 1, "it is sent once");
}

#[tokio::test]
async fn a_letter_for_nobody_or_too_late_is_dropped() {
    let (server, store) = (SmtpServer::start().await, store());
    let office = office(&server.table(), &store, Vec::new());
    let hour = Duration::from_secs(3600);
    let to_nobody = Letter {
        is_for_nobody: true,
        ..letter("eve@example.org", hour)
    };
    for letter in [
        to_nobody,
        letter("late@example.org", Duration::ZERO),
        letter("alice@example.org", hour),
    ] {
        office.mailer.post(letter).await.unwrap();
    }
    drained(&*store).await;
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, ["alice@example.org"]);
    assert!(letters[0].message.contains("multipart/alternative"));
}

/// No attempt is planned for when the code will have expired.
#[tokio::test]
async fn a_letter_that_is_put_off_until_too_late_is_given_up() {
    let (server, store) = (SmtpServer::start_putting_off(9).await, store());
    let office = office(&server.table(), &store, Vec::new());
    let short = Duration::from_millis(900);
    let letter = letter("alice@example.org", short);
    office.mailer.post(letter).await.unwrap();
    drained(&*store).await;
    assert!(server.count("connected") <= 1);
    assert_eq!(server.letters().len(), 0);
}

/// A mail that is under way when the gateway stops is sent to its end; one that waits is nobody's.
#[tokio::test]
async fn what_is_under_way_is_sent_before_the_end() {
    let store = store();
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let table = format!("[mail]\nurl = \"smtp://{address}\"\nfrom = \"gate@example.org\"\n");
    let (office, rounds) = post(&table, store.clone());
    let mailer = &office.mailer;
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let work = tokio::spawn(rounds.run_until(store.clone(), stopped));
    mailer.send(mail("alice@example.org")).await.unwrap();
    let (connection, _) = server.accept().await.unwrap();
    drop(stop);
    mailer.send(mail("bob@example.org")).await.unwrap();
    assert!(!work.is_finished());
    take_one(connection).await;
    work.await.unwrap();
    let left = store.due(SystemClock.now(), 9).await.unwrap();
    assert_eq!(left.len(), 1, "what waits is due at once");
    assert_eq!(left[0].tries, 0);
}

/// A server that takes one mail.
async fn take_one(connection: TcpStream) {
    let (reader, mut writer) = connection.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 here\r\n").await.unwrap();
    let mut is_text = false;
    while let Some(line) = lines.next_line().await.unwrap() {
        let answer: &[u8] = match &*line {
            "." => b"250 taken\r\n",
            _ if is_text => continue,
            "DATA" => b"354 go on\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"250 yes\r\n",
        };
        is_text = line == "DATA";
        if writer.write_all(answer).await.is_err() || line == "." {
            break;
        }
    }
}
