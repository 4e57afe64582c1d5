//! Providers that files have switched off or do not name any more: what they leave behind is settled
//! where somebody has written it, and where they are gone for good.
//!
//! A file that is being written anew, or a volume that is away for a moment, is no word of anybody;
//! nor is another configuration file, read in place of one that is away.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use portcullis_core::{administration::ProviderSource, id::ProviderId};

use super::{
    departure::Fates,
    roster::{Entries, Entry, Origin},
};

/// After how many looks in a row what is missing counts as taken away.
const LOOKS: u32 = 5;

/// The files as they were last read.
#[derive(Debug)]
pub(super) struct Files<'a> {
    /// The configuration file.
    pub(super) main: &'a MainFile,
    /// Which drop-in file each provider stands in.
    pub(super) drop_ins: &'a BTreeMap<String, PathBuf>,
}

/// A configuration file as it was read.
#[derive(Debug, Default)]
pub(super) struct MainFile {
    /// Its name, where there is one.
    pub(super) file: Option<PathBuf>,
    /// Whether any table is in it.
    pub(super) has_table: bool,
}

/// Those whose leaving is not settled yet.
#[derive(Debug, Default)]
pub(super) struct Absences(BTreeMap<ProviderId, Absence>);

#[derive(Debug)]
struct Absence {
    /// The provider, switched off.
    entry: Entry,
    /// The configuration file that was read when it served.
    main: Option<PathBuf>,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    /// A table says so.
    Written,
    /// No table names it, and has not for so many looks.
    Missing(u32),
}

impl Absences {
    /// Notes who cannot be used any more: `before` served, by the configuration file `main`, and
    /// `next` will. Those of the store are left out, for whoever took them away there has said what
    /// becomes of the rest.
    pub(super) fn note(&mut self, before: &Entries, next: &Entries, main: Option<&Path>) {
        for (id, entry) in before {
            let stays = next.get(id).is_some_and(Entry::is_enabled);
            if entry.is_enabled() && entry.origin.source() != ProviderSource::Runtime && !stays {
                let absence = Absence {
                    entry: entry.clone().disabled(),
                    main: main.map(Path::to_owned),
                    cause: Cause::Missing(0),
                };
                self.0.insert(id.clone(), absence);
            }
        }
        self.0.retain(|id, absence| match next.get(id) {
            None => true,
            Some(found) if found.is_enabled() => false,
            Some(found) => {
                absence.cause = Cause::Written;
                absence.entry = found.clone();
                found.origin.source() != ProviderSource::Runtime
            }
        });
    }

    /// Notes those that a table switches off already: they may have been switched off while nobody
    /// looked.
    pub(super) fn take_up(&mut self, entries: Entries) {
        let is_left = |(_, entry): &(ProviderId, Entry)| {
            entry.origin.source() != ProviderSource::Runtime
                && !entry.is_enabled()
                && !Fates::of_table(&entry.table).is_idle()
        };
        for (id, entry) in entries.into_iter().filter(is_left) {
            let absence = Absence {
                entry,
                main: None,
                cause: Cause::Written,
            };
            self.0.insert(id, absence);
        }
    }

    /// Looks once more. Forgets who went together with all other drop-in files: a folder that is
    /// empty or away says nothing, nor does what is copied back into it one by one.
    pub(super) fn look(&mut self, files: &Files<'_>) {
        self.0.retain(|id, absence| {
            let Cause::Missing(looks) = &mut absence.cause else {
                return true;
            };
            if let Origin::File(_) = absence.entry.origin
                && files.drop_ins.is_empty()
            {
                tracing::warn!(
                    provider.id = %id,
                    "no drop-in file names any provider; the links and sessions of this one stay"
                );
                return false;
            }
            let is_same = files.main.file == absence.main;
            *looks = match is_same && files.leave_out(&absence.entry.origin) {
                true => looks.saturating_add(1),
                false => 0,
            };
            true
        });
    }

    /// Those whose leaving can be settled now.
    pub(super) fn due(&self) -> Entries {
        let is_due = |absence: &Absence| match absence.cause {
            Cause::Written => true,
            Cause::Missing(looks) => looks >= LOOKS,
        };
        let due = self.0.iter().filter(|(_, absence)| is_due(absence));
        due.map(|(id, absence)| (id.clone(), absence.entry.clone()))
            .collect()
    }

    /// Its leaving is settled.
    pub(super) fn settled(&mut self, id: &ProviderId) {
        self.0.remove(id);
    }
}

