//! What rules, header texts and claims evaluate to, and what is refused before.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    entropy::Entropy,
    head::Scheme,
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    principal::Principal,
    secret::TokenHash,
    session::{Aal, AuthenticationMethod, Device, Session},
    testing::SeededEntropy,
};

fn principal() -> Principal {
    let entropy = SeededEntropy::new(7);
    let entropy: &dyn Entropy = &entropy;
    let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let identity = Identity {
        id: IdentityId::generate(entropy),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({
            "email": "ada@example.org", "groups": ["ops", "dev"], "level": 3, "ratio": 0.5,
            "academic-degree": "Dr.",
        }),
        metadata_public: None,
        metadata_admin: Some(json!({"secret": 1})),
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: std::collections::BTreeMap::new(),
        provenance: crate::provenance::Provenance::new(),
        roles: vec!["admin".to_owned()],
        identifiers: vec!["ada@example.org".to_owned()],
        addresses: Vec::new(),
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    };
    let session = Session {
        id: SessionId::generate(entropy),
        token_hash: TokenHash::of("t"),
        identity_id: identity.id,
        issued_at: now,
        authenticated_at: now,
        expires_at: "2026-07-02T02:00:00Z".parse().unwrap(),
        last_seen_at: now,
        methods: vec![AuthenticationMethod {
            method: "oidc".to_owned(),
            aal: Aal::Aal1,
            completed_at: now,
            provider: Some("google".parse().unwrap()),
            account: None,
            proved_at: None,
            upstream_acr: None,
            upstream_amr: Vec::new(),
        }],
        device: Device::default(),
        acting: None,
    };
    Principal::new(Arc::new(identity), session, Vec::new())
}

