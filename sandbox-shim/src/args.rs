//! The command line. Read by hand: a parser would be the largest part of the shim.

use std::ffi::OsString;
use std::path::PathBuf;

use terms::Digest;

use crate::layers::Namespaces;
use crate::template::Start;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Hosts bots, each in a sealed process of its own. Started by a worker; of use to people is `doctor`.

Usage:
  sandbox-shim doctor [--json]
  sandbox-shim zygote --native FILE --native-digest BLAKE3 --stack-bytes N [--require-namespaces]
                      [--fresh | --untrusted]
  sandbox-shim --help | --version

Commands:
  doctor   Seals a probe process and prints which layers this machine gives
  zygote   Serves a worker over descriptor 0, a SEQPACKET socket

Options of `zygote`:
  --native FILE           the interpreter as `precompile` made it
  --native-digest BLAKE3  what `precompile` said of that file
  --stack-bytes N         stack of the WebAssembly code, in bytes
  --require-namespaces    do not start where the system refuses a namespace
  --fresh                 start an interpreter in every child instead of copying a warm one
  --untrusted             the code is a stranger's: none of it runs before a child is sealed
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
    /// Report the layers.
    Doctor {
        /// For programs instead of people.
        json: bool,
    },
    /// Serve a worker.
    Zygote(ZygoteArgs),
}

/// What a zygote is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ZygoteArgs {
    /// The native code.
    pub(crate) native: PathBuf,
    /// Its BLAKE3.
    pub(crate) digest: Digest,
    /// The stack of the guest, in bytes.
    pub(crate) stack_bytes: u32,
    /// How children come by their interpreter.
    pub(crate) start: Start,
    /// Whether namespaces must be there.
    pub(crate) namespaces: Namespaces,
}

/// The command line is wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; see `sandbox-shim --help`")]
pub(crate) struct BadUsage(String);

/// Reads the command line without the program's name.
///
/// # Errors
/// It says something that we do not know, or not enough.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, BadUsage> {
    let mut arguments = arguments.into_iter();
    let command = arguments.next().unwrap_or_default();
    match command.to_str() {
        Some("--help" | "-h") => Ok(Command::Help),
        Some("--version" | "-V") => Ok(Command::Version),
        Some("doctor") => doctor(arguments),
        Some("zygote") => zygote(arguments),
        Some("") => Err(BadUsage("a command is missing".into())),
        _ => Err(BadUsage(format!("there is no command {command:?}"))),
    }
}

fn doctor(arguments: impl Iterator<Item = OsString>) -> Result<Command, BadUsage> {
    let mut json = false;
    for argument in arguments {
        match argument.to_str() {
            Some("--json") => json = true,
            _ => return Err(unknown("doctor", &argument)),
        }
    }
    Ok(Command::Doctor { json })
}

fn zygote(mut arguments: impl Iterator<Item = OsString>) -> Result<Command, BadUsage> {
    let (mut native, mut digest, mut stack_bytes) = (None, None, None);
    let (mut start, mut namespaces) = (Start::Forked, Namespaces::Wanted);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--native") => native = Some(PathBuf::from(value(&mut arguments, "--native")?)),
            Some("--native-digest") => digest = Some(parsed(&mut arguments, "--native-digest")?),
            Some("--stack-bytes") => stack_bytes = Some(stack(&mut arguments)?),
            Some("--fresh") => start = Start::Fresh,
            Some("--untrusted") => start = Start::Sealed,
            Some("--require-namespaces") => namespaces = Namespaces::Required,
            _ => return Err(unknown("zygote", &argument)),
        }
    }
    let missing = |name: &str| BadUsage(format!("zygote needs {name}"));
    Ok(Command::Zygote(ZygoteArgs {
        native: native.ok_or_else(|| missing("--native"))?,
        digest: digest.ok_or_else(|| missing("--native-digest"))?,
        stack_bytes: stack_bytes.ok_or_else(|| missing("--stack-bytes"))?,
        start,
        namespaces,
    }))
}

fn value(arguments: &mut impl Iterator<Item = OsString>, name: &str) -> Result<OsString, BadUsage> {
    arguments.next().ok_or_else(|| BadUsage(format!("{name} needs a value")))
}

fn parsed<T>(arguments: &mut impl Iterator<Item = OsString>, name: &str) -> Result<T, BadUsage>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = value(arguments, name)?;
    let text = text.to_str().ok_or_else(|| BadUsage(format!("{name} is not text: {text:?}")))?;
    text.parse().map_err(|error| BadUsage(format!("{name} {text:?}: {error}")))
}

fn stack(arguments: &mut impl Iterator<Item = OsString>) -> Result<u32, BadUsage> {
    let bytes = parsed(arguments, "--stack-bytes")?;
    let bounds = sandbox_shim::engine::STACK_BYTES;
    if bounds.contains(&bytes) {
        return Ok(bytes);
    }
    let (least, most) = (bounds.start(), bounds.end());
    Err(BadUsage(format!("--stack-bytes is {bytes}, but must be from {least} to {most}")))
}

fn unknown(command: &str, argument: &OsString) -> BadUsage {
    BadUsage(format!("{command} knows no argument {argument:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.0)
    }

    #[test]
    fn a_zygote_needs_all_it_is_told() {
        let digest = Digest::of(b"code");
        let line = format!("zygote --native a.cwasm --native-digest {digest} --stack-bytes 2097152");
        let Ok(Command::Zygote(args)) = parse_line(&line) else { panic!("refused") };
        assert_eq!((args.digest, args.stack_bytes, args.start), (digest, 2 << 20, Start::Forked));
        assert!(
            matches!(parse_line(&format!("{line} --fresh")), Ok(Command::Zygote(args)) if args.start == Start::Fresh)
        );
        assert!(
            matches!(parse_line(&format!("{line} --untrusted")), Ok(Command::Zygote(args)) if args.start == Start::Sealed)
        );
        assert_eq!(args.namespaces, Namespaces::Wanted);
        assert!(matches!(
            parse_line(&format!("{line} --require-namespaces")),
            Ok(Command::Zygote(args)) if args.namespaces == Namespaces::Required
        ));
        assert_eq!(parse_line("zygote --native a"), Err("zygote needs --native-digest".into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |line: &str| parse_line(line).unwrap_err();
        assert_eq!(refused(""), "a command is missing");
        assert_eq!(refused("fly"), "there is no command \"fly\"");
        assert_eq!(refused("doctor --xml"), "doctor knows no argument \"--xml\"");
        assert_eq!(refused("zygote --stack-bytes"), "--stack-bytes needs a value");
        assert_eq!(
            refused("zygote --stack-bytes 5"),
            "--stack-bytes is 5, but must be from 262144 to 4194304"
        );
        assert!(refused("zygote --stack-bytes x").starts_with("--stack-bytes \"x\": "));
        assert!(refused("zygote --native-digest 00").contains("is no digest"));
    }
}
