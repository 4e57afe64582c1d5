//! `providers_dir`: files that each add providers, so that every tool and every team can own one.

mod file;
mod kratos;
mod list;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value, de::DeTable};

pub(super) use self::file::DropIn;
use super::{
    finding::{Finding, KeyPath, Place, Report, Severity},
    reference,
    written::{Written, report_of},
};

/// How the files that count are called: tables of ours, and lists as in the configuration of Kratos.
const ENDINGS: [&str; 2] = [".toml", LIST];

/// How a list is called.
const LIST: &str = ".json";

/// The name of the only table that such a file may hold.
const PROVIDERS: &str = "providers";

/// The files of the folder that count, in the order of their names; none where it is missing.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_read = ENDINGS.iter().any(|end| name.ends_with(end));
        // Where Kubernetes mounts a ConfigMap, a name leads through `..data`, which is swapped.
        if is_read && !name.starts_with('.') && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the files that count and are not skipped.
pub(super) fn read(folder: &Path, skipped: &[PathBuf]) -> Result<Vec<Written>, Report> {
    let files = files(folder).map_err(|error| {
        let reason = format!("the folder cannot be read: {error}");
        report_of(Place::File(folder.to_owned()), reason)
    })?;
    let (mut all, mut findings) = (Vec::new(), Vec::new());
    for file in files.into_iter().filter(|file| !skipped.contains(file)) {
        match Written::read(&file) {
            Ok(written) => all.push(written),
            Err(report) => findings.extend(report.findings),
        }
    }
    done(all, findings)
}

/// The providers of all drop-in files, and which file each stands in.
pub(super) struct DropIns<'o> {
    files: Vec<DropIn<'o>>,
    owners: BTreeMap<String, usize>,
    /// The tables of the providers.
    pub(super) providers: Table,
    /// What is wrong with the files themselves.
    pub(super) findings: Vec<Finding>,
}

impl<'o> DropIns<'o> {
    /// Gathers what `files` say; `main` already has providers of its own.
    pub(super) fn gather(
        files: &'o [Written],
        main: (&Written, &DeTable<'_>),
    ) -> Result<Self, Report> {
        let (mut read, mut findings) = (Vec::new(), Vec::new());
        for file in files {
            match DropIn::read(file) {
                Ok(file) => read.push(file),
                Err(report) => findings.extend(report.findings),
            }
        }
        let mut files = done(read, findings)?;
        let findings = files.iter_mut().flat_map(DropIn::take_findings).collect();
        let mut gathered = Self {
            files,
            owners: BTreeMap::new(),
            providers: Table::new(),
            findings,
        };
        for index in 0..gathered.files.len() {
            gathered.take(index, main)?;
        }
        Ok(gathered)
    }

    /// The file that `key` stands in, where it is one of theirs.
    pub(super) fn holder(&self, key: &KeyPath) -> Option<&DropIn<'o>> {
        let [PROVIDERS, id] = [key.0.first()?, key.0.get(1)?].map(String::as_str) else {
            return None;
        };
        self.files.get(*self.owners.get(id)?)
    }

    /// Which file each provider stands in.
    pub(super) fn sources(&self) -> BTreeMap<String, PathBuf> {
        let file = |index: &usize| self.files.get(*index)?.written.file.clone();
        let named = |(id, index): (&String, &usize)| Some((id.clone(), file(index)?));
        self.owners.iter().filter_map(named).collect()
    }

    /// Puts what is meant into the place of each reference of tables of ours; which could not be read.
    pub(super) fn resolve(&mut self, variables: &[(String, String)]) -> Vec<(KeyPath, String)> {
        let is_ours = |index: &usize| {
            let file = self.files.get(*index);
            file.is_some_and(|file| !file.written.ends_in(LIST))
        };
        let owners = self.owners.iter().filter(|(_, index)| is_ours(index));
        let ids: Vec<String> = owners.map(|(id, _)| id.clone()).collect();
        reference::resolve_providers(variables, &mut self.providers, &ids)
    }

    /// What of the lists has no meaning here, in words.
    pub(super) fn losses(&self) -> Vec<String> {
        let findings = self.findings.iter();
        let lost = findings.filter(|finding| finding.severity == Severity::Warning);
        lost.map(Finding::to_string).collect()
    }

    fn take(&mut self, index: usize, main: (&Written, &DeTable<'_>)) -> Result<(), Report> {
        let Some(file) = self.files.get(index) else {
            return Ok(());
        };
        for (name, value) in file.values()? {
            match value {
                Value::Table(tables) if name == PROVIDERS => self.adopt(index, tables, main),
                _ => self.refuse(
                    index,
                    &[name],
                    "a file of providers_dir holds [providers.<id>] tables and nothing else".into(),
                ),
            }
        }
        Ok(())
    }

    fn adopt(&mut self, index: usize, tables: Table, main: (&Written, &DeTable<'_>)) {
        for (id, table) in tables {
            match self.other_place(&id, main) {
                None => {
                    self.owners.insert(id.clone(), index);
                    self.providers.insert(id, table);
                }
                Some(place) => {
                    let message = format!("it is written at {place} too; keep one of the two");
                    self.refuse(index, &[PROVIDERS.to_owned(), id], message);
                }
            }
        }
    }

    /// Where a provider of this id is written already.
    fn other_place(
        &self,
        id: &str,
        (written, document): (&Written, &DeTable<'_>),
    ) -> Option<Place> {
        let key = KeyPath(vec![PROVIDERS.to_owned(), id.to_owned()]);
        if let Some(file) = self.holder(&key) {
            return Some(file.place(&key));
        }
        let own = document.get(PROVIDERS)?.get_ref().as_table()?;
        let is_there = own.iter().any(|(name, _)| name.get_ref() == id);
        is_there.then(|| written.place(document, &key))
    }

    fn refuse(&mut self, index: usize, key: &[String], message: String) {
        let key = KeyPath(key.to_vec());
        let place = self.files.get(index).map(|file| file.place(&key));
        self.findings.push(Finding {
            severity: Severity::Problem,
            place,
            key,
            message,
        });
    }
}

fn done<T>(all: Vec<T>, findings: Vec<Finding>) -> Result<Vec<T>, Report> {
    match findings.is_empty() {
        true => Ok(all),
        false => Err(Report { findings }),
    }
}
