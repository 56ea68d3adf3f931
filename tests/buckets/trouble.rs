//! What may go wrong on the way from a bucket, with a real server at its end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use coordinator::config::Bucket;
use coordinator::download::{DownloadError, download};

use crate::server::{Act, Call, Server};

type Files = BTreeMap<String, Vec<u8>>;

/// What is fetched from `s3://arena/bots`.
fn fetched(server: &Server) -> Result<Files, DownloadError> {
    let options = server.variables().map(|(name, value)| (name.to_owned(), value)).to_vec();
    let bucket = Bucket { url: "s3://arena/bots".parse().unwrap(), options };
    // As the program does when it starts; another test may have done it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = runtime.block_on(download(&bucket, |_| {}))?;
    Ok(files(folder.path(), folder.path()))
}

fn refused(server: &Server) -> String {
    let error = fetched(server).unwrap_err();
    let source = std::error::Error::source(&error).map(|source| source.to_string()).unwrap_or_default();
    format!("{error}: {source}")
}

fn files(root: &Path, folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.map(|path| match path.is_dir() {
        true => files(root, &path),
        false => {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            Files::from([(name, fs::read(&path).unwrap())])
        }
    });
    below.flatten().collect()
}

/// Puts bots there, and says what they are.
fn put(server: &Server, names: impl IntoIterator<Item = String>) -> Files {
    let folder = server.folder("arena/bots");
    let files: Files =
        names.into_iter().map(|name| (name.clone(), format!("# {name}\n").into_bytes())).collect();
    for (name, content) in &files {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), content).unwrap();
    }
    files
}

fn some(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("bot-{number:04}.py"))
}

#[test]
fn thousands_of_bots_come_page_by_page() {
    let pages = Arc::new(AtomicUsize::new(0));
    let counted = pages.clone();
    let server = Server::start_behind("arena", move |call| {
        counted.fetch_add(usize::from(call.is_list()), Ordering::Relaxed);
        Act::Pass
    });
    let wanted = put(&server, some(2_345));
    assert_eq!(fetched(&server).unwrap(), wanted);
    assert_eq!(pages.load(Ordering::Relaxed), 3);
}

#[test]
fn names_of_every_kind_arrive() {
    let server = Server::start("arena");
    let names =
        ["a b.py", "b\u{f6}t \u{1f916}.py", "p%20q.py", "x;y&z=1?#.py", "pack/bot.py", "pack/lib/a+b.py"];
    let wanted = put(&server, names.map(str::to_owned));
    assert_eq!(fetched(&server).unwrap(), wanted);
}

#[test]
fn what_fails_now_and_then_is_tried_again() {
    let server = Server::start_behind("arena", |call| match call.number {
        number if number % 11 == 0 => Act::Reset,
        number if number % 7 == 0 => Act::Status(500),
        number if number % 5 == 1 => Act::Status(503),
        _ => Act::Pass,
    });
    let wanted = put(&server, some(60));
    assert_eq!(fetched(&server).unwrap(), wanted);
}

#[test]
fn what_fails_for_good_is_given_up_in_time() {
    for act in [|| Act::Status(503), || Act::Reset] {
        let server = Server::start_behind("arena", move |_| act());
        let began = Instant::now();
        let refused = refused(&server);
        assert!(refused.contains("the bots at s3://arena/bots cannot be listed"), "{refused}");
        assert!(began.elapsed() < Duration::from_secs(90));
    }
}

#[test]
fn what_goes_away_after_it_was_listed_is_noticed_and_everything_listed_anew() {
    let server = Server::start_behind("arena", |call| {
        if call.is_get() && call.path.ends_with("/bot-0003.py") {
            // Gone already the second time.
            let _ = fs::remove_file(call.root.join("arena/bots/bot-0003.py"));
        }
        Act::Pass
    });
    let mut wanted = put(&server, some(10));
    wanted.remove("bot-0003.py");
    assert_eq!(fetched(&server).unwrap(), wanted);
}

#[test]
fn bots_that_come_and_go_all_the_time_are_an_error_and_no_smaller_tournament() {
    let ghost = |call: &Call<'_>| call.root.join("arena/bots/ghost.py");
    let server = Server::start_behind("arena", move |call| {
        if call.is_list() {
            fs::write(ghost(call), "# boo").unwrap();
        } else if call.path.ends_with("/ghost.py") {
            fs::remove_file(ghost(call)).unwrap();
        }
        Act::Pass
    });
    put(&server, some(3));
    let refused = refused(&server);
    assert!(refused.contains("ghost.py at s3://arena/bots was changed or removed"), "{refused}");
    assert!(refused.contains("3 times in a row"), "{refused}");
}

#[test]
fn what_is_changed_after_it_was_listed_comes_as_it_is_now() {
    let server = Server::start_behind("arena", |call| {
        if call.is_get() && call.path.ends_with("/bot-0001.py") {
            fs::write(call.root.join("arena/bots/bot-0001.py"), "# the new and longer one").unwrap();
        }
        Act::Pass
    });
    let mut wanted = put(&server, some(3));
    wanted.insert("bot-0001.py".to_owned(), b"# the new and longer one".to_vec());
    assert_eq!(fetched(&server).unwrap(), wanted);
}

#[test]
fn sizes_that_a_server_announces_are_not_believed() {
    let server = Server::start_behind("arena", |call| match call.is_list() {
        true => Act::Listing(vec![("bots/bot-0000.py", 7), ("bots/bot-0001.py", 14)]),
        false => Act::Pass,
    });
    put(&server, some(2));
    let refused = refused(&server);
    assert!(refused.contains("bot-0000.py at s3://arena/bots was changed"), "{refused}");
}

#[test]
fn folders_that_other_programs_show_are_no_bots() {
    let server = Server::start_behind("arena", |call| match call.is_list() {
        true => Act::Listing(vec![
            ("bots/", 0),
            ("bots/pack/", 0),
            ("bots/pack/bot.py", 14),
            ("bots/empty-folder/", 0),
            ("bots/bot-0000.py", 14),
        ]),
        false => Act::Pass,
    });
    put(&server, some(1));
    fs::create_dir(server.folder("arena/bots/pack")).unwrap();
    fs::write(server.folder("arena/bots/pack/bot.py"), "# a whole pack").unwrap();
    let names: Vec<String> = fetched(&server).unwrap().into_keys().collect();
    assert_eq!(names, ["bot-0000.py", "empty-folder", "pack/bot.py"]);
}

#[test]
fn keys_that_no_file_can_have_are_named() {
    for (key, says) in [
        ("bots/../../etc/passwd", "bots/../../etc/passwd"),
        ("bots/a//b.py", "bots/a//b.py"),
        ("bots/./b.py", "bots/./b.py"),
    ] {
        let server = Server::start_behind("arena", move |call| match call.is_list() {
            true => Act::Listing(vec![("bots/fine.py", 5), (key, 5)]),
            false => Act::Pass,
        });
        let refused = refused(&server);
        assert!(refused.contains(says) && refused.contains("rename"), "{refused}");
    }
    let both = Server::start_behind("arena", |call| match call.is_list() {
        true => Act::Listing(vec![("bots/pack", 5), ("bots/pack/bot.py", 5)]),
        false => Act::Pass,
    });
    assert!(refused(&both).starts_with("pack at s3://arena/bots is an object"), "{}", refused(&both));
}
