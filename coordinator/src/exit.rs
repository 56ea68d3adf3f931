//! The exit codes, as documented, and the one place that chooses between them.

use crate::run::{Ended, RunError};

/// The exit codes of `coordinator`. No value of this type exists: it is a list.
#[derive(Debug)]
pub enum Exit {}

impl Exit {
    /// Every match was played.
    pub const FINISHED: u8 = 0;
    /// Something failed, and the message says what; or a replay went another way than the record.
    pub const FAILED: u8 = 1;
    /// The command line, a setting, or what they name cannot be used.
    pub const USAGE: u8 = 2;
    /// Finished, but some matches stayed void.
    pub const SOME_VOID: u8 = 3;
    /// Interrupted; the command that was printed goes on.
    pub const INTERRUPTED: u8 = 4;

    /// The code of a run.
    pub fn code(ended: &Result<Ended, RunError>) -> u8 {
        match ended {
            Ok(Ended::Complete { void: 0 }) => Exit::FINISHED,
            Ok(Ended::Complete { .. }) => Exit::SOME_VOID,
            Ok(Ended::Interrupted) => Exit::INTERRUPTED,
            Ok(Ended::Differs) => Exit::FAILED,
            Err(
                RunError::Bots(_)
                | RunError::Python(_)
                | RunError::TooMany(_)
                | RunError::NoStore(_)
                | RunError::Traces(_),
            ) => Exit::USAGE,
            Err(RunError::Transfer(error)) if error.is_about_what_was_named() => Exit::USAGE,
            Err(RunError::Download(error)) if error.is_about_what_was_named() => Exit::USAGE,
            Err(RunError::Replay(error)) if error.is_about_what_was_named() => Exit::USAGE,
            Err(RunError::Store(error)) if error.is_about_what_was_named() => Exit::USAGE,
            Err(
                RunError::DataDir(_)
                | RunError::Replay(_)
                | RunError::Download(_)
                | RunError::Transfer(_)
                | RunError::Store(_)
                | RunError::Transcripts(_)
                | RunError::Listen { .. }
                | RunError::Http { .. }
                | RunError::Metrics(_)
                | RunError::Local(_)
                | RunError::Driver(_)
                | RunError::Standings(_)
                | RunError::Output(_)
                | RunError::Runtime(_)
                | RunError::Seed(_),
            ) => Exit::FAILED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python_wasm::PythonWasmError;
    use crate::store::StoreError;

    #[test]
    fn the_codes_are_those_of_the_documentation() {
        let bad_input = RunError::Python(PythonWasmError::NotFound { looked: "nowhere".to_owned() });
        let failure = RunError::Store(StoreError::Full { store: "arena.sqlite".to_owned() });
        for (ended, code) in [
            (Ok(Ended::Complete { void: 0 }), 0),
            (Err(failure), 1),
            (Err(bad_input), 2),
            (Ok(Ended::Complete { void: 1 }), 3),
            (Ok(Ended::Interrupted), 4),
        ] {
            assert_eq!(Exit::code(&ended), code, "{ended:?}");
        }
    }
}
