//! Every state of every lifecycle against every step, as tables that stand in the documentation.
//!
//! The states and steps are listed by matches without a wildcard, so a new one does not compile
//! until it has its row or column; and a step that leads to a state without a row fails.

mod golden;
#[path = "golden/table.rs"]
mod table;

use strowger::Timestamp;
use strowger::interaction::{
    ConversationStage, ConversationStep, Ending, InteractionState, InteractionStep, Progress,
};
use strowger::model::{AgentId, OfferId, SystemPresence};
use strowger::state::{
    AssignmentState, AssignmentStep, CloseCause, Deadline, Illegal, LegEnd, LegRole, LegState,
    LegStep, Load, OfferEnd, OfferState, OfferStep, Presence, PresenceStep, RoutingStatus, Stage,
    StatusStep, Withdrawal, WorkStep,
};

const LATER: Timestamp = Timestamp::from_millis(1_000);
const ANA: AgentId = AgentId::from_raw(0);

/// Everything a chain names, from the first to the last. `next` is a match without a wildcard.
fn listed<T: Copy>(next: impl Fn(Option<T>) -> Option<T>) -> Vec<T> {
    std::iter::successors(next(None), |last| next(Some(*last))).collect()
}

/// What is the same for all lifecycles: how to name, to step and to find the deadline.
struct Machine<S, T> {
    file: &'static str,
    states: Vec<S>,
    steps: Vec<T>,
    state_name: fn(S) -> String,
    step_name: fn(T) -> String,
    next: fn(S, T) -> Result<S, Illegal>,
    deadline: Option<fn(S) -> Option<Deadline>>,
}

impl<S: Copy, T: Copy> Machine<S, T> {
    fn table(&self) -> String {
        let names: Vec<_> = self.states.iter().map(|s| (self.state_name)(*s)).collect();
        let mut head = vec![String::new()];
        head.extend(self.steps.iter().map(|step| (self.step_name)(*step)));
        assert_eq!(
            head.len(),
            head.iter().collect::<std::collections::BTreeSet<_>>().len(),
            "{}: two columns have the same name",
            self.file
        );
        head.extend(self.deadline.map(|_| "deadline".into()));
        let mut rows = vec![head];
        for state in &self.states {
            let mut row = vec![(self.state_name)(*state)];
            for step in &self.steps {
                row.push(match (self.next)(*state, *step) {
                    Ok(next) => (self.state_name)(next),
                    Err(illegal) => {
                        assert!(row[0].starts_with(illegal.state), "{illegal}");
                        "-".into()
                    }
                });
                let reached = &row[row.len() - 1];
                assert!(
                    reached == "-" || names.contains(reached),
                    "{}: {reached} has no row",
                    self.file
                );
            }
            if let Some(deadline) = self.deadline {
                row.push(
                    deadline(*state).map_or_else(|| "-".into(), |found| json_name(&found.kind)),
                );
            }
            rows.push(row);
        }
        table::align(&rows)
    }

    fn compare(&self) {
        table::compare(&format!("tables/{}.txt", self.file), &self.table());
    }
}

fn json_name(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap();
    json.as_str().unwrap().to_owned()
}

/// Every stage.
fn stages() -> Vec<Stage> {
    let offer = OfferId::from_raw(1);
    let cause = CloseCause::Completed;
    listed(|last| match last {
        None => Some(Stage::Queued),
        Some(Stage::Queued) => Some(Stage::Offered { offer }),
        Some(Stage::Offered { .. }) => Some(Stage::Assigned { agent: ANA }),
        Some(Stage::Assigned { agent }) => Some(Stage::Parked { agent, until: None }),
        Some(Stage::Parked { agent, .. }) => Some(Stage::WrapUp { agent }),
        Some(Stage::WrapUp { .. }) => Some(Stage::Closed { cause }),
        Some(Stage::Closed { .. }) => Some(Stage::Scheduled { at: LATER, activation: false }),
        Some(Stage::Scheduled { .. }) => Some(Stage::Suspended),
        Some(Stage::Suspended) => None,
    })
}

