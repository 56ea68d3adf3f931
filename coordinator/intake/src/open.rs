//! Opening files that strangers put there: regular files only, and never out of the directory.

use std::fs::{File, FileType, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::{Reason, name};

/// The bots directory, by its real path.
#[derive(Clone, Copy)]
pub(super) struct Root<'a>(pub(super) &'a Path);

/// What an entry is, links within the directory already followed.
pub(super) enum Found {
    /// A regular file, at that path.
    File(PathBuf),
    /// A folder.
    Folder,
}

impl Root<'_> {
    /// What is at `path`, which lies in this directory.
    ///
    /// # Errors
    /// A link that leads anywhere but to a file of this directory, something that is neither a
    /// file nor a folder, or what the system says.
    pub(super) fn find(self, path: &Path) -> Result<Found, Reason> {
        let kind = std::fs::symlink_metadata(path).map_err(|e| self.unreadable(path, e))?.file_type();
        if kind.is_symlink() { self.follow(path) } else { self.sort(path, path, kind) }
    }

    /// Links to files are followed because a mounted Kubernetes ConfigMap consists of them.
    fn follow(self, link: &Path) -> Result<Found, Reason> {
        let refused = || Reason::Link { path: self.shown(link) };
        let target = link.canonicalize().map_err(|_| refused())?;
        if !target.starts_with(self.0) || target.is_dir() {
            return Err(refused());
        }
        let kind = std::fs::symlink_metadata(&target).map_err(|e| self.unreadable(link, e))?.file_type();
        self.sort(link, &target, kind)
    }

    fn sort(self, entry: &Path, target: &Path, kind: FileType) -> Result<Found, Reason> {
        match special(kind) {
            Some(what) => Err(Reason::Special { path: self.shown(entry), what }),
            None if kind.is_dir() => Ok(Found::Folder),
            None => Ok(Found::File(target.to_owned())),
        }
    }

    /// Opens a regular file. What it is may have changed since it was found, so neither a link is
    /// followed nor a FIFO waited for, and the open file is asked again what it is.
    ///
    /// # Errors
    /// What the system says, or that it is no regular file after all.
    pub(super) fn open(self, path: &Path) -> Result<File, Reason> {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
        let file = opened.map_err(|e| self.unreadable(path, e))?;
        let kind = file.metadata().map_err(|e| self.unreadable(path, e))?.file_type();
        match special(kind) {
            Some(what) => Err(Reason::Special { path: self.shown(path), what }),
            None => Ok(file),
        }
    }

    /// The problem that the system has with `path`.
    pub(super) fn unreadable(self, path: &Path, source: io::Error) -> Reason {
        Reason::Unreadable { path: self.shown(path), source }
    }

    fn shown(self, path: &Path) -> String {
        name::shown(path.strip_prefix(self.0).unwrap_or(path).as_os_str())
    }
}

fn special(kind: FileType) -> Option<&'static str> {
    let kinds = [
        (kind.is_fifo(), "FIFO"),
        (kind.is_socket(), "socket"),
        (kind.is_block_device() || kind.is_char_device(), "device"),
    ];
    kinds.into_iter().find_map(|(is, what)| is.then_some(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_opened_is_named_with_what_the_system_says() {
        let dir = tempfile::tempdir().unwrap();
        let refused = Root(dir.path()).open(&dir.path().join("gone.py")).unwrap_err().to_string();
        assert!(refused.starts_with("gone.py cannot be read: No such file"), "{refused}");
    }

    #[test]
    fn neither_a_link_nor_a_fifo_is_opened_even_if_it_took_the_place_of_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let [file, link, fifo] = ["a", "b", "c"].map(|name| dir.path().join(name));
        std::fs::write(&file, b"x").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let root = Root(dir.path());
        assert!(root.open(&file).is_ok());
        assert!(matches!(root.open(&link), Err(Reason::Unreadable { .. })));
        assert!(matches!(root.open(&fifo), Err(Reason::Special { what: "FIFO", .. })));
    }
}
