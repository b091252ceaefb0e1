//! How facts, refusals and the state of the floor read: keys everywhere, never a raw id.

use serde::Serialize;
use strowger::command::{Actor, Unavailable};
use strowger::fact::{Cause, Definition, Event, Fact};
use strowger::model::{AgentId, Entity, OfferId, WorkId};
use strowger::policy::offering::Bar;
use strowger::policy::order::Place;
use strowger::policy::wrap_up::WrapUp;
use strowger::state::Stage;
use strowger::view::{AgentView, PoolUse};
use strowger::{Refusal, Timestamp};

use super::Floor;
use super::values::text;

pub(super) fn clock(at: Timestamp) -> String {
    let millis = at.as_millis();
    if at == Timestamp::MAX {
        return "never".into();
    }
    let (sign, millis) = (if millis < 0 { "-" } else { "" }, millis.abs());
    let (minutes, seconds) = (millis / 60_000, millis / 1_000 % 60);
    format!("{sign}{minutes:02}:{seconds:02}.{:03}", millis % 1_000)
}

/// How JSON spells it, without quotes.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

fn place(place: Place) -> String {
    if place.front {
        format!("at the front since={}", clock(place.since))
    } else {
        format!("since={}", clock(place.since))
    }
}

pub(super) fn bar(bar: Bar) -> String {
    match bar {
        Bar::None => String::new(),
        Bar::Until(until) => format!(" again={}", clock(until)),
        Bar::Always => " again=never".into(),
        Bar::Session(_) => " again=when back".into(),
        _ => unreachable!("this test does not know it"),
    }
}

fn wrap_up(wrap_up: WrapUp) -> String {
    let counts = if wrap_up.counts { "" } else { " (counts nothing)" };
    format!(" wrap_up until={}{counts}", clock(wrap_up.until))
}

/// ` name=value`, if it is there.
pub(super) fn maybe(name: &str, value: Option<impl std::fmt::Display>) -> String {
    value.map(|value| format!(" {name}={value}")).unwrap_or_default()
}

impl Floor {
    pub(crate) fn name(&self, entity: impl Into<Entity>) -> String {
        let entity = entity.into();
        let key = self.engine().ok().and_then(|engine| engine.view().key(entity));
        match (key, entity) {
            (Some(key), _) => key.to_string(),
            (None, Entity::Offer(offer)) => offer.to_string(),
            (None, Entity::Work(work)) if self.stand_ins.iter().any(|(id, _)| *id == work) => {
                let mut known = self.stand_ins.iter().filter(|(id, _)| *id == work);
                known.next().map(|(_, name)| name.clone()).unwrap_or_default()
            }
            (None, other) => {
                format!("a forgotten {}", other.to_string().split(' ').next().unwrap())
            }
        }
    }

    fn offered(&self, offer: OfferId) -> String {
        let found = self.offers.iter().find(|(known, ..)| *known == offer);
        found.map_or_else(
            || "?".into(),
            |(_, work, agent)| format!("{offer} {} -> {}", self.name(*work), self.name(*agent)),
        )
    }

    /// A fact as a line.
    pub(crate) fn tell(&self, fact: &Fact) -> String {
        let due = match fact.cause {
            Cause::Deadline { kind, due } => format!(" due={} ({})", clock(due), word(&kind)),
            Cause::Command { by: Actor::Host } | Cause::Routing | Cause::Followed { .. } => {
                String::new()
            }
            Cause::Command { ref by } => format!(" by {}", self.actor(by)),
            _ => unreachable!("this test does not know it"),
        };
        let event = self.event(&fact.event);
        format!("{} {event}{due}", clock(fact.at))
    }

