//! `[identity.password]`: what a password must be like and how it is hashed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{breached::Breached, duration, finding::Check, size::ByteSize};

/// Rules for passwords.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Password {
    /// Shortest password, in characters; default `8`.
    pub min_length: usize,
    /// Longest password, in characters; default `1024`.
    pub max_length: usize,
    /// How many guesses a password has to withstand, from `0` (any number) to `4`, as zxcvbn counts them;
    /// default `1`: what is guessed first falls to whoever guesses within the throttles' bounds.
    pub min_score: u8,
    /// Whether passwords are refused that are like what is known of their person; default `true`.
    pub refuse_similar: bool,
    /// How many of the last passwords are refused; default `0`.
    pub history: usize,
    /// How old a password may grow: whoever signs in with an older one has to change it; default: as
    /// old as it likes.
    #[serde(with = "duration::optional")]
    pub max_age: Option<Duration>,
    /// How long after signing in one may change one's password when an application asks for it, in
    /// place of `max_auth_age` of `[required_actions.UPDATE_PASSWORD]`.
    #[serde(with = "duration::optional")]
    pub max_auth_age: Option<Duration>,
    /// Passwords that data breaches have made known.
    pub breached: Breached,
    /// Cost of one argon2id hash; raising it rehashes at the next sign-in.
    pub argon2: Argon2,
}

/// Cost of one argon2id hash (RFC 9106, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Argon2 {
    /// Memory of one hash; default `19MiB`.
    pub memory: ByteSize,
    /// Passes over the memory; default `2`.
    pub iterations: u32,
    /// Lanes; default `1`.
    pub parallelism: u32,
}

/// OWASP's Password Storage Cheat Sheet: equally strong pairs of memory and iterations.
const OWASP_MINIMUM: [(ByteSize, u32); 5] = [
    (ByteSize::kib(47_104), 1),
    (ByteSize::kib(19_456), 2),
    (ByteSize::kib(12_288), 3),
    (ByteSize::kib(9_216), 4),
    (ByteSize::kib(7_168), 5),
];

/// Whoever has to choose a password more often writes it down.
const SHORTEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Each password of the history takes a hash when another one is chosen.
const LONGEST_HISTORY: usize = 24;

/// More than this for a single sign-in is a mistake of units.
const MOST_MEMORY: ByteSize = ByteSize::kib(4 * 1024 * 1024);

impl Default for Password {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 1024,
            min_score: 1,
            refuse_similar: true,
            history: 0,
            max_age: None,
            max_auth_age: None,
            breached: Breached::default(),
            argon2: Argon2::default(),
        }
    }
}

impl Default for Argon2 {
    fn default() -> Self {
        Self {
            memory: ByteSize::kib(19_456),
            iterations: 2,
            parallelism: 1,
        }
    }
}

impl Password {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        if self.min_length < 8 {
            check
                .under("min_length")
                .warn("passwords below 8 characters are guessed; write 8 or more");
        }
        if self.max_length < self.min_length {
            check.under("max_length").problem(format!(
                "{} is below min_length ({}); no password would do",
                self.max_length, self.min_length
            ));
        } else if self.max_length < 64 {
            check
                .under("max_length")
                .warn("below 64 characters pass phrases do not fit; write 1024");
        }
        if self.max_age.is_some_and(|age| age < SHORTEST_AGE) {
            check
                .under("max_age")
                .problem("nobody chooses a password each day; write a duration such as \"365d\"");
        }
        self.validate_content(check);
        self.breached.validate(&mut check.under("breached"));
        self.argon2.validate(&mut check.under("argon2"));
    }

    fn validate_content(&self, check: &mut Check<'_>) {
        if self.min_score > 4 {
            check.under("min_score").problem(format!(
                "{} is above 4, the highest score there is; write 0 to 4",
                self.min_score
            ));
        }
        if self.history > LONGEST_HISTORY {
            check.under("history").problem(format!(
                "comparing with {} passwords takes too long; write {LONGEST_HISTORY} or less",
                self.history
            ));
        }
    }
}

impl Argon2 {
    fn validate(&self, check: &mut Check<'_>) {
        for (key, value) in [
            ("iterations", self.iterations),
            ("parallelism", self.parallelism),
        ] {
            if value == 0 {
                check.under(key).problem("at least 1 is needed");
            }
        }
        // RFC 9106, section 3.1: at least 8 KiB for each lane.
        let least = ByteSize::kib(8 * u64::from(self.parallelism.max(1)));
        if self.memory < least || self.memory > MOST_MEMORY {
            check.under("memory").problem(format!(
                "{} is outside {least} to {MOST_MEMORY}; write \"19MiB\" or more",
                self.memory
            ));
        } else if !self.reaches_owasp_minimum() {
            check.warn(format!(
                "{} and {} iterations are below OWASP's minimum; write 19MiB with 2 iterations or more",
                self.memory, self.iterations
            ));
        }
    }

    fn reaches_owasp_minimum(&self) -> bool {
        let reached = |(memory, iterations): &(ByteSize, u32)| {
            self.memory >= *memory && self.iterations >= *iterations
        };
        OWASP_MINIMUM.iter().any(reached)
    }
}
