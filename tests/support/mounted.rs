//! A folder as Kubernetes mounts a ConfigMap: every name leads through `..data` to a folder that is
//! never changed, and a change swaps `..data` for another one.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A mounted ConfigMap.
#[derive(Debug)]
pub(crate) struct Mounted {
    folder: TempDir,
    count: usize,
}

impl Mounted {
    /// Mounts these texts under their names.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut mounted = Self { folder, count: 0 };
        mounted.swap(files);
        mounted
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Other texts, all at once.
    pub(crate) fn swap(&mut self, files: &[(&str, &str)]) {
        let before = self.version();
        self.count += 1;
        fs::create_dir(self.version()).expect("a folder");
        for (name, text) in files {
            fs::write(self.version().join(name), text).expect("a file");
        }
        let target = self.version();
        let fresh = self.path().join("..data_tmp");
        symlink(target.file_name().expect("a name"), &fresh).expect("a link");
        fs::rename(fresh, self.path().join("..data")).expect("the swap");
        for (name, _) in files {
            let link = self.path().join(name);
            if fs::symlink_metadata(&link).is_err() {
                symlink(Path::new("..data").join(name), link).expect("a link");
            }
        }
        self.remove_stale(files);
        if self.count > 1 {
            fs::remove_dir_all(before).expect("the folder of before goes");
        }
    }

    fn version(&self) -> PathBuf {
        self.path().join(format!("..2026_11_22.{}", self.count))
    }

    fn remove_stale(&self, files: &[(&str, &str)]) {
        for entry in fs::read_dir(self.path()).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_known = files.iter().any(|(known, _)| *known == name);
            if !name.starts_with("..") && !is_known {
                fs::remove_file(entry.path()).expect("a name goes");
            }
        }
    }
}
