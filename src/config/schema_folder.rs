//! `identity.schemas_dir`: a folder of schemas, one file for each, as other programs and mounted
//! ConfigMaps keep them. It may change while the gateway runs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    finding::{Check, Place, Severity},
    schema::SchemaSource,
};

/// The file that names the schema of new identities.
const DEFAULT: &str = "default.schema";

/// What a file may end in behind the id.
const ENDING: &str = ".json";

/// What a folder of schemas says.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchemaFolder {
    /// The schemas, each with its file, in the order of their names.
    pub(super) sources: Vec<SchemaSource>,
    /// The id of the schema of new identities.
    pub(super) default: Option<String>,
    /// The folder, where there is one.
    folder: Option<PathBuf>,
}

impl SchemaFolder {
    /// Reads all files, and tells what is wrong with them.
    pub(super) fn read(folder: &Path, check: &mut Check<'_>) -> Self {
        let read = Self::read_with(folder, |source| source.read(check));
        read.unwrap_or_else(|error| {
            check.problem(format!(
                "{}: the folder cannot be read: {error}",
                folder.display()
            ));
            Self::default()
        })
    }

    /// Reads them while the gateway runs: what is whole, and which ids are not, with why.
    pub(crate) fn look(folder: &Path) -> io::Result<(Self, Vec<(String, String)>)> {
        let mut broken = Vec::new();
        let mut read = Self::read_with(folder, |source| {
            let mut findings = Vec::new();
            source.read(&mut Check::new(&mut findings));
            findings.retain(|one| one.severity == Severity::Problem);
            if !findings.is_empty() {
                let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
                broken.push((source.id.clone(), told.join("; ")));
                source.document = None;
            }
        })?;
        read.sources.retain(|source| source.document.is_some());
        Ok((read, broken))
    }

    fn read_with(folder: &Path, mut read: impl FnMut(&mut SchemaSource)) -> io::Result<Self> {
        let mut all = Self {
            folder: Some(folder.to_owned()),
            ..Self::default()
        };
        for file in files(folder)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name == DEFAULT {
                let text = fs::read_to_string(&file)?;
                all.default = Some(text.trim().to_owned()).filter(|id| !id.is_empty());
                continue;
            }
            let mut source = SchemaSource {
                id: name.strip_suffix(ENDING).unwrap_or(&name).to_owned(),
                file: Some(file.clone()),
                ..SchemaSource::default()
            };
            read(&mut source);
            all.sources.push(source);
        }
        Ok(all)
    }

    /// Where the schema of new identities is named.
    pub(super) fn place_of_default(&self) -> Option<Place> {
        self.default.as_ref()?;
        let folder = self.folder.as_ref()?;
        Some(Place::File(folder.join(DEFAULT)))
    }

    /// The ids of its schemas.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| &*source.id)
    }

    /// Goes on with a schema that stands in it no more.
    pub(super) fn keep(&mut self, id: &str, document: &Value) {
        self.sources.push(SchemaSource {
            id: id.to_owned(),
            inline: Some(document.to_string()),
            document: Some(document.clone()),
            ..SchemaSource::default()
        });
    }

    /// Whether it names no schema at all, as one that is away for a moment does.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Tells of ids that cannot be, and of those that are somebody else's; `others` are written in the
    /// configuration file.
    pub(super) fn validate(&self, others: &[SchemaSource], check: &mut Check<'_>) {
        for (index, source) in self.sources.iter().enumerate() {
            let place = source.file.clone().map_or(Place::Defaults, Place::File);
            if let Some(reason) = self.problem(index, source, others) {
                check.problem_at(place, reason);
            }
        }
    }

    /// The ids of files that cannot be used beside what the configuration file says, with why.
    pub(crate) fn take_misnamed(&mut self, others: &[SchemaSource]) -> Vec<(String, String)> {
        let numbered = self.sources.iter().enumerate();
        let wrong: Vec<_> = numbered
            .filter_map(|(index, source)| {
                let reason = self.problem(index, source, others)?;
                Some((source.id.clone(), reason))
            })
            .collect();
        let is_wrong = |id: &String| wrong.iter().any(|(other, _)| other == id);
        self.sources.retain(|source| !is_wrong(&source.id));
        wrong
    }

    fn problem(
        &self,
        index: usize,
        source: &SchemaSource,
        others: &[SchemaSource],
    ) -> Option<String> {
        let id = &source.id;
        if !super::is_schema_name(id) {
            return Some(format!(
                "{id:?} is no schema id; call the file by one, of letters, digits, `-`, `_` and `.`"
            ));
        }
        if others.iter().any(|other| other.id == *id) {
            return Some(format!(
                "the schema {id:?} is written in [[identity.schemas]] too; keep one of the two"
            ));
        }
        let mut earlier = self.sources[..index].iter();
        earlier.any(|one| one.id == *id).then(|| {
            format!("another file of the folder holds the schema {id:?}; keep one of the two")
        })
    }
}

/// The files that count: those whose names begin with a dot do not, as `..data` of a ConfigMap.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
