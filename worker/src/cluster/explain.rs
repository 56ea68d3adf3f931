//! Why a call failed, in words for whoever starts workers: what is wrong with which address, and what
//! to do about it. Under a status there is a chain of causes; the last one knows.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};
use tonic::{Code, Status};

use super::rota::Setback;

/// Most characters of what a coordinator says of an error.
const MESSAGE_CHARS_MAX: usize = 500;

/// What to do after a call that failed.
pub(super) fn setback(status: &Status) -> Setback {
    match status.code() {
        Code::ResourceExhausted => {
            let asked = status.metadata().get(rpc::PUSHBACK_KEY).and_then(|value| value.to_str().ok());
            let asked = asked.and_then(|ms| ms.parse().ok()).map(std::time::Duration::from_millis);
            Setback::Busy(asked)
        }
        Code::Unauthenticated => Setback::Denied,
        _ => Setback::Unavailable,
    }
}

/// Why a call to a coordinator failed. `with_tls` is whether it was called by https.
pub(super) fn explain(status: &Status, with_tls: bool) -> String {
    let tls = causes(status).into_iter().find_map(tls_error);
    if let Some(tls) = tls {
        return explain_tls(tls);
    }
    let chain = causes(status).iter().map(ToString::to_string).collect::<Vec<_>>();
    if let Some(said) = chain.iter().find_map(|cause| explain_told_alert(cause)) {
        return said;
    }
    match (with_tls, status.source().is_some()) {
        // What another program said in words of its own needs no more.
        (_, false) => first_chars(status.message()),
        (true, true) if broke_off(status) => format!(
            "the connection was closed after the TLS handshake ({}); a coordinator that asks for client \
             certificates (--client-ca) does so with those that it does not accept, and without one: see \
             --tls-cert and --tls-key",
            last(&chain)
        ),
        (false, true) if broke_off(status) => format!(
            "what answers does not speak plain HTTP/2 ({}); if the coordinator uses TLS, write https:// instead \
             of http://",
            last(&chain)
        ),
        _ => last(&chain),
    }
}

/// The causes of a status, the first first. An I/O error hides what it was made of: it is here as well.
fn causes(status: &Status) -> Vec<&(dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = status.source();
    while let Some(cause) = next {
        causes.push(cause);
        let within = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(within) = within {
            causes.push(within);
        }
        next = cause.source();
    }
    causes
}

fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref()
}

/// Whether somebody was there, and went without a word that we understand.
fn broke_off(status: &Status) -> bool {
    let went = |cause: &&(dyn Error + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let gone = matches!(
            kind,
            Some(
                io::ErrorKind::BrokenPipe
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::UnexpectedEof
            )
        );
        let text = cause.to_string();
        gone || ["http2 error", "invalid size", "connection closed"].iter().any(|sign| text.contains(sign))
    };
    causes(status).iter().any(went)
}

/// The most precise of a chain of causes.
fn last(chain: &[String]) -> String {
    first_chars(chain.last().map_or("no reason was given", String::as_str))
}

fn first_chars(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS_MAX).collect()
}

fn explain_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => explain_certificate(certificate),
        rustls::Error::AlertReceived(alert) => explain_alert(*alert),
        rustls::Error::InvalidMessage(_) => {
            "what answers does not speak TLS; if the coordinator has no --tls-cert, write http:// instead of \
             https://"
                .to_owned()
        }
        other => format!("TLS failed: {other}"),
    }
}

fn explain_certificate(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::UnknownIssuer | E::BadSignature => {
            "the coordinator's certificate is not signed by anybody whom this worker \
             trusts; name the CA that signed it with --ca FILE"
                .to_owned()
        }
        E::NotValidForName => {
            "the coordinator's certificate is for another name; call it by a name that is in the \
             certificate, or make one with this name"
                .to_owned()
        }
        E::NotValidForNameContext { expected, presented } => format!(
            "the coordinator's certificate is not for {}, but for {}; call it by a name that is in the certificate, \
             or make one with this name",
            expected.to_str(),
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        E::Expired | E::ExpiredContext { .. } => {
            "the coordinator's certificate has expired; make a new one there, and see \
             that this machine's clock is right"
                .to_owned()
        }
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "the coordinator's certificate is not valid yet; see that the clocks \
             of both machines are right"
                .to_owned()
        }
        other => format!("the coordinator's certificate cannot be used: {other}"),
    }
}

