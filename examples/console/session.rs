//! What a conversation is about: a centre, its figures, and the answers to questions about both.

use std::error::Error;

use serde::Serialize;
use serde_json::value::RawValue;
use strowger::Key;
use strowger::centre::{
    CentreCommand, CentreConfig, CentreFact, CentreLog, CentreRefusal, CentreReply,
};
use strowger::command::Actor;
use strowger::figures::{AgentNow, Figures, FiguresConfig, QueueNow};
use strowger::host::{Call, Follower};
use strowger::interaction::{InteractionId, Layout, NoAssist, RecordConfig, Records, Report};
use strowger::journey::JourneyConfig;
use strowger::knowledge::KnowledgeConfig;
use strowger::prelude::*;

use super::{Look, Page, keyed};

/// How many decisions are kept until somebody asks: a round number that was not measured.
const DECISIONS: usize = 1_000;

/// Nothing is kept and nobody is called: the facts stay where they can be said, and the figures
/// follow them.
type Told = Driver<Centre, Vec<CentreFact>, (), (), (), Figures>;

/// A centre that is told and asked line by line.
pub(crate) struct Session {
    driver: Told,
}

/// What comes of a line.
pub(crate) enum Answer {
    /// It told something.
    Told(Result<CentreReply, CentreRefusal>),
    /// It asked something.
    Asked(Asked),
}

/// The answer to a question; an error where what it names is not there.
pub(crate) type Asked = Result<Box<RawValue>, Box<dyn Error>>;

/// The floor as it is now.
#[derive(Serialize)]
struct Now {
    queues: Vec<QueueNow>,
    agents: Vec<AgentNow>,
}

impl Session {
    /// Opens a centre with all its layers.
    pub(crate) fn open(at: Timestamp) -> Result<Self, Box<dyn Error>> {
        // A file of lines may tell of a year in two lines.
        let engine = Config::default().with_clock_step(None);
        let config = CentreConfig::new(engine)
            .with_records(RecordConfig::default())
            .with_knowledge(KnowledgeConfig::default())
            .with_journeys(JourneyConfig::default());
        let mut log = CentreLog::default();
        let centre = Centre::new(config, at, &mut log)?.map_engine(|mut engine| {
            engine.record_decisions(DECISIONS);
            engine
        });
        let figures = Figures::new(FiguresConfig::default())?;
        let host = Host::new(Vec::new()).with_follower(figures);
        Ok(Self { driver: Driver::start(centre, log, host)? })
    }

    /// The centre, to read.
    pub(crate) fn centre(&self) -> Result<&Centre, Box<dyn Error>> {
        Ok(self.driver.decides().ok_or("halted")?)
    }

    /// What happened since this was asked last.
    pub(crate) fn facts(&mut self) -> Vec<CentreFact> {
        std::mem::take(&mut self.driver.host_mut().journal)
    }

    /// Does a command.
    pub(crate) fn tell(
        &mut self,
        call: Call,
        command: CentreCommand,
    ) -> Result<Answer, Box<dyn Error>> {
        let answer = self.driver.call(call, command)?;
        let _nobody_failed = self.driver.act();
        Ok(Answer::Told(answer))
    }

    /// Lets time pass to the time of a call, and answers a question then.
    pub(crate) fn ask(
        &mut self,
        call: &Call,
        question: impl FnOnce(&mut Self) -> Asked,
    ) -> Result<Answer, Box<dyn Error>> {
        if call.actor != Actor::Host || call.token.is_some() {
            return Err("a question takes neither `by` nor `token`".into());
        }
        if let Err(refusal) = self.driver.advance(call.now)? {
            return Ok(Answer::Told(Err(refusal)));
        }
        let _nobody_failed = self.driver.act();
        Ok(Answer::Asked(question(self)))
    }

    /// Begins the figures anew. They need every fact from the first on, and what was said is kept
    /// no longer.
    pub(crate) fn configure_figures(
        &mut self,
        config: FiguresConfig,
    ) -> Result<(), Box<dyn Error>> {
        let mut figures = Figures::new(config)?;
        figures.follow(self.centre()?, &self.driver.host().journal);
        if figures.seq() != self.driver.host().follower.seq() {
            return Err("how figures are counted is said before anything else".into());
        }
        self.driver.host_mut().follower = figures;
        Ok(())
    }

    /// How the figures are cut and counted.
    pub(crate) fn figures_config(&self) -> Asked {
        Ok(keyed(self.centre()?, self.driver.host().follower.config())?)
    }

    /// The figures of intervals that are over.
    pub(crate) fn rows(&mut self) -> Asked {
        let now = self.centre()?.engine().now();
        let rows = self.driver.host_mut().follower.close_until(now);
        Ok(keyed(self.centre()?, &rows)?)
    }

    /// What stands where now.
    pub(crate) fn now(&self) -> Asked {
        let (centre, figures) = (self.centre()?, &self.driver.host().follower);
        let queues = figures.queues_now(centre.engine().now());
        Ok(keyed(centre, &Now { queues, agents: figures.agents_now() })?)
    }

    fn records(&self) -> Result<&Records, Box<dyn Error>> {
        Ok(self.centre()?.records().ok_or("no records are kept")?)
    }

    /// The measures of closed interactions.
    pub(crate) fn report(&self) -> Asked {
        let report: Report = self.records()?.interactions().collect();
        Ok(keyed(self.centre()?, &report)?)
    }

