//! What a spool promises, whatever is in its folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fixture::{AUTHOR, report};
use super::*;

fn open(root: &TempDir) -> Spool {
    Spool::open(root.path(), Bounds::default(), 7).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != LOCK)
        .collect();
    names.sort();
    names
}

fn file_of(spool: &Spool, number: u8) -> PathBuf {
    spool.path((report(number).id, Attempt(1)))
}

#[test]
fn results_survive_the_process_and_go_when_they_are_forgotten() {
    let root = tempfile::tempdir().unwrap();
    let spool = open(&root);
    assert!((1..=3).all(|number| spool.put(&report(number))));
    drop(spool);
    let spool = open(&root);
    assert_eq!(spool.keys().len(), 3);
    for number in 1..=3 {
        assert_eq!(spool.get((report(number).id, Attempt(1))), Some(report(number)));
        spool.remove((report(number).id, Attempt(1)));
    }
    assert_eq!((spool.keys(), names(spool.folder())), (vec![], vec![]));
}

#[test]
fn whoever_comes_after_a_death_in_the_same_boot_goes_on_in_its_name() {
    let root = tempfile::tempdir().unwrap();
    let first = Spool::open(root.path(), Bounds::default(), 1).unwrap();
    first.put(&report(1));
    drop(first);
    let second = Spool::open(root.path(), Bounds::default(), 2).unwrap();
    assert_eq!(second.instance(), format!("{:032x}", 1));
    let path = file_of(&second, 1);
    drop(second);
    let elsewhere = Author { boot: folders::boot().unwrap() ^ 1, instance: 1 };
    fs::write(path, Entry::encode(elsewhere, &report(1))).unwrap();
    let third = Spool::open(root.path(), Bounds::default(), 3).unwrap();
    assert_eq!(third.instance(), format!("{:032x}", 3), "a copy of a machine is another worker");
    assert_eq!(third.keys().len(), 1, "but its results count");
}

#[test]
fn workers_with_one_data_directory_have_a_folder_each_and_inherit_what_is_left() {
    let root = tempfile::tempdir().unwrap();
    let (one, two, three) = (open(&root), open(&root), open(&root));
    assert!(one.put(&report(1)) && two.put(&report(2)) && three.put(&report(3)));
    assert!([&one, &two, &three].iter().all(|spool| spool.keys().len() == 1));
    let folder = two.folder().to_owned();
    drop(two);
    let next = open(&root);
    assert_eq!((next.folder(), next.keys().len()), (folder.as_path(), 1), "what one left, the next has");
    drop((one, next));
    assert_eq!(open(&root).keys().len(), 2, "one inherits what two left");
    assert_eq!(three.keys().len(), 1, "and takes nothing from who lives");
}

#[test]
fn what_is_no_result_is_set_aside_and_harms_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let spool = open(&root);
    assert!((1..=6).all(|number| spool.put(&report(number))));
    let folder = spool.folder().to_owned();
    let [cut, flipped, other, newer, empty] = [1, 2, 3, 4, 5].map(|number| file_of(&spool, number));
    drop(spool);
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let mut damaged = fs::read(&flipped).unwrap();
    damaged[80] ^= 1;
    fs::write(&flipped, damaged).unwrap();
    fs::write(&other, Entry::encode(AUTHOR, &report(9))).unwrap();
    let mut new = fs::read(&newer).unwrap();
    new[8] = 9;
    fs::write(&newer, new).unwrap();
    fs::write(&empty, "").unwrap();
    fs::write(folder.join("README"), "not mine\u{1b}[2J").unwrap();
    fs::write(folder.join(".tmpabc"), "half a result").unwrap();
    fs::create_dir(folder.join("a folder")).unwrap();
    symlink("/dev/zero", folder.join(file_of(&open(&tempfile::tempdir().unwrap()), 8).file_name().unwrap()))
        .unwrap();

    let spool = open(&root);
    assert_eq!(spool.keys().iter().filter(|key| spool.get(**key).is_some()).count(), 1);
    assert_eq!(spool.get((report(6).id, Attempt(1))), Some(report(6)));
    assert_eq!(spool.keys().len(), 1, "what was set aside is not asked for again");
    assert_eq!(names(&folder.join(ASIDE)).len(), 6, "{:?}", names(&folder.join(ASIDE)));
    assert!(!folder.join(".tmpabc").exists());
}

#[test]
fn a_file_longer_than_any_result_is_not_read_to_its_end() {
    let root = tempfile::tempdir().unwrap();
    let spool = open(&root);
    let path = file_of(&spool, 1);
    drop(spool);
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let spool = open(&root);
    assert_eq!((spool.keys().len(), path.exists()), (0, false));
}

#[test]
fn a_spool_is_bounded_in_files_and_bytes() {
    let root = tempfile::tempdir().unwrap();
    let bounds = Bounds { files_max: 2, ..Bounds::default() };
    let spool = Spool::open(root.path(), bounds, 7).unwrap();
    assert_eq!([1, 2, 3].map(|number| spool.put(&report(number))), [true, true, false]);
    spool.remove((report(1).id, Attempt(1)));
    assert!(spool.put(&report(3)), "where one went, another fits");

    let root = tempfile::tempdir().unwrap();
    let bytes_max = Entry::encode(AUTHOR, &report(1)).len() as u64 * 2;
    let spool = Spool::open(root.path(), Bounds { bytes_max, ..Bounds::default() }, 7).unwrap();
    assert_eq!([1, 2, 3].map(|number| spool.put(&report(number))), [true, true, false]);
    let left: u64 =
        names(spool.folder()).iter().map(|name| spool.folder().join(name).metadata().unwrap().len()).sum();
    assert!(left <= bytes_max);
}

#[test]
fn a_disk_that_takes_nothing_costs_nothing_but_the_spool() {
    let root = tempfile::tempdir().unwrap();
    let spool = open(&root);
    fs::remove_dir_all(spool.folder()).unwrap();
    assert!(!spool.put(&report(1)));
    assert_eq!(spool.keys(), []);
    fs::create_dir_all(spool.folder()).unwrap();
    assert!(spool.put(&report(1)), "and is used again when it does");
}

#[test]
fn what_cannot_be_a_spool_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = Spool::open(&file, Bounds::default(), 1).unwrap_err().to_string();
    assert!(refused.contains("file"), "{refused}");
}
