//! Customers and agents together: what was planned becomes a command, what happened becomes plans.

use strowger::command::{Cancel, ExtendWrapUp, SetCode};
use strowger::prelude::*;

use crate::agenda::{Agenda, Answer, Happening, WorkAct, WrapUpAct};
use crate::agents::Agents;
use crate::customers::Customers;
use crate::scenario::{Contact, Habits};

/// Everybody but the engine. They see nothing but facts.
#[derive(Debug)]
pub(crate) struct People {
    customers: Customers,
    agents: Agents,
}

impl People {
    pub(crate) fn new(contacts: Vec<Contact>, habits: Habits) -> Self {
        Self { agents: Agents::new(habits.clone()), customers: Customers::new(contacts, habits) }
    }

    /// The command that something planned comes to; none if it makes no sense any more.
    pub(crate) fn decide(
        &mut self,
        now: Timestamp,
        what: Happening,
        agenda: &mut Agenda,
    ) -> Option<Command> {
        match what {
            Happening::Arrival(number) => self.customers.arrive(number),
            Happening::Answer(offer, Answer::Accept) => Some(Accept::new(offer).into()),
            Happening::Answer(offer, Answer::Reject(reason)) => {
                Some(Reject::new(offer).with_reason(reason).into())
            }
            Happening::Work(work, step, act) => {
                let queue = self.customers.queue_at(work, step)?;
                let colleague = match act {
                    WorkAct::TransferToColleague => self.agents.idle_in(queue),
                    _ => None,
                };
                Some(self.customers.act(now, work, act, colleague))
            }
            Happening::WrapUp(work, agent, act) => Some(match act {
                WrapUpAct::Code(code) => SetCode::new(work, agent, code).into(),
                WrapUpAct::Extend(by) => ExtendWrapUp::new(work, agent, by).into(),
                WrapUpAct::End(code) => EndWrapUp::new(work, agent).with_code(code).into(),
            }),
            Happening::Agent(agent, act) => self.agents.act(now, agent, act, agenda),
            Happening::CarryOver(work) => Some(Cancel::new(work).into()),
            Happening::Close => {
                self.customers.close(now, agenda);
                None
            }
        }
    }

    /// Lets everybody react to a fact.
    pub(crate) fn see(&mut self, fact: &Fact, agenda: &mut Agenda) {
        // The wrap-up of a transfer belongs to the leg that ends, so it is read before the
        // customer moves on to another queue.
        match &fact.event {
            Event::ContactEnded { work, wrap_up, .. }
            | Event::WorkQueued { work, wrap_up: Some(wrap_up), .. } => {
                if let Some((leg, takes)) = self.customers.leg_of(*work) {
                    self.agents.wrap_up(fact.at, leg, wrap_up.until, takes, agenda);
                }
            }
            _ => {}
        }
        self.agents.see(fact, agenda);
        self.customers.see(fact, agenda);
    }
}