/// A name without what the library puts round it, as in `DnsName("localhost")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_end_matches(')').trim_matches('"')
}

/// An alert that came after the handshake is known by its text alone.
fn explain_told_alert(cause: &str) -> Option<String> {
    use AlertDescription as A;
    let (_, name) = cause.split_once("received fatal alert: ")?;
    let known = [
        A::CertificateRequired,
        A::NoCertificate,
        A::UnknownCA,
        A::BadCertificate,
        A::DecryptError,
        A::AccessDenied,
        A::CertificateExpired,
    ];
    let alert = known.into_iter().find(|alert| name.starts_with(&format!("{alert:?}")))?;
    Some(explain_alert(alert))
}

fn explain_alert(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired | A::NoCertificate => "the coordinator asks for client certificates (--client-ca); name one with --tls-cert \
             FILE and --tls-key FILE"
            .to_owned(),
        A::UnknownCA | A::BadCertificate | A::DecryptError | A::AccessDenied => {
            "the coordinator does not accept this worker's client certificate; it must be signed by the CA that the \
             coordinator names with --client-ca"
                .to_owned()
        }
        A::CertificateExpired => "the coordinator says that this worker's client certificate has expired".to_owned(),
        other => format!("the coordinator refused TLS: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_tls(error: rustls::Error) -> String {
        let io = io::Error::new(io::ErrorKind::InvalidData, error);
        explain(&Status::from_error(Box::new(io)), true)
    }

    #[test]
    fn what_is_wrong_with_tls_is_said_with_the_flag_that_mends_it() {
        for (error, says) in [
            (CertificateError::UnknownIssuer.into(), "--ca FILE"),
            (CertificateError::NotValidForName.into(), "another name"),
            (CertificateError::Expired.into(), "expired"),
            (CertificateError::NotValidYet.into(), "clocks"),
            (rustls::Error::AlertReceived(AlertDescription::CertificateRequired), "--tls-cert"),
            (rustls::Error::AlertReceived(AlertDescription::UnknownCA), "--client-ca"),
            (rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType), "http://"),
        ] {
            let said = from_tls(error);
            assert!(said.contains(says), "{said:?} does not contain {says:?}");
        }
    }

    #[test]
    fn an_alert_after_the_handshake_is_understood_as_well() {
        let error = io::Error::other("received fatal alert: CertificateRequired");
        let said = explain(&Status::from_error(Box::new(error)), true);
        assert!(said.contains("name one with --tls-cert"), "{said}");
        assert_eq!(explain_told_alert("received fatal alert: Surprise"), None);
    }

    #[test]
    fn names_in_a_certificate_are_shown_as_they_are() {
        assert_eq!(bare("DnsName(\"localhost\")"), "localhost");
        assert_eq!(bare("IpAddress(10.0.0.1)"), "10.0.0.1");
        assert_eq!(bare("anything"), "anything");
    }

    #[test]
    fn what_a_coordinator_says_is_said_but_not_endlessly() {
        assert_eq!(explain(&Status::unauthenticated("who are you"), false), "who are you");
        assert_eq!(explain(&Status::unavailable("x".repeat(5_000)), false).len(), MESSAGE_CHARS_MAX);
    }

    #[test]
    fn a_busy_coordinator_says_when_to_come_back() {
        let mut busy = Status::resource_exhausted("busy");
        assert_eq!(setback(&busy), Setback::Busy(None));
        busy.metadata_mut().insert(rpc::PUSHBACK_KEY, "250".parse().unwrap());
        assert_eq!(setback(&busy), Setback::Busy(Some(std::time::Duration::from_millis(250))));
        busy.metadata_mut().insert(rpc::PUSHBACK_KEY, "soon".parse().unwrap());
        assert_eq!(setback(&busy), Setback::Busy(None));
        assert_eq!(setback(&Status::unauthenticated("")), Setback::Denied);
        assert_eq!(setback(&Status::internal("")), Setback::Unavailable);
    }
}
