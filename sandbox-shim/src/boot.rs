//! From a command line to a zygote that has proven itself, in order.

use pipe::{FromZygote, Layer};

use crate::args::ZygoteArgs;
use crate::control::{Control, ControlError};
use crate::harden::threads::ThreadCount;
use crate::harden::{SealError, descriptors, process, rlimits};
use crate::line;
use crate::native::{NativeError, TrustedModule};
use crate::shim::Seal;
use crate::template::{Start, StartError, Template};
use crate::zygote::{Zygote, ZygoteError, socket_pair};

/// A zygote cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootError {
    /// Descriptor 0 is not what a worker gives.
    #[error("descriptor 0 must be a SEQPACKET socket to a worker: {0}")]
    NoWorker(std::io::Error),
    /// There is no socket for the probe.
    #[error("cannot make a pair of sockets: {0}")]
    NoSocket(std::io::Error),
    /// `/proc` is missing.
    #[error("cannot count threads in /proc/self/task: {0}")]
    NoProc(std::io::Error),
    /// wasmtime refuses this machine.
    #[error("wasmtime does not work here: {0}")]
    Engine(String),
    /// The native code.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// The interpreter.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A layer of the sandbox.
    #[error("a mandatory layer of the sandbox is missing: {0}")]
    Seal(#[from] SealError),
    /// The probe.
    #[error(transparent)]
    Zygote(#[from] ZygoteError),
    /// The conversation.
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// Starts a zygote and serves the worker until it hangs up.
///
/// # Errors
/// It did not start, and the worker was told why; or the conversation broke down.
pub(crate) fn zygote(args: ZygoteArgs) -> Result<(), BootError> {
    line::check().map_err(BootError::NoWorker)?;
    let mut control = Control::default();
    match prepare(args) {
        Ok((mut zygote, layers)) => {
            control.send(&ready(layers), None)?;
            Ok(zygote.run(&mut control)?)
        }
        Err(error) => {
            control.send(&FromZygote::Failed(error.to_string()), None)?;
            Err(error)
        }
    }
}

/// Everything before the first request: what needs files first, then giving up files.
fn prepare(args: ZygoteArgs) -> Result<(Zygote, Vec<Layer>), BootError> {
    process::leave_the_terminal();
    descriptors::close_from(3)?;
    let threads = ThreadCount::open().map_err(BootError::NoProc)?;
    rlimits::stack_for(args.stack_bytes)?;
    let seal = Seal::prepare(args.start)?;
    let engine = match args.start {
        Start::Forked | Start::Fresh => sandbox_shim::engine::engine(args.stack_bytes),
        Start::Sealed => sandbox_shim::engine::engine_for_strangers(args.stack_bytes),
    };
    let engine = engine.map_err(|error| BootError::Engine(error.root_cause().to_string()))?;
    let component = TrustedModule::check(&args.native, args.digest)?.load(&engine)?;
    let template = Template::new(engine, component, args.start)?;
    let mut zygote = Zygote::new(template, seal, threads);
    let sockets = socket_pair().map_err(|error| BootError::NoSocket(error.into()))?;
    let layers = zygote.restrict(args.namespaces)?;
    // After the namespaces, which would undo it. A worker that dies closes our socket, which we
    // would notice, unless we are stopped or busy just then.
    process::die_with_whoever_started_us()?;
    zygote.probe(sockets)?;
    Ok((zygote, layers))
}

fn ready(layers: Vec<Layer>) -> FromZygote {
    FromZygote::Ready {
        wasmtime: terms::runtime::WASMTIME_VERSION.to_owned(),
        engine: crate::meter::REVISION,
        layers,
    }
}
