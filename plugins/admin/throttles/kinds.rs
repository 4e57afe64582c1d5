//! What may be held up: the kinds of pauses, each with what people call it.

/// What may be held up, by its kind.
pub(crate) const KINDS: [(&str, &str); 33] = [
    ("sign-in", "Signing in"),
    ("second-factor", "The second step of signing in"),
    ("flows", "Opening forms"),
    ("submissions", "Sending forms"),
    ("registrations", "Registering"),
    ("registrations-of-site", "Registering, from a whole site"),
    ("duplicates", "Trying what somebody else signs in with"),
    (
        "duplicates-of-site",
        "Trying what somebody else signs in with, from a whole site",
    ),
    ("recovery", "Typing codes to get back in"),
    ("own-recovery", "Typing codes to get back in, by themselves"),
    ("verification", "Typing codes that prove an address"),
    (
        "own-verification",
        "Typing codes that prove an address, by themselves",
    ),
    ("proofs", "Typing codes from letters"),
    (
        "proofs-of-site",
        "Typing codes from letters, from a whole site",
    ),
    ("proofs-of-all", "Typing codes from letters, by everybody"),
    ("proofs-spent", "Asking for codes after wrong ones"),
    ("own-proofs", "Typing codes from letters, by themselves"),
    (
        "own-proofs-of-site",
        "Typing codes from letters, by themselves, from a whole site",
    ),
    (
        "own-proofs-spent",
        "Asking for codes after wrong ones, by themselves",
    ),
    ("codes", "Letters with codes to somebody who signs in"),
    ("letters-by", "Asking for letters"),
    (
        "letters-to-familiar",
        "Letters asked for where somebody is known",
    ),
    (
        "letters-of-holder",
        "Letters to an address, asked for by its owner",
    ),
    (
        "letters-of-claim",
        "Letters to an address that somebody claims",
    ),
    ("letters-of-strangers", "Letters asked for by strangers"),
    (
        "letters-of-strangers-again",
        "Letters asked for by strangers once more",
    ),
    ("letters-of-claims", "Letters to addresses that are claimed"),
    (
        "letters-of-claims-again",
        "Letters to addresses that are claimed once more",
    ),
    ("api-client", "Signing in as a program"),
    ("api-clients", "Signing in as programs, from one network"),
    ("api-tokens", "Trying access tokens"),
    ("guesses", "Guessing many times at once"),
    ("notices", "Notices of signing out, from providers"),
];

/// What is held up, in words.
pub(crate) fn what(kind: &str) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("Something else", |(_, words)| words)
}

/// The names of all.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}
