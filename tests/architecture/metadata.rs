//! What `cargo metadata` knows about the workspace, without the network.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::source::root;

pub(super) struct Metadata(Value);

/// A crate of this repository.
#[derive(Debug)]
pub(super) struct Member<'a>(&'a Value);

impl Metadata {
    pub(super) fn read() -> Self {
        // Packages of other platforms were never downloaded, and without the filter cargo asks for
        // them.
        let version = run(Command::new(env!("CARGO")).arg("-vV"));
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .expect("a host");
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
        let metadata = run(command.args(["--filter-platform", host]));
        Self(serde_json::from_str(&metadata).expect("cargo metadata prints JSON"))
    }

    pub(super) fn members(&self) -> Vec<Member<'_>> {
        let members = list(&self.0["workspace_members"]);
        let packages = list(&self.0["packages"]).iter();
        packages
            .filter(|package| members.contains(&package["id"]))
            .map(Member)
            .collect()
    }

    /// The name and licence expression of every package from elsewhere.
    pub(super) fn licences(&self) -> Vec<(String, String)> {
        let packages = list(&self.0["packages"]).iter();
        packages
            .map(|package| (text(&package["name"]), text(&package["license"])))
            .collect()
    }

    /// The names of all packages that `name` needs to run, directly or not.
    pub(super) fn closure(&self, name: &str) -> BTreeSet<String> {
        let packages = list(&self.0["packages"]);
        let id_of = |name| {
            packages
                .iter()
                .find(|p| p["name"] == name)
                .map(|p| &p["id"])
        };
        let mut todo = vec![id_of(name).expect("a package of that name")];
        let mut seen = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if !seen.insert(id.as_str().expect("an id")) {
                continue;
            }
            let nodes = list(&self.0["resolve"]["nodes"]);
            let node = nodes
                .iter()
                .find(|node| &node["id"] == id)
                .expect("a resolved package");
            let runs = |d: &&Value| {
                list(&d["dep_kinds"])
                    .iter()
                    .any(|kind| kind["kind"].is_null())
            };
            todo.extend(
                list(&node["deps"])
                    .iter()
                    .filter(runs)
                    .map(|dependency| &dependency["pkg"]),
            );
        }
        let reached = packages
            .iter()
            .filter(|p| seen.contains(p["id"].as_str().expect("an id")));
        reached.map(|package| text(&package["name"])).collect()
    }
}

impl Member<'_> {
    pub(super) fn name(&self) -> &str {
        self.0["name"].as_str().expect("a name")
    }

    /// The folder inside the repository; empty for the root package.
    pub(super) fn folder(&self) -> &str {
        let manifest = self.0["manifest_path"].as_str().expect("a manifest");
        let inside = manifest
            .strip_prefix(root().to_str().expect("readable"))
            .expect("inside");
        inside
            .trim_start_matches('/')
            .trim_end_matches("Cargo.toml")
            .trim_end_matches('/')
    }

    /// The names of what it depends on: to run, to build and to be tested.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = &str> {
        let dependencies = list(&self.0["dependencies"]).iter();
        dependencies.map(|dependency| dependency["name"].as_str().expect("a name"))
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn run(command: &mut Command) -> String {
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}
