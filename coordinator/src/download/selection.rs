//! Which of the listed objects become files, and which files. Pure.

use std::collections::BTreeMap;
use std::path::PathBuf;

use object_store::ObjectMeta;
use object_store::path::Path as Key;

use super::{DownloadError, OBJECT_BYTES_MAX, TOTAL_BYTES_MAX};

/// An object and the file that it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// As it was listed.
    pub(super) object: ObjectMeta,
    /// Relative to the folder of all of them.
    pub(super) path: PathBuf,
}

/// What is to be fetched. Programs with a picture of folders put empty objects where they are:
/// those are not bots, and not there when somebody asks for them under the name of the folder.
///
/// # Errors
/// One cannot be a file, all of them are too large, or there is nothing.
pub(super) fn select(listed: Vec<ObjectMeta>, place: &str) -> Result<Vec<Wanted>, DownloadError> {
    let place = || place.to_owned();
    let objects = without_markers(listed);
    if objects.is_empty() {
        return Err(DownloadError::Nothing { place: place() });
    }
    let bytes = objects.values().filter(|object| object.size <= OBJECT_BYTES_MAX);
    let bytes = bytes.fold(0u64, |sum, object| sum.saturating_add(object.size));
    if bytes > TOTAL_BYTES_MAX {
        return Err(DownloadError::TooMuch { place: place(), bytes });
    }
    if let Some(key) = objects.keys().find(|key| has_below(&objects, key)) {
        return Err(DownloadError::FileAndFolder { key: shown(key), place: place() });
    }
    let wanted = |object: ObjectMeta| {
        let named = path_of(&object.location);
        let path =
            named.ok_or_else(|| DownloadError::Name { key: shown(object.location.as_ref()), place: place() });
        Ok(Wanted { path: path?, object })
    };
    objects.into_values().map(wanted).collect()
}

/// The objects by key. An empty one that stands for a folder, and one with no name at all, which
/// stands for the place itself, are left out.
fn without_markers(listed: Vec<ObjectMeta>) -> BTreeMap<String, ObjectMeta> {
    let mut objects = BTreeMap::<String, ObjectMeta>::new();
    for object in listed {
        let key = object.location.as_ref().to_owned();
        // A marker and a file of one name differ by a slash that is not seen any more.
        let is_better = objects.get(&key).is_none_or(|known| known.size < object.size);
        if !key.is_empty() && is_better {
            objects.insert(key, object);
        }
    }
    let is_marker = |(key, object): &(&String, &ObjectMeta)| object.size == 0 && has_below(&objects, key);
    let markers: Vec<String> = objects.iter().filter(is_marker).map(|(key, _)| key.clone()).collect();
    markers.iter().for_each(|marker| drop(objects.remove(marker)));
    objects
}

fn has_below(objects: &BTreeMap<String, ObjectMeta>, key: &str) -> bool {
    let folder = format!("{key}/");
    objects.range(folder.clone()..).next().is_some_and(|(below, _)| below.starts_with(&folder))
}

/// Where an object goes: never outside of the folder, whatever its key is. Nothing if it cannot be
/// a file.
fn path_of(key: &Key) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in key.parts() {
        let name = part.as_ref();
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) || name.len() > 255 {
            return None;
        }
        path.push(name);
    }
    (!path.as_os_str().is_empty()).then_some(path)
}

/// A key for people.
fn shown(key: &str) -> String {
    terms::printable::clean(&key.chars().take(300).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn listed(objects: &[(&str, u64)]) -> Vec<ObjectMeta> {
        let object = |(key, size): &(&str, u64)| ObjectMeta {
            location: Key::parse(key).unwrap(),
            last_modified: std::time::SystemTime::UNIX_EPOCH.into(),
            size: *size,
            e_tag: None,
            version: None,
        };
        objects.iter().map(object).collect()
    }

    fn paths(objects: &[(&str, u64)]) -> Result<Vec<String>, String> {
        let selected = select(listed(objects), "s3://bots").map_err(|error| error.to_string())?;
        Ok(selected.iter().map(|wanted| wanted.path.display().to_string()).collect())
    }

    #[test]
    fn keys_become_paths_whatever_they_are_made_of() {
        let odd = [("a b.py", 1), ("ünïcode/böt.py", 1), ("p%20q.py", 1), (" .py", 1), ("x;y&z=?#.py", 1)];
        let mut expected = odd.map(|(key, _)| key.to_owned());
        expected.sort();
        assert_eq!(paths(&odd).unwrap(), expected);
    }

    #[test]
    fn no_key_leads_out_of_the_folder() {
        for key in ["../a.py", "a/../../b.py", "/etc/passwd", "a//b.py", "a/./b.py", "..", "\0"] {
            let path = path_of(&Key::from(key));
            let is_inside = |path: &PathBuf| path.is_relative() && !path.starts_with("..");
            assert!(path.as_ref().is_none_or(is_inside), "{key}: {path:?}");
            assert!(path.is_none_or(|path| !Path::new("/f").join(path).to_string_lossy().contains("..")));
        }
        let long = format!("{}.py", "x".repeat(300));
        assert!(paths(&[(&long, 1)]).unwrap_err().contains("rename"));
    }

    #[test]
    fn what_stands_for_a_folder_is_no_bot() {
        let with_markers = [("", 0), ("pack/", 0), ("pack/bot.py", 5), ("a.py", 3), ("empty.py", 0)];
        assert_eq!(paths(&with_markers).unwrap(), ["a.py", "empty.py", "pack/bot.py"]);
        assert!(paths(&[("", 0)]).unwrap_err().contains("there is nothing at s3://bots"));
    }

    #[test]
    fn a_key_that_is_a_file_and_a_folder_is_named() {
        let refused = paths(&[("pack", 5), ("pack/bot.py", 5), ("pack-2/bot.py", 5)]).unwrap_err();
        assert!(refused.starts_with("pack at s3://bots is an object"), "{refused}");
        // Between the two in the order of keys.
        let refused = paths(&[("pack", 5), ("pack-2/bot.py", 5), ("pack/bot.py", 5)]).unwrap_err();
        assert!(refused.starts_with("pack at s3://bots"), "{refused}");
    }

    #[test]
    fn too_much_is_refused_before_any_of_it_is_fetched() {
        let sizes: Vec<(String, u64)> =
            (0..1_000).map(|number| (format!("{number}.py"), OBJECT_BYTES_MAX)).collect();
        let objects: Vec<(&str, u64)> = sizes.iter().map(|(key, size)| (key.as_str(), *size)).collect();
        assert!(paths(&objects).unwrap_err().contains("more than the"));
        // Those that are too large alone are refused for that, each by its name.
        assert_eq!(paths(&[("a.py", u64::MAX), ("b.py", u64::MAX)]).unwrap().len(), 2);
    }
}
