//! Throttles of mailed proofs: how many letters are written, and how many wrong proofs are taken. Each
//! is counted by who asks, too, so that strangers slow down themselves before whom they are after.

mod guesses;
mod letters;

pub(crate) use self::{
    guesses::{Guesses, check_address},
    letters::letter,
};
