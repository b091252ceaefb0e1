//! What a host tells twice happens once.

use strowger::interaction::*;

use crate::floor::*;

const KIND: InteractionType = InteractionType::Messaging;
const OURS: &str = "+4930999";

fn number() -> Address {
    sms("+4930123456")
}

fn message(from: Address, text: &str) -> ReceiveMessage {
    ReceiveMessage::new(KIND, from, OURS, text)
}

/// The answer of something that is done already: nothing happens.
fn again<T>(floor: &mut Floor, mut does: impl FnMut(&mut Floor) -> T) -> T {
    let (facts, digest) = (floor.log.len(), floor.records().digest());
    let answer = does(floor);
    assert_eq!((floor.log.len(), floor.records().digest()), (facts, digest));
    answer
}

#[test]
fn a_message_that_is_delivered_twice_is_said_once() {
    let mut floor = Floor::new(RecordConfig::default());
    let hello = message(number(), "Hello").with_key("SM1");
    let first = floor.record(0, hello.clone());
    assert!(first.opened);
    // A host that lost the first answer has the same one, and submits the work now.
    assert_eq!(again(&mut floor, |floor| floor.record(1, hello.clone())), first);
    let second = message(number(), "Are you there?").with_key("SM2");
    let received = floor.record(2, second.clone());
    assert!(!received.opened);
    assert_eq!(again(&mut floor, |floor| floor.record(3, second.clone())), received);
    let talk = floor.row(first.interaction).conversation.as_ref().unwrap();
    let keys: Vec<_> = talk.messages.iter().map(|said| said.key.as_deref()).collect();
    assert_eq!(keys, [Some("SM1"), Some("SM2")]);
    // Even when it is over, nothing is opened for what was said before.
    floor.record(4, end(first.interaction, Ending::Customer, Party::Customer));
    assert_eq!(again(&mut floor, |floor| floor.record(5, second.clone())), received);
    assert_eq!(again(&mut floor, |floor| floor.record(5, hello.clone())), first);
    // Nor when the number is another's.
    floor.record(6, ReplaceProfile::new(first.profile));
    assert_eq!(again(&mut floor, |floor| floor.record(7, hello.clone())), first);
    // What is archived is known no more.
    floor.record(8, ArchiveInteraction::new(first.interaction));
    assert!(floor.record(9, hello).opened);
}

#[test]
fn two_messages_without_a_key_are_two() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.record(0, message(number(), "Hello")).interaction;
    floor.record(0, message(number(), "Hello"));
    assert_eq!(floor.row(id).conversation.as_ref().unwrap().messages.len(), 2);
}

#[test]
fn a_key_of_something_else_is_refused_and_nothing_is_lost() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.record(0, message(number(), "Hello").with_key("1"));
    let taken = RecordRefusal::key_taken(first.interaction);
    let other = message(sms("+4930777"), "Good day").with_key("1");
    assert_eq!(floor.refused(1, other), taken);
    let elsewhere = ReceiveMessage::new(KIND, number(), "+4930888", "Hello").with_key("1");
    assert_eq!(floor.refused(1, elsewhere), taken);
    let answer = say(first.interaction, Author::Agent(ANA), "Hello").with_key("1");
    assert_eq!(floor.refused(1, answer), taken);
    let reach = ReachCustomer::new(KIND, ANA, number(), OURS, "Hello").with_key("1");
    assert_eq!(floor.refused(1, reach), taken);
    let opening = InteractionRequest::new(InteractionType::Chat).with_key("1");
    assert_eq!(floor.refused(1, OpenInteraction::new(opening)), taken);
    assert_eq!(floor.records().interactions().count(), 1);
    let empty = floor.refused(1, message(number(), "Hello").with_key(""));
    assert!(matches!(empty, RecordRefusal::Invalid(_)), "{empty}");
}

#[test]
fn an_agent_s_answer_that_is_told_twice_is_sent_once() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.receive(0, number(), "Hello").interaction;
    floor.record(1, AssignInteraction::new(id, ANA));
    let answer = say(id, Author::Agent(ANA), "Hello").with_key("out-1");
    floor.record(2, answer.clone());
    again(&mut floor, |floor| floor.record(3, answer.clone()));
    assert_eq!(floor.row(id).conversation.as_ref().unwrap().messages.len(), 2);
    floor.describe(4, id, "A greeting");
    floor.record(4, close(id));
    again(&mut floor, |floor| floor.record(5, answer.clone()));
    let missing = say(InteractionId::from_raw(9), Author::Agent(ANA), "Hello").with_key("out-1");
    assert_eq!(floor.refused(6, missing), RecordRefusal::unknown(InteractionId::from_raw(9)));
}

#[test]
fn a_customer_is_reached_once() {
    let mut floor = Floor::new(RecordConfig::default());
    let reach = ReachCustomer::new(KIND, ANA, number(), OURS, "It is here").with_key("out-1");
    let reached = floor.record(0, reach.clone());
    assert!(reached.opened);
    assert_eq!(again(&mut floor, |floor| floor.record(1, reach.clone())), reached);
}

#[test]
fn an_interaction_is_opened_once_under_its_key() {
    let mut floor = Floor::new(RecordConfig::default());
    let open =
        || OpenInteraction::new(InteractionRequest::new(InteractionType::Chat).with_key("c-1"));
    let id = floor.record(0, open());
    assert_eq!(again(&mut floor, |floor| floor.record(1, open())), id);
    let visit = InteractionRequest::new(InteractionType::WalkUp).with_key("c-1");
    assert_eq!(floor.refused(2, OpenInteraction::new(visit)), RecordRefusal::key_taken(id));
    floor.record(3, end(id, Ending::Customer, Party::Customer));
    assert_eq!(again(&mut floor, |floor| floor.record(4, open())), id);
    floor.record(5, ArchiveInteraction::new(id));
    assert_ne!(floor.record(6, open()), id);
}

#[test]
fn keys_outlive_a_snapshot() {
    let mut floor = Floor::new(RecordConfig::default());
    let hello = message(number(), "Hello").with_key("SM1");
    let first = floor.record(0, hello.clone());
    let mut restored = Records::restore(floor.records().snapshot()).unwrap();
    let mut log = RecordLog::default();
    assert_eq!(restored.execute(at(1), hello, &mut log), Ok(first));
    assert!(log.is_empty());
}
