//! What is said of lists that come in pages ([`crate::pages`]).

use super::{
    Doc,
    schema::{number_from, pattern},
};

/// A place in a list that keeps the order it has; nothing counts as none.
pub const NUMBER: &str = "^(-?[0-9]{1,19})?$";
/// A place in a list that is sorted by a time, of what has an id.
pub const MOMENT: &str = "^(-?[0-9]{1,19}[.][0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$";
/// The same of what has a number.
pub const NUMBERED_MOMENT: &str = "^(-?[0-9]{1,19}[.][0-9]{1,20})?$";

impl Doc {
    /// A list of which each page says where the others are, by places that look like this.
    #[must_use]
    pub fn in_pages(self, place: &str) -> Self {
        self.query("page_size", number_from(0), "How many; 500 at most.")
            .query(
                "page_token",
                pattern(place),
                "Where to begin, as `Link` says.",
            )
            .query(
                "per_page",
                number_from(0),
                "How many a numbered page has; 1,000 at most.",
            )
            .query(
                "page",
                number_from(0),
                "The number of the page; the first is 0.",
            )
            .refuses(&[400])
    }
}