#[test]
fn work() {
    let offer = OfferId::from_raw(1);
    let cause = CloseCause::Completed;
    let steps = listed(|last| match last {
        None => Some(WorkStep::Offer(offer)),
        Some(WorkStep::Offer(_)) => Some(WorkStep::Return),
        Some(WorkStep::Return) => Some(WorkStep::Assign(ANA)),
        Some(WorkStep::Assign(_)) => Some(WorkStep::Park(Some(LATER))),
        Some(WorkStep::Park(_)) => Some(WorkStep::Resume),
        Some(WorkStep::Resume) => Some(WorkStep::Requeue),
        Some(WorkStep::Requeue) => Some(WorkStep::EndContact),
        Some(WorkStep::EndContact) => Some(WorkStep::Close(cause)),
        Some(WorkStep::Close(_)) => Some(WorkStep::RemainOffered(offer)),
        Some(WorkStep::RemainOffered(_)) => {
            Some(WorkStep::Schedule { at: LATER, activation: false })
        }
        Some(WorkStep::Schedule { .. }) => Some(WorkStep::Suspend),
        Some(WorkStep::Suspend) => Some(WorkStep::HandOver(ANA)),
        Some(WorkStep::HandOver(_)) => None,
    });
    Machine {
        file: "work",
        states: stages(),
        steps,
        state_name: |stage| stage.name().into(),
        step_name: |step| step.name().into(),
        next: Stage::next,
        deadline: None,
    }
    .compare();
}

