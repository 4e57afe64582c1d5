//! Trying a provider with claims: what would become of them, while nothing does.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use http::StatusCode;
use portcullis_core::{administration::ProviderRecord, broker::DryRun};
use portcullis_kit::{Locale, Outcome, Visit};
use serde::Serialize;
use serde_json::{Value, json};

use super::{findings, label, place, text, typed};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        told,
        typed_json::{self, pretty},
        view::{self, Page},
    },
    desk::Desk,
    providers,
};

/// What the rules of first sign-in and linking do, by their names.
const RULES: [(&str, &str); 14] = [
    ("withheld", "A claim is kept back"),
    ("not_admitted", "Not admitted"),
    ("known", "Signs them in"),
    ("disabled", "Refused: they are switched off"),
    ("link_only", "Refused: it has to be linked first"),
    ("prepared", "Linked as prepared"),
    ("create", "Creates somebody new"),
    (
        "review",
        "Creates somebody new, once they have seen what is taken over",
    ),
    ("creation_refused", "Refused: nobody new is created"),
    ("several", "Refused: it could be several people"),
    ("link_denied", "Refused: nothing is linked by its address"),
    ("auto", "Linked at once"),
    (
        "reclaim",
        "Linked, and taken from whoever registered the address",
    ),
    ("confirm", "Linked once they prove that it is theirs"),
];

#[derive(Debug, Serialize)]
struct Trial {
    place: String,
    label: String,
    claims: String,
    trouble: Option<String>,
    run: Option<Run>,
}

/// What would become of the claims.
#[derive(Debug, Serialize)]
struct Run {
    /// The rule that fires, in words where there are some, and by its name.
    rule: &'static str,
    rule_name: String,
    why: String,
    identity: Option<String>,
    trusted: Option<String>,
    traits: Option<String>,
    roles: Vec<String>,
    errors: Vec<(String, String)>,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    let trial = Trial {
        place: place(&id),
        label: label(&record),
        claims: pretty(&example(&record)),
        trouble: None,
        run: None,
    };
    Ok(draw(&desk, (&caller, &visit), trial))
}

pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    let claims = typed(&visit).remove("claims").unwrap_or_default();
    let locale = view::locale(&desk, &visit);
    let run = match typed_json::read(&locale, &claims) {
        Err(trouble) => Err(trouble),
        Ok(document) if !document.is_object() => {
            Err(locale.text("The claims have to be a JSON object."))
        }
        Ok(document) => match providers::dry_run(&desk, &caller, &id, document).await {
            Ok(run) => Ok(told(&locale, run)),
            Err(failure) if failure.code().status().is_client_error() => {
                Err(told::told(&locale, &failure))
            }
            Err(failure) => return Err(failure),
        },
    };
    let (status, run, trouble) = match run {
        Ok(run) => (StatusCode::OK, Some(run), None),
        Err(trouble) => (StatusCode::BAD_REQUEST, None, Some(trouble)),
    };
    let trial = Trial {
        place: place(&id),
        label: label(&record),
        claims,
        trouble,
        run,
    };
    Ok((status, draw(&desk, (&caller, &visit), trial)).into_response())
}

fn draw(desk: &Desk, asked: (&Caller, &Visit), trial: Trial) -> axum::response::Response {
    let page = Page {
        area: PROVIDERS,
        title: "Try with claims",
        template: "provider-try.html",
    };
    view::draw(desk, asked, page, trial)
}

/// What a provider could say of somebody whom it admits as it is set up.
fn example(record: &ProviderRecord) -> Value {
    let first = |key: &str| {
        let names = record.table.get(key)?.as_array()?.iter();
        let names = names.filter_map(Value::as_str);
        names
            .map(|name| if name == "*" { "example.org" } else { name })
            .next()
    };
    let is_google = text(record, "kind") == "google";
    // Of private addresses Google's word is good for those that it gives out itself.
    let usual = if is_google {
        "gmail.com"
    } else {
        "example.org"
    };
    let hosted = first("hosted_domains");
    let domain = first("allow_domains").or(hosted).unwrap_or(usual);
    let mut claims = json!({
        "sub": "4711", "email": format!("ada@{domain}"), "email_verified": true,
        "given_name": "Ada", "family_name": "Example",
    });
    if let Some(hosted) = hosted.filter(|_| is_google) {
        claims["hd"] = hosted.into();
    }
    if let Some(issuer) = &record.account_issuer {
        claims["iss"] = issuer.as_str().into();
    }
    claims
}

