//! A span of moments that are asked for, and how it is written as a condition.

use super::{index::number, sql::Sql};

/// Between which moments somebody was created, themselves not among them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) after: Option<i64>,
    pub(super) before: Option<i64>,
}

impl Span {
    /// After this moment, too.
    pub(super) fn after(&mut self, moment: i64) {
        self.after = self.after.max(Some(moment));
    }

    /// Before this moment, too.
    pub(super) fn before(&mut self, moment: i64) {
        let earlier = self.before.map_or(moment, |before| before.min(moment));
        self.before = Some(earlier);
    }

    /// Whether any moment is as good as another.
    pub(super) fn is_open(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// Goes on with it as a condition of what has this name in the statement.
    pub(super) fn write(&self, sql: Sql, name: &str) -> Sql {
        let bounds = [(">", self.after), ("<", self.before)];
        bounds.into_iter().fold(sql, |sql, (sign, bound)| {
            let Some(bound) = bound else { return sql };
            sql.push(&format!(" AND {name}.created_at {sign} "))
                .bind(number(bound))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_beginning_and_the_earlier_end_hold() {
        let mut span = Span::default();
        assert!(span.is_open());
        for moment in [5, 3] {
            span.after(moment);
            span.before(moment + 10);
        }
        assert_eq!((span.after, span.before), (Some(5), Some(13)));
    }
}
