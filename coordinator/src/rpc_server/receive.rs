//! Reads the one message of a request: no more of it than is allowed, no longer than is reasonable, and
//! only while there is room for it. Nothing is decoded before all of that is known.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body::Body as _;
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use tonic::body::Body;

use super::budget::{Budget, Held};
use super::busy;
use crate::caller::Origin;

/// What stands before a message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;
/// How long a message may take to arrive: this, and what the slowest line that is worth waiting for
/// needs.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
const BYTES_PER_SECOND_MIN: usize = 256 << 10;
/// Most memory that is asked for before the bytes are there.
const RESERVED_BYTES_MAX: usize = 64 << 10;

/// A message that is complete, and the room it takes.
#[derive(Debug)]
pub(super) struct Received {
    /// The message, with its prefix.
    pub(super) framed: Bytes,
    /// What it takes until it is dropped.
    pub(super) held: Held,
}

impl Received {
    /// The message.
    pub(super) fn message(&self) -> &[u8] {
        self.framed.get(PREFIX_BYTES..).unwrap_or_default()
    }
}

/// Reads a message of at most `bytes_max`. A short one has as long as `patience`.
///
/// # Errors
/// It is too long, too slow, no message, or there is no room.
pub(super) async fn receive(
    mut body: Body,
    (bytes_max, patience): (usize, Duration),
    origin: Origin,
    budget: &Arc<Budget>,
) -> Result<Received, Status> {
    let began = Instant::now();
    let mut bytes = BytesMut::new();
    while bytes.len() < PREFIX_BYTES {
        let data = next(&mut body, began + patience).await?.ok_or_else(cut_short)?;
        bytes.extend_from_slice(&data);
    }
    let length = message_length(&bytes, bytes_max)?;
    let held = budget.request(origin, length).ok_or_else(busy)?;
    bytes.reserve((PREFIX_BYTES + length).min(RESERVED_BYTES_MAX).saturating_sub(bytes.len()));
    let deadline = began + patience + Duration::from_secs((length / BYTES_PER_SECOND_MIN) as u64);
    while let Some(data) = next(&mut body, deadline).await? {
        if bytes.len() + data.len() > PREFIX_BYTES + length {
            return Err(more_than_one());
        }
        bytes.extend_from_slice(&data);
    }
    match bytes.len() {
        whole if whole == PREFIX_BYTES + length => Ok(Received { framed: bytes.freeze(), held }),
        more if more > PREFIX_BYTES + length => Err(more_than_one()),
        _ => Err(cut_short()),
    }
}

fn message_length(prefix: &[u8], bytes_max: usize) -> Result<usize, Status> {
    let mut prefix = prefix;
    if prefix.get_u8() != 0 {
        return Err(Status::unimplemented("compressed messages are not accepted"));
    }
    let length = prefix.get_u32() as usize;
    if length > bytes_max {
        let text = format!("the message has {length} bytes, but at most {bytes_max} are accepted");
        return Err(Status::out_of_range(text));
    }
    Ok(length)
}

/// The next bytes; nothing at the end.
async fn next(body: &mut Body, deadline: Instant) -> Result<Option<Bytes>, Status> {
    loop {
        let frame = timeout_at(deadline, poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx))).await;
        let late = |_| Status::deadline_exceeded("the message took too long to arrive");
        match frame.map_err(late)?.transpose()?.map(http_body::Frame::into_data) {
            None => return Ok(None),
            Some(Ok(data)) => return Ok(Some(data)),
            // Trailers say nothing.
            Some(Err(_)) => {}
        }
    }
}

fn cut_short() -> Status {
    Status::invalid_argument("the message is shorter than it says")
}

fn more_than_one() -> Status {
    Status::invalid_argument("there is more than one message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{Full, StreamBody};
    use tokio_stream::StreamExt;
    use tonic::Code;

    fn origin() -> Origin {
        Origin::of([10, 0, 0, 1].into())
    }

    async fn of_bytes(bytes: &[u8]) -> Result<Received, Status> {
        receive(
            Body::new(Full::new(Bytes::copy_from_slice(bytes))),
            (100, PATIENCE),
            origin(),
            &Budget::new(),
        )
        .await
    }

    #[tokio::test]
    async fn a_message_is_read_whole() {
        let received = of_bytes(&[0, 0, 0, 0, 3, 7, 8, 9]).await.unwrap();
        assert_eq!(received.message(), [7, 8, 9]);
        assert!(of_bytes(&[0, 0, 0, 0, 0]).await.unwrap().message().is_empty());
    }

    #[tokio::test]
    async fn in_however_small_parts_it_comes() {
        let parts = [0, 0, 0, 0, 2, 5, 6]
            .map(|byte| Ok::<_, Status>(http_body::Frame::data(Bytes::from(vec![byte]))));
        let body = Body::new(StreamBody::new(tokio_stream::iter(parts)));
        assert_eq!(receive(body, (100, PATIENCE), origin(), &Budget::new()).await.unwrap().message(), [5, 6]);
    }

    #[tokio::test]
    async fn what_is_no_message_or_too_long_is_refused() {
        for (bytes, code) in [
            (&[][..], Code::InvalidArgument),
            (&[0, 0, 0, 0], Code::InvalidArgument),
            (&[0, 0, 0, 0, 3, 7, 8], Code::InvalidArgument),
            (&[0, 0, 0, 0, 1, 7, 8], Code::InvalidArgument),
            (&[1, 0, 0, 0, 1, 7], Code::Unimplemented),
            (&[0, 0, 0, 0, 101], Code::OutOfRange),
            (&[0, 255, 255, 255, 255], Code::OutOfRange),
        ] {
            assert_eq!(of_bytes(bytes).await.unwrap_err().code(), code, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn who_begins_and_does_not_go_on_is_not_waited_for() {
        for begun in [&[][..], &[0, 0], &[0, 0, 0, 0, 9], &[0, 0, 0, 0, 9, 7, 7, 7]] {
            let begun =
                tokio_stream::once(Ok::<_, Status>(http_body::Frame::data(Bytes::from_static(begun))));
            let stalled = begun.chain(tokio_stream::pending());
            let patience = Duration::from_millis(50);
            let body = Body::new(StreamBody::new(stalled));
            let refused = receive(body, (100, patience), origin(), &Budget::new()).await.unwrap_err();
            assert_eq!(refused.code(), Code::DeadlineExceeded);
        }
    }

    #[tokio::test]
    async fn without_room_a_request_is_refused_before_it_is_read() {
        let budget = Budget::new();
        let _all: Vec<Held> = std::iter::from_fn(|| budget.request(origin(), 30 << 20)).collect();
        let claims = Body::new(Full::new(Bytes::from_static(&[0, 1, 224, 0, 0])));
        let refused = receive(claims, (32 << 20, PATIENCE), origin(), &budget).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.metadata().contains_key(rpc::PUSHBACK_KEY));
    }
}
