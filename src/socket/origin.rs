//! Which pages may open a socket (SECURITY row 11). Programs send no Origin and may; a page's must be the hub's
//! own, or one that was allowed.

use std::net::IpAddr;

/// The origins that may.
#[derive(Clone, Debug)]
pub struct Origins {
    allowed: Vec<String>,
    /// The hub is used on this machine only: pages of other ports of it (a dashboard in development) may too.
    local: bool,
}

impl Origins {
    /// The origin of `public_url`, and `more`.
    pub fn new(public_url: &str, more: &[String]) -> Self {
        let own = origin_of(public_url);
        let mut allowed = vec![own.to_lowercase()];
        allowed.extend(more.iter().map(|origin| origin.to_lowercase()));
        Self {
            local: is_local(own),
            allowed,
        }
    }

    /// Whether a page of `origin` may, given the `host` that it asked for.
    pub fn allow(&self, origin: &str, host: Option<&str>) -> bool {
        let origin = origin.to_lowercase();
        let is_own = || {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some() && authority == host.map(str::to_lowercase).as_deref()
        };
        self.allowed.contains(&origin) || (self.local && is_local(&origin)) || is_own()
    }
}

fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

fn is_local(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    matches!(scheme, "http" | "https")
        && (host == "localhost"
            || address
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_hub_takes_its_own_pages_and_the_allowed_ones() {
        let more = ["https://crm.example.org".to_owned()];
        let origins = Origins::new("https://hub.example.com/", &more);
        for good in [
            "https://hub.example.com",
            "https://HUB.example.com",
            "https://crm.example.org",
        ] {
            assert!(origins.allow(good, Some("hub.example.com")), "{good}");
        }
        for evil in [
            "https://evil.example",
            "null",
            "",
            "https://hub.example.com.evil.example",
            "http://crm.example.org",
            "http://localhost:5173",
            "hub.example.com",
        ] {
            assert!(!origins.allow(evil, Some("hub.example.com")), "{evil}");
        }
    }

    #[test]
    fn a_hub_on_this_machine_takes_every_port_of_it() {
        let origins = Origins::new("http://localhost:3000", &[]);
        for good in [
            "http://localhost:5173",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            assert!(origins.allow(good, Some("127.0.0.1:3000")), "{good}");
        }
        assert!(!origins.allow("http://localhost.evil.example", Some("localhost:3000")));
        assert!(!origins.allow("http://evil.example", Some("localhost:3000")));
    }

    #[test]
    fn a_page_that_came_from_the_address_it_asks_for_may() {
        let origins = Origins::new("http://localhost:3000", &[]);
        let host = Some("192.0.2.10:3000");
        assert!(origins.allow("http://192.0.2.10:3000", host));
        assert!(!origins.allow("http://192.0.2.11:3000", host));
    }
}
