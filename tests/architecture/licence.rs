//! Licence expressions (SPDX), and which of them may be part of the gateway.

/// Kept equal to deny.toml.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Whether an expression leaves a way of allowed licences: any side of an OR, both of an AND.
pub(super) fn permits(expression: &str) -> bool {
    // Older manifests write a slash for OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut words) && words.is_empty()
}

/// Reads from the end of `words`, which is reversed.
fn any(words: &mut Vec<&str>) -> bool {
    let mut permitted = all(words);
    while words.pop_if(|word| *word == "OR").is_some() {
        permitted |= all(words);
    }
    permitted
}

fn all(words: &mut Vec<&str>) -> bool {
    let mut permitted = one(words);
    while words.pop_if(|word| *word == "AND").is_some() {
        permitted &= one(words);
    }
    permitted
}

fn one(words: &mut Vec<&str>) -> bool {
    let Some(word) = words.pop() else {
        return false;
    };
    if word == "(" {
        let permitted = any(words);
        return words.pop() == Some(")") && permitted;
    }
    if words.pop_if(|next| *next == "WITH").is_some() {
        let exception = words.pop().unwrap_or_default();
        return ALLOWED.contains(&&*format!("{word} WITH {exception}"));
    }
    ALLOWED.contains(&word)
}

#[test]
fn either_side_of_an_or_and_both_sides_of_an_and_count() {
    assert!(permits("MIT/Apache-2.0"));
    assert!(permits("GPL-3.0-only OR (MIT AND Zlib)"));
    assert!(permits("Apache-2.0 WITH LLVM-exception"));
    assert!(!permits("MIT AND GPL-3.0-only"));
    assert!(!permits(""));
}
