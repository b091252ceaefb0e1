//! The demand of the made-up day: who gets in touch, when, and with what.

use strowger::model::{ChannelId, Comparison, Priority, Proficiency, Wish};
use strowger::prelude::*;

use crate::centre::Centre;
use crate::random::Pcg;
use crate::scenario::{Contact, Course};

/// Arrivals by half hour from 07:00 to 21:00, in percent of the peak of an ordinary day. At 14:00
/// an outage sends everybody to the telephone.
const CALLS: [u64; 28] = [
    25, 42, 62, 82, 95, 100, 98, 92, 80, 72, 75, 82, 90, 92, 178, 146, 84, 76, 70, 66, 60, 54, 46,
    38, 30, 24, 18, 12,
];
/// Those who write do so at their own time.
const TEXTS: [u64; 28] = [
    15, 25, 36, 50, 60, 68, 74, 80, 84, 82, 78, 76, 75, 74, 90, 85, 72, 70, 72, 76, 82, 88, 90, 80,
    62, 46, 32, 18,
];
/// The first minute of the day on which anybody can get in touch.
const OPENS: u32 = 7 * 60;

/// What kind of contact comes how often.
struct Stream {
    make: fn(&mut Maker<'_>) -> Contact,
    curve: &'static [u64; 28],
    /// Contacts an hour at the peak.
    peak: u64,
}

const STREAMS: [Stream; 8] = [
    Stream { make: |m| m.service_call(), curve: &CALLS, peak: 136 },
    Stream { make: |m| m.sales_call(), curve: &CALLS, peak: 37 },
    Stream { make: |m| m.technical_call(), curve: &CALLS, peak: 15 },
    Stream { make: |m| m.premium_call(), curve: &CALLS, peak: 22 },
    Stream { make: |m| m.chat(), curve: &TEXTS, peak: 94 },
    Stream { make: |m| m.message(), curve: &TEXTS, peak: 55 },
    Stream { make: |m| m.email(), curve: &TEXTS, peak: 48 },
    Stream { make: |m| m.case(), curve: &CALLS, peak: 14 },
];

/// E-mails that came in overnight.
const OVERNIGHT: u64 = 45;

/// All contacts of the day with their times.
pub(crate) fn arrivals(
    midnight: Timestamp,
    centre: &Centre,
    chance: &mut Pcg,
) -> Vec<(Timestamp, Contact)> {
    let opens = midnight + Span::from_mins(OPENS);
    let mut all = Vec::new();
    let mut maker = Maker { centre, chance, at: opens };
    for _ in 0..OVERNIGHT {
        // They wait since they were written, not since the centre opened.
        let origin = opens - maker.chance.secs(0, 4 * 3_600);
        let mut mail = maker.email();
        mail.request.origin = Some(origin);
        all.push((opens, mail));
    }
    for stream in &STREAMS {
        maker.at = opens;
        while let Some(mean) = stream.mean_gap(maker.at.since(opens)) {
            maker.at = maker.at + Span::from_millis(maker.chance.exponential(mean));
            if stream.mean_gap(maker.at.since(opens)).is_some() {
                all.push((maker.at, (stream.make)(&mut maker)));
            }
        }
    }
    all
}

impl Stream {
    /// The mean time to the next contact, in milliseconds; none once the lines are closed.
    fn mean_gap(&self, open_for: Span) -> Option<u64> {
        let slot = open_for.as_millis() / 1_800_000;
        let percent = self.curve.get(slot as usize)?;
        Some(3_600_000 * 100 / (self.peak * percent))
    }
}

/// Makes contacts.
struct Maker<'a> {
    centre: &'a Centre,
    chance: &'a mut Pcg,
    /// When the contact arrives.
    at: Timestamp,
}

