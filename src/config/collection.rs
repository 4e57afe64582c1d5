//! Gathers what several passes find into one report, each mistake once and in the file's order.

use super::finding::{Finding, KeyPath, Place, Report, Severity};

/// Findings of the reading itself, and what they did to the positions of list elements.
#[derive(Debug, Default)]
pub(super) struct Collection {
    findings: Vec<Finding>,
    /// List elements that were taken out, by list and original index.
    removed: Vec<(KeyPath, usize)>,
}

impl Collection {
    /// Records what is wrong with `key`, as it is called in what is left of the tree.
    pub(super) fn problem(&mut self, key: &KeyPath, message: String) {
        let key = self.original(key);
        self.findings.push(Finding {
            severity: Severity::Problem,
            place: None,
            key,
            message,
        });
    }

    /// Records that the element `key` was taken out of its list.
    pub(super) fn removed_element(&mut self, key: &KeyPath) {
        if let Some((index, list)) = self.original(key).0.split_last() {
            let index = index.parse().unwrap_or_default();
            self.removed.push((KeyPath(list.to_vec()), index));
        }
    }

    /// What `key` is called in the file, before elements were taken out of lists.
    fn original(&self, key: &KeyPath) -> KeyPath {
        let mut original = KeyPath::default();
        for segment in &key.0 {
            let mut gone: Vec<usize> = self
                .removed
                .iter()
                .filter(|(list, _)| *list == original)
                .map(|(_, index)| *index)
                .collect();
            gone.sort_unstable();
            let segment = match (segment.parse::<usize>(), gone.is_empty()) {
                (Ok(index), false) => restored(index, &gone).to_string(),
                _ => segment.clone(),
            };
            original.0.push(segment);
        }
        original
    }

    /// All findings with their places; `later` are those of the checks after reading.
    pub(super) fn into_report(
        self,
        later: Vec<Finding>,
        place_of: impl Fn(&KeyPath) -> Place,
    ) -> Report {
        let renamed = later.into_iter().map(|finding| {
            let key = self.original(&finding.key);
            Finding { key, ..finding }
        });
        let news = renamed.filter(|finding| !self.explains(&finding.key));
        let mut findings: Vec<_> = self.findings.iter().cloned().chain(news).collect();
        for finding in &mut findings {
            finding.place.get_or_insert_with(|| place_of(&finding.key));
        }
        findings.sort_by(|one, other| one.place.cmp(&other.place));
        Report { findings }
    }

    /// Whether a later finding at `key` only follows from a value that was taken out.
    fn explains(&self, key: &KeyPath) -> bool {
        self.findings.iter().any(|earlier| {
            let is_element = || {
                let (last, list) = earlier.key.0.split_last()?;
                Some(last.parse::<usize>().is_ok() && list == key.0)
            };
            // Of another kind, everything else about a provider would be judged differently.
            let is_kind = || {
                let [top, id, last] = earlier.key.0.as_slice() else {
                    return false;
                };
                top == "providers"
                    && last == "kind"
                    && key.0.starts_with(&[top.clone(), id.clone()])
            };
            key.0.starts_with(&earlier.key.0) || is_element().unwrap_or(false) || is_kind()
        })
    }
}

/// The index that an element had before those at the sorted positions `gone` were taken out.
fn restored(index: usize, gone: &[usize]) -> usize {
    gone.iter().fold(
        index,
        |index, gone| if *gone <= index { index + 1 } else { index },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(segments: &[&str]) -> KeyPath {
        KeyPath(
            segments
                .iter()
                .map(|segment| (*segment).to_owned())
                .collect(),
        )
    }

    #[test]
    fn elements_keep_their_names_when_others_are_taken_out() {
        let mut collection = Collection::default();
        collection.removed_element(&key(&["list", "1"]));
        collection.removed_element(&key(&["list", "1"]));
        assert_eq!(
            collection.original(&key(&["list", "0"])),
            key(&["list", "0"])
        );
        assert_eq!(
            collection.original(&key(&["list", "1", "x"])),
            key(&["list", "3", "x"])
        );
        assert_eq!(
            collection.original(&key(&["other", "1"])),
            key(&["other", "1"])
        );
    }

    #[test]
    fn what_follows_from_a_mistake_is_not_told_again() {
        let mut collection = Collection::default();
        collection.problem(
            &key(&["routes", "0", "upstream", "0"]),
            "no address".to_owned(),
        );
        assert!(collection.explains(&key(&["routes", "0", "upstream"])));
        assert!(!collection.explains(&key(&["routes", "0", "name"])));
        assert!(!collection.explains(&key(&["routes", "1", "upstream"])));
    }
}
