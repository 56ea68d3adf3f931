//! Everything that starts an arena elsewhere: valid by those who know the formats, and started for real
//! as far as one machine without an engine or a cluster can: the very files of the image, in containers of
//! the runtime that Docker and Kubernetes use, with the commands that the files say.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "deploy/compose.rs"]
mod compose;
#[path = "deploy/container.rs"]
mod container;
#[path = "deploy/files.rs"]
mod files;
#[path = "deploy/image.rs"]
mod image;
#[path = "deploy/kubernetes.rs"]
mod kubernetes;
#[path = "deploy/mistakes.rs"]
mod mistakes;
#[path = "deploy/objects.rs"]
mod objects;
#[path = "deploy/play.rs"]
mod play;
#[path = "deploy/tools.rs"]
mod tools;
#[path = "deploy/units.rs"]
mod units;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Lets everybody read a file, or enter a folder.
fn open_to_all(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