    /// The record of an interaction.
    pub(crate) fn record_of(&self, id: InteractionId) -> Asked {
        let record = self.records()?.interaction(id);
        let record = record.ok_or("there is no such interaction")?;
        Ok(keyed(self.centre()?, record)?)
    }

    /// A page of the messages of an interaction.
    pub(crate) fn messages(&self, page: &Page) -> Asked {
        let row = self.records()?.interaction(page.interaction);
        let talk = row.ok_or("there is no such interaction")?.conversation.as_deref();
        let talk = talk.ok_or("nothing is in writing")?;
        let messages = match (page.before, page.after) {
            (before, None) => talk.page_before(page.viewer, before, page.most),
            (None, Some(after)) => talk.page_after(page.viewer, after, page.most),
            (Some(_), Some(_)) => return Err("a page takes `before` or `after`".into()),
        };
        Ok(keyed(self.centre()?, &messages.ok_or("there is no such message")?)?)
    }

    /// All there is of a customer.
    pub(crate) fn of_customer(&self, customer: &Key) -> Asked {
        let centre = self.centre()?;
        Ok(keyed(centre, &centre.of_customer(customer))?)
    }

    /// What an agent may do is tried, in a centre that nobody else sees.
    fn copy(&self) -> Result<(Centre, Timestamp), Box<dyn Error>> {
        let centre = self.centre()?.clone();
        let now = centre.engine().now();
        Ok((centre, now))
    }

    /// The cards of an agent.
    pub(crate) fn inbox(&self, agent: AgentId) -> Asked {
        let (mut copy, now) = self.copy()?;
        Ok(keyed(self.centre()?, &copy.inbox(agent, now)?)?)
    }

    /// What rings at an agent because of a routing point.
    pub(crate) fn cards(&self, agent: AgentId) -> Asked {
        let centre = self.centre()?;
        Ok(keyed(centre, &centre.cards(agent, centre.engine().now())?)?)
    }

    /// Where an agent can bring a call.
    pub(crate) fn targets(&self, agent: AgentId, interaction: InteractionId) -> Asked {
        let centre = self.centre()?;
        Ok(keyed(centre, &centre.transfer_targets(agent, interaction))?)
    }

    /// Who talks in a call.
    pub(crate) fn parties(&self, interaction: InteractionId) -> Asked {
        let centre = self.centre()?;
        Ok(keyed(centre, &centre.parties(interaction))?)
    }

    /// The journey behind an interaction, or that of a customer.
    pub(crate) fn journey_of(&self, look: &Look) -> Asked {
        let (centre, viewer) = (self.centre()?, look.viewer());
        let view = match (look.interaction, look.customer) {
            (Some(interaction), None) => centre.journey(&viewer, interaction, look.page)?,
            (None, Some(customer)) => centre.customer_journey(&viewer, customer, look.page)?,
            _ => return Err("`interaction` or `customer`".into()),
        };
        Ok(keyed(centre, &view)?)
    }

    /// What changed in the journey behind an interaction.
    pub(crate) fn journey_changes(&self, look: &Look) -> Asked {
        let (centre, viewer) = (self.centre()?, look.viewer());
        let interaction = look.interaction.ok_or("missing field `interaction`")?;
        Ok(keyed(centre, &centre.journey_changes(&viewer, interaction, look.since)?)?)
    }

    /// Who is live.
    pub(crate) fn visitors(&self, look: &Look) -> Asked {
        let centre = self.centre()?;
        let journeys = centre.journeys().ok_or("no journeys")?;
        Ok(keyed(centre, &journeys.live(&look.viewer(), look.page)?)?)
    }

    /// What an agent sees of an interaction. No port helps them here.
    pub(crate) fn workspace(&self, agent: AgentId, interaction: InteractionId) -> Asked {
        let (mut copy, now) = self.copy()?;
        let desk = copy.workspace(agent, interaction, now, &Layout::default(), &NoAssist)?;
        Ok(keyed(self.centre()?, &desk)?)
    }

    /// What would be taken from an agent about a piece of work.
    pub(crate) fn controls(&self, agent: AgentId, work: WorkId) -> Asked {
        let (mut copy, _) = self.copy()?;
        Ok(keyed(self.centre()?, &copy.controls(agent, work)?)?)
    }

    /// Why a piece of work is where it is.
    pub(crate) fn why_work(&self, id: WorkId) -> Asked {
        let why = self.centre()?.engine().explain_work(id);
        Ok(keyed(self.centre()?, &why.ok_or("the work is not open")?)?)
    }

    /// Why an agent gets what they get.
    pub(crate) fn why_agent(&self, id: AgentId) -> Asked {
        let why = self.centre()?.engine().explain_agent(id);
        Ok(keyed(self.centre()?, &why.ok_or("there is no such agent")?)?)
    }

    /// What stands between a piece of work and an agent.
    pub(crate) fn why(&self, work: WorkId, agent: AgentId) -> Asked {
        let why = self.centre()?.engine().explain(work, agent);
        let why = why.ok_or("the work is not open, or there is no such agent")?;
        Ok(keyed(self.centre()?, &why)?)
    }

    /// How the agents of the latest offers were chosen.
    pub(crate) fn decisions(&mut self) -> Asked {
        let decisions = self.driver.decisions();
        Ok(keyed(self.centre()?, &decisions)?)
    }
}
