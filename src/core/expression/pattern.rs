//! Regular expressions in rules: compiled with the rule, so that matching costs no compilation
//! and a wrong pattern is found at start.

use std::any::Any;

use cel::{
    ExecutionError,
    common::{
        ast::{EntryExpr, Expr, IdedExpr, LiteralValue},
        types::{CelBool, CelString, STRING_TYPE, Type},
        value::{CowVal, StaticVal, Val},
    },
};

/// Begins the names of pattern variables; nobody can write it in an expression.
const PREFIX: &str = "@pattern";

static PATTERN_TYPE: Type = Type::new_unspecified_type("pattern");

/// The patterns of one expression, each a variable of its own.
#[derive(Debug, Default)]
pub(super) struct Patterns(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern(regex::Regex);

impl Patterns {
    /// Takes the literal patterns out of an expression.
    pub(super) fn take_from(root: &mut IdedExpr) -> Result<Self, String> {
        let mut patterns = Self::default();
        patterns.visit(root)?;
        Ok(patterns)
    }

    /// The pattern behind a variable.
    pub(super) fn find(&self, name: &str) -> Option<&dyn Val> {
        let index: usize = name.strip_prefix(PREFIX)?.parse().ok()?;
        self.0.get(index).map(|pattern| pattern as &dyn Val)
    }

    fn visit(&mut self, node: &mut IdedExpr) -> Result<(), String> {
        match &mut node.expr {
            Expr::Call(call) => {
                if let (true, Some(last)) = (call.func_name == "matches", call.args.last_mut()) {
                    self.take(last)?;
                }
                let target = call.target.iter_mut().map(|target| &mut **target);
                target.chain(&mut call.args).try_for_each(|e| self.visit(e))
            }
            Expr::Select(select) => self.visit(&mut select.operand),
            Expr::List(list) => list.elements.iter_mut().try_for_each(|e| self.visit(e)),
            Expr::Map(map) => map
                .entries
                .iter_mut()
                .try_for_each(|entry| match &mut entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        self.visit(&mut entry.key)?;
                        self.visit(&mut entry.value)
                    }
                    EntryExpr::StructField(field) => self.visit(&mut field.value),
                }),
            Expr::Comprehension(c) => [
                &mut c.iter_range,
                &mut c.accu_init,
                &mut c.loop_cond,
                &mut c.loop_step,
                &mut c.result,
            ]
            .into_iter()
            .try_for_each(|e| self.visit(e)),
            _ => Ok(()),
        }
    }

    fn take(&mut self, node: &mut IdedExpr) -> Result<(), String> {
        let Expr::Literal(LiteralValue::String(text)) = &node.expr else {
            return Ok(());
        };
        let pattern = regex::Regex::new(text.inner())
            .map_err(|_| format!("`{}` is no regular expression", text.inner()))?;
        node.expr = Expr::Ident(format!("{PREFIX}{}", self.0.len()));
        self.0.push(Pattern(pattern));
        Ok(())
    }
}

/// CEL's standard library, with `matches` for compiled patterns.
pub(super) fn environment() -> cel::Env {
    let mut env = cel::Env::stdlib();
    // The ids and signatures are new to the library, so neither call can be refused.
    let _ = env.add_member_overload(
        "matches",
        "string_matches_pattern",
        STRING_TYPE,
        vec![PATTERN_TYPE.to_owned()],
        matches,
    );
    let _ = env.add_overload(
        "matches",
        "matches_string_pattern",
        vec![STRING_TYPE, PATTERN_TYPE.to_owned()],
        matches,
    );
    env
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the library's"
)]
fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = args.as_slice() else {
        return Err(ExecutionError::invalid_argument_count(2, args.len()));
    };
    match (
        text.downcast_ref::<CelString<'_>>(),
        pattern.downcast_ref::<Pattern>(),
    ) {
        (Some(text), Some(pattern)) => Ok(CowVal::owned(CelBool::from(
            pattern.0.is_match(text.inner()),
        ))),
        _ => Err(ExecutionError::missing_argument_or_target()),
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN_TYPE
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}
