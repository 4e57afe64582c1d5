//! A notice on its way: encrypted, and with nothing of it in the log.

use super::linking::link;
use crate::support::{
    ALICE, LET_IN_AT_ONCE, OidcProvider, Route, SmtpServer, TestGateway, smtp_server::Encryption,
};

#[tokio::test]
async fn the_mail_servers_password_is_in_no_log() {
    let server = SmtpServer::start_encrypted(Encryption::OnceAgreed, "gate:hush-mail").await;
    let table = server.encrypted_table("smtp+starttls");
    let table = table.replace("gate:hush@", "gate:hush-mail@");
    let builder = TestGateway::builder()
        .registration()
        .environment("RUST_LOG", "trace")
        .table(&format!("{table}\n{}\n{LET_IN_AT_ONCE}", server.ca_file()));
    let settings = OidcProvider::with_client("one", "hush", &builder.redirect_uri("one"));
    let provider = settings.start().await;
    let mut gateway = builder
        .provider("one", provider.issuer(), ("one", "hush"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    link(&alice, "one", "bob").await;
    let letter = server.letter_to(ALICE.email, 0).await;
    assert!(letter.encrypted);
    gateway.stop().await;
    let log = gateway.log();
    for secret in [
        "hush-mail",
        "Z2F0ZQBodXNoLW1haWw",
        "AGdhdGUAaHVzaC1tYWls",
        ALICE.email,
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
