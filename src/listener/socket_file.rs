//! A Unix socket in the file system: made for whom it is meant from its first moment on, in the place of
//! one whose process is gone, and taken away at the end. It never takes anything else away.

use std::{
    fs::{self, Permissions},
    io,
    os::{
        fd::OwnedFd,
        unix::{
            fs::{FileTypeExt, MetadataExt, PermissionsExt},
            net::UnixListener,
        },
    },
    path::{Path, PathBuf},
};

use rustix::{
    io::{Errno, FdFlags, fcntl_setfd, ioctl_fionbio},
    net::{AddressFamily, SocketAddrUnix, SocketType, bind, connect, listen, socket},
};

/// How many connections wait until they are accepted, before the framework asks for more.
const BACKLOG: i32 = 128;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// A process that lives answers there.
    #[error("another process answers there; stop it, or choose another path")]
    InUse,
    /// Something else has the name.
    #[error("something that is no socket has this name; choose another path")]
    NoSocket,
    /// The folder it would be in is not there.
    #[error("its folder is not there; make it first")]
    NoFolder,
    /// The operating system refuses.
    #[error(transparent)]
    Io(io::Error),
}

/// The file of a socket, gone when this is. Its listener has to outlive it: as long as that is open nothing
/// else gets the number of the file.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and number: somebody may have made another one in its place.
    own: (u64, u64),
}

impl SocketFile {
    /// Listens at this path for whom `mode` lets in.
    pub(super) fn listen(path: &Path, mode: u32) -> Result<(Self, UnixListener), SocketError> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        if !parent.is_dir() {
            return Err(SocketError::NoFolder);
        }
        make_room(path)?;
        let address = SocketAddrUnix::new(path).map_err(system)?;
        let socket = stream()?;
        bind(&socket, &address).map_err(system)?;
        let file = Self {
            own: number(path).map_err(SocketError::Io)?,
            path: path.to_owned(),
        };
        // Nobody connects before it listens, so that nobody gets in under the mode it was made with.
        let permissions = Permissions::from_mode(mode);
        fs::set_permissions(path, permissions).map_err(SocketError::Io)?;
        listen(&socket, BACKLOG).map_err(system)?;
        Ok((file, UnixListener::from(socket)))
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if number(&self.path).is_ok_and(|found| found == self.own) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes the socket of a process that is gone. Two that start at this very moment could take each
/// other's for one: they share the other listeners, too, and those keep the second from starting.
fn make_room(path: &Path) -> Result<(), SocketError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(SocketError::Io(error)),
    };
    if !found.file_type().is_socket() {
        return Err(SocketError::NoSocket);
    }
    let address = SocketAddrUnix::new(path).map_err(system)?;
    match connect(stream()?, &address) {
        Err(Errno::CONNREFUSED) => fs::remove_file(path).map_err(SocketError::Io),
        // Somebody took it away just now.
        Err(Errno::NOENT) => Ok(()),
        // Whoever has no time to accept lives, too.
        Ok(()) | Err(Errno::AGAIN | Errno::PROTOTYPE) => Err(SocketError::InUse),
        Err(error) => Err(system(error)),
    }
}

/// A socket that waits for nothing, and that no other program inherits.
fn stream() -> Result<OwnedFd, SocketError> {
    let socket = socket(AddressFamily::UNIX, SocketType::STREAM, None).map_err(system)?;
    fcntl_setfd(&socket, FdFlags::CLOEXEC).map_err(system)?;
    ioctl_fionbio(&socket, true).map_err(system)?;
    Ok(socket)
}

fn number(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

fn system(error: Errno) -> SocketError {
    match error {
        Errno::ADDRINUSE => SocketError::InUse,
        other => SocketError::Io(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("admin.sock");
        (folder, path)
    }

    #[test]
    fn a_socket_lets_in_whom_it_is_for_and_goes_with_its_listener() {
        let (_folder, path) = folder();
        for mode in [0o600, 0o660] {
            let (file, _listener) = SocketFile::listen(&path, mode).unwrap();
            let found = fs::symlink_metadata(&path).unwrap();
            assert_eq!(found.permissions().mode() & 0o777, mode);
            UnixStream::connect(file.path()).unwrap();
            drop(file);
            assert!(!path.exists());
        }
    }

    #[test]
    fn the_socket_of_a_process_that_is_gone_makes_room() {
        let (_folder, path) = folder();
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "nobody took it away");
        let (_file, _listener) = SocketFile::listen(&path, 0o600).unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn what_lives_or_is_no_socket_stays() {
        let (folder, path) = folder();
        let living = UnixListener::bind(&path).unwrap();
        let refused = SocketFile::listen(&path, 0o600).unwrap_err();
        assert!(matches!(refused, SocketError::InUse), "{refused}");
        drop(living);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for other in [&path, &link, &folder.path().to_owned()] {
            let refused = SocketFile::listen(other, 0o600).unwrap_err();
            assert!(matches!(refused, SocketError::NoSocket), "{refused}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        let nowhere = folder.path().join("none").join("admin.sock");
        let refused = SocketFile::listen(&nowhere, 0o600).unwrap_err();
        assert!(matches!(refused, SocketError::NoFolder), "{refused}");
        assert!(!folder.path().join("none").exists());
    }

    #[test]
    fn what_another_process_made_in_its_place_is_left_to_it() {
        let (_folder, path) = folder();
        let (file, _listener) = SocketFile::listen(&path, 0o600).unwrap();
        fs::remove_file(&path).unwrap();
        let (_next, _other) = SocketFile::listen(&path, 0o600).unwrap();
        drop(file);
        UnixStream::connect(&path).unwrap();
    }
}
