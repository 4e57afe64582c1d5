//! What the gateway says became of one of many, as a report tells it of that one.

use serde_json::Value;

use crate::{cli::remote::as_reason, migration::settling::Reception};

/// What became of one of many.
pub(super) fn outcome(told: &Value) -> Reception {
    if told["action"] == "create" {
        return Reception::In;
    }
    let error = &told["error"];
    let faults = error["details"]["errors"].as_array();
    let reasons: Vec<String> = faults.into_iter().flatten().map(fault).collect();
    if !reasons.is_empty() {
        return Reception::Refused(reasons);
    }
    let text = error["reason"].as_str().or(error["message"].as_str());
    Reception::Refused(vec![as_reason(text.unwrap_or("it is refused"))])
}

/// What is wrong with somebody, by its place in their own entry and not among all that were sent.
fn fault(error: &Value) -> String {
    let text = |name: &str| error[name].as_str().unwrap_or_default();
    let place = text("path").split_once("].create");
    let place = place.map_or(text("path"), |(_, own)| own.trim_start_matches('.'));
    match place {
        "" => as_reason(text("message")),
        place => format!("{place}: {}", as_reason(text("message"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// HA-03: the same reason is the same text, wherever somebody stands among those who were sent.
    #[test]
    fn a_reason_names_the_place_in_ones_own_entry() {
        let fault = |path: &str| json!({"path": path, "message": "This is wrong."});
        let refused = |errors: Value| {
            let error = json!({"code": 400, "reason": "all of it", "details": {"errors": errors}});
            outcome(&json!({"action": "error", "error": error}))
        };
        let told_of = |told: &[&str]| {
            let reasons = told.iter().map(|reason| (*reason).to_owned());
            Reception::Refused(reasons.collect())
        };
        let faults = json!([
            fault("identities[16].create.traits.name"),
            fault("identities[16].create"),
            fault("else"),
        ]);
        let told = [
            "traits.name: this is wrong",
            "this is wrong",
            "else: this is wrong",
        ];
        assert_eq!(refused(faults), told_of(&told));
        assert_eq!(refused(json!([])), told_of(&["all of it"]));
        assert_eq!(outcome(&json!({"action": "create"})), Reception::In);
    }
}
