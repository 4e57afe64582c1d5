//! What is said of lists that come in pages ([`crate::pages`]).

use super::{
    Doc,
    schema::{number_from, text},
};

impl Doc {
    /// A list of which each page says where the others are.
    #[must_use]
    pub fn in_pages(self) -> Self {
        self.query("page_size", number_from(0), "How many; 500 at most.")
            .query("page_token", text(), "Where to begin, as `Link` says.")
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
