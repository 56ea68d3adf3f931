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
use crate::template::Start;
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
    let seal = Seal::prepare(Start::Forked)?;
    let (ours, theirs) = socket_pair().map_err(std::io::Error::from)?;
    let parent = getpid();
    let single = ThreadCount::open()?.assert_one()?;
    let child = match process::fork(single)? {
        Forked::Parent(child) => child,
        Forked::Child => {
            let kept = process::die_with(Some(parent)).and_then(|()| descriptors::take(&theirs));
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

/// What is known of a layer besides what was found out.
fn step(layer: &Layer) -> Option<&'static Step> {
    steps().find(|step| step.name == layer.name)
}

fn is_mandatory(layer: &Layer) -> bool {
    step(layer).is_some_and(|step| step.mandatory)
}

/// What would turn a layer on that is off.
fn remedy(layer: &Layer) -> Option<&'static str> {
    step(layer).filter(|_| !layer.enabled).map(|step| step.remedy)
}

impl Report {
    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for layer in &self.0 {
            let need = if is_mandatory(layer) { "mandatory" } else { "optional" };
            let state = match (layer.enabled, is_mandatory(layer)) {
                (true, _) => "on",
                (false, true) => "MISSING",
                (false, false) => "off",
            };
            let _ = writeln!(text, "{:<19} {state:<8} {need:<10} {}", layer.name, layer.detail);
            if let Some(remedy) = remedy(layer) {
                let _ = writeln!(text, "{:<39} it needs: {remedy}", "");
            }
        }
        text.push_str(match self.exit_code() {
            exit::OK => "\nBots can be hosted here: every mandatory layer is on.\n",
            _ => "\nNo bot will be hosted here: a mandatory layer is missing.\n",
        });
        text
    }

    /// For programs: `SECURITY.md` describes it.
    pub(crate) fn json(&self) -> String {
        let object = |layer: &Layer| {
            let (name, detail, mandatory) = (quoted(&layer.name), quoted(&layer.detail), is_mandatory(layer));
            let remedy = remedy(layer).map_or_else(|| "null".to_owned(), quoted);
            let enabled = layer.enabled;
            format!(
                r#"{{"name":{name},"enabled":{enabled},"mandatory":{mandatory},"detail":{detail},"remedy":{remedy}}}"#
            )
        };
        let objects: Vec<String> = self.0.iter().map(object).collect();
        let can_host = self.exit_code() == exit::OK;
        format!("{{\"version\":1,\"can_host\":{can_host},\"layers\":[\n {}\n]}}\n", objects.join(",\n "))
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
        let layer =
            r#"{"name":"seccomp","enabled":true,"mandatory":true,"detail":"a \"b\"\u000a","remedy":null}"#;
        assert_eq!(
            report(true).json(),
            format!("{{\"version\":1,\"can_host\":true,\"layers\":[\n {layer}\n]}}\n")
        );
        assert!(report(false).json().contains("\"remedy\":\"Linux "), "{}", report(false).json());
        assert!(report(false).text().contains("it needs: Linux "));
    }
}
