//! How explanations read.

use strowger::command::Unavailable;
use strowger::explain::{Condition, KeptBy, Obstacle, Outlook, Prospect, Relation, Shortfall};
use strowger::model::{AgentId, Requirement, Value, WorkId};

use super::Floor;
use super::tell::{bar, clock, maybe, unavailable, word};

impl Floor {
    /// `why` work, agent, or work and agent.
    pub(crate) fn why(&self, names: &[String]) -> Result<Vec<String>, String> {
        let view = self.engine()?.view();
        let agent = |name: &String| view.agent_id(name);
        let work = |name: &String| view.work_id(name).or_else(|| self.stand_in(name));
        let told = match names {
            [name] => match (work(name), agent(name)) {
                (Some(work), _) => self.why_work(work),
                (None, Some(agent)) => self.why_agent(agent),
                (None, None) => None,
            },
            [first, second] => match (work(first), agent(second)) {
                (Some(work), Some(agent)) => self.why_pair(work, agent),
                (_, _) => None,
            },
            _ => None,
        };
        told.ok_or_else(|| "there is no such work or agent".into())
    }

    fn why_pair(&self, work: WorkId, agent: AgentId) -> Option<Vec<String>> {
        let why = self.engine().ok()?.explain(work, agent)?;
        let standing = match why.standing {
            Relation::Asked { offer } => format!("alerted by {offer}"),
            Relation::Involved => "involved".into(),
            Relation::Candidate { place, behind } => {
                let behind = behind.map(|behind| self.name(behind));
                format!("candidate {place}{}", maybe("behind", behind))
            }
            Relation::Kept => "kept apart".into(),
            _ => "(nobody taught the scenarios to tell it)".into(),
        };
        let mut told = vec![format!("{} -> {}: {standing}", self.name(work), self.name(agent))];
        told.extend(why.obstacles.iter().map(|obstacle| self.obstacle(obstacle)));
        Some(told)
    }

    fn obstacle(&self, obstacle: &Obstacle) -> String {
        let what = match &obstacle.kept_by {
            KeptBy::NotMember => "not a member".into(),
            KeptBy::Stage(stage) => format!("the work is {}", word(stage)),
            KeptBy::Pause => "pause before the next round".into(),
            KeptBy::PreferredFirst { step, .. } => format!("others by name first, step={step}"),
            KeptBy::Unavailable(why) => unavailable(self, why),
            KeptBy::Ring { ring, widest, .. } => format!("ring {ring}, widest is {widest}"),
            KeptBy::Delay { delay, .. } => format!("delay {delay}"),
            KeptBy::Need(lacks) => format!("unfit: {}", self.shortfalls(lacks)),
            KeptBy::NoRoom(full) => unavailable(self, &Unavailable::NoRoom(*full)),
            KeptBy::Shift { end, least, .. } => {
                format!("the shift ends at {}, {least} needed", clock(*end))
            }
            KeptBy::Declined { bar: barred, times, .. } => {
                format!("declined, times={times}{}", bar(*barred))
            }
            KeptBy::Sender => "sent it here".into(),
            KeptBy::Excluded => "is never to have it".into(),
            KeptBy::Has { state, .. } => format!("has it: {}", state.name()),
            KeptBy::TakesPart { role, .. } => format!("takes part as {}", role.name()),
            KeptBy::Alerting { offer, .. } => format!("alerted by {offer}"),
            KeptBy::Assignments { most, .. } => format!("has {most} assignments"),
            KeptBy::TooFew { able, least, .. } => format!("{able} can be asked, {least} needed"),
            KeptBy::Ramp { offers, .. } => format!("{offers} were offered at once"),
            KeptBy::External => "another engine decides".into(),
            _ => "(nobody taught the scenarios to tell it)".into(),
        };
        let gate = obstacle.kept_by.gate().name();
        format!("  {gate}: {what}{}", maybe("until", obstacle.until.map(clock)))
    }

    fn shortfalls(&self, lacks: &[Shortfall]) -> String {
        let each = lacks.iter().map(|lack| match lack {
            Shortfall::Condition { requirement, has, .. } => {
                let has = has.as_ref().map_or_else(|| "nothing".into(), value);
                format!("{} (has {has})", self.requirement_text(requirement))
            }
            Shortfall::Alternatives { each, .. } => {
                let each: Vec<_> = each.iter().map(|lacks| self.shortfalls(lacks)).collect();
                format!("any({})", each.join(" | "))
            }
            _ => "(nobody taught the scenarios to tell it)".into(),
        });
        each.collect::<Vec<_>>().join(", ")
    }

