//! Where a request comes from.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderValue, USER_AGENT};
use actix_web::{FromRequest, HttpRequest};

use crate::config::network::Network;
use crate::http::describe::{Input, Sketch};
use crate::http::error::ApiError;
use crate::http::state::App;
use crate::secret::token;
use crate::store::Device;

/// How much of what a program calls itself is kept: browsers need some 120 characters.
const LONGEST_CLIENT: usize = 200;

/// The client's address. `X-Forwarded-For` is believed only as far as it was written by trusted proxies
/// (SECURITY row 42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of `request`, given the proxies that are trusted.
    pub fn of(request: &HttpRequest, trusted: &[Network]) -> Self {
        let peer = request.peer_addr().map(|address| address.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let written = request.headers().get_all("x-forwarded-for");
        let written: Vec<&[u8]> = written.map(HeaderValue::as_bytes).collect();
        Self(behind(peer, &written, trusted))
    }

    /// What counts attempts: one IPv6 user has a whole /64.
    pub fn counted(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                format!("{}/64", Ipv6Addr::from_bits(network))
            }
        }
    }
}

/// Goes back along the proxies while they are trusted; the first that is not is the client.
fn behind(peer: IpAddr, written: &[&[u8]], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    let hops = written
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','));
    for hop in hops.collect::<Vec<_>>().into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Some(address) = std::str::from_utf8(hop).ok().and_then(address_of) else {
            break;
        };
        client = address;
    }
    client.to_canonical()
}

/// A hop as proxies write it: the address, in brackets or not, with a port or without.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse().ok();
    address.or_else(|| hop.parse::<SocketAddr>().ok().map(|hop| hop.ip()))
}

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.app_data::<App>() {
            Some(app) => Ok(Self::of(request, &app.config.trusted_proxies)),
            None => Err(ApiError::internal("the state is missing")),
        })
    }
}

impl Input for ClientAddress {
    fn describe(_: &mut Sketch) {}
}

/// The program and address that ask, as a hash: enough to see that it is the same one again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program(pub String);

impl FromRequest for Program {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
        let address = ClientAddress::from_request(request, payload).into_inner();
        ready(address.map(|ClientAddress(address)| {
            Self(hex::encode(token::hash(&format!("{address}\n{agent}"))))
        }))
    }
}

impl Input for Program {
    fn describe(_: &mut Sketch) {}
}

/// From where somebody signs in, as they would recognise it in a list.
impl FromRequest for Device {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
        let client = agent.chars().take(LONGEST_CLIENT).collect();
        let address = ClientAddress::from_request(request, payload).into_inner();
        ready(address.map(|ClientAddress(address)| Self {
            address: address.to_string(),
            client,
        }))
    }
}

impl Input for Device {
    fn describe(_: &mut Sketch) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A header's bytes; beyond ASCII they are no UTF-8.
    fn latin(text: &str) -> Vec<u8> {
        text.chars().map(|letter| letter as u8).collect()
    }

    #[test]
    fn a_forwarded_address_is_believed_only_from_trusted_proxies() {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let cases: &[(&str, &[&str], &str)] = &[
            ("198.51.100.7", &["1.2.3.4"], "198.51.100.7"),
            ("10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "1.2.3.4, 10.0.0.2"], "1.2.3.4"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4:5678"], "1.2.3.4"),
            ("10.0.0.1", &["[2001:db8::1]:5678"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            // What a client wrote itself does not hide what the proxy wrote after it.
            ("10.0.0.1", &["\u{ff}, 1.2.3.4"], "1.2.3.4"),
            ("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ];
        for (peer, written, client) in cases {
            let written: Vec<Vec<u8>> = written.iter().map(|line| latin(line)).collect();
            let written: Vec<&[u8]> = written.iter().map(Vec::as_slice).collect();
            let found = behind(peer.parse().unwrap(), &written, &trusted);
            assert_eq!(
                found,
                client.parse::<IpAddr>().unwrap(),
                "{peer} {written:?}"
            );
        }
    }

    #[test]
    fn one_network_of_ipv6_counts_as_one() {
        let counted = |text: &str| ClientAddress(text.parse().unwrap()).counted();
        assert_eq!(counted("2001:db8:1:2::1"), counted("2001:db8:1:2:3:4:5:6"));
        assert_ne!(counted("2001:db8:1:2::1"), counted("2001:db8:1:3::1"));
        assert_eq!(counted("::ffff:1.2.3.4"), "1.2.3.4");
    }
}