    /// An actor as a sentence names them.
    fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Agent(agent) => self.name(*agent),
            Actor::Supervisor(key) => format!("supervisor:{key}"),
            Actor::Administrator(key) => format!("administrator:{key}"),
            Actor::Customer(Some(key)) => format!("customer:{key}"),
            Actor::Customer(None) => "customer".into(),
            other => word(other),
        }
    }

    fn event(&self, event: &Event) -> String {
        let name = event.name();
        let work = |work: &WorkId| format!("{name} {}", self.name(*work));
        let agent = |agent: &AgentId| format!("{name} {}", self.name(*agent));
        match event {
            Event::EngineOpened { .. } => name.into(),
            Event::Defined(definition) | Event::Changed(definition) => {
                format!("{name} {}", self.definition(definition))
            }
            Event::Retired(entity) => {
                format!("{name} {} {}", kind(*entity), self.name(*entity))
            }
            Event::MembershipSet { agent: a, queue, membership, channel, .. } => {
                let (rank, delay) = (membership.rank, membership.delay);
                let ring = maybe("ring", Some(membership.ring).filter(|ring| *ring > 0));
                let weight = maybe("weight", Some(membership.weight).filter(|weight| *weight > 1));
                let terms = format!("rank={rank} delay={delay}{ring}{weight}");
                let channel = maybe("for", channel.map(|channel| self.name(channel)));
                format!("{} in {}{channel} {terms}", agent(a), self.name(*queue))
            }
            Event::MembershipRemoved { agent: a, queue, channel, .. } => {
                let channel = maybe("for", channel.map(|channel| self.name(channel)));
                format!("{} in {}{channel}", agent(a), self.name(*queue))
            }
            Event::PresenceSet { agent: a, presence, lease, by, .. } => {
                let by = Some(word(by)).filter(|by| by != "command");
                let lease = maybe("lease", lease.map(clock));
                format!("{} {}{lease}{}", agent(a), self.name(*presence), maybe("by", by))
            }
            Event::AgentHeard { agent: a, lease, .. } => {
                format!("{} lease={}", agent(a), clock(*lease))
            }
            Event::DrainingSet { agent: a, draining: on, .. }
            | Event::OwnCallSet { agent: a, active: on, .. } => format!("{} {on}", agent(a)),
            Event::RoutingStatusChanged { agent: a, status, .. } => {
                format!("status {} {}", self.name(*a), status.name())
            }
            Event::CapacityExceeded { agent: a, .. } | Event::CapacityRestored { agent: a, .. } => {
                agent(a)
            }
            Event::WorkSubmitted { work: w, request, stands_for, .. } => {
                let stands_for = stands_for.map(|stand_in| {
                    let careful = if stand_in.careful { ", to have it" } else { "" };
                    format!(" for {}{careful}", self.name(stand_in.work))
                });
                let stands_for = stands_for.unwrap_or_default();
                format!("{} in {}{stands_for}", work(w), self.name(request.queue))
            }
            Event::WorkQueued {
                work: w,
                queue,
                place: p,
                why,
                wrap_up: wraps,
                sticky,
                not_to,
                ..
            } => {
                let wraps = wraps.map(wrap_up).unwrap_or_default();
                let (queue, why) = (self.name(*queue), word(why));
                let sticky = sticky.map(|sticky| {
                    format!(" for={} until={}", self.name(sticky.agent), clock(sticky.until))
                });
                let not_to = not_to.map(|agent| format!(" not_to={}", self.name(agent)));
                let rest = wraps + &sticky.unwrap_or_default() + &not_to.unwrap_or_default();
                format!("{} in {queue} {} why={why}{rest}", work(w), place(*p))
            }
            Event::WorkRevealed { work: w, delay, others, .. } => {
                let others = if *others == 0 { String::new() } else { format!(" others={others}") };
                format!("{} delay={delay}{others}", work(w))
            }
            Event::PreferenceStepped { work: w, step, .. } => match step {
                Some(step) => {
                    format!("{} step={} until={}", work(w), step.number, clock(step.until))
                }
                None => format!("{} anybody", work(w)),
            },
            Event::WorkOffered { offer, work: w, agent: a, until, by, score, .. } => {
                let by = Some(word(by)).filter(|by| by != "routing");
                let (until, by) = (maybe("until", until.map(clock)), maybe("by", by));
                let rest = format!("{until}{by}{}", maybe("score", *score));
                format!("{name} {offer} {} -> {}{rest}", self.name(*w), self.name(*a))
            }
            Event::OfferAccepted { offer, auto, .. } => {
                format!("{name} {}{}", self.offered(*offer), if *auto { " (auto)" } else { "" })
            }
            Event::OfferRejected { offer, reason, bar: barred, place: p, .. } => {
                let reason = maybe("reason", reason.map(|reason| self.name(reason)));
                format!("{name} {}{reason} {}{}", self.offered(*offer), place(*p), bar(*barred))
            }
            Event::OfferMissed { offer, bar: barred, place: p, .. } => {
                format!("{name} {} {}{}", self.offered(*offer), place(*p), bar(*barred))
            }
            Event::OfferWithdrawn { offer, why, bar: barred, place: p, .. } => {
                let (offered, why) = (self.offered(*offer), word(why));
                format!("{name} {offered} why={why} {}{}", place(*p), bar(*barred))
            }
            Event::WorkAssigned { work: w, agent: a, by, .. } => {
                format!("{} -> {} by={}", work(w), self.name(*a), word(by))
            }
            Event::WorkParked { work: w, until, .. } => {
                format!("{}{}", work(w), maybe("until", until.map(clock)))
            }
            Event::WorkResumed { work: w, by, .. } => format!("{} by={}", work(w), word(by)),
            Event::EndChanged { work: w, at, .. } => {
                format!("{} at={}", work(w), at.map_or("never".into(), clock))
            }
            Event::WorkExhausted { work: w, retry, .. } => {
                format!("{}{}", work(w), maybe("retry", retry.map(clock)))
            }
            Event::BarLifted { work: w, agent: a, .. } => {
                format!("{} -> {}", work(w), self.name(*a))
            }
            Event::ContactEnded { work: w, by, wrap_up: wraps, .. } => {
                format!("{} by={}{}", work(w), word(by), wrap_up(*wraps))
            }
            Event::WrapUpExtended { work: w, agent: a, until, .. } => {
                format!("{} {} until={}", work(w), self.name(*a), clock(*until))
            }
            Event::CodeSet { work: w, agent: a, code, .. } => {
                format!("{} {} {}", work(w), self.name(*a), self.name(*code))
            }
            Event::WrapUpEnded { work: w, agent: a, by, .. } => {
                format!("{} {} by={}", work(w), self.name(*a), word(by))
            }
            Event::WorkClosed { work: w, cause, by, outside, .. } => {
                let to = outside.as_ref().map(|outside| outside.to.clone());
                let wraps = outside.as_ref().and_then(|outside| outside.wrap_up);
                let wraps = wraps.map(wrap_up).unwrap_or_default();
                format!("{} {} by={}{}{wraps}", work(w), word(cause), word(by), maybe("to", to))
            }
            Event::WorkRelaxed { work: w, past, skipped, .. } => {
                let skipped = Some(skipped).filter(|skipped| !skipped.is_zero());
                format!("{} past={past}{}", work(w), maybe("skipped", skipped))
            }
            Event::ShiftEndSet { agent: a, until, .. } => {
                format!("{} until={}", agent(a), until.map_or("never".into(), clock))
            }
            Event::WorkScheduled { work: w, at, activation, .. } => {
                let activation = if *activation { " (to be activated)" } else { "" };
                format!("{} at={}{activation}", work(w), clock(*at))
            }
            Event::CallbackRequested { work: w, channel, callback, .. } => {
                let (retries, gap) = (callback.retries, callback.gap);
                format!("{} on {} retries={retries} gap={gap}", work(w), self.name(*channel))
            }
            Event::CustomerUnreached { work: w, retry, .. } => {
                format!("{}{}", work(w), maybe("retry", retry.map(clock)))
            }
            Event::WorkClassified { work: w, rule, queue, change, .. } => {
                let rule = rule.map_or(" by=host".into(), |rule| format!(" rule={rule}"));
                let changed = if change.is_some() { " changed" } else { "" };
                format!("{} in {}{rule}{changed}", work(w), self.name(*queue))
            }
            Event::OverflowTriggered { work: w, rule, then, .. } => {
                let then = serde_json::to_value(then).unwrap();
                let variant = then.as_object().and_then(|then| then.keys().next().cloned());
                let then = variant.unwrap_or_else(|| then.as_str().unwrap_or_default().to_owned());
                format!("{} rule={rule} {then}", work(w))
            }
            Event::OverflowWatched { work: w, rule, holds, ahead, .. } => {
                let holds = if *holds { "holds" } else { "does not hold" };
                format!("{} rule={rule} {holds}{}", work(w), maybe("ahead", *ahead))
            }
            Event::QueueInspected { queue, rings, holding, up_to, .. } => {
                let listed = |rings: &[u8]| {
                    let rings: Vec<_> = rings.iter().map(ToString::to_string).collect();
                    if rings.is_empty() { "none".into() } else { rings.join(", ") }
                };
                let joined = listed(rings);
                let holding = maybe("holding", (!holding.is_empty()).then(|| listed(holding)));
                let up_to = maybe("up_to", up_to.map(|work| self.name(work)));
                format!("{name} {} rings={joined}{holding}{up_to}", self.name(*queue))
            }
            Event::RampReleased { queue, .. } => format!("{name} {}", self.name(*queue)),
            Event::WorkSuspended { work: w, .. }
            | Event::WorkChanged { work: w, .. }
            | Event::WorkHeld { work: w, .. }
            | Event::WorkRetrieved { work: w, .. }
            | Event::DeclinesForgotten { work: w, .. }
            | Event::WrapUpRequested { work: w, .. } => work(w),
            Event::LegRequested { work: w, agent: a, role, until, careful, .. } => {
                let until = maybe("until", until.map(clock));
                let careful = if *careful { ", to have it" } else { "" };
                format!("{} -> {} as {}{careful}{until}", work(w), self.name(*a), word(role))
            }
            Event::TransferFailed { work: w, why, .. } => format!("{} {}", work(w), word(why)),
            Event::LegJoined { work: w, agent: a, role, auto, .. } => {
                let auto = if *auto { " (auto)" } else { "" };
                format!("{} {} as {}{auto}", work(w), self.name(*a), word(role))
            }
            Event::LegChanged { work: w, agent: a, role, .. } => {
                format!("{} {} as {}", work(w), self.name(*a), word(role))
            }
            Event::LegEnded { work: w, agent: a, why, .. } => {
                format!("{} {} {}", work(w), self.name(*a), word(why))
            }
            Event::HandedOver { work: w, agent: a, wrap_up: wraps, .. } => {
                let wraps = wraps.map(wrap_up).unwrap_or_default();
                format!("{} -> {}{wraps}", work(w), self.name(*a))
            }
            Event::PoolReset { pool, .. } => format!("{name} {}", self.name(*pool)),
            _ => format!("{name} (nobody taught the scenarios to tell it)"),
        }
    }

    fn definition(&self, definition: &Definition) -> String {
        format!("{} {}", kind(definition.entity()), self.name(definition.entity()))
    }

    /// `show`: lines, agents and the next deadline; with names, only those.
    pub(crate) fn show(&self, names: &[String]) -> Result<Vec<String>, String> {
        let engine = self.engine()?;
        let view = engine.view();
        let queue = |key: &str| view.queue(view.queue_id(key)?);
        let work = |key: &str| view.work(view.work_id(key)?);
        let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let mut shown = Vec::new();
        for queue in view.queues().filter(|queue| wanted(queue.key())) {
            let line: Vec<_> = queue.line().iter().map(|work| self.name(work.id())).collect();
            let line = if line.is_empty() { "nobody".into() } else { line.join(", ") };
            shown.push(format!("waiting in {}: {line}", queue.key()));
        }
        for agent in view.agents().filter(|agent| wanted(agent.key())) {
            let mut has = vec![format!("{} is {}", agent.key(), agent.status().name())];
            has.extend(agent.offers().iter().filter_map(|offer| {
                Some(format!("offered {}", self.name(view.offer(*offer)?.work)))
            }));
            let legs = agent.assignments().iter();
            has.extend(legs.map(|leg| format!("{} {}", leg.state.name(), self.name(leg.work))));
            let legs = agent.legs().iter();
            has.extend(legs.map(|leg| {
                let (state, role) = (leg.state.name(), leg.role.name());
                format!("{state} {} as {role}", self.name(leg.work))
            }));
            has.extend(agent.is_draining().then(|| "draining".into()));
            if names.iter().any(|name| name == "use") {
                has.extend(usage(agent));
                has.extend(agent.profile().capacity.pools.keys().map(|pool| {
                    let PoolUse { held, spent, max, .. } = agent.pool_use(*pool);
                    let max = max.map_or_else(|| "none".into(), |max| max.to_string());
                    let (held, spent) = (hundredths(held.into()), hundredths(spent.into()));
                    format!("{}: {held} held, {spent} spent of {max}", self.name(*pool))
                }));
            }
            has.extend(agent.is_over_capacity().then(|| "over capacity".into()));
            shown.push(has.join(", "));
        }
        for work in view.works() {
            let name = self.name(work.id());
            if names.contains(&name) {
                let stage: Stage = work.stage();
                let waited = work.waited(engine.now());
                let with = work.legs().map(|leg| format!(", with {}", self.name(leg.agent)));
                let with: String = with.collect();
                shown.push(format!("{name} is {}, began {waited} ago{with}", stage.name()));
            }
        }
        if let [what, name] = names
            && what == "hours"
        {
            let queue = queue(name).ok_or("there is no such queue")?;
            let is = if queue.is_open() { "open" } else { "closed" };
            let until =
                queue.next_change().map_or_else(|| "for good".into(), |at| format!("until {at}"));
            return Ok(vec![format!("{name} is {is} {until}")]);
        }
        if let [what, name] = names
            && what == "estimates"
        {
            let mut shown = Vec::new();
            let estimates = match (queue(name), work(name)) {
                (Some(queue), _) => {
                    let share = |permille| format!("{}.{} %", permille / 10, permille % 10);
                    let level = queue.service_level().map_or_else(|| "none".into(), share);
                    let oldest = queue.oldest_wait().map_or_else(|| "none".into(), text);
                    let (staffed, free, waiting) = (queue.staffed(), queue.free(), queue.waiting());
                    shown.push(format!(
                        "{name}: staffed {staffed}, free {free}, waiting {waiting}, oldest wait {oldest}, \
                         service level {level}"
                    ));
                    queue.estimates()
                }
                (None, Some(work)) => {
                    let place = work.position().ok_or("it does not wait")?;
                    shown.push(format!("{name}: place {place}"));
                    work.estimates().ok_or("it does not wait")?
                }
                (None, None) => return Err("there is no such queue and no such work".into()),
            };
            shown.extend(estimates.iter().map(|estimate| {
                let wait = estimate.wait.map_or_else(|| "none".into(), text);
                format!("  {} {wait} of {}", estimate.estimator.name(), estimate.samples)
            }));
            return Ok(shown);
        }
        if wanted("next") {
            shown.push(match engine.next_deadline() {
                Some(next) => format!("next {} at {}", word(&next.kind), clock(next.at)),
                None => "next nothing".into(),
            });
        }
        if names.iter().any(|name| name == "clock") {
            let (now, back) = (clock(engine.now()), engine.stepped_back());
            shown.push(format!("clock at {now}, stepped back {back} times"));
        }
        let named = names.iter().filter(|name| *name != "use").count();
        if shown.len() < named {
            return Err("there is nothing of one of these names".into());
        }
        Ok(shown)
    }
}

