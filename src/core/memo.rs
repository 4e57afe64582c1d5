//! What is worth remembering beside a cached principal, without a lock.

use std::{
    any::Any,
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many results a memo keeps; later ones are computed each time.
const CAPACITY: usize = 64;

/// An append-only list of results by key. Reading follows a few pointers; writing sets one.
///
/// The key must name everything the result depends on besides the memo's owner.
#[derive(Default)]
pub struct Memo {
    first: OnceLock<Box<Node>>,
    length: AtomicUsize,
}

struct Node {
    key: u32,
    value: Box<dyn Any + Send + Sync>,
    next: OnceLock<Box<Node>>,
}

impl Memo {
    /// The result remembered under `key`; `None` when there is none of this type.
    pub fn get<T: Any>(&self, key: u32) -> Option<&T> {
        let mut slot = &self.first;
        while let Some(node) = slot.get() {
            if node.key == key {
                return node.value.downcast_ref();
            }
            slot = &node.next;
        }
        None
    }

    /// Remembers `value` under `key`, unless something is remembered there or the memo is full.
    pub fn put<T: Any + Send + Sync>(&self, key: u32, value: T) {
        if self.length.fetch_add(1, Ordering::Relaxed) >= CAPACITY {
            self.length.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let mut node = Box::new(Node {
            key,
            value: Box::new(value),
            next: OnceLock::new(),
        });
        let mut slot = &self.first;
        while let Err(refused) = slot.set(node) {
            node = refused;
            match slot.get() {
                Some(taken) if taken.key != node.key => slot = &taken.next,
                _ => return,
            }
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_result_of_a_key_stays() {
        let memo = Memo::default();
        memo.put(7, "first".to_owned());
        memo.put(7, "second".to_owned());
        memo.put(8, 8_u64);
        assert_eq!(memo.get::<String>(7).map(String::as_str), Some("first"));
        assert_eq!(memo.get::<u64>(8), Some(&8));
        assert_eq!(memo.get::<u64>(9), None);
    }

    #[test]
    fn a_full_memo_takes_no_more() {
        let memo = Memo::default();
        (0..100).for_each(|key| memo.put(key, key));
        assert!(memo.get::<u32>(63).is_some());
        assert!(memo.get::<u32>(64).is_none());
    }
}
