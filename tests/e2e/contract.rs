//! Every answer of the flows, sessions and schemas has the shape that the published OpenAPI document of
//! the dialect gives it: of a script in a browser and of a native application, good and bad.

mod browser;
mod native;

use crate::support::{Contract, Route, SmtpServer, TestGateway};

/// A gateway that anybody may register at, that sends mail, and that knows a provider nobody can reach.
async fn gate() -> (TestGateway, SmtpServer) {
    let mail = SmtpServer::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&mail.table())
        .table("[plugins.self-service.error]\nui_url = \"http://localhost:9/error\"")
        .provider("acme", "http://localhost:9", ("one", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, mail)
}

/// What is not there: sign-in by the browser's own accounts, trying a sign-in out, scripts of factors
/// that there are none of yet, and the address for password programs, which answers pages.
const ABSENT: [&str; 3] = ["createFedcmFlow", "updateFedcmFlow", "deleteTestLoginFlow"];

/// B.5 to B.9, KP-01 to KP-05, CU-28.
#[tokio::test]
async fn every_answer_has_the_published_shape() {
    let (gateway, mail) = gate().await;
    let contract = Contract::default();
    browser::every_flow(&contract, &gateway, &mail).await;
    native::every_flow(&contract, &gateway, &mail).await;
    let mut missing = contract.missing(&["/self-service", "/sessions", "/schemas"]);
    missing.retain(|id| !ABSENT.contains(&id.as_str()));
    assert!(missing.is_empty(), "not judged: {missing:?}");
}
