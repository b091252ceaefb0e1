//! Visitors on the pages of a shop: so many sessions are live, and segments and action maps are
//! looked at after each event. Beside them whoever looks for the visitor in a list, and counts
//! every event anew.

use strowger::journey::*;
use strowger::prelude::*;

use super::random::Random;

/// How many segments and action maps there are.
const SEGMENTS: u32 = 20;
const MAPS: u32 = 10;

/// The shop, and its visitors.
#[derive(Clone, Debug)]
pub(crate) struct Visitors {
    pub journeys: Journeys,
    pub log: JourneyLog,
    now: Timestamp,
    random: Random,
    visitors: u64,
}

fn cookie(visitor: u64) -> Identifier {
    Identifier::cookie(format!("c-{visitor:012x}"))
}

fn url(page: u64) -> String {
    format!("https://www.store.test/chairs/{page}?size=2")
}

impl Visitors {
    /// A shop with so many live sessions of this many pages each.
    pub(crate) fn of(visitors: u64, pages: u64) -> Self {
        let (now, mut log) = (Timestamp::from_millis(1_000_000), JourneyLog::default());
        let limits = JourneyLimits::default().with_live_sessions(u32::MAX);
        let config =
            JourneyConfig::default().with_tracked(["store.test".into()]).with_limits(limits);
        let mut journeys = Journeys::new(config, now, &mut log).expect("a good configuration");
        for n in 0..SEGMENTS {
            let family = Criterion::new("browser.family", Operator::Equal, format!("Kind {n}"));
            let page = Criterion::new("url", Operator::ContainsAny, format!("/{n}?"));
            let seen = EventCondition::new(EventName::PageViewed).with_criteria([page]);
            let conditions = match n % 2 {
                0 => Conditions::default().with_session([family]),
                _ => Conditions::default().with_events([seen.with_at_least(3)]),
            };
            let segment = VisitorSegment::new("A segment", "#336699").with_conditions(conditions);
            journeys
                .execute(now, SetSegment::new(format!("s{n}"), segment), &mut log)
                .expect("a good segment");
        }
        for n in 0..MAPS {
            let map = ActionMap::new("A map", ActionMedia::Content)
                .with_segments([format!("s{n}").into()])
                .with_pages([PageCondition::new(Operator::ContainsAny, "/checkout")]);
            journeys
                .execute(now, SetActionMap::new(format!("m{n}"), map), &mut log)
                .expect("a good map");
        }
        let random = Random::new(4);
        let mut shop = Self { journeys, log, now, random, visitors };
        for page in 0..pages {
            (0..visitors).for_each(|visitor| shop.view(visitor, page));
        }
        shop
    }

    /// A visitor looks at a page. Time stands still, so that nobody leaves.
    fn view(&mut self, visitor: u64, page: u64) {
        let event = VisitorEvent::page_viewed(url(page), "Rocking chairs");
        let kind = format!("Kind {}", visitor % 40);
        let track = Track::new(cookie(visitor), event)
            .with_attributes([("browser.family".into(), kind.into())]);
        self.journeys.execute(self.now, track, &mut self.log).expect("a good event");
        self.log.clear();
    }

    /// Some visitor looks at some page.
    pub(crate) fn track(&mut self) {
        let (visitor, page) =
            (self.random.below(self.visitors as usize) as u64, self.random.below(500) as u64);
        self.view(visitor, page);
    }
}

/// A list of visitors, with what they saw.
#[derive(Clone, Debug)]
pub(crate) struct VisitorList {
    rows: Vec<(String, Vec<String>)>,
    random: Random,
}

impl VisitorList {
    /// So many visitors who saw as many pages.
    pub(crate) fn of(visitors: u64, pages: u64) -> Self {
        let seen: Vec<_> = (0..pages).map(url).collect();
        let row = |visitor| (format!("c-{visitor:012x}"), seen.clone());
        Self { rows: (0..visitors).map(row).collect(), random: Random::new(4) }
    }

    /// Looks for a visitor, and counts what they saw for every segment.
    pub(crate) fn track(&mut self) -> usize {
        let visitor = self.random.below(self.rows.len());
        let wanted = format!("c-{visitor:012x}");
        let row = self.rows.iter().find(|(cookie, _)| *cookie == wanted).expect("they are there");
        let matches = |n: &u32| {
            let part = format!("/{n}?");
            row.1.iter().filter(|url| url.contains(&part)).count() >= 3
        };
        (0..SEGMENTS).filter(matches).count()
    }
}
