//! What a password must be like.

mod likeness;
mod normalised;

use portcullis_core::{identity::Identity, message::Message};
use serde::Deserialize;

use self::likeness::Known;
pub(crate) use self::normalised::Normalised;

/// What a password must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The shortest password, in characters; default 8.
    pub min_length: usize,
    /// The longest password, in characters; default 1024.
    pub max_length: usize,
    /// How many guesses it has to withstand, from 0 (any number) to 4, as zxcvbn counts them;
    /// default 1.
    pub min_score: u8,
    /// Whether it must not be like what is known of its person; default `true`. What somebody signs
    /// in with is no password in any case.
    pub refuse_similar: bool,
    /// How many of the last passwords are refused; default 0.
    pub history: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 1024,
            min_score: 1,
            refuse_similar: true,
            history: 0,
        }
    }
}

/// What a password is judged by that takes a while.
#[derive(Debug)]
pub(crate) struct Judgement {
    policy: Policy,
    known: Known,
}

impl Policy {
    /// What people have to know who choose a password.
    pub(crate) fn in_words(&self) -> String {
        format!("At least {} characters.", self.min_length)
    }

    /// Whether this identity may choose this password, as far as that is told at once; what to tell its
    /// person if not.
    pub fn check(&self, password: &str, identity: &Identity) -> Result<(), Box<Message>> {
        let (password, known) = (self.measure(password)?, Known::of(identity));
        let password = password.as_str();
        match known.is_identifier(password) || (self.refuse_similar && known.is_like(password)) {
            true => Err(Box::new(Message::password_is_similar())),
            false => Ok(()),
        }
    }

    /// The form in which this password is hashed; what to tell whoever chose it if it is too short or
    /// too long.
    pub(crate) fn measure(&self, password: &str) -> Result<Normalised, Box<Message>> {
        let too_long = |length| Box::new(Message::password_too_long(self.max_length, length));
        let Some(normalised) = Normalised::new(password) else {
            return Err(too_long(password.chars().count()));
        };
        let length = normalised.as_str().chars().count();
        if length < self.min_length {
            let message = Message::password_too_short(self.min_length, length);
            return Err(Box::new(message));
        }
        match length > self.max_length {
            true => Err(too_long(length)),
            false => Ok(normalised),
        }
    }

    /// What judges the passwords of this identity.
    pub(crate) fn judgement(&self, identity: &Identity) -> Judgement {
        Judgement {
            policy: *self,
            known: Known::of(identity),
        }
    }
}

impl Judgement {
    /// Whether the password is far enough from what is known of its person, and from what is guessed
    /// first. Costly, so never called outside the pool.
    pub(crate) fn judge(&self, password: &Normalised) -> Result<(), Box<Message>> {
        let password = password.as_str();
        let is_similar = self.policy.refuse_similar && self.known.is_like(password);
        if is_similar || self.known.is_identifier(password) {
            return Err(Box::new(Message::password_is_similar()));
        }
        let least = self.policy.min_score;
        let score = || u8::from(zxcvbn::zxcvbn(password, &self.known.texts()).score());
        match least > 0 && score() < least {
            true => Err(Box::new(Message::password_guessable())),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