    fn requirement_text(&self, requirement: &Requirement) -> String {
        let all = |parts: &[Requirement]| {
            let parts: Vec<_> = parts.iter().map(|part| self.requirement_text(part)).collect();
            parts.join(", ")
        };
        match requirement {
            Requirement::All(parts) => format!("all({})", all(parts)),
            Requirement::Any(parts) => format!("any({})", all(parts)),
            Requirement::Not(part) => format!("not({})", self.requirement_text(part)),
            Requirement::Skill { skill, is, level } => {
                format!("{}{}{level}", self.name(*skill), word(is))
            }
            Requirement::Attribute { name, is, value: wanted } => {
                format!("{}{}{}", &**name, word(is), value(wanted))
            }
            Requirement::In { name, values } => {
                let values: Vec<_> = values.iter().map(value).collect();
                format!("in({}, {})", &**name, values.join(", "))
            }
            Requirement::Has { name, value } => format!("has({}, {value})", &**name),
            _ => unreachable!("this test does not know it"),
        }
    }

    fn why_work(&self, work: WorkId) -> Option<Vec<String>> {
        let why = self.engine().ok()?.explain_work(work)?;
        let outlook = match why.outlook {
            Outlook::NobodyFits { until } => {
                format!("nobody_fits{}", maybe("until", until.map(clock)))
            }
            other => word(&other),
        };
        let (name, queue) = (self.name(work), self.name(why.queue));
        let position = maybe("position", why.position);
        let mut told =
            vec![format!("{name} in {queue}: {}{position}, {outlook}", why.stage.name())];
        // Only gates at which somebody stays behind.
        let mut funnel = Vec::new();
        let mut before = None;
        for passed in &why.funnel {
            if before != Some(passed.agents) {
                funnel.push(format!("{}={}", passed.gate.name(), passed.agents));
            }
            before = Some(passed.agents);
        }
        told.push(format!("  {}", funnel.join(" ")));
        told.push(format!("  staffed={} free={}", why.staffed, why.free));
        told.extend(why.need.iter().map(|condition| {
            let Condition { requirement, fail, fit_without, .. } = condition;
            let requirement = self.requirement_text(requirement);
            format!("  {requirement}: {fail} fail, {fit_without} would fit without")
        }));
        told.extend(
            why.next.map(|next| format!("  next {} at {}", word(&next.kind), clock(next.at))),
        );
        Some(told)
    }

    fn why_agent(&self, agent: AgentId) -> Option<Vec<String>> {
        let why = self.engine().ok()?.explain_agent(agent)?;
        let mut is = vec![format!("{} is {}", self.name(agent), why.status.name())];
        is.extend(why.draining.then(|| "draining".into()));
        is.extend(why.in_debt.then(|| "in debt".into()));
        is.extend((!why.may_have_more).then(|| "with as much as they may have".into()));
        is.extend(why.units_free.map(|free| format!("units free {}", hundredths(free))));
        is.extend(why.items_free.map(|free| format!("items free {}", hundredths(free.into()))));
        is.extend((why.by_name > 0).then(|| format!("{} by name", why.by_name)));
        let mut told = vec![is.join(", ")];
        told.extend(why.channels.iter().map(|opening| {
            let kept: Vec<_> = opening.kept_by.iter().map(|why| unavailable(self, why)).collect();
            let kept = if kept.is_empty() { "open".into() } else { kept.join(", ") };
            let free = opening.items_free.map(|free| hundredths(free.into()));
            format!("  on {}: {kept}{}", self.name(opening.channel), maybe("free", free))
        }));
        told.extend(why.queues.iter().map(|prospect| {
            let stopped: Vec<_> = prospect.stopped.iter().collect();
            let stopped: String = stopped
                .iter()
                .map(|stopped| format!(" {}:{}", stopped.gate.name(), stopped.works))
                .collect();
            let (queue, waiting) = (self.name(prospect.queue), prospect.waiting);
            let Prospect { visible, fitting, offerable, .. } = *prospect;
            let narrowed = format!("visible={visible} fitting={fitting} offerable={offerable}");
            format!("  in {queue}: waiting={waiting} {narrowed}{stopped}")
        }));
        Some(told)
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Many(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| &**text).collect();
            format!("[{}]", texts.join(" "))
        }
        _ => unreachable!("this test does not know it"),
    }
}

fn hundredths(amount: u64) -> String {
    match (amount / 100, amount % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}