/// The groups stand in a table, and they are those for which the machine allows the same steps.
#[test]
fn groups_of_stages() {
    type Group = (&'static str, fn(Stage) -> bool);
    let groups: [Group; 8] = [
        ("is_in_queue", Stage::is_in_queue),
        ("is_put_off", Stage::is_put_off),
        ("is_unowned", Stage::is_unowned),
        ("is_with_agent", Stage::is_with_agent),
        ("is_unattended", Stage::is_unattended),
        ("handler", |stage| stage.handler().is_some()),
        ("owner", |stage| stage.owner().is_some()),
        ("has_clock", Stage::has_clock),
    ];
    let head = groups.iter().map(|(name, _)| (*name).to_owned());
    let mut rows = vec![std::iter::once(String::new()).chain(head).collect::<Vec<_>>()];
    for stage in stages() {
        let cells = groups.iter().map(|(_, holds)| if holds(stage) { "yes" } else { "-" });
        rows.push(std::iter::once(stage.name()).chain(cells).map(str::to_owned).collect());
    }
    table::compare("tables/stage_groups.txt", &table::align(&rows));

    let cause = CloseCause::Completed;
    for stage in stages() {
        let allows = |step| stage.next(step).is_ok();
        let over = matches!(stage, Stage::Closed { .. });
        assert_eq!(stage.is_unattended(), allows(WorkStep::Assign(ANA)), "{stage:?}");
        assert_eq!(stage.is_with_agent(), allows(WorkStep::Park(None)), "{stage:?}");
        assert_eq!(stage.is_with_agent(), allows(WorkStep::EndContact), "{stage:?}");
        assert_eq!(stage.handler().is_some(), allows(WorkStep::HandOver(ANA)), "{stage:?}");
        assert_eq!(stage.is_unowned(), !over && stage.owner().is_none(), "{stage:?}");
        // What is put off is closed as it is; what is offered is taken back first.
        assert!(!stage.is_put_off() || allows(WorkStep::Close(cause)), "{stage:?}");
    }
}

#[test]
fn offer() {
    let until = Some(LATER);
    // `OfferEnd` may grow, so its list ends in a wildcard; that every end has its row is seen from
    // the steps, which all end an offer.
    let states = listed(|last| match last {
        None => Some(OfferState::Open { until }),
        Some(OfferState::Open { until: Some(_) }) => Some(OfferState::Open { until: None }),
        Some(OfferState::Open { until: None }) => Some(OfferState::Over(OfferEnd::Accepted)),
        Some(OfferState::Over(end)) => match end {
            OfferEnd::Accepted => Some(OfferState::Over(OfferEnd::Rejected { reason: None })),
            OfferEnd::Rejected { .. } => Some(OfferState::Over(OfferEnd::Missed)),
            OfferEnd::Missed => {
                let why = Withdrawal::WorkGone;
                Some(OfferState::Over(OfferEnd::Withdrawn { why }))
            }
            _ => None,
        },
    });
    let steps = listed(|last| match last {
        None => Some(OfferStep::Accept),
        Some(OfferStep::Accept) => Some(OfferStep::Reject(None)),
        Some(OfferStep::Reject(_)) => Some(OfferStep::Expire),
        Some(OfferStep::Expire) => Some(OfferStep::Withdraw(Withdrawal::WorkGone)),
        Some(OfferStep::Withdraw(_)) => None,
    });
    Machine {
        file: "offer",
        states,
        steps,
        state_name: |state| match state {
            OfferState::Open { until: None } => "open without end".into(),
            OfferState::Open { .. } | OfferState::Over(_) => state.name().into(),
        },
        step_name: |step| step.name().into(),
        next: OfferState::next,
        deadline: Some(OfferState::deadline),
    }
    .compare();
}

#[test]
fn assignment() {
    let counts = true;
    let until = LATER;
    let states = listed(|last| match last {
        None => Some(AssignmentState::Active),
        Some(AssignmentState::Active) => Some(AssignmentState::Held),
        Some(AssignmentState::Held) => Some(AssignmentState::Parked),
        Some(AssignmentState::Parked) => Some(AssignmentState::WrapUp { until, counts }),
        Some(AssignmentState::WrapUp { until, counts }) if until < Timestamp::MAX => {
            let until = Timestamp::MAX;
            Some(AssignmentState::WrapUp { until, counts })
        }
        Some(AssignmentState::WrapUp { .. }) => Some(AssignmentState::Ended),
        Some(AssignmentState::Ended) => None,
    });
    let steps = listed(|last| match last {
        None => Some(AssignmentStep::Hold),
        Some(AssignmentStep::Hold) => Some(AssignmentStep::Retrieve),
        Some(AssignmentStep::Retrieve) => Some(AssignmentStep::Park),
        Some(AssignmentStep::Park) => Some(AssignmentStep::Resume),
        Some(AssignmentStep::Resume) => Some(AssignmentStep::WrapUp { until, counts }),
        Some(AssignmentStep::WrapUp { .. }) => Some(AssignmentStep::Extend { until }),
        Some(AssignmentStep::Extend { .. }) => Some(AssignmentStep::End),
        Some(AssignmentStep::End) => None,
    });
    Machine {
        file: "assignment",
        states,
        steps,
        state_name: |state| match state {
            AssignmentState::WrapUp { until, .. } if until == Timestamp::MAX => {
                "wrap_up without end".into()
            }
            AssignmentState::Active
            | AssignmentState::Held
            | AssignmentState::Parked
            | AssignmentState::WrapUp { .. }
            | AssignmentState::Ended => state.name().into(),
        },
        step_name: |step| step.name().into(),
        next: AssignmentState::next,
        deadline: Some(AssignmentState::deadline),
    }
    .compare();
}

#[test]
fn leg() {
    let until = Some(LATER);
    let states = listed(|last| match last {
        None => Some(LegState::Requested { until }),
        Some(LegState::Requested { until: Some(_) }) => Some(LegState::Requested { until: None }),
        Some(LegState::Requested { until: None }) => Some(LegState::Joined),
        Some(LegState::Joined) => Some(LegState::Ended),
        Some(LegState::Ended) => None,
    });
    // `LegEnd` may grow, so its list ends in a wildcard; what is listed is asked for by serde.
    let steps = listed(|last| match last {
        None => Some(LegStep::Join),
        Some(LegStep::Join) => Some(LegStep::End(LegEnd::Declined)),
        Some(LegStep::End(LegEnd::Declined)) => Some(LegStep::End(LegEnd::Missed)),
        Some(LegStep::End(LegEnd::Missed)) => Some(LegStep::End(LegEnd::TakenBack)),
        Some(LegStep::End(LegEnd::TakenBack)) => Some(LegStep::End(LegEnd::AgentUnavailable)),
        Some(LegStep::End(LegEnd::AgentUnavailable)) => Some(LegStep::End(LegEnd::HungUp)),
        Some(LegStep::End(LegEnd::HungUp)) => Some(LegStep::End(LegEnd::Transferred)),
        Some(LegStep::End(LegEnd::Transferred)) => Some(LegStep::End(LegEnd::Parked)),
        Some(LegStep::End(LegEnd::Parked)) => Some(LegStep::End(LegEnd::ContactEnded)),
        Some(LegStep::End(_)) => None,
    });
    let unknown = serde_json::from_str::<LegEnd>("\"?\"").unwrap_err().to_string();
    assert_eq!(unknown.matches('`').count() / 2, 1 + steps.len() - 1, "{unknown}");
    Machine {
        file: "leg",
        states,
        steps,
        state_name: |state| match state {
            LegState::Requested { until: None } => "requested without end".into(),
            LegState::Requested { .. } | LegState::Joined | LegState::Ended => state.name().into(),
        },
        step_name: |step| step.name().into(),
        next: LegState::next,
        deadline: Some(LegState::deadline),
    }
    .compare();
}

/// A role as the state of a machine whose steps are the roles.
#[test]
fn leg_role() {
    let roles: Vec<LegRole> = ["consultant", "conferee", "monitor", "coach", "barge"]
        .iter()
        .map(|name| serde_json::from_value((*name).into()).unwrap())
        .collect();
    let unknown = serde_json::from_str::<LegRole>("\"?\"").unwrap_err().to_string();
    assert_eq!(unknown.matches('`').count() / 2, 1 + roles.len(), "{unknown}");
    Machine {
        file: "leg_role",
        states: roles.clone(),
        steps: roles,
        state_name: |role| role.name().into(),
        step_name: |role| role.name().into(),
        next: LegRole::next,
        deadline: None,
    }
    .compare();
}

#[test]
fn presence() {
    let (offline, on_queue) = (SystemPresence::Offline, SystemPresence::OnQueue);
    let set = |system: SystemPresence, lease| PresenceStep::Set { id: system.id(), system, lease };
    let id = on_queue.id();
    let states = listed(|last| match last {
        None => Some(Presence::Offline { id: offline.id() }),
        Some(Presence::Offline { .. }) => Some(Presence::Present { id, lease: None }),
        Some(Presence::Present { lease: None, .. }) => {
            let lease = Some(LATER);
            Some(Presence::Present { id, lease })
        }
        Some(Presence::Present { lease: Some(_), .. }) => None,
    });
    let steps = listed(|last| match last {
        None => Some(set(offline, None)),
        Some(PresenceStep::Set { system, .. }) if system == offline => Some(set(on_queue, None)),
        Some(PresenceStep::Set { lease: None, .. }) => Some(set(on_queue, Some(LATER))),
        Some(PresenceStep::Set { .. }) => Some(PresenceStep::Hear { lease: None }),
        Some(PresenceStep::Hear { lease: None }) => {
            let lease = Some(LATER);
            Some(PresenceStep::Hear { lease })
        }
        Some(PresenceStep::Hear { .. }) => Some(PresenceStep::Lapse),
        Some(PresenceStep::Lapse) => None,
    });
    let machine = Machine {
        file: "presence",
        states,
        steps,
        state_name: |state| state.name().into(),
        step_name: |step| match step {
            PresenceStep::Set { lease: Some(_), .. } | PresenceStep::Hear { lease: Some(_) } => {
                format!("{} leased", step.name())
            }
            PresenceStep::Set { .. } | PresenceStep::Hear { .. } | PresenceStep::Lapse => {
                step.name().into()
            }
        },
        next: Presence::next,
        deadline: Some(Presence::deadline),
    };
    machine.compare();
    // One column stands for all presences but offline.
    for state in machine.states {
        for system in SystemPresence::ALL {
            let next = state.next(set(system, None)).unwrap();
            let expected = if system == offline { "offline" } else { "present" };
            assert_eq!(next.name(), expected);
            assert_eq!(next.id(), system.id());
        }
    }
}

#[test]
fn routing_status() {
    let loads = listed(|last| match last {
        None => Some(Load::Free),
        Some(Load::Free) => Some(Load::Alerting),
        Some(Load::Alerting) => Some(Load::Working),
        Some(Load::Working) => Some(Load::OwnCall),
        Some(Load::OwnCall) => None,
    });
    let after = |load| {
        let place = loads.iter().position(|known| *known == load).unwrap();
        loads.get(place + 1).copied()
    };
    let states = listed(|last| match last {
        None => Some(RoutingStatus::OffQueue),
        Some(RoutingStatus::OffQueue) => Some(RoutingStatus::Idle),
        Some(RoutingStatus::Idle) => Some(RoutingStatus::Offered),
        Some(RoutingStatus::Offered) => Some(RoutingStatus::Interacting),
        Some(RoutingStatus::Interacting) => Some(RoutingStatus::Communicating),
        Some(RoutingStatus::Communicating) => Some(RoutingStatus::NotResponding),
        Some(RoutingStatus::NotResponding) => None,
    });
    let steps = listed(|last| match last {
        None => Some(StatusStep::GoOn(loads[0])),
        Some(StatusStep::GoOn(load)) => {
            Some(after(load).map_or(StatusStep::GoOff, StatusStep::GoOn))
        }
        Some(StatusStep::GoOff) => Some(StatusStep::Carry(loads[0])),
        Some(StatusStep::Carry(load)) => {
            Some(after(load).map_or(StatusStep::StopResponding, StatusStep::Carry))
        }
        Some(StatusStep::StopResponding) => None,
    });
    Machine {
        file: "routing_status",
        states,
        steps,
        state_name: |status| status.name().into(),
        step_name: |step| step.name().into(),
        next: |status, step| Ok(status.next(step)),
        deadline: None,
    }
    .compare();
}

#[test]
fn interaction() {
    use InteractionState as S;
    use InteractionStep as T;
    let states = listed(|last| match last {
        None => Some(S::New),
        Some(S::New) => Some(S::Queued),
        Some(S::Queued) => Some(S::WorkInProgress),
        Some(S::WorkInProgress) => Some(S::OnHold),
        Some(S::OnHold) => Some(S::WrapUp),
        Some(S::WrapUp) => Some(S::ClosedComplete),
        Some(S::ClosedComplete) => Some(S::ClosedAbandoned),
        Some(S::ClosedAbandoned) => Some(S::Faulted),
        Some(S::Faulted) => None,
    });
    let steps = listed(|last| match last {
        None => Some(T::Queue),
        Some(T::Queue) => Some(T::Return),
        Some(T::Return) => Some(T::Assign),
        Some(T::Assign) => Some(T::Hold),
        Some(T::Hold) => Some(T::Resume),
        Some(T::Resume) => Some(T::EndContact),
        Some(T::EndContact) => Some(T::Complete),
        Some(T::Complete) => Some(T::Abandon),
        Some(T::Abandon) => Some(T::Fault),
        Some(T::Fault) => None,
    });
    let file = "interaction";
    let (state_name, step_name) = (|state: S| state.name().into(), |step: T| step.name().into());
    Machine { file, states, steps, state_name, step_name, next: S::next, deadline: None }.compare();
}

#[test]
fn conversation() {
    use ConversationStage as S;
    use ConversationStep as T;
    let states = listed(|last| match last {
        None => Some(S::VirtualAgent),
        Some(S::VirtualAgent) => Some(S::Waiting),
        Some(S::Waiting) => Some(S::Live { agent: ANA }),
        Some(S::Live { agent }) => Some(S::Topic { agent }),
        Some(S::Topic { .. }) => Some(S::Ended),
        Some(S::Ended) => None,
    });
    let steps = listed(|last| match last {
        None => Some(T::HandOff),
        Some(T::HandOff) => Some(T::Return),
        Some(T::Return) => Some(T::Join(ANA)),
        Some(T::Join(_)) => Some(T::StartTopic),
        Some(T::StartTopic) => Some(T::EndTopic),
        Some(T::EndTopic) => Some(T::End),
        Some(T::End) => None,
    });
    let file = "conversation";
    let (state_name, step_name) = (|state: S| state.name().into(), |step: T| step.name().into());
    Machine { file, states, steps, state_name, step_name, next: S::next, deadline: None }.compare();
}

/// How each contact is closed, by how far it had come: the closing matrix.
#[test]
fn ending() {
    let endings = ["agent", "customer", "automatic", "topic_done", "search", "silence"];
    let endings = endings.iter().chain(&["timed_out", "unreached", "fault", "merged"]);
    let unknown = serde_json::from_str::<Ending>("\"?\"").unwrap_err().to_string();
    assert_eq!(unknown.matches('`').count() / 2, 1 + endings.clone().count(), "{unknown}");
    let some = Progress::default();
    let engaged = some.with_engaged(true);
    let asked = engaged.with_asked(true);
    let columns = [
        ("nothing said", some),
        ("engaged", engaged),
        ("topic done", engaged.with_topic_done(true)),
        ("asked for an agent", asked),
        ("live", asked.with_live(true)),
    ];
    let head = columns.iter().map(|(name, _)| (*name).to_owned());
    let mut rows: Vec<Vec<String>> = vec![std::iter::once(String::new()).chain(head).collect()];
    for name in endings {
        let ending: Ending = serde_json::from_value((*name).into()).unwrap();
        let cell = |progress| {
            let (state, reason) = ending.outcome(progress);
            format!("{}, {}", state.name(), json_name(&reason))
        };
        let cells = columns.iter().map(|(_, progress)| cell(*progress));
        rows.push(std::iter::once((*name).to_owned()).chain(cells).collect());
    }
    table::compare("tables/ending.txt", &table::align(&rows));
}
