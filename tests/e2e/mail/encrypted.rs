//! Mail over TLS: to a real server with a certificate of its own making, and never in the clear.

use super::{Office, mail, office, store};
use crate::support::{SmtpServer, smtp_server::Encryption, wait_until};

const LOGIN: &str = "gate:hush";

fn office_of(table: &str) -> Office {
    office(table, &store(), Vec::new())
}

#[tokio::test]
async fn mail_goes_encrypted_to_a_server_that_the_ca_file_vouches_for() {
    for (scheme, encryption) in [
        ("smtps", Encryption::FromTheFirstByte),
        ("smtp+starttls", Encryption::OnceAgreed),
    ] {
        let server = SmtpServer::start_encrypted(encryption, LOGIN).await;
        let table = format!("{}\n{}", server.encrypted_table(scheme), server.ca_file());
        let office = office_of(&table);
        office.mailer.send(mail("alice@example.org")).await.unwrap();
        let letter = server.letter_to("alice@example.org", 0).await;
        assert!(letter.encrypted, "{scheme}");
        assert_eq!(letter.user.as_deref(), Some("gate"), "{scheme}");
    }
}

/// Waits until an attempt is over: the next one has begun.
async fn tried_twice(server: &SmtpServer) {
    wait_until("the server to be tried again", async || {
        (server.count("connected") > 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_nobody_vouches_for() {
    let server = SmtpServer::start_encrypted(Encryption::OnceAgreed, LOGIN).await;
    let office = office_of(&server.encrypted_table("smtp+starttls"));
    office.mailer.send(mail("alice@example.org")).await.unwrap();
    tried_twice(&server).await;
    assert_eq!((server.count("sign-in"), server.letters().len()), (0, 0));
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_offers_no_encryption_where_it_is_required() {
    let server = SmtpServer::start_with_login(LOGIN).await;
    let office = office_of(&server.encrypted_table("smtp+starttls"));
    office.mailer.send(mail("alice@example.org")).await.unwrap();
    tried_twice(&server).await;
    assert_eq!((server.count("sign-in"), server.letters().len()), (0, 0));
}
