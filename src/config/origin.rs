//! What was written and where: the text of the files and the variables of the environment.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::{
    drop_in::{self, DropIns},
    finding::{KeyPath, Place, Report},
    position::Position,
    sources::{Setting, Sources},
    written::Written,
};

/// The sources of one reading; it holds secrets, so it has no `Debug`.
#[derive(Default)]
pub(super) struct Origin {
    /// The configuration file, or nothing.
    pub(super) main: Written,
    /// The files of `providers_dir`.
    pub(super) drop_ins: Vec<Written>,
    /// The variables of the environment.
    pub(super) settings: Vec<Setting>,
    /// All variables, for what refers to them.
    pub(super) variables: Vec<(String, String)>,
}

impl Origin {
    /// Reads the files that are to be read, except for drop-in files that are to be skipped.
    pub(super) fn read(sources: &Sources, skipped: &[PathBuf]) -> Result<Self, Report> {
        let settings = sources.settings();
        let main = match sources.chosen_file() {
            Some(file) => Written::read(file)?,
            None => Written::default(),
        };
        let drop_ins = match providers_dir(&main, &settings) {
            Some(folder) => drop_in::read(&folder, skipped)?,
            None => Vec::new(),
        };
        Ok(Self {
            main,
            drop_ins,
            settings,
            variables: sources.variables.clone(),
        })
    }

    /// The drop-in files that are there, whatever is in them.
    pub(super) fn drop_in_files(sources: &Sources) -> Vec<PathBuf> {
        let main = sources.chosen_file().map(Written::read);
        let Ok(main) = main.unwrap_or_else(|| Ok(Written::default())) else {
            return Vec::new();
        };
        let folder = providers_dir(&main, &sources.settings());
        let files = folder.map(|folder| drop_in::files(&folder));
        files.and_then(Result::ok).unwrap_or_default()
    }

    /// The folder from which relative file names count.
    pub(super) fn folder(&self) -> &Path {
        self.main.folder()
    }

    /// Where `key` was written, or where it would be.
    pub(super) fn place_of(
        &self,
        document: &DeTable<'_>,
        drop_ins: &DropIns<'_>,
        variables: &[(KeyPath, &Setting)],
        key: &KeyPath,
    ) -> Place {
        let variable = |found: Option<&(KeyPath, &Setting)>| {
            found.map(|(_, setting)| Place::Variable(setting.name.clone()))
        };
        let above = variable(
            variables
                .iter()
                .find(|(path, _)| key.0.starts_with(&path.0)),
        );
        let below = variable(
            variables
                .iter()
                .find(|(path, _)| path.0.starts_with(&key.0)),
        );
        let (file, position) = match drop_ins.holder(key) {
            Some(holder) => (holder.written, holder.position(key)),
            None => (&self.main, self.main.position(document, key)),
        };
        let written = match position {
            Position::Exact(at) => above.or_else(|| file.line(at)),
            Position::Around(at) => above.or(below).or_else(|| file.line(at)),
            Position::Absent => above.or(below),
        };
        written.unwrap_or_else(|| file.whole())
    }
}

/// The folder of the drop-in files, which has to be known before anything else is read; `None` when
/// it is set to nothing.
fn providers_dir(main: &Written, settings: &[Setting]) -> Option<PathBuf> {
    const KEY: &str = "providers_dir";
    let setting = settings.iter().find(|setting| setting.levels == [KEY]);
    let named = match setting {
        Some(setting) => Some(setting.value.clone()),
        None => main.values().ok().and_then(|values| {
            let value = values.get(KEY)?;
            value.as_str().map(str::to_owned)
        }),
    };
    let name = named.unwrap_or_else(|| super::PROVIDERS_DIR.to_owned());
    (!name.is_empty()).then(|| main.folder().join(name))
}
