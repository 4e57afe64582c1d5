//! What files look like from outside: enough to see that one has changed, without reading it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::config::{self, Config, Sources};

/// The looks of all files that providers come from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Option<Looks>)>);

/// Where a name leads, which changes when a folder behind it is swapped, and how what is there looks.
pub(crate) type Looks = (PathBuf, SystemTime, u64);

impl Stamp {
    /// How the files of this configuration look now; a file that is not there looks like nothing.
    pub(super) fn take(sources: &Sources, config: &Config) -> Self {
        let main = sources.chosen_file().map(Path::to_owned);
        let drop_ins = config::drop_ins(&config.providers_dir);
        let files = main
            .into_iter()
            .chain(drop_ins)
            .chain(config.provider_files());
        Self(files.map(|file| (file.clone(), looks(&file))).collect())
    }
}

/// How a file looks now; nothing where it is not there.
pub(crate) fn looks(file: &Path) -> Option<Looks> {
    let metadata = fs::metadata(file).ok()?;
    let place = fs::canonicalize(file).ok()?;
    Some((place, metadata.modified().ok()?, metadata.len()))
}
