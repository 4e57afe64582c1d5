//! Which operations of a description were ever done what they are for, by what a judge has kept of its
//! requests.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use url::Url;

/// The operations of the description that no kept request (HAR) had a success of.
pub(super) fn never_done(description: &Value, kept: &Path) -> BTreeSet<String> {
    let kept: Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    let mut all = operations(description);
    for entry in kept["log"]["entries"].as_array().unwrap() {
        let status = entry["response"]["status"].as_u64().unwrap_or_default();
        if (200..400).contains(&status) {
            let request = &entry["request"];
            let url: Url = request["url"].as_str().unwrap().parse().unwrap();
            let method = request["method"].as_str().unwrap().to_lowercase();
            let fitting = all.iter().filter(|one| one.is(&method, url.path()));
            let done = fitting.min_by_key(|one| one.path.matches('{').count());
            let done = done.map(|one| one.id.clone());
            all.retain(|one| Some(&one.id) != done.as_ref());
        }
    }
    all.into_iter().map(|one| one.id).collect()
}

struct Operation {
    id: String,
    method: String,
    path: String,
}

impl Operation {
    fn is(&self, method: &str, path: &str) -> bool {
        let (own, asked) = (self.path.split('/'), path.split('/'));
        let is_same = |(own, asked): (&str, &str)| own == asked || own.starts_with('{');
        self.method == method
            && own.clone().count() == asked.clone().count()
            && own.zip(asked).all(is_same)
    }
}

fn operations(description: &Value) -> Vec<Operation> {
    let paths = description["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, one)| Operation {
            id: one["operationId"].as_str().unwrap().to_owned(),
            method: method.clone(),
            path: path.clone(),
        })
    });
    all.collect()
}