fn hundredths(amount: u64) -> String {
    match amount % 100 {
        0 => (amount / 100).to_string(),
        part => format!("{}.{part:02}", amount / 100),
    }
}

/// What an agent has in use, and what of it is only offered.
fn usage(agent: AgentView<'_>) -> [String; 2] {
    let (items, units) = (agent.items_in_use().into(), agent.units_in_use());
    let (of_items, of_units) = (agent.reserved_items().into(), agent.reserved_units());
    [
        format!("{} items ({} reserved)", hundredths(items), hundredths(of_items)),
        format!("{} units ({} reserved)", hundredths(units), hundredths(of_units)),
    ]
}

fn kind(entity: Entity) -> String {
    let text = entity.to_string();
    let (kind, _) = text.rsplit_once(' ').unwrap_or((&text, ""));
    kind.to_owned()
}

/// A refusal as the rest of a line.
pub(crate) fn refusal(floor: &Floor, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unknown { entity, .. } => format!("there is no such {}", kind(*entity)),
        Refusal::Retired { entity, .. } => format!("{} is retired", floor.name(*entity)),
        Refusal::Invalid(invalid) => invalid.to_string(),
        Refusal::KeyTaken { entity, .. } => format!("the key belongs to another {}", kind(*entity)),
        Refusal::InUse { entity, user, .. } => {
            format!("{} is in use by {} {}", floor.name(*entity), kind(*user), floor.name(*user))
        }
        Refusal::BuiltIn { entity, .. } => format!("{} comes with the engine", floor.name(*entity)),
        Refusal::OfferOver { offer, end, .. } => {
            let end = end.map(|end| strowger::state::OfferState::Over(end).name());
            format!("{offer} is over{}", end.map(|end| format!(": {end}")).unwrap_or_default())
        }
        Refusal::WorkOver { work, cause, .. } => {
            let cause = cause.map(|cause| format!(": {}", word(&cause))).unwrap_or_default();
            format!("{} is over{cause}", floor.name(*work))
        }
        Refusal::WrongStage { work, stage, .. } => {
            format!("{} is {}", floor.name(*work), word(stage))
        }
        Refusal::NotAssigned { work, agent, .. } => {
            format!("{} does not have {}", floor.name(*agent), floor.name(*work))
        }
        Refusal::WrapUpNotOver { until, .. } => {
            format!("the wrap-up lasts until {}", clock(*until))
        }
        Refusal::CodeRequired => "the wrap-up needs a code".into(),
        Refusal::CodeNotAllowed { code, queue, .. } => {
            format!("{} is not a code of {}", floor.name(*code), floor.name(*queue))
        }
        Refusal::ExtensionTooLong { latest, .. } => {
            format!("the wrap-up may last until {} at most", clock(*latest))
        }
        Refusal::NotMember { agent, queue, .. } => {
            format!("{} is not a member of {}", floor.name(*agent), floor.name(*queue))
        }
        Refusal::NobodyStaffed { queue, .. } => {
            format!("nobody is there in {}", floor.name(*queue))
        }
        Refusal::MemberByExpression { agent, queue, .. } => {
            let (agent, queue) = (floor.name(*agent), floor.name(*queue));
            format!("{agent} is a member of {queue} as long as they meet its expression")
        }
        Refusal::Unavailable { agent, why, .. } => {
            let why = unavailable(floor, why);
            format!("{} is not available: {why}", floor.name(*agent))
        }
        Refusal::NoLeg { work, agent, end, .. } => {
            let end = end.map(|end| format!(": {}", word(&end))).unwrap_or_default();
            format!("{} has no leg of {}{end}", floor.name(*agent), floor.name(*work))
        }
        Refusal::WrongLeg { work, agent, role, state, .. } => {
            let (work, agent) = (floor.name(*work), floor.name(*agent));
            format!("{agent} has {work} {} as {}", state.name(), role.name())
        }
        Refusal::Stale { entity, revision, .. } => {
            format!("{} is at revision {revision}", floor.name(*entity))
        }
        Refusal::Limit { limit, max, .. } => format!("there may be {max} {} at most", word(limit)),
        Refusal::NotAllowed { .. } | Refusal::NotYours { .. } => match floor.engine() {
            Ok(engine) => refusal.with_keys(engine).to_string(),
            Err(_) => refusal.to_string(),
        },
        Refusal::ClockJump { from, to, .. } => {
            format!("the clock jumped from {} to {}", clock(*from), clock(*to))
        }
        other => other.to_string(),
    }
}

/// What keeps an agent from being offered work.
pub(super) fn unavailable(floor: &Floor, why: &Unavailable) -> String {
    match why {
        Unavailable::NoRoom(full) => {
            let full = serde_json::to_value(full).unwrap();
            let channel = full.get("uninterruptible").and_then(serde_json::Value::as_u64);
            let channel = channel.and_then(|id| u32::try_from(id).ok());
            let channel = channel.map(|id| floor.name(strowger::model::ChannelId::from_raw(id)));
            let pool = full.get("pool").and_then(serde_json::Value::as_u64);
            let pool = pool.and_then(|id| u32::try_from(id).ok());
            let pool = pool.map(|id| floor.name(strowger::model::PoolId::from_raw(id)));
            match (channel, pool) {
                (Some(channel), _) => format!("no room, has {channel}"),
                (None, Some(pool)) => format!("no room in {pool}"),
                (None, None) => format!("no room ({})", full.as_str().unwrap_or_default()),
            }
        }
        other => word(other),
    }
}
