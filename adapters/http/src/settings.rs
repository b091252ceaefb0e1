//! The bounds of the service.

use std::time::Duration;

use crate::limit::RequestRate;

/// The bounds of the service.
///
/// ```
/// use strowger_http::HttpSettings;
///
/// let settings = HttpSettings::default().with_body_bytes(64 * 1024);
/// assert_eq!((settings.body_bytes, settings.page_max), (64 * 1024, 500));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpSettings {
    /// The most bytes of a body; 256 KiB at first, which the longest text and all attached data
    /// that an engine takes by its usual limits stay under.
    pub body_bytes: usize,
    /// How long an answer may take before the request is given up, streams apart; 10 s at first.
    pub patience: Duration,
    /// The most items of a page, and how many it has unless told; 500 and 100 at first.
    pub page_max: usize,
    /// How many items a page has unless told.
    pub page: usize,
    /// How many streams may be open at once; 10,000 at first.
    pub streams: usize,
    /// How many of them by one caller; 16 at first: one a browser, and a few browsers.
    pub streams_of_one: usize,
    /// How many requests of one agent, supervisor, administrator or wall are taken: 50 a second and
    /// 200 at once at first, which a desk that is loaded stays far under.
    pub staff_rate: RequestRate,
    /// How many requests of one customer are taken: 5 a second and 30 at once at first.
    pub customer_rate: RequestRate,
    /// How long a stream may be silent before it says that it is still there; 15 s at first.
    pub heartbeat: Duration,
    /// True if cookies go out over TLS alone, as they do at first. A service that listens on
    /// loopback without TLS says `false`.
    pub secure_cookies: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1_024,
            patience: Duration::from_secs(10),
            page_max: 500,
            page: 100,
            streams: 10_000,
            streams_of_one: 16,
            staff_rate: RequestRate::new(50, 200),
            customer_rate: RequestRate::new(5, 30),
            heartbeat: Duration::from_secs(15),
            secure_cookies: true,
        }
    }
}

impl HttpSettings {
    /// The same settings with bodies of so many bytes at most.
    #[must_use]
    pub const fn with_body_bytes(self, body_bytes: usize) -> Self {
        Self { body_bytes, ..self }
    }

    /// The same settings with so much time for an answer.
    #[must_use]
    pub const fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same settings with so many streams at once, and so many by one caller.
    #[must_use]
    pub const fn with_streams(self, streams: usize, streams_of_one: usize) -> Self {
        Self { streams, streams_of_one, ..self }
    }

    /// The same settings with so many requests of one who works here, and of one customer.
    #[must_use]
    pub const fn with_rates(self, staff_rate: RequestRate, customer_rate: RequestRate) -> Self {
        Self { staff_rate, customer_rate, ..self }
    }

    /// The same settings with a word from every silent stream after so long.
    #[must_use]
    pub const fn with_heartbeat(self, heartbeat: Duration) -> Self {
        Self { heartbeat, ..self }
    }

    /// The same settings for a service without TLS.
    #[must_use]
    pub const fn with_secure_cookies(self, secure_cookies: bool) -> Self {
        Self { secure_cookies, ..self }
    }
}