fn with_head<T>(run: impl FnOnce(&RequestHead<'_>) -> T) -> T {
    let mut headers = HeaderMap::new();
    for (name, value) in [("x-a", "1"), ("x-a", "2"), ("accept", "text/html")] {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    run(&RequestHead {
        id: "r",
        method: &Method::GET,
        scheme: Scheme::Https,
        host: "app.example.org",
        authority: "app.example.org:8443",
        path: "/admin/x",
        query: Some("a=1&a=2&b=%20c"),
        headers: &headers,
        client: IpAddr::from([192, 0, 2, 1]),
        received_at: "2026-07-01T12:30:00Z".parse().unwrap(),
    })
}

fn holds(text: &str) -> Result<bool, EvaluationError> {
    let rule = Expression::compile_condition(text).unwrap();
    with_head(|head| rule.holds(Some(&principal().values), head))
}

fn text(text: &str) -> Result<Option<HeaderText>, EvaluationError> {
    let expression = Expression::compile(text, Scope::Policy).unwrap();
    with_head(|head| expression.text(&principal().values, head))
}

fn over(text: &str, claims: &Value) -> Result<Option<Value>, EvaluationError> {
    Expression::compile(text, Scope::Claims)
        .unwrap()
        .over_claims(claims, false)
}

fn refusal(text: &str) -> String {
    Expression::compile_condition(text).unwrap_err().reason
}

#[test]
fn rules_see_identity_session_and_request() {
    for rule in [
        "identity.traits.email == 'ada@example.org'",
        "'ops' in identity.traits.groups",
        "identity.traits.level > 2 && identity.traits.ratio < 1.0",
        "identity.traits['academic-degree'] == 'Dr.'",
        "'admin' in identity.roles && identity.state == 'active'",
        "identity.schema_id == 'default' && size(identity.id) == 36",
        "!has(identity.metadata_public.team)",
        "has(identity.traits.email) && !has(identity.traits.phone)",
        "session.aal == 'aal1' && session.provider == 'google' && session.actor == null",
        "session.methods == ['oidc']",
        "session.expires_at - session.issued_at == duration('14h')",
        "session.authenticated_at > timestamp('2026-01-01T00:00:00Z')",
        "request.time - session.authenticated_at < duration('1h')",
        "request.time.getHours() == 12",
        "request.method == 'GET' && request.scheme == 'https'",
        "request.host == 'app.example.org' && request.path.startsWith('/admin')",
        "request.query.a == '1' && request.query.b == ' c' && !('c' in request.query)",
        "request.headers['x-a'] == '1, 2' && request.headers.accept.contains('html')",
        "request.client_ip == '192.0.2.1'",
        "request.path.matches('^/admin/[a-z]+$') && !matches(request.path, 'nothing')",
        "identity.traits.groups.exists(group, group.matches('^o'))",
        "has(request.query) && has(request.query.a)",
        "identity.traits.groups.exists(g, g.startsWith('o'))",
        "identity.traits.groups.all(identity, identity != 'root')",
        "identity.traits.groups.map(g, g + '!') == ['ops!', 'dev!']",
        "type(identity.traits.level) == int",
        "identity.traits.?phone.orValue('none') == 'none'",
        "optional.of(1).hasValue()",
        "dyn(1) == 1 ? true : false",
    ] {
        assert_eq!(holds(rule), Ok(true), "{rule}");
    }
}

#[test]
fn a_rule_that_errors_or_is_no_boolean_has_no_answer() {
    for rule in [
        "identity.traits.missing == 1",
        "identity.traits.email",
        "identity.traits.email > 3",
        "identity.traits.groups[9] == 'x'",
        "identity.traits.level / 0 == 1",
        "request.headers['authorization'] == 'x'",
    ] {
        let error = holds(rule).unwrap_err();
        assert!(!error.reason.contains("ada"), "{rule}: {error}");
    }
}

#[test]
fn without_a_principal_identity_and_session_are_null() {
    let rule = Expression::compile_condition("identity == null && session == null").unwrap();
    assert_eq!(with_head(|head| rule.holds(None, head)), Ok(true));
    let rule = Expression::compile_condition("identity.id == 'x'").unwrap();
    assert!(with_head(|head| rule.holds(None, head)).is_err());
}

#[test]
fn unknown_names_are_refused_with_the_known_ones() {
    for (rule, hint) in [
        ("identity.trait.email == 'x'", "did you mean `traits`?"),
        ("has(identity.emial)", "there are id, schema_id"),
        ("session.all == 'aal1'", "did you mean `aal`?"),
        ("request.pth == '/'", "did you mean `path`?"),
        ("identiy.id == 'x'", "did you mean `identity`?"),
        ("user == 'x'", "there are identity, session, request"),
        ("claims.sub == 'x'", "there are identity, session, request"),
        ("request.path.startswith('/')", "did you mean `startsWith`?"),
        ("frobnicate(1) == 2", "there are bool"),
        ("env.x() == 2", "there is no function `x`"),
        ("[1].exist(x, x == 1)", "did you mean `exists`?"),
    ] {
        assert!(refusal(rule).contains(hint), "{rule}: {}", refusal(rule));
    }
}

#[test]
fn a_rule_that_is_plainly_no_boolean_is_refused() {
    for rule in [
        "'true'",
        "1",
        "1 + 1",
        "null",
        "[true]",
        "{'a': true}",
        "identity",
        "identity.id",
        "size('x')",
    ] {
        assert!(refusal(rule).contains("true or false"), "{rule}");
    }
    assert!(Expression::compile_condition("false").is_ok());
}

#[test]
fn a_wrong_pattern_is_refused_at_start() {
    assert!(refusal("request.path.matches('(')").contains("no regular expression"));
}

#[test]
fn only_rules_that_name_the_request_need_it() {
    let needs = |text| {
        Expression::compile(text, Scope::Policy)
            .unwrap()
            .needs_request()
    };
    assert!(needs("request.path == '/'"));
    assert!(needs("identity.traits.groups.exists(g, g == request.host)"));
    assert!(!needs("identity.id == 'request'"));
    assert!(!needs("[1].exists(request, request == 1)"));
}

#[test]
fn texts_for_headers_keep_lists_apart_and_leave_out_nothing_but_null() {
    let one = |text: &str| Ok(Some(HeaderText::One(text.to_owned())));
    let groups = vec!["ops".to_owned(), "dev".to_owned()];
    assert_eq!(
        text("identity.traits.groups"),
        Ok(Some(HeaderText::List(groups)))
    );
    assert_eq!(text("identity.traits.level"), one("3"));
    assert_eq!(text("identity.traits.missing"), Ok(None));
    assert_eq!(text("session.actor"), Ok(None));
    assert_eq!(text("true"), one("true"));
    assert_eq!(text("session.issued_at"), one("2026-07-01T12:00:00+00:00"));
    assert!(text("identity.traits").is_err());
}

#[test]
fn an_absent_claim_has_no_value_and_a_wrong_one_is_an_error() {
    let claims = json!({
        "sub": "1", "n": 5, "a": {"b": ["x", 1.5, true]}, "nil": null, "email": "a@b",
    });
    assert_eq!(
        over("claims.a.b", &claims),
        Ok(Some(json!(["x", 1.5, true])))
    );
    assert_eq!(over("claims.a", &claims), Ok(Some(claims["a"].clone())));
    assert_eq!(over("claims.a.c", &claims), Ok(None));
    assert_eq!(over("claims.nil", &claims), Ok(None));
    assert_eq!(over("claims.nil.x", &claims), Ok(None));
    assert_eq!(over("claims.sub + claims.nil", &claims), Ok(None));
    assert_eq!(over("claims['nil']", &claims), Ok(None));
    assert_eq!(
        over("has(claims.email) ? claims.email : 'none'", &claims),
        Ok(Some(json!("a@b")))
    );
    assert_eq!(
        over("has(claims.phone) ? claims.phone : 'none'", &claims),
        Ok(Some(json!("none")))
    );
    assert!(over("claims.n + 'x'", &claims).is_err());
    assert_eq!(over("claims.n.x", &claims), Ok(None));
}

/// Odd texts, one to a line.
const ODD: &str = r##"é 💥 ' " ` a. .a a..b (( )) [ ] { } {1 1. .1 1e999 0x 0xfffffffffffffffff - ! ? : ?:
99999999999999999999 a?b has() has(1) has(a.b.c) [].map() [].map(1,2) [].all(x.y,1) x{} x{a:1}
{a:1}.b '\\ '\x '\u12' '\ud800' b'\377' r'\' ''' """a // //x || in null true.false 1.a a[?0]
{?'a':1} [?1] a.?b.?c 1u2 identity. $ # @ a;b a=b size(size) type(type) has(identity) @pattern0
identity.`a-b` [1].exists(@x,true) ''.matches('\\') 1/0 -9223372036854775808 [1][2] {}.a"##;

fn odd_texts() -> Vec<String> {
    let mut texts: Vec<String> = ODD.split_whitespace().map(str::to_owned).collect();
    texts.extend(
        [
            "",
            " ",
            "\0",
            "\u{202e}",
            "\u{feff}true",
            "a\nb",
            "\r",
            "a in",
            "a in a in a in a in a",
            "a && ",
        ]
        .map(str::to_owned),
    );
    let units = "( [ { ! - a. a+ a? a?b: a&& a|| [[ {'a': f( x[ 1+ . ? ' \\ size( [1].map(x, has(a. !( -( a==";
    for unit in units.split(' ') {
        for count in [2, 40, 100, 500, 2000] {
            let text: String = unit.repeat(count).chars().take(MAX_LENGTH).collect();
            texts.push(format!("{text}a"));
            texts.push(text);
        }
    }
    let entropy = SeededEntropy::new(3);
    let alphabet = "abidentity.requst()[]{}!-+*/%<>=&|?:'\"\\,09 \n@`é";
    let alphabet: Vec<char> = alphabet.chars().collect();
    for length in 1..300 {
        let mut bytes = vec![0; length % 60 + 1];
        entropy.fill(&mut bytes);
        let pick = |byte: &u8| alphabet[usize::from(*byte) % alphabet.len()];
        texts.push(bytes.iter().map(pick).collect());
    }
    texts
}

#[test]
fn no_text_makes_compilation_panic() {
    for text in odd_texts() {
        for scope in [Scope::Policy, Scope::Claims] {
            if let Ok(expression) = Expression::compile(&text, scope) {
                let _ = expression.over_claims(&json!({}), false);
                let _ = with_head(|head| expression.holds(None, head));
            }
        }
    }
}

#[test]
fn the_list_of_functions_is_the_library() {
    use cel::common::ast::{CallExpr, Expr, LiteralValue};
    let known = |name: &str, member: bool| {
        let null = cel::IdedExpr {
            id: 1,
            expr: Expr::Literal(LiteralValue::Null),
        };
        let call = cel::IdedExpr {
            id: 2,
            expr: Expr::Call(CallExpr {
                func_name: name.to_owned(),
                target: member.then(|| Box::new(null.clone())),
                args: Vec::new(),
            }),
        };
        let context = cel::Context::with_env(ENVIRONMENT.clone());
        let error = cel::Value::resolve_val(&call, &context).map(|_| ());
        !matches!(error, Err(cel::ExecutionError::UndeclaredReference(_)))
    };
    for name in check::FUNCTIONS {
        assert!(known(name, false) || known(name, true), "{name}");
    }
    assert!(!known("frobnicate", false) && !known("frobnicate", true));
}
