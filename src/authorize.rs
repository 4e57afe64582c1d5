//! Authorization: the route's access, then `deny`, then `allow`, then every plugin that judges.
//! The first refusal counts, and a rule that cannot be evaluated refuses.

use std::sync::Arc;

use portcullis_core::{
    catalogue::Code,
    expression::Expression,
    head::RequestHead,
    principal::Principal,
    stage::{Authorizer, Decision},
};

use crate::route::{Access, Remembered, Route};

/// Whether a request on `route` may pass.
pub(crate) fn authorize(
    route: &Route,
    principal: Option<&Principal>,
    head: &RequestHead<'_>,
    authorizers: &[Arc<dyn Authorizer>],
) -> Decision {
    if route.access == Access::SignedIn && principal.is_none() {
        return Decision::Deny(Code::SignedOut);
    }
    let hearing = Hearing {
        route,
        principal,
        head,
    };
    if !hearing.passes(Rule::Deny) || !hearing.passes(Rule::Allow) {
        return Decision::Deny(Code::AccessDenied);
    }
    authorizers
        .iter()
        .map(|authorizer| authorizer.authorize(&route.name, principal, head))
        .find(|decision| *decision != Decision::Allow)
        .unwrap_or(Decision::Allow)
}

/// One request before the rules of its route.
struct Hearing<'a> {
    route: &'a Route,
    principal: Option<&'a Principal>,
    head: &'a RequestHead<'a>,
}

#[derive(Clone, Copy)]
enum Rule {
    Deny,
    Allow,
}

impl Rule {
    fn of(self, route: &Route) -> Option<&Expression> {
        match self {
            Self::Deny => route.deny.as_ref(),
            Self::Allow => route.allow.as_ref(),
        }
    }

    /// The only answer that lets a request pass.
    fn wants(self) -> bool {
        matches!(self, Self::Allow)
    }

    fn remembered(self) -> Remembered {
        match self {
            Self::Deny => Remembered::Deny,
            Self::Allow => Remembered::Allow,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }
}

impl Hearing<'_> {
    fn passes(&self, rule: Rule) -> bool {
        let Some(expression) = rule.of(self.route) else {
            return true;
        };
        match self.principal {
            Some(principal) if !expression.needs_request() => {
                self.passes_once(rule, expression, principal)
            }
            _ => self.evaluate(rule, expression),
        }
    }

    /// The answer for the whole session: what never names the request cannot change before the
    /// identity or the session does, and then the principal is a new one.
    fn passes_once(&self, rule: Rule, expression: &Expression, principal: &Principal) -> bool {
        let key = self.route.memo_key(rule.remembered());
        if let Some(passes) = principal.memo.get::<bool>(key) {
            return *passes;
        }
        let passes = self.evaluate(rule, expression);
        principal.memo.put(key, passes);
        passes
    }

    fn evaluate(&self, rule: Rule, expression: &Expression) -> bool {
        match expression.holds(self.principal.map(|one| &one.values), self.head) {
            Ok(answer) => answer == rule.wants(),
            Err(error) => {
                tracing::warn!(
                    request.id = self.head.id,
                    route.name = self.route.name,
                    rule = rule.name(),
                    %error,
                    "a rule cannot be evaluated and refuses"
                );
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
