//! What programs may do is changed and taken by commands, in the store and through a running gateway: their
//! tokens obey, and so do the sessions in which they act as somebody.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{House, JSON};
use crate::support::{Anonymous, gateway::Output, wait_until};

const NOBODY: &str = "/admin/identities/00000000-0000-4000-8000-000000000000";
const WHOAMI: &str = "/.portcullis/sessions/whoami";

/// Where a command does its work.
type Way = fn(&House, &[&str], &str) -> Output;

const WAYS: [Way; 2] = [House::locally, House::remotely];

/// A program with a token that it was given.
struct Robot<'a> {
    house: &'a House,
    way: Way,
    client: String,
    admin: Anonymous,
    bearer: String,
}

impl<'a> Robot<'a> {
    async fn made(house: &'a House, way: Way, role: &str) -> Self {
        let create = ["api-credentials", "create", "--name", "robot", "--role"];
        let made = way(house, &[&create[..], &[role], &JSON].concat(), "");
        assert_eq!(made.code, 0, "{made:?}");
        let made = made.json();
        let client = made["client_id"].as_str().unwrap().to_owned();
        let admin = Anonymous::without_cookies(&house.gateway.admin_url());
        let request = admin.request(Method::POST, "/oauth2/token");
        let request = request.basic_auth(&client, made["client_secret"].as_str());
        let answer = request.form(&[("grant_type", "client_credentials")]).send();
        let answer: Value = answer.await.unwrap().json().await.unwrap();
        Self {
            house,
            way,
            client,
            admin,
            bearer: answer["access_token"].as_str().unwrap().to_owned(),
        }
    }

    /// Does something about its API credential.
    fn run(&self, verb: &str, more: &[&str]) {
        let own = ["api-credentials", verb, "--id", &self.client];
        let done = (self.way)(self.house, &[&own[..], more].concat(), "");
        assert_eq!(done.code, 0, "{done:?}");
    }

    async fn status(&self, method: Method) -> StatusCode {
        let request = self.admin.request(method, NOBODY).bearer_auth(&self.bearer);
        request.send().await.unwrap().status()
    }

    /// Begins to act as Alice; the token of the session.
    async fn act(&self) -> String {
        let path = format!("/admin/identities/{}/impersonate", self.house.ids[0]);
        let request = self.admin.request(Method::POST, &path);
        let request = request.bearer_auth(&self.bearer);
        let begun = request.json(&json!({"reason": "a ticket"})).send().await;
        let begun: Value = begun.unwrap().json().await.unwrap();
        begun["session_token"].as_str().unwrap().to_owned()
    }
}

/// Whether this session of somebody stands.
async fn stands(house: &House, token: &str) -> bool {
    let client = Anonymous::without_cookies(&house.gateway.url());
    let request = client.request(Method::GET, WHOAMI);
    let request = request.header("x-session-token", token);
    request.send().await.unwrap().status() == 200
}

/// HA-13: what a command writes into the store is seen within five seconds.
#[tokio::test]
async fn a_token_that_was_given_out_obeys_a_command_that_changes_its_program() {
    let house = House::stand().await;
    for way in WAYS {
        let robot = Robot::made(&house, way, "user-manager").await;
        assert_eq!(robot.status(Method::DELETE).await, 404);
        robot.run("change", &["--role", "viewer", "--yes"]);
        wait_until("the token to do less", async || {
            (robot.status(Method::DELETE).await == 403).then_some(())
        })
        .await;
        assert_eq!(robot.status(Method::GET).await, 404, "it still looks");
    }
}

/// KC-130: with the rights to it, and with the program.
#[tokio::test]
async fn a_program_acts_as_nobody_once_a_command_changes_or_removes_it() {
    let house = House::stand().await;
    let ends = [
        ("change", &["--role", "viewer", "--yes"][..]),
        ("delete", &["--yes"]),
    ];
    for way in WAYS {
        for (verb, more) in ends {
            let robot = Robot::made(&house, way, "impersonator").await;
            let token = robot.act().await;
            assert!(stands(&house, &token).await);
            robot.run(verb, more);
            wait_until("the session to end", async || {
                (!stands(&house, &token).await).then_some(())
            })
            .await;
        }
    }
}
