//! A bot's contents in the one canonical form that is hashed, sent and stored.
//!
//! `bot bundle 1`: the magic, the number of files (u32, little-endian), then for each file, in
//! ascending order of path, the length of the path (u32), the path, the length of the content
//! (u32) and the content. The digest of a bot is the BLAKE3 of these bytes, so a worker checks
//! what it fetched by hashing it. A lone `.py` file is a bundle of one `bot.py`: its name is no
//! part of a match.

use std::collections::BTreeMap;

use crate::Digest;

/// The first bytes of every bundle.
const MAGIC: &[u8; 16] = b"arena bundle 1\n\0";
/// The file a bot starts with.
pub const ENTRY: &str = "bot.py";
/// The file that a bot in WebAssembly starts with: a component that implements `proto/bot.wit`. A bot
/// has either this or [`ENTRY`].
pub const COMPONENT: &str = "bot.wasm";
/// Longest path within a bundle, in bytes.
pub const PATH_BYTES_MAX: usize = 255;

/// One file of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative, with `/` between its parts.
    pub path: String,
    /// As it was found; not necessarily text.
    pub content: Vec<u8>,
}

/// The files of one bot, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle(BTreeMap<String, Vec<u8>>);

/// Why something is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    /// The bytes end early, go on too long, or do not start like a bundle.
    #[error("these bytes are no bot bundle")]
    Malformed,
    /// A path that could mean two things, or something outside the bot.
    #[error(
        "file name {0:?} is not allowed: use relative names without \"..\", \"\\\" or control characters, up to {PATH_BYTES_MAX} bytes"
    )]
    Path(String),
    /// Two files of one name.
    #[error("file {0:?} is there twice")]
    Twice(String),
}

impl Bundle {
    /// The bundle of a lone source file.
    pub fn of_source(source: Vec<u8>) -> Bundle {
        Bundle(BTreeMap::from([(ENTRY.to_owned(), source)]))
    }

    /// The content of the file of that path, if there is one.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// Adds a file.
    ///
    /// # Errors
    /// The path is not allowed, or is there already.
    pub fn add(&mut self, path: &str, content: Vec<u8>) -> Result<(), BadBundle> {
        check_path(path)?;
        match self.0.insert(path.to_owned(), content) {
            None => Ok(()),
            Some(_) => Err(BadBundle::Twice(path.to_owned())),
        }
    }

    /// The files in ascending order of path.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// The files, owned, in ascending order of path.
    pub fn into_files(self) -> Vec<SourceFile> {
        self.0.into_iter().map(|(path, content)| SourceFile { path, content }).collect()
    }

    /// Whether there is a file of that path.
    pub fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Bytes of all contents together.
    pub fn content_bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The digest of the bot.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.encode())
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.0.len() as u32).to_le_bytes());
        for (path, content) in &self.0 {
            out.extend((path.len() as u32).to_le_bytes());
            out.extend(path.as_bytes());
            out.extend((content.len() as u32).to_le_bytes());
            out.extend(content);
        }
        out
    }

    /// The bundle of canonical bytes. Whatever this accepts encodes to the same bytes.
    ///
    /// # Errors
    /// The bytes are no bundle, or not in canonical order.
    pub fn decode(bytes: &[u8]) -> Result<Bundle, BadBundle> {
        let (count, mut rest) = open(bytes)?;
        let mut bundle = Bundle::default();
        for _ in 0..count {
            let (path, content) = take_file(&mut rest)?;
            if bundle.0.last_key_value().is_some_and(|(last, _)| last.as_str() > path) {
                return Err(BadBundle::Malformed);
            }
            bundle.add(path, content.to_vec())?;
        }
        if rest.is_empty() { Ok(bundle) } else { Err(BadBundle::Malformed) }
    }
}

/// The component that a bot is, in the canonical bytes of its bundle; nothing if it is a bot in
/// Python. Copies nothing.
///
/// # Errors
/// The bytes before the component are no bundle.
pub fn component_of(bytes: &[u8]) -> Result<Option<&[u8]>, BadBundle> {
    let (count, mut rest) = open(bytes)?;
    for _ in 0..count {
        let (path, content) = take_file(&mut rest)?;
        if path == COMPONENT {
            return Ok(Some(content));
        }
    }
    Ok(None)
}

