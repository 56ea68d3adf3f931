//! `sandbox-shim doctor`: which layers this machine gives, found out by putting them on.
//!
//! A child of this process does what a zygote and its children do, layer by layer, and reports over
//! the one descriptor that it has left. Needs no interpreter.

use std::fmt::Write;

use pipe::{FRAME_BYTES_MAX, FromZygote, Layer};
use rustix::net::{RecvFlags, SendFlags};
use rustix::process::{WaitOptions, getpid, waitpid};

use crate::exit;
use crate::harden::process::{self, Forked};
use crate::harden::threads::ThreadCount;
use crate::harden::{SealError, descriptors};
use crate::layers::{CHILD, Step, ZYGOTE};
use crate::shim::Seal;
use crate::zygote::socket_pair;

/// The examination itself failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DoctorError {
    /// There is no filter for this architecture.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No child could be made.
    #[error("cannot make a process to examine: {0}")]
    Child(#[from] std::io::Error),
    /// The child ended before it could report.
    #[error("the examined process ended without a report: {0}")]
    Silent(String),
}

/// What was found.
pub(crate) struct Report(Vec<Layer>);

/// Puts every layer on a child and returns what it reports.
///
/// # Errors
/// See [`DoctorError`].
pub(crate) fn examine() -> Result<Report, DoctorError> {
    let seal = Seal::prepare()?;
    let (ours, theirs) = socket_pair().map_err(std::io::Error::from)?;
    let parent = getpid();
    let single = ThreadCount::open()?.assert_one()?;
    let child = match process::fork(single)? {
        Forked::Parent(child) => child,
        Forked::Child => {
            let kept = process::die_with(parent).and_then(|()| descriptors::take(&theirs));
            process::exit_now(if kept.is_ok() { undress(&seal) } else { exit::FAILED });
        }
    };
    drop(theirs);
    let mut frame = vec![0; FRAME_BYTES_MAX];
    let received = rustix::net::recv(&ours, frame.as_mut_slice(), RecvFlags::empty());
    let status = waitpid(Some(child), WaitOptions::empty());
    let frame = received.ok().and_then(|(_, count)| frame.get(..count)).unwrap_or_default();
    match FromZygote::decode(frame) {
        Ok(FromZygote::Ready { layers, .. }) => Ok(Report(layers)),
        _ => Err(DoctorError::Silent(format!("{status:?}"))),
    }
}

/// In the child: gives everything up and reports.
fn undress(seal: &Seal) -> u8 {
    let mut frame = Vec::with_capacity(FRAME_BYTES_MAX);
    let layers = steps().map(|step| step.report(seal)).collect();
    FromZygote::Ready { wasmtime: String::new(), engine: 0, layers }.encode(&mut frame);
    match rustix::net::send(descriptors::socket(), &frame, SendFlags::NOSIGNAL) {
        Ok(_) => exit::OK,
        Err(_) => exit::FAILED,
    }
}

/// The layers of a zygote, then those of its children.
fn steps() -> impl Iterator<Item = &'static Step> {
    ZYGOTE.iter().chain(CHILD)
}

fn is_mandatory(layer: &Layer) -> bool {
    steps().any(|step| step.name == layer.name && step.mandatory)
}

impl Report {
    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for layer in &self.0 {
            let state = match (layer.enabled, is_mandatory(layer)) {
                (true, _) => "on",
                (false, true) => "MISSING",
                (false, false) => "off",
            };
            let _ = writeln!(text, "{:<18} {state:<8} {}", layer.name, layer.detail);
        }
        text.push_str(match self.exit_code() {
            exit::OK => "\nBots can be hosted here: every mandatory layer is on.\n",
            _ => "\nNo bot will be hosted here: a mandatory layer is missing.\n",
        });
        text
    }

    /// For programs: an array of objects.
    pub(crate) fn json(&self) -> String {
        let object = |layer: &Layer| {
            let (name, detail, mandatory) = (quoted(&layer.name), quoted(&layer.detail), is_mandatory(layer));
            format!(
                r#"{{"name":{name},"enabled":{},"mandatory":{mandatory},"detail":{detail}}}"#,
                layer.enabled
            )
        };
        let objects: Vec<String> = self.0.iter().map(object).collect();
        format!("[{}]\n", objects.join(",\n "))
    }

    /// Whether bots can be hosted.
    pub(crate) fn exit_code(&self) -> u8 {
        let missing = self.0.iter().any(|layer| !layer.enabled && is_mandatory(layer));
        if missing { exit::FAILED } else { exit::OK }
    }
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(enabled: bool) -> Report {
        Report(vec![Layer { name: "seccomp".into(), enabled, detail: "a \"b\"\n".into() }])
    }

    #[test]
    fn a_missing_mandatory_layer_shows_in_every_form() {
        assert_eq!(report(false).exit_code(), exit::FAILED);
        assert!(report(false).text().contains("MISSING"));
        assert_eq!(report(true).exit_code(), exit::OK);
        let json = r#"[{"name":"seccomp","enabled":true,"mandatory":true,"detail":"a \"b\"\u000a"}]"#;
        assert_eq!(report(true).json(), format!("{json}\n"));
    }
}
