//! The parts of a URL that matter here: its scheme and its host.

use crate::base::key::Key;
use crate::model::invalid::{Invalid, Problem};

/// The URL without what stands behind `#`.
pub(crate) fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// The host of a URL, without user name and port; `None` if it is no URL of a web page.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    // Browsers read a backslash as a slash.
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    let behind_user = authority.rsplit('@').next()?;
    let host = match behind_user.strip_prefix('[') {
        Some(six) => {
            let (address, behind) = six.split_once(']')?;
            check_port(behind)?;
            address
        }
        None => {
            let (host, port) =
                behind_user.split_at(behind_user.find(':').unwrap_or(behind_user.len()));
            check_port(port)?;
            host
        }
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let odd = |sign: char| sign.is_whitespace() || sign.is_control() || "<>\"%|^`{}".contains(sign);
    (!host.is_empty() && !host.starts_with('.') && !host.contains(odd)).then_some(host)
}

/// A port is nothing, or a colon and digits.
fn check_port(port: &str) -> Option<()> {
    let Some(digits) = port.strip_prefix(':') else { return port.is_empty().then_some(()) };
    let plain = digits.bytes().all(|sign| sign.is_ascii_digit());
    (plain && (digits.is_empty() || digits.parse::<u16>().is_ok())).then_some(())
}

/// Refuses what is no URL of a web page.
pub(crate) fn check(field: &'static str, url: &str) -> Result<(), Invalid> {
    if url.is_empty() {
        return Err(Invalid::new(field, Problem::Empty));
    }
    let plain = !url.contains(|sign: char| sign.is_whitespace() || sign.is_control());
    match host(url) {
        Some(_) if plain => Ok(()),
        _ => Err(Invalid::new(field, Problem::NotListed)),
    }
}

/// True if a host is one of these domains, or lies in one of them. Upper and lower case do not
/// matter.
pub(crate) fn is_tracked<'a>(host: &str, mut domains: impl Iterator<Item = &'a Key>) -> bool {
    let host = host.to_lowercase();
    domains.any(|domain| {
        let domain = domain.to_lowercase();
        let before = host.strip_suffix(&*domain);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let cases = [
            ("https://www.store.test/chairs?size=2", Some("www.store.test")),
            ("HTTP://Store.TEST", Some("Store.TEST")),
            ("https://jo:pw@store.test:8443/x", Some("store.test")),
            ("https://store.test:443", Some("store.test")),
            ("https://store.test:", Some("store.test")),
            ("https://store.test:x/", None),
            ("https://store.test:99999/", None),
            ("https://store.test./", Some("store.test")),
            ("https://[2001:db8::1]:80/", Some("2001:db8::1")),
            ("https://[2001:db8::1]80/", None),
            ("https://[2001:db8::1/", None),
            ("https://möbel.test/stühle", Some("möbel.test")),
            ("https://evil.test/@store.test", Some("evil.test")),
            ("https://store.test@evil.test/", Some("evil.test")),
            ("https://evil.test\\@store.test/", Some("evil.test")),
            ("https://evil.test?store.test", Some("evil.test")),
            ("https:///x", None),
            ("https://", None),
            ("ftp://store.test/", None),
            ("javascript:alert(1)", None),
            ("store.test", None),
            ("", None),
        ];
        for (url, expected) in cases {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn domains() {
        let domains = [Key::from("store.test"), Key::from("Shop.Example")];
        let tracked = |host| is_tracked(host, domains.iter());
        assert!(tracked("store.test") && tracked("WWW.Store.Test") && tracked("a.b.shop.example"));
        assert!(!tracked("mystore.test") && !tracked("store.test.evil") && !tracked("test"));
    }
}