/// The number of files, and the bytes that hold them.
fn open(bytes: &[u8]) -> Result<(u32, &[u8]), BadBundle> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(BadBundle::Malformed)?;
    Ok((take_number(&mut rest)?, rest))
}

fn take_file<'a>(rest: &mut &'a [u8]) -> Result<(&'a str, &'a [u8]), BadBundle> {
    let path_len = take_number(rest)?;
    let path = std::str::from_utf8(take(rest, path_len)?).map_err(|_| BadBundle::Malformed)?;
    let content_len = take_number(rest)?;
    Ok((path, take(rest, content_len)?))
}

fn take<'a>(rest: &mut &'a [u8], len: u32) -> Result<&'a [u8], BadBundle> {
    let (head, tail) = rest.split_at_checked(len as usize).ok_or(BadBundle::Malformed)?;
    *rest = tail;
    Ok(head)
}

fn take_number(rest: &mut &[u8]) -> Result<u32, BadBundle> {
    let (head, tail) = rest.split_first_chunk::<4>().ok_or(BadBundle::Malformed)?;
    *rest = tail;
    Ok(u32::from_le_bytes(*head))
}

fn check_path(path: &str) -> Result<(), BadBundle> {
    let part_is_fine = |part: &str| !part.is_empty() && part != "." && part != "..";
    let fine = path.len() <= PATH_BYTES_MAX
        && path.split('/').all(part_is_fine)
        && !path.chars().any(|c| c.is_control() || c == '\\');
    if fine { Ok(()) } else { Err(BadBundle::Path(path.chars().take(PATH_BYTES_MAX).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bundle_survives_its_encoding(files: BTreeMap<String, Vec<u8>>) {
            let mut bundle = Bundle::default();
            for (path, content) in files {
                let _ = bundle.add(&path, content);
            }
            prop_assert_eq!(Bundle::decode(&bundle.encode()), Ok(bundle));
        }

        #[test]
        fn decoding_is_total_and_canonical(mut bytes: Vec<u8>, with_magic: bool) {
            if with_magic {
                bytes.splice(0..0, MAGIC.iter().copied());
            }
            let component = component_of(&bytes).map(|found| found.map(<[u8]>::to_vec));
            if let Ok(bundle) = Bundle::decode(&bytes) {
                prop_assert_eq!(component, Ok(bundle.get(COMPONENT).map(<[u8]>::to_vec)));
                prop_assert_eq!(bundle.encode(), bytes);
            }
        }
    }

    #[test]
    fn paths_that_leave_the_bot_are_refused() {
        let long = "x".repeat(PATH_BYTES_MAX + 1);
        for bad in
            ["", "/etc/passwd", "../up.py", "a/../b", "a//b", "./a", "a\\b", "a\0b", "a\nb", "a/", &long]
        {
            let refused = Bundle::default().add(bad, Vec::new());
            assert!(matches!(refused, Err(BadBundle::Path(_))), "{bad:?} was accepted");
        }
    }

    #[test]
    fn the_order_of_adding_does_not_matter_and_twice_is_refused() {
        let bundle = |order: [&str; 2]| {
            let mut bundle = Bundle::default();
            order.iter().for_each(|path| bundle.add(path, path.as_bytes().to_vec()).unwrap());
            bundle
        };
        assert_eq!(bundle(["a.py", "b.py"]).digest(), bundle(["b.py", "a.py"]).digest());
        let again = bundle(["a.py", "b.py"]).add("a.py", Vec::new());
        assert_eq!(again, Err(BadBundle::Twice("a.py".into())));
    }

    #[test]
    fn a_component_is_found_without_unpacking() {
        let mut bundle = Bundle::default();
        bundle.add("a/bot.wasm", b"not this".to_vec()).unwrap();
        bundle.add("book.txt", b"nor this".to_vec()).unwrap();
        assert_eq!(component_of(&bundle.encode()), Ok(None));
        bundle.add(COMPONENT, b"this".to_vec()).unwrap();
        assert_eq!(component_of(&bundle.encode()), Ok(Some(&b"this"[..])));
        assert_eq!(component_of(b"noise"), Err(BadBundle::Malformed));
    }

    #[test]
    fn a_huge_count_allocates_nothing() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u32::MAX.to_le_bytes());
        assert_eq!(Bundle::decode(&bytes), Err(BadBundle::Malformed));
    }
}
