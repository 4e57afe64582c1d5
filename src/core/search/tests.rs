//! What can be typed and what it means; and that indexes never hide what stands there.

use std::collections::BTreeSet;

use super::*;

fn paths() -> BTreeSet<String> {
    ["name.first", "name.last", "department"]
        .map(str::to_owned)
        .into()
}

fn query(parameters: &[(&str, &str)]) -> Result<IdentityQuery, Vec<String>> {
    let read = IdentityQuery::read(parameters.iter().copied(), &paths());
    read.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn term(path: Option<&str>, matching: Matching, text: &str) -> Term {
    Term {
        path: path.map(str::to_owned),
        matching,
        text: text.to_owned(),
    }
}

#[test]
fn words_are_exact_inner_or_beginning_and_all_must_hold_kc_111() {
    use Matching::{Exact, Infix, Prefix};
    let read = query(&[(
        "search",
        r#" Ada "van  der Berg" *OVE* love* name.last:"A B" username:x* "#,
    )]);
    let expected = [
        term(None, Prefix, "ada"),
        term(None, Exact, "van der berg"),
        term(None, Infix, "ove"),
        term(None, Prefix, "love"),
        term(Some("name.last"), Exact, "a b"),
        term(Some("username"), Prefix, "x"),
    ];
    assert_eq!(read.unwrap().text, expected);
}

#[test]
fn everybody_is_counted_unasked_and_nobody_else() {
    for (parameters, is_counted) in [
        (&[][..], true),
        (&[("page_size", "3"), ("sort", "-id")][..], true),
        (&[("search", ""), ("credentials_identifier", "")][..], true),
        (&[("total", "false")][..], false),
        (&[("search", "ada")][..], false),
        (&[("state", "active")][..], false),
        (&[("state", "active"), ("total", "true")][..], true),
        (&[("total", "false"), ("page", "0")][..], true),
    ] {
        let read = query(parameters).unwrap();
        assert_eq!(read.total, is_counted, "{parameters:?}");
    }
}

#[test]
fn fields_of_their_own_are_filters_kc_112() {
    let id = "0e1c9b6e-52c1-4b7a-8f0e-2f6a52d6b9d1";
    let search =
        format!("id:{id} schema:a state:inactive provider:google role:admin verified:true");
    let read = query(&[("search", &search)]).unwrap();
    let facets = [
        Facet::Schema("a".to_owned()),
        Facet::Active(false),
        Facet::Provider("google".parse().unwrap()),
        Facet::Role("admin".to_owned()),
        Facet::Verified(true),
    ];
    let ids = Filter::Ids(BTreeSet::from([id.parse().unwrap()]));
    let expected: Vec<_> = [ids].into_iter().chain(facets.map(Filter::Facet)).collect();
    assert_eq!(read.filters, expected);
    assert!(read.text.is_empty());
    let parameters = [
        ("ids", id),
        ("schema_id", "a"),
        ("state", "inactive"),
        ("provider", "google"),
    ];
    let rest = [("role", "admin"), ("verified", "true")];
    let mut read = query(&[&parameters[..], &rest].concat()).unwrap();
    read.filters.rotate_right(1);
    assert_eq!(read.filters, expected);
}

#[test]
fn a_star_alone_asks_for_nothing_and_quotes_hide_it() {
    assert!(query(&[("search", "* **")]).unwrap().is_of_all());
    let read = query(&[("search", r#""a*" "say \"x\" \\ \n" a"b"#)]).unwrap();
    let texts: Vec<_> = read.text.iter().map(|term| term.text.as_str()).collect();
    assert_eq!(texts, ["a*", r#"say "x" \ \n"#, "a\"b"]);
}

#[test]
fn pages_are_numbered_from_zero_without_a_cap_ha_21() {
    let page = |parameters: &[(&str, &str)]| query(parameters).unwrap().page;
    let numbered = |number, size| Page::Numbered { number, size };
    assert_eq!(
        page(&[("per_page", "100"), ("page", "0")]),
        numbered(0, 100)
    );
    assert_eq!(
        page(&[("per_page", "100"), ("page", "9999")]),
        numbered(9999, 100)
    );
    assert_eq!(page(&[("per_page", "5000")]), numbered(0, LARGEST_PAGE));
    assert_eq!(page(&[("page", "3")]), numbered(3, DEFAULT_SIZE));
    assert_eq!(
        page(&[("page_size", "10"), ("page_token", "")]),
        Page::From {
            size: 10,
            token: None
        }
    );
    assert_eq!(page(&[]), Page::default());
    assert_eq!(page(&[("page_size", "9999999999999")]).size(), LARGEST_SIZE);
}

#[test]
fn numbered_pages_of_what_is_searched_end_where_they_would_be_slow() {
    let last = (FARTHEST / 250 - 1).to_string();
    let beyond = (FARTHEST / 250).to_string();
    let searched =
        |page: &str, sort: &str| query(&[("search", "a"), ("sort", sort), ("page", page)]);
    assert!(searched(&last, "arrival").is_ok());
    let refused = searched(&beyond, "-arrival").unwrap_err();
    assert!(
        refused[0].starts_with("page: numbered pages"),
        "{refused:?}"
    );
    assert!(searched(&last, "id").is_err());
    assert!(searched("3", "-updated_at").is_ok());
    assert!(searched("4", "-updated_at").is_err());
    assert!(query(&[("state", "active"), ("page", &beyond)]).is_err());
    assert!(query(&[("sort", "id"), ("page", "99999999999999999999")]).is_ok());
    // The first page is always there, however long.
    assert!(query(&[("search", "a"), ("sort", "id"), ("per_page", "9999")]).is_ok());
}

#[test]
fn what_is_wrong_is_told_by_field_and_reason() {
    let token = PageToken {
        sort: Sort::default(),
        backwards: true,
        key: "-3".to_owned(),
        arrival: 3,
    };
    let token = token.to_string();
    for (name, value, reason) in [
        ("search", "\"open", "a quote is opened and not closed"),
        (
            "search",
            "\"a\"b",
            "a space must stand behind a closing quote",
        ),
        (
            "search",
            "a*b",
            "a star stands before a word, behind it, or both",
        ),
        ("search", "id:1", "id: it is no identity's id"),
        ("search", "state:", "nothing stands behind state:"),
        ("search", "state:new", "state: it is active or inactive"),
        ("state", "", "it is empty"),
        ("verified", "yes", "it is true or false"),
        ("provider", "a b", "it is no provider's id"),
        ("ids", "x", "one of them is no identity's id"),
        (
            "created_after",
            "yesterday",
            "it is a time such as 2026-07-01T12:00:00Z",
        ),
        ("page", "-1", "it is a number, and the first is 0"),
        ("page_size", "0", "it is a number from 1 on"),
        ("page_token", "abc", "it is none that was handed out here"),
        ("total", "1", "it is true or false"),
        (
            "field:shoe",
            "4",
            "shoe is no field that is searched; those are",
        ),
    ] {
        let errors = query(&[(name, value)]).unwrap_err();
        assert!(
            errors[0].starts_with(&format!("{name}: {reason}")),
            "{errors:?}"
        );
    }
    let errors = query(&[("sort", "name"), ("page", "x"), ("page_token", &token)]).unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
    let errors = query(&[("sort", "-id"), ("page_token", &token)]).unwrap_err();
    assert_eq!(
        errors,
        ["page_token: it belongs to another order than sort tells"]
    );
    let infix = query(&[("search", "name.last:*x*")]).unwrap_err();
    assert!(infix[0].contains("name.last"), "{infix:?}");
}

/// KC-111: what nobody can look for is not mistaken for everybody.
#[test]
fn nothing_between_quotes_and_nul_are_refused() {
    let refused = |name: &str, value: &str| query(&[(name, value)]).unwrap_err().remove(0);
    let nothing = "search: it has a word in which nothing can be looked for";
    assert_eq!(refused("search", "\"\""), nothing);
    assert_eq!(refused("search", "ada \"\""), nothing);
    for name in ["search", "role", "credentials_identifier"] {
        let told = format!("{name}: no text here holds NUL");
        assert_eq!(refused(name, "a\0"), told);
    }
}

#[test]
fn a_search_is_of_bounded_length() {
    assert!(query(&[("search", &"a ".repeat(MOST_WORDS))]).is_ok());
    assert!(query(&[("search", &"a ".repeat(MOST_WORDS + 1))]).is_err());
    assert!(query(&[("search", &"a".repeat(LONGEST_SEARCH + 1))]).is_err());
}

/// KC-111: what is common at the beginning of other values is no candidate.
#[test]
fn a_field_has_marks_of_its_own() {
    let named = |first: &str, last: &str| {
        let value = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        let values = BTreeSet::from([value("first", first), value("last", last)]);
        Document::new(values, BTreeSet::new()).marks()
    };
    for text in ["b", "br", "bro", "brown"] {
        for matching in [Matching::Prefix, Matching::Exact] {
            let needle = Needle::of_term(&Term::new(Some("last"), matching, text));
            assert!(needle.marks.is_subset(&named("ada", text)), "{text}");
            assert!(!needle.marks.is_subset(&named(text, "ada")), "{text}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_typed_breaks_the_parser(search: String, token: String, other in "[a-z:*\" ]{0,20}") {
        let _ = query(&[("search", &search), ("page_token", &token)]);
        let _ = query(&[("search", &other)]);
    }

    #[test]
    fn a_quoted_value_is_looked_for_as_it_is(value in "\\PC{1,40}") {
        let written = value.replace('\\', r"\\").replace('"', "\\\"");
        let read = query(&[("search", &format!("\"{written}\""))]);
        let texts = read.map(|read| read.text.iter().map(|term| term.text.clone()).collect());
        let normal = normal_text(&value);
        // Of a space that no keyboard types nothing is left.
        let is_nothing = normal.is_empty();
        proptest::prop_assert_eq!(texts.ok(), (!is_nothing).then(|| vec![normal]));
    }

    #[test]
    fn a_token_is_read_as_it_was_written(key: i64, arrival: i64, backwards: bool, descending: bool) {
        let sort = Sort { key: SortKey::UpdatedAt, descending };
        let token = PageToken { sort, backwards, key: key.to_string(), arrival };
        proptest::prop_assert_eq!(token.to_string().parse(), Ok(token));
    }

    #[test]
    fn an_index_hides_nothing_and_lines_tell_the_truth(
        values in proptest::collection::btree_set(("[a-c]", "[ABC\u{df}\u{65e5} %_'*.]{0,6}"), 0..4),
        path in proptest::option::of("[a-c]"),
        text in "[abc\u{65e5} %_'.]{1,4}",
        kind in 0..3,
    ) {
        let values = values.into_iter().map(|(path, value)| (path, normal_text(&value)));
        let values = values.filter(|(_, value)| !value.is_empty()).collect();
        let facets = BTreeSet::from([Facet::Active(true), Facet::Role("abc".to_owned())]);
        let document = Document::new(values, facets);
        let matching = match (kind, &path) {
            (0, _) => Matching::Exact,
            (1, _) | (_, Some(_)) => Matching::Prefix,
            _ => Matching::Infix,
        };
        let term = Term::new(path.as_deref(), matching, &text);
        let needle = Needle::of_term(&term);
        let stands = document.lines().contains(&needle.literal);
        proptest::prop_assert_eq!(stands || term.text.is_empty(), document.holds(&term));
        proptest::prop_assert!(!stands || needle.marks.is_subset(&document.marks()));
    }

    #[test]
    fn a_normal_text_stays_as_it_is(text: String) {
        let normal = normal_text(&text);
        proptest::prop_assert!(!normal.contains(|c: char| c.is_ascii_uppercase() || c.is_control()));
        proptest::prop_assert_eq!(normal_text(&normal), normal);
    }
}
