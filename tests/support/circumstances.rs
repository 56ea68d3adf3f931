//! What may be different about a tournament without making a difference to it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

use tempfile::TempDir;

use crate::{Run, Tournament, bin, copy_program};

/// A way to play a tournament.
pub struct Circumstance {
    /// What is special about it.
    pub name: &'static str,
    variables: Vec<(&'static str, String)>,
    program: Option<PathBuf>,
    is_busy: bool,
    _files: Option<TempDir>,
}

impl Circumstance {
    /// All that can be had with the programs that are there.
    pub fn all() -> Vec<Circumstance> {
        vec![
            Circumstance::with("one slot", &[("ARENA_SLOTS", "1")]),
            Circumstance::with("many slots", &[("ARENA_SLOTS", "7")]),
            Circumstance::with("several workers", &[("ARENA_LOCAL_WORKERS", "3")]),
            Circumstance::with("a zygote for every match", &[("ARENA_ZYGOTE_MATCHES", "1")]),
            Circumstance::without_copies(),
            Circumstance { is_busy: true, ..Circumstance::with("a busy machine", &[]) },
            Circumstance::elsewhere(),
        ]
    }

    /// Other programs: those beside that coordinator, with a cache of their own.
    pub fn by(name: &'static str, program: PathBuf) -> Circumstance {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let mut circumstance = Circumstance::with(name, &[("ARENA_CACHE_DIR", &text(cache.path()))]);
        circumstance.program = Some(program);
        circumstance._files = Some(cache);
        circumstance
    }

    fn with(name: &'static str, variables: &[(&'static str, &str)]) -> Circumstance {
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Circumstance { name, variables, program: None, is_busy: false, _files: None }
    }

    /// Every child starts an interpreter of its own.
    fn without_copies() -> Circumstance {
        let (files, shim) = fresh_shim();
        let shim = text(&shim);
        let variables = [("ARENA_SANDBOX_SHIM", shim.as_str()), ("ARENA_SLOTS", "3")];
        let circumstance = Circumstance::with("an interpreter for every bot", &variables);
        Circumstance { _files: Some(files), ..circumstance }
    }

    /// Copies of the programs in another directory, as somebody else, with another environment.
    fn elsewhere() -> Circumstance {
        let files = tempfile::tempdir().expect("a temporary folder");
        for program in ["coordinator", "worker", "sandbox-shim", "precompile", "python.wasm"] {
            copy_program(&bin(program), &files.path().join(program));
        }
        let worker = files.path().join("another worker");
        write_script(&worker, &ELSEWHERE.replace("WORKER", &text(&files.path().join("worker"))));
        let worker = text(&worker);
        let variables = [("ARENA_WORKER_BIN", worker.as_str())];
        let circumstance = Circumstance::with("another place, time zone, user and host", &variables);
        let program = Some(files.path().join("coordinator"));
        Circumstance { program, _files: Some(files), ..circumstance }
    }

    /// Plays a tournament that way.
    pub fn play(&self, tournament: Tournament) -> Run {
        let _load = self.is_busy.then(Load::heavy);
        let tournament = match &self.program {
            Some(program) => tournament.by(program.clone()),
            None => tournament,
        };
        let mut command = tournament.command();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        tournament.finish(command.spawn().expect("the coordinator starts"))
    }
}

/// Where the system lets us, another user on another host.
const ELSEWHERE: &str = "#!/bin/sh
cd / && umask 077
export TZ=Pacific/Chatham LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 HOME=/nowhere PYTHONHASHSEED=7 PYTHONPATH=/tmp
other='unshare --user --map-user=4242 --map-group=4242'
if unshare --user --map-root-user --uts sh -c \"hostname elsewhere && $other true\" 2>/dev/null; then
    exec unshare --user --map-root-user --uts sh -c \"hostname elsewhere && exec $other \\\"\\$0\\\" \\\"\\$@\\\"\" WORKER \"$@\"
fi
exec WORKER \"$@\"
";

/// A sandbox-shim that starts an interpreter in every child; it is gone when the folder is.
pub fn fresh_shim() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sandbox-shim");
    write_script(&path, &format!("#!/bin/sh\nexec '{}' \"$@\" --fresh\n", bin("sandbox-shim").display()));
    (folder, path)
}

fn write_script(path: &Path, script: &str) {
    let text = path.with_extension("text");
    fs::write(&text, script).expect("a temporary folder can be written");
    fs::set_permissions(&text, fs::Permissions::from_mode(0o755)).expect("a file of ours can be executable");
    copy_program(&text, path);
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path is text").to_owned()
}

/// Processes that take all the time they get; they end with this.
pub struct Load(Vec<Child>);

impl Load {
    /// Three for every core.
    pub fn heavy() -> Load {
        let cores = available_parallelism().map_or(1, usize::from);
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn();
        Load((0..3 * cores).map(|_| spin().expect("sh starts")).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
