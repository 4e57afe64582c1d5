//! What can be said of an expression before it ever runs: its names, its depth, its kind.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue};

use super::Scope;

/// How deep an expression may be nested.
const MAX_DEPTH: usize = 48;

/// How many brackets may be open at once.
const MAX_BRACKETS: usize = 12;

/// How many signs and spaces may follow one another between two commas or connectives.
const MAX_CHAIN: usize = 512;

const IDENTITY: &[&str] = &[
    "id",
    "schema_id",
    "state",
    "traits",
    "metadata_public",
    "roles",
];
const SESSION: &[&str] = &[
    "aal",
    "authenticated_at",
    "issued_at",
    "expires_at",
    "methods",
    "provider",
    "actor",
];
const REQUEST: &[&str] = &[
    "method",
    "scheme",
    "host",
    "path",
    "query",
    "headers",
    "client_ip",
    "time",
];

/// Names of types, for `type(x) == string`.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// The functions of CEL's standard library, as `f(x)` or `x.f()`.
pub(super) const FUNCTIONS: &[&str] = &[
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "int",
    "matches",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
    "value",
];
const OPTIONAL: &[&str] = &["none", "of", "ofNonZeroValue"];
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "has", "map"];

/// What an expression refers to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// It names `request`.
    pub(super) needs_request: bool,
    /// The claims it names, as paths below `claims`.
    pub(super) claims: Vec<Vec<String>>,
    /// It takes `claims` as a whole, or a claim whose name is not plain to see.
    pub(super) reads_all_claims: bool,
}

/// Refuses texts whose brackets or chains are so long that reading them could exhaust a thread's
/// stack: the parser takes up to 100 KiB of it for each open bracket.
pub(super) fn nesting(text: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    let mut chain = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        chain = match c {
            ',' | '&' | '|' => 0,
            _ if c.is_alphanumeric() => chain,
            _ => chain + 1,
        };
        if depth > MAX_BRACKETS {
            return Err(format!(
                "more than {MAX_BRACKETS} brackets are open at once"
            ));
        }
        if chain > MAX_CHAIN {
            return Err("it is too long to be read without a comma, `&&` or `||`".to_owned());
        }
    }
    Ok(())
}

/// Checks every name of the expression.
pub(super) fn check(root: &IdedExpr, scope: Scope) -> Result<Found, String> {
    let mut checker = Checker {
        scope,
        locals: Vec::new(),
        found: Found::default(),
    };
    checker.visit(root, 0)?;
    Ok(checker.found)
}

/// What the expression is, when it is plain to see that it is no boolean.
pub(super) fn never_boolean(expr: &Expr, scope: Scope) -> Option<&'static str> {
    match expr {
        // Any claim may be a boolean, and so is `trusted_email`.
        Expr::Ident(name) if name == "trusted_email" => None,
        Expr::Select(_) if scope == Scope::Claims => None,
        Expr::Literal(LiteralValue::Boolean(_)) => None,
        Expr::Literal(LiteralValue::String(_)) => Some("a text"),
        Expr::Literal(LiteralValue::Null) => Some("null"),
        Expr::Literal(LiteralValue::Bytes(_)) => Some("a sequence of bytes"),
        Expr::Literal(_) => Some("a number"),
        Expr::List(_) => Some("a list"),
        Expr::Map(_) | Expr::Struct(_) => Some("a map"),
        // The variables are maps, and none of their members is a boolean.
        Expr::Ident(_) => Some("a variable as a whole"),
        Expr::Select(select) if !select.test && matches!(select.operand.expr, Expr::Ident(_)) => {
            Some("a member that is no boolean")
        }
        Expr::Call(call) => match call.func_name.as_str() {
            "_+_" | "_-_" | "_*_" | "_/_" | "_%_" | "-_" => Some("a sum or product"),
            "size" | "string" | "int" | "uint" | "double" | "bytes" | "timestamp" | "duration"
            | "type" => Some("a value of another type"),
            _ => None,
        },
        _ => None,
    }
}

struct Checker {
    scope: Scope,
    locals: Vec<String>,
    found: Found,
}

