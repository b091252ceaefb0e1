//! What an agent's desk is shown, asked of a driver.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::centre::{Centre, CentreRefusal};
use crate::command::commands::Command;
use crate::host::driver::{Calls, Driver};
use crate::interaction::{Assist, InboxCard, InteractionId, Layout, ProfileStore, Workspace};
use crate::model::ids::{AgentId, WorkId};

/// What the desk of an agent is shown. All of it is `None` once the driver has halted.
impl<Q, J, D, M, P, F> Driver<Centre<Q>, J, D, M, P, F>
where
    Q: ProfileStore + Clone + Default,
{
    /// What asks an agent for an answer: [`Centre::inbox`].
    ///
    /// ```
    /// use strowger::centre::{CentreConfig, CentreFact, CentreLog};
    /// use strowger::host::{Driver, Host};
    /// use strowger::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (now, mut log) = (Timestamp::EPOCH, CentreLog::default());
    /// let centre: Centre = Centre::new(CentreConfig::default(), now, &mut log)?;
    /// let mut driver = Driver::start(centre, log, Host::new(Vec::<CentreFact>::new()))?;
    ///
    /// let voice = driver.execute(now, Define::new("voice", ChannelProfile::voice()))??;
    /// let queue = driver.execute(now, Define::new("support", QueueProfile::default()))??;
    /// let ana = driver.execute(now, Define::new("ana", AgentProfile::default()))??;
    /// driver.execute(now, SetMembership::new(ana, queue))??;
    /// driver.execute(now, SetPresence::new(ana, SystemPresence::OnQueue.id()))??;
    /// let work = driver.execute(now, Submit::new(WorkRequest::new(queue, voice)))??;
    ///
    /// let cards = driver.inbox(ana, now).expect("it has not halted")?;
    /// assert_eq!(cards[0].work, work);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As of [`Centre::inbox`].
    pub fn inbox(
        &mut self,
        agent: AgentId,
        now: Timestamp,
    ) -> Option<Result<Vec<InboxCard>, CentreRefusal>> {
        self.decides_mut().map(|centre| centre.inbox(agent, now))
    }

    /// What an agent may do about a piece of work: [`Centre::controls`].
    ///
    /// # Errors
    /// As of [`Centre::controls`].
    pub fn controls(
        &mut self,
        agent: AgentId,
        work: WorkId,
    ) -> Option<Result<Vec<Command>, CentreRefusal>> {
        self.decides_mut().map(|centre| centre.controls(agent, work))
    }

    /// What an agent sees of an interaction: [`Centre::workspace`].
    ///
    /// # Errors
    /// As of [`Centre::workspace`].
    pub fn workspace(
        &mut self,
        agent: AgentId,
        interaction: InteractionId,
        now: Timestamp,
        layout: &Layout,
        assist: &dyn Assist,
    ) -> Option<Result<Workspace<'_>, CentreRefusal>> {
        let centre = self.decides_mut()?;
        Some(centre.workspace(agent, interaction, now, layout, assist))
    }
}

/// The same between the calls that are made together: what is shown is as it stands after those
/// that were made before it.
impl<P: ProfileStore + Clone + Default> Calls<'_, Centre<P>> {
    /// What asks an agent for an answer: [`Centre::inbox`].
    ///
    /// # Errors
    /// As of [`Centre::inbox`].
    pub fn inbox(
        &mut self,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<Vec<InboxCard>, CentreRefusal> {
        self.decides_mut().inbox(agent, now)
    }

    /// What an agent may do about a piece of work: [`Centre::controls`].
    ///
    /// # Errors
    /// As of [`Centre::controls`].
    pub fn controls(
        &mut self,
        agent: AgentId,
        work: WorkId,
    ) -> Result<Vec<Command>, CentreRefusal> {
        self.decides_mut().controls(agent, work)
    }

    /// What an agent sees of an interaction: [`Centre::workspace`].
    ///
    /// # Errors
    /// As of [`Centre::workspace`].
    pub fn workspace(
        &mut self,
        agent: AgentId,
        interaction: InteractionId,
        now: Timestamp,
        layout: &Layout,
        assist: &dyn Assist,
    ) -> Result<Workspace<'_>, CentreRefusal> {
        self.decides_mut().workspace(agent, interaction, now, layout, assist)
    }
}
