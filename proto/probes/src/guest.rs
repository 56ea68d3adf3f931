//! A stranger's connection: counted, and cut off when it is old.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tonic::transport::server::Connected;

/// Most connections at a time.
pub(crate) const GUESTS_MAX: usize = 128;
/// Most of them from one address, so that one stranger does not lock out all others.
pub(crate) const GUESTS_PER_ADDRESS_MAX: usize = 32;
/// How old a connection may grow. Who asks regularly connects again.
pub(crate) const GUEST_SECONDS_MAX: Duration = Duration::from_secs(30);

/// Who is connected.
#[derive(Debug, Default)]
pub(crate) struct Guests(Mutex<HashMap<IpAddr, usize>>);

impl Guests {
    /// A place for one more, if there is one.
    pub(crate) fn admit(self: &Arc<Guests>, address: IpAddr) -> Option<Place> {
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = guests.get(&address).copied().unwrap_or(0);
        let all: usize = guests.values().sum();
        if all >= GUESTS_MAX || of_address >= GUESTS_PER_ADDRESS_MAX {
            return None;
        }
        guests.insert(address, of_address + 1);
        Some(Place { guests: self.clone(), address })
    }
}

/// Taken as long as it lives.
#[derive(Debug)]
pub(crate) struct Place {
    guests: Arc<Guests>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guests = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        match guests.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(guests.remove(&self.address)),
        }
    }
}

/// A connection with a place.
pub(crate) struct Guest {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    _place: Place,
}

impl Guest {
    pub(crate) fn new(stream: TcpStream, place: Place) -> Guest {
        Guest { stream, end: Box::pin(tokio::time::sleep(GUEST_SECONDS_MAX)), _place: place }
    }

    /// Whatever this connection does, it does no more of it when it is too old.
    fn while_young<T>(
        &mut self,
        context: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        act(Pin::new(&mut self.stream), context)
    }
}

impl Connected for Guest {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Guest {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().while_young(context, |stream, context| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Guest {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().while_young(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().while_young(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().while_young(context, |stream, context| stream.poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_all_places_and_places_come_back() {
        let guests = Arc::new(Guests::default());
        let address = |last: usize| IpAddr::from([10, 0, 0, last as u8]);
        let of_one: Vec<Place> = (0..1_000).map_while(|_| guests.admit(address(1))).collect();
        assert_eq!(of_one.len(), GUESTS_PER_ADDRESS_MAX);
        let others: Vec<Place> = (2..200).filter_map(|last| guests.admit(address(last))).collect();
        assert_eq!(of_one.len() + others.len(), GUESTS_MAX);
        drop(of_one);
        assert!(guests.admit(address(1)).is_some());
        drop(others);
        assert!(guests.0.lock().unwrap().is_empty(), "who left is not remembered");
    }
}