impl Files<'_> {
    /// Whether what came from there was left out by somebody: a file that says nothing at all may
    /// be half written, and one that is away may come back.
    fn leave_out(&self, origin: &Origin) -> bool {
        match origin {
            Origin::File(file) => !file.exists() || self.drop_ins.values().any(|one| one == file),
            Origin::Config => self.main.file.is_some() && self.main.has_table,
            Origin::Runtime => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use portcullis_core::clock::SystemClock;
    use tempfile::TempDir;

    use super::*;
    use crate::{config, providers::roster::Roster};

    struct Story {
        folder: TempDir,
        absences: Absences,
        /// What serves.
        entries: Entries,
        drop_ins: BTreeMap<String, PathBuf>,
        /// The configuration file of now; none was there before.
        main: MainFile,
    }

    fn entry(id: &str, origin: Origin, is_enabled: bool) -> (ProviderId, Entry) {
        let roster = Roster::new(Vec::new(), Arc::new(SystemClock));
        let text = format!(
            "kind = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\nenabled = {is_enabled}"
        );
        let table: config::Provider = toml::from_str(&text).unwrap();
        roster.entry_of(id, table, origin).unwrap()
    }

    impl Story {
        fn new(files: &[&str]) -> Self {
            let mut story = Self {
                folder: TempDir::new().unwrap(),
                absences: Absences::default(),
                entries: Entries::new(),
                drop_ins: BTreeMap::new(),
                main: MainFile::default(),
            };
            for file in files {
                story.write(file, &format!("# names {file}"));
            }
            let all: Vec<_> = files.iter().map(|id| (*id, true)).collect();
            story.reads(&all);
            story
        }

        fn file(&self, id: &str) -> PathBuf {
            self.folder.path().join(format!("{id}.toml"))
        }

        fn write(&self, id: &str, text: &str) {
            fs::write(self.file(id), text).unwrap();
        }

        /// The files name these, in a file each.
        fn reads(&mut self, named: &[(&str, bool)]) {
            let made = named
                .iter()
                .map(|(id, on)| entry(id, Origin::File(self.file(id)), *on));
            let next: Entries = made.collect();
            self.drop_ins = named
                .iter()
                .map(|(id, _)| ((*id).to_owned(), self.file(id)))
                .collect();
            self.absences.note(&self.entries, &next, None);
            self.entries = next;
        }

        /// After how many looks these are due; `None` when never.
        fn due_after(&mut self) -> Option<u32> {
            for looks in 0..20 {
                if !self.absences.due().is_empty() {
                    return Some(looks);
                }
                let files = Files {
                    main: &self.main,
                    drop_ins: &self.drop_ins,
                };
                self.absences.look(&files);
            }
            None
        }
    }

    #[test]
    fn what_is_switched_off_in_writing_is_settled_at_once_and_until_it_is_done() {
        let mut story = Story::new(&["acme", "zeta"]);
        story.reads(&[("acme", false), ("zeta", true)]);
        for _ in 0..2 {
            assert_eq!(story.due_after(), Some(0));
        }
        story.absences.settled(&"acme".parse().unwrap());
        story.reads(&[("acme", false), ("zeta", true)]);
        assert_eq!(story.due_after(), None);
    }

    #[test]
    fn a_file_that_is_gone_beside_others_counts_after_some_looks() {
        let mut story = Story::new(&["acme", "zeta"]);
        fs::remove_file(story.file("acme")).unwrap();
        story.reads(&[("zeta", true)]);
        assert_eq!(story.due_after(), Some(LOOKS));
        story.reads(&[("acme", true), ("zeta", true)]);
        assert_eq!(story.due_after(), None, "it is back");
    }

    #[test]
    fn a_truncated_file_says_nothing_until_somebody_writes_it() {
        let mut story = Story::new(&["acme", "zeta"]);
        story.write("acme", "");
        story.reads(&[("zeta", true)]);
        assert_eq!(story.due_after(), None);
        story.reads(&[("acme", false), ("zeta", true)]);
        assert_eq!(story.due_after(), Some(0));
    }

    #[test]
    fn drop_in_files_that_vanish_together_take_nothing_along() {
        for files in [&["acme"][..], &["acme", "zeta"][..]] {
            let mut story = Story::new(files);
            for file in files {
                fs::remove_file(story.file(file)).unwrap();
            }
            story.reads(&[]);
            assert_eq!(story.due_after(), None);
            // Somebody copies them back, one by one.
            story.reads(&[("other", true)]);
            assert_eq!(story.due_after(), None);
        }
    }

    #[test]
    fn a_table_taken_out_of_the_configuration_file_counts_unless_that_is_empty_or_away() {
        let [main, other] = ["portcullis.toml", "/etc/portcullis/portcullis.toml"].map(Path::new);
        for (file, has_table, expected) in [
            (None, false, 0),
            (Some(main), false, 0),
            (Some(other), true, 0),
            (Some(main), true, 1),
        ] {
            let mut absences = Absences::default();
            let before: Entries = [entry("acme", Origin::Config, true)].into_iter().collect();
            absences.note(&before, &Entries::new(), Some(main));
            for _ in 0..LOOKS {
                assert!(absences.due().is_empty());
                let file = file.map(Path::to_owned);
                absences.look(&Files {
                    main: &MainFile { file, has_table },
                    drop_ins: &BTreeMap::new(),
                });
            }
            assert_eq!(absences.due().len(), expected, "{file:?} {has_table}");
        }
    }

    /// It may name another folder of drop-in files.
    #[test]
    fn another_configuration_file_takes_no_drop_in_file_along() {
        let mut story = Story::new(&["acme", "zeta"]);
        fs::remove_file(story.file("acme")).unwrap();
        story.reads(&[("zeta", true)]);
        story.main = MainFile {
            file: Some("/etc/portcullis/portcullis.toml".into()),
            has_table: true,
        };
        assert_eq!(story.due_after(), None);
        story.main = MainFile::default();
        assert_eq!(story.due_after(), Some(LOOKS));
    }

    #[test]
    fn providers_of_the_store_are_looked_after_elsewhere() {
        let mut absences = Absences::default();
        let before: Entries = [entry("acme", Origin::Runtime, true)].into_iter().collect();
        absences.note(&before, &Entries::new(), None);
        assert!(absences.0.is_empty());
    }
}
