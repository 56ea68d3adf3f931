//! Where a span belongs, as one process tells another: the `traceparent` of the W3C's Trace Context.

use std::fmt::Write;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};

/// The length of a traceparent of version 00, in bytes. Nothing longer is looked at.
pub const TRACEPARENT_BYTES: usize = 55;

/// A span that others can have as their parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent(SpanContext);

impl Parent {
    pub(super) fn of(span: &SpanContext) -> Parent {
        Parent(span.clone())
    }

    /// What the library wants to start a child from.
    pub(super) fn context(&self) -> Context {
        Context::new().with_remote_span_context(self.0.clone())
    }

    /// What a stranger sent. Nothing unless it is a traceparent of version 00 whose trace is sampled:
    /// whatever else it is, nobody is harmed and nothing is traced.
    pub fn read(text: &str) -> Option<Parent> {
        let is_fit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if text.len() != TRACEPARENT_BYTES || !text.bytes().all(is_fit) {
            return None;
        }
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "00" || (trace.len(), span.len(), flags.len()) != (32, 16, 2) || parts.next().is_some()
        {
            return None;
        }
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
        let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        (context.is_valid() && context.is_sampled()).then_some(Parent(context))
    }

    /// What is sent.
    pub fn traceparent(&self) -> String {
        let mut text = String::with_capacity(TRACEPARENT_BYTES);
        // Writing into a string does not fail.
        let _ = write!(text, "00-{}-{}-{:02x}", self.0.trace_id(), self.0.span_id(), self.0.trace_flags());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_sent_is_what_is_read() {
        let parent = Parent::read(GOOD).unwrap();
        assert_eq!(parent.traceparent(), GOOD);
        // Flags that nobody knows are let go.
        let flags = GOOD.replace("-01", "-ff");
        assert_eq!(Parent::read(&flags).map(|parent| parent.traceparent()).as_deref(), Some(GOOD));
    }

    #[test]
    fn what_is_no_traceparent_of_a_sampled_trace_is_nothing() {
        let long = format!("{GOOD}{}", "0".repeat(1 << 20));
        let bad = [
            "",
            "00",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-zbf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\n1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "-------------------------------------------------------",
            &long,
        ];
        for bad in bad {
            assert_eq!(Parent::read(bad), None, "{:?}", bad.get(..80).unwrap_or(bad));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_parent_or_nothing(text: String, digits in "[0-9a-f-]{55}") {
            for text in [text, digits] {
                let _ = Parent::read(&text);
            }
        }
    }
}
