//! The port for a virtual agent: its answer becomes message and context, its failure a hand-off.

use strowger::interaction::*;
use strowger::prelude::*;

use crate::floor::*;

/// A virtual agent that answers what it was told to.
#[derive(Debug)]
struct Bot(Result<VirtualAnswer, VirtualAgentFailed>);

impl VirtualAgent for Bot {
    fn answer(&mut self, _: &Interaction) -> Result<VirtualAnswer, VirtualAgentFailed> {
        self.0.clone()
    }
}

fn says(text: &str) -> VirtualAnswer {
    VirtualAnswer::default().with_text(text)
}

/// Asks it about a conversation, and does what comes of it. Says how many commands that were.
fn ask(
    floor: &mut Floor,
    when: i64,
    id: InteractionId,
    answer: Result<VirtualAnswer, VirtualAgentFailed>,
) -> usize {
    let request = WorkRequest::new(SUPPORT, CHAT);
    let commands = Bot(answer).commands(floor.row(id), request);
    let count = commands.len();
    for command in commands {
        floor.record(when, command);
    }
    count
}

fn said(floor: &Floor, id: InteractionId) -> Vec<(Author, &str)> {
    let talk = floor.row(id).conversation.as_ref().unwrap();
    talk.messages.iter().map(|said| (said.author, &*said.text)).collect()
}

fn asked(floor: &mut Floor) -> InteractionId {
    let id = floor.open(0, InteractionType::Chat);
    floor.say(0, id, Author::Requester, "My order is late");
    id
}

#[test]
fn seed1_row049_an_answer_is_a_message_and_context() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = asked(&mut floor);
    let context = variables(&[("topic", "order")]);
    let answer = says("Which order?").with_context(context.clone());
    assert_eq!(ask(&mut floor, 1, id, Ok(answer)), 2);
    let both = [(Author::Requester, "My order is late"), (Author::VirtualAgent, "Which order?")];
    assert_eq!(said(&floor, id), both);
    assert_eq!(floor.row(id).context, context);
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::VirtualAgent));
    // It may say nothing.
    assert_eq!(ask(&mut floor, 2, id, Ok(VirtualAnswer::default())), 0);
}

#[test]
fn seed1_row049_a_failure_is_a_hand_off() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = asked(&mut floor);
    floor.on_queue(0, ANA);
    ask(&mut floor, 1, id, Err(VirtualAgentFailed));
    let handoffs = &floor.row(id).conversation.as_ref().unwrap().handoffs;
    assert_eq!((handoffs[0].trigger, handoffs[0].available), (HandoffTrigger::Error, true));
    floor.accept(2, ANA);
    // Who has the word is the agent now: there is nothing to do for it.
    assert_eq!(ask(&mut floor, 3, id, Ok(says("Hello?"))), 0);
    // If nobody is there it is faulted.
    let mut floor = Floor::new(with_virtual_agent());
    let id = asked(&mut floor);
    ask(&mut floor, 1, id, Err(VirtualAgentFailed));
    assert_eq!(floor.state(id), InteractionState::Faulted);
}

#[test]
fn seed1_row049_it_hands_over_ends_a_topic_or_the_contact() {
    let after = |then| {
        let mut floor = Floor::new(with_virtual_agent());
        let id = asked(&mut floor);
        floor.on_queue(0, ANA);
        ask(&mut floor, 1, id, Ok(says("Well").with_then(then)));
        floor
    };
    let id = InteractionId::from_raw(1);
    let floor = after(AfterAnswer::HandOff(HandoffTrigger::Understood));
    assert_eq!(floor.state(id), InteractionState::Queued);
    assert_eq!(said(&floor, id)[1], (Author::VirtualAgent, "Well"));
    let floor = after(AfterAnswer::TopicDone);
    assert!(floor.row(id).conversation.as_ref().unwrap().topic_done);
    let floor = after(AfterAnswer::End);
    assert_eq!(floor.row(id).reason, Some(StateReason::AutoClosed));
}

#[test]
fn seed1_row049_in_an_agent_s_topic_the_agent_is_the_person() {
    for answer in [
        Err(VirtualAgentFailed),
        Ok(says("Ask Ana").with_then(AfterAnswer::HandOff(HandoffTrigger::Script))),
    ] {
        let mut floor = Floor::new(with_virtual_agent());
        let id = asked(&mut floor);
        floor.record(1, AssignInteraction::new(id, ANA));
        floor.record(2, StartTopic::new(id));
        ask(&mut floor, 3, id, answer);
        assert_eq!(floor.row(id).stage(), Some(ConversationStage::Live { agent: ANA }));
    }
}