fn told(locale: &Locale, run: DryRun) -> Run {
    let rule = RULES.iter().find(|(name, _)| *name == run.rule);
    Run {
        rule: rule.map_or("Something else", |(_, words)| words),
        rule_name: run.rule,
        why: locale.text(&run.why),
        identity: run.identity_id.map(|id| id.to_string()),
        trusted: run.trusted.map(|trusted| trusted.address),
        traits: (!run.traits.is_null()).then(|| pretty(&run.traits)),
        roles: run.roles,
        errors: run
            .errors
            .into_iter()
            .map(|(path, message)| (path, findings::said(locale, &message)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use portcullis_core::administration::{ProviderSource, Secrets, SignOutAddresses};
    use portcullis_kit::Locales;

    use super::*;

    /// What decides, as it is written.
    const DECIDING: &str = include_str!("../../../../src/core/broker/decide.rs");

    fn record(table: Value) -> ProviderRecord {
        ProviderRecord {
            id: "corp".parse().unwrap(),
            source: ProviderSource::Runtime,
            redirect_uri: String::new(),
            sign_out: SignOutAddresses {
                post_logout_redirect_uri: String::new(),
                backchannel_logout_uri: String::new(),
                frontchannel_logout_uri: String::new(),
            },
            secrets: Secrets::default(),
            issuer: None,
            account_issuer: None,
            subjects: portcullis_core::subject::SubjectForm::Any,
            table: serde_json::from_value(table).unwrap(),
        }
    }

    /// The example is somebody whom the provider lets in as it is set up.
    #[test]
    fn the_example_is_of_somebody_who_is_admitted() {
        for (table, address, hosted) in [
            (
                json!({"kind": "google", "hosted_domains": []}),
                "ada@gmail.com",
                Value::Null,
            ),
            (
                json!({"kind": "google", "hosted_domains": ["example.net"]}),
                "ada@example.net",
                json!("example.net"),
            ),
            (
                json!({"kind": "google", "hosted_domains": ["*"]}),
                "ada@example.org",
                json!("example.org"),
            ),
            (
                json!({"kind": "oidc", "allow_domains": ["corp.test"]}),
                "ada@corp.test",
                Value::Null,
            ),
            (json!({"kind": "oidc"}), "ada@example.org", Value::Null),
        ] {
            let claims = example(&record(table.clone()));
            assert_eq!(claims["email"], address, "{table}");
            assert_eq!(claims["hd"], hosted, "{table}");
        }
    }

    #[test]
    fn every_rule_and_every_reason_has_words_in_german_too() {
        let german = Locales::load(None).unwrap();
        let german = german.negotiate(Some("de"), &HeaderMap::new());
        let mut rules = 0;
        let code: String = DECIDING.lines().map(str::trim_start).collect();
        let code = code.replace('\\', "");
        for literal in code.split('"').skip(1).step_by(2) {
            match RULES.iter().find(|(name, _)| *name == literal) {
                Some((_, words)) => {
                    rules += 1;
                    assert_ne!(german.text(words), *words, "{literal}");
                }
                None => {
                    assert!(literal.contains(' '), "no words for the rule {literal}");
                    assert_ne!(german.text(literal), *literal);
                }
            }
        }
        assert_eq!(rules, RULES.len());
        let withheld = "the provider keeps back a claim that its configuration reads (`groups`)";
        assert!(german.text(withheld).ends_with("(`groups`)"));
        assert_ne!(german.text(withheld), withheld);
    }
}
