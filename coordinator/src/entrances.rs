//! Where workers call: the address that the user chose, and for the workers on this machine one of their
//! own if that one cannot serve them as it is.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use rpc::JoinToken;
use terms::digest::DIGEST_BYTES;
use tokio::net::TcpListener;

use crate::config::{Access, Site};
use crate::rpc_server::Entrance;

/// All entrances, and which one is for local workers.
#[derive(Debug)]
pub struct Entrances {
    /// All of them.
    pub all: Vec<Entrance>,
    /// What is called without TLS, from this machine.
    pub near: SocketAddr,
    /// The join token that is asked for there.
    pub near_token: Option<JoinToken>,
}

/// Makes the entrances of a site whose own listener is there already.
///
/// A local worker knows neither which name the certificate is for nor who signed it, and needs no
/// certificate to be told from a stranger: it gets an address on loopback, where everything stays on this
/// machine, and a join token that nobody else has, because it is drawn anew for every run.
///
/// # Errors
/// There is no address or no randomness to be had.
pub async fn entrances(listener: TcpListener, site: &Site) -> io::Result<Entrances> {
    let address = listener.local_addr()?;
    let access = site.access.clone();
    let is_near = access.tls.is_none() && address.ip().is_loopback();
    if is_near || site.local_workers == 0 {
        let near_token = access.token.clone();
        return Ok(Entrances { all: vec![Entrance { listener, access }], near: address, near_token });
    }
    let token = draw_token()?;
    let private = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let near = private.local_addr()?;
    let near_token = Some(token.clone());
    let private = Entrance { listener: private, access: Access { token: Some(token), ..Access::default() } };
    Ok(Entrances { all: vec![Entrance { listener, access }, private], near, near_token })
}

fn draw_token() -> io::Result<JoinToken> {
    let mut bytes = [0; DIGEST_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    JoinToken::new(&terms::Digest(bytes).to_string(), "the join token of local workers")
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, resolve};
    use clap::Parser;

    async fn of(flags: &[&str]) -> Entrances {
        let flags = [&["coordinator", "--bots", "b"], flags].concat();
        let site = resolve(Flags::try_parse_from(flags).unwrap()).unwrap().site().clone();
        entrances(TcpListener::bind(site.listen).await.unwrap(), &site).await.unwrap()
    }

    #[tokio::test]
    async fn local_workers_call_the_same_address_where_they_can() {
        let Entrances { all, near, near_token } = of(&["--join-token", "sixteen-letters-"]).await;
        assert_eq!(all.len(), 1);
        assert_eq!(near, all[0].listener.local_addr().unwrap());
        assert_eq!(near_token, all[0].access.token);
    }

    #[tokio::test]
    async fn otherwise_one_of_their_own_that_nobody_else_can_use() {
        let open = ["--listen", "0.0.0.0:0", "--insecure", "--local-workers", "1"];
        let Entrances { all, near, near_token } = of(&open).await;
        assert_eq!(all.len(), 2);
        assert!(near.ip().is_loopback());
        assert!(all[0].access.token.is_none() && near_token.is_some());
        assert_eq!(all[1].access.token, near_token);
        assert_ne!(of(&open).await.near_token, near_token, "drawn anew");
        assert_eq!(of(&["--listen", "0.0.0.0:0", "--insecure"]).await.all.len(), 1);
    }
}