impl Maker<'_> {
    fn contact(&mut self, queue: QueueId, channel: ChannelId, mean_secs: u64) -> Contact {
        Contact {
            request: WorkRequest::new(queue, channel),
            patience: None,
            talk: self.chance.handling(mean_secs),
            wrap_up: Span::ZERO,
            course: Course::Straight,
            again: false,
        }
    }

    fn language(&mut self) -> Requirement {
        let [english, french, german, spanish] = self.centre.skills.languages;
        let spoken = [(english, 74), (french, 11), (german, 9), (spanish, 6)];
        let spoken = self.chance.weighted(&spoken).unwrap_or(english);
        Requirement::skill(spoken, Comparison::AtLeast, 50)
    }

    fn product(&mut self, level: Proficiency) -> Option<Requirement> {
        let product = self.chance.pick(&self.centre.skills.products)?;
        Some(Requirement::skill(product, Comparison::AtLeast, level))
    }

    /// A language, and a product known at least so well.
    fn need(&mut self, level: Proficiency) -> Need {
        let parts = [Some(self.language()), self.product(level)];
        Need::of(Requirement::All(parts.into_iter().flatten().collect()))
    }

    /// Most customers wait a while, a few hang up as soon as they hear music.
    fn patience(&mut self, mean_secs: u64) -> Option<Span> {
        let mean = if self.chance.chance(40) { 8 } else { mean_secs };
        Some(Span::from_millis(2_000 + self.chance.exponential(mean * 1_000)))
    }

    fn call(&mut self, queue: QueueId, mean_secs: u64) -> Contact {
        Contact {
            patience: self.patience(240),
            wrap_up: Span::from_millis(4_000 + self.chance.exponential(24_000)),
            ..self.contact(queue, self.centre.channels.voice, mean_secs)
        }
    }

    fn service_call(&mut self) -> Contact {
        let queues = &self.centre.queues;
        let courses = [
            (Course::Straight, 730),
            (Course::Hold(self.chance.secs(20, 120)), 170),
            (Course::TransferToQueue(queues.technical), 65),
            (Course::TransferToQueue(queues.sales), 20),
            (Course::TransferToColleague, 15),
        ];
        let mut made = self.call(queues.service, 235);
        made.request.need = self.need(40);
        made.course = self.chance.weighted(&courses).unwrap_or(Course::Straight);
        made
    }

    /// Who knows the product well sells it better, but anybody may.
    fn sales_call(&mut self) -> Contact {
        let mut made = self.call(self.centre.queues.sales, 300);
        let wish = |requirement| Wish::new(requirement, 50);
        made.request.need = Need::of(self.language());
        made.request.need.wishes = self.product(70).map(wish).into_iter().collect();
        made
    }

    fn technical_call(&mut self) -> Contact {
        let mut made = self.call(self.centre.queues.technical, 420);
        made.request.need = self.need(45);
        made
    }

    /// The more a customer is worth, the higher the priority; the queue takes it strictly.
    fn premium_call(&mut self) -> Contact {
        let mut made = self.call(self.centre.queues.premium, 260);
        let classes = [(Priority(1), 60), (Priority(2), 30), (Priority(3), 10)];
        made.request.priority = self.chance.weighted(&classes).unwrap_or_default();
        made
    }

    fn chat(&mut self) -> Contact {
        let mut made = self.contact(self.centre.queues.chat, self.centre.channels.chat, 480);
        made.request.need = Need::of(self.language());
        made.patience = self.patience(300);
        made.wrap_up = self.chance.secs(5, 60);
        made
    }

    fn message(&mut self) -> Contact {
        let queue = self.centre.queues.messages;
        let mut made = self.contact(queue, self.centre.channels.message, 130);
        made.course = Course::Conversation(self.chance.below(4) as u8);
        made
    }

    /// Complaints are due within the hour, the rest when the queue says.
    fn email(&mut self) -> Contact {
        let mut made = self.contact(self.centre.queues.email, self.centre.channels.email, 360);
        made.request.need = Need::of(self.language());
        if self.chance.chance(100) {
            made.request.due = Some(self.at + Span::from_mins(60));
        }
        made
    }

    fn case(&mut self) -> Contact {
        let mut made = self.contact(self.centre.queues.cases, self.centre.channels.case, 900);
        made.wrap_up = self.chance.secs(30, 120);
        if self.chance.chance(600) {
            made.course = Course::AskForWrapUp;
        }
        made
    }
}
