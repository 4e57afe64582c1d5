//! The crate `ory-kratos-client`, as far as it can read what it asks for: it cannot read any form, from
//! any server. Its types for the members that tell variants apart take the member away from the
//! variant, which then misses it. So a story begins flows without it, and checks that this is still so.

use ory_kratos_client::{
    apis::{
        Error,
        configuration::Configuration,
        frontend_api::{
            create_native_login_flow, disable_my_other_sessions, list_my_sessions,
            perform_native_logout, to_session, update_login_flow, update_registration_flow,
        },
        identity_api::{get_identity_schema, list_identity_schemas},
    },
    models::{
        PerformNativeLogoutBody, UpdateLoginFlowBody, UpdateLoginFlowWithPasswordMethod,
        UpdateRegistrationFlowBody, UpdateRegistrationFlowWithPasswordMethod,
    },
};
use serde_json::json;

use crate::support::{ALICE, Anonymous, Form, TestGateway};

const METHOD: &str = "password";

/// A gateway that sends no mail: what a registration has to say of a verification is one of the things
/// that the crate cannot read.
async fn gate() -> (TestGateway, Configuration) {
    let gateway = TestGateway::builder().registration().start().await;
    let configuration = Configuration {
        base_path: format!("{}/.portcullis", gateway.url()),
        ..Configuration::new()
    };
    (gateway, configuration)
}

/// The id of a new flow.
async fn begun(gateway: &TestGateway, kind: &str) -> String {
    let client = Anonymous::without_cookies(&gateway.url());
    let form = Form::begin_native(&client, kind).await;
    form.id().to_owned()
}

/// CU-28.
#[tokio::test]
async fn the_rust_client_registers_signs_in_looks_after_sessions_and_signs_out() {
    let (gateway, api) = gate().await;
    let traits = json!({ "email": ALICE.email, "name": { "first": "Alice", "last": "Archer" } });
    let method = || METHOD.to_owned();
    let password = || ALICE.password.to_owned();
    let form = UpdateRegistrationFlowWithPasswordMethod::new(method(), password(), traits);
    let form = UpdateRegistrationFlowBody::Password(Box::new(form));
    let flow = begun(&gateway, "registration").await;
    let registered = update_registration_flow(&api, &flow, form, None)
        .await
        .unwrap();
    let first = registered.session_token.unwrap();

    let form = UpdateLoginFlowWithPasswordMethod::new(ALICE.email.to_owned(), method(), password());
    let form = UpdateLoginFlowBody::Password(Box::new(form));
    let flow = begun(&gateway, "login").await;
    let entered = update_login_flow(&api, &flow, form, None, None)
        .await
        .unwrap();
    let second = entered.session_token.unwrap();
    let session = to_session(&api, Some(&second), None, None).await.unwrap();
    let identity = session.identity.unwrap();
    assert_eq!(identity.id, registered.identity.id);
    assert_eq!(identity.traits.unwrap()["email"], ALICE.email);

    let others = list_my_sessions(&api, None, None, None, None, Some(&second), None).await;
    assert_eq!(others.unwrap().len(), 1);
    let ended = disable_my_other_sessions(&api, Some(&second), None)
        .await
        .unwrap();
    assert_eq!(ended.count, Some(1));
    let gone = to_session(&api, Some(&first), None, None).await;
    assert!(matches!(gone, Err(Error::ResponseError(refused)) if refused.status == 401));

    perform_native_logout(&api, PerformNativeLogoutBody::new(second.clone()))
        .await
        .unwrap();
    assert!(to_session(&api, Some(&second), None, None).await.is_err());
    let schemas = list_identity_schemas(&api, None, None, None, None)
        .await
        .unwrap();
    let schema = get_identity_schema(&api, &schemas[0].id).await.unwrap();
    assert!(schema["properties"]["traits"].is_object());
}

/// Once this fails, the crate reads forms, and can do what the other clients do.
#[tokio::test]
async fn the_rust_client_still_reads_no_form() {
    let (_gateway, api) = gate().await;
    let read = create_native_login_flow(&api, None, None, None, None, None, None, None, None).await;
    let error = read.unwrap_err().to_string();
    assert!(error.contains("missing field `node_type`"), "{error}");
}
