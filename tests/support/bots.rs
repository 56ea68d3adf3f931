//! Folders of bots.

use std::fs;
use std::path::{Path, PathBuf};

/// One bot and what must become of it, as a row of a table.
pub struct Bot {
    /// File name, within the folder of bots.
    pub file: &'static str,
    /// Its source, byte for byte.
    pub source: &'static [u8],
    /// The kind of its fault; nothing for a bot that plays to the end.
    pub fault: Option<&'static str>,
    /// What its first fault says, in message or traceback.
    pub says: &'static str,
}

impl Bot {
    /// The bot's name: the file's stem.
    pub fn name(&self) -> &'static str {
        self.file.strip_suffix(".py").unwrap_or(self.file)
    }
}

/// The bots that a newcomer meets first.
pub fn example_bots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/bots")
}

/// Writes one file of a bot, making folders as needed.
pub fn write_bot(folder: &Path, file: &str, source: &[u8]) {
    let path = folder.join(file);
    let parent = path.parent().expect("a file within the folder");
    fs::create_dir_all(parent).expect("a temporary folder can be written");
    fs::write(path, source).expect("a temporary folder can be written");
}

/// Writes a whole table of bots.
pub fn write_bots(folder: &Path, bots: &[Bot]) {
    bots.iter().for_each(|bot| write_bot(folder, bot.file, bot.source));
}
