//! Asking over HTTP, as far as tests need it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// The status and the body of an answer; nothing if nobody answers, or not in HTTP.
pub fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    // The older version, in which a body is whole and ends with the connection.
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("there is a free port").port()
}