impl Checker {
    fn visit(&mut self, node: &IdedExpr, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is nested deeper than {MAX_DEPTH}"));
        }
        let next = depth + 1;
        match &node.expr {
            Expr::Unspecified => Err("it is empty".to_owned()),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                if self.member(node)? {
                    return Ok(());
                }
                self.visit(&select.operand, next)
            }
            Expr::Call(call) => self.call(call, next),
            Expr::List(list) => list.elements.iter().try_for_each(|e| self.visit(e, next)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.visit(&entry.key, next)?;
                    self.visit(&entry.value, next)
                }
                EntryExpr::StructField(_) => Err("it makes a message".to_owned()),
            }),
            Expr::Struct(_) => Err("messages cannot be made here".to_owned()),
            Expr::Comprehension(comprehension) => {
                self.visit(&comprehension.iter_range, next)?;
                self.visit(&comprehension.accu_init, next)?;
                let outer = self.locals.len();
                self.locals.push(comprehension.iter_var.clone());
                self.locals.extend(comprehension.iter_var2.clone());
                self.locals.push(comprehension.accu_var.clone());
                self.visit(&comprehension.loop_cond, next)?;
                self.visit(&comprehension.loop_step, next)?;
                self.visit(&comprehension.result, next)?;
                self.locals.truncate(outer);
                Ok(())
            }
        }
    }

    fn call(&mut self, call: &CallExpr, depth: usize) -> Result<(), String> {
        let name = call.func_name.as_str();
        let of_optional = matches!(&call.target, Some(target)
            if matches!(&target.expr, Expr::Ident(name) if name == "optional"));
        match &call.target {
            Some(_) if of_optional && OPTIONAL.contains(&name) => {}
            Some(target) => {
                known(name, FUNCTIONS, "function")?;
                self.visit(target, depth)?;
            }
            None if name == "_[_]" && self.indexed_claim(call) => return Ok(()),
            None if is_operator(name) => {}
            None => known(name, FUNCTIONS, "function")?,
        }
        call.args.iter().try_for_each(|arg| self.visit(arg, depth))
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|local| local == name)
    }

    fn variable(&mut self, name: &str) -> Result<(), String> {
        let variables: &[&str] = match self.scope {
            Scope::Policy => &["identity", "session", "request"],
            Scope::Claims => &["claims", "trusted_email"],
        };
        if self.is_local(name) || TYPES.contains(&name) {
            return Ok(());
        }
        self.found.needs_request |= name == "request";
        self.found.reads_all_claims |= name == "claims";
        known(name, variables, "variable")
    }

    /// Notes a claim in brackets, such as `claims["https://idp.test/groups"]`.
    fn indexed_claim(&mut self, call: &CallExpr) -> bool {
        let [claims, name] = call.args.as_slice() else {
            return false;
        };
        match (&claims.expr, &name.expr) {
            (Expr::Ident(root), Expr::Literal(LiteralValue::String(name)))
                if root == "claims" && self.scope == Scope::Claims && !self.is_local(root) =>
            {
                self.found.claims.push(vec![name.inner().to_owned()]);
                true
            }
            _ => false,
        }
    }

    /// Checks a name directly below a variable, and notes claims; `true` when they are noted and
    /// there is no more to see.
    fn member(&mut self, node: &IdedExpr) -> Result<bool, String> {
        let mut path = Vec::new();
        let mut at = &node.expr;
        while let Expr::Select(select) = at {
            path.push(select.field.as_str());
            at = &select.operand.expr;
        }
        path.reverse();
        let (Expr::Ident(root), Some(first)) = (at, path.first()) else {
            return Ok(false);
        };
        if self.is_local(root) {
            return Ok(false);
        }
        match root.as_str() {
            "identity" => known(first, IDENTITY, "member of identity")?,
            "session" => known(first, SESSION, "member of session")?,
            "request" => known(first, REQUEST, "member of request")?,
            "claims" if self.scope == Scope::Claims => {
                self.found
                    .claims
                    .push(path.into_iter().map(str::to_owned).collect());
                return Ok(true);
            }
            _ => {}
        }
        Ok(false)
    }
}

fn is_operator(name: &str) -> bool {
    name.starts_with(['_', '!', '-', '@'])
}

/// Refuses a name that is not among the `known`, and says which one may have been meant.
fn known(name: &str, known: &[&str], what: &str) -> Result<(), String> {
    if known.contains(&name) {
        return Ok(());
    }
    let all = known.iter().chain(match what {
        "function" => MACROS,
        _ => &[],
    });
    let nearest = all
        .clone()
        .map(|candidate| (strsim::damerau_levenshtein(candidate, name), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min();
    let hint = match nearest {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("there are {}", all.copied().collect::<Vec<_>>().join(", ")),
    };
    let name: String = name.chars().take(64).collect();
    Err(format!("there is no {what} `{name}`; {hint}"))
}
