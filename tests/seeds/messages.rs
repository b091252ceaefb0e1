//! Messages have ids: to page by, to quote, and to confirm.

use strowger::interaction::*;
use strowger::prelude::*;

use crate::floor::*;

const KIND: InteractionType = InteractionType::Messaging;

fn confirm(id: InteractionId, message: MessageId, receipt: Receipt, by: Party) -> ConfirmMessage {
    ConfirmMessage::new(id, message, receipt, by)
}

fn whisper(id: InteractionId, text: &str) -> PostMessage {
    say(id, Author::Supervisor(BO), text).with_visibility(Visibility::Private)
}

fn of(ids: Option<Vec<&Message>>) -> Option<Vec<u64>> {
    ids.map(|page| page.iter().map(|message| message.id.raw()).collect())
}

#[test]
fn ids_rise_over_all_conversations_and_answer_for_the_same_message() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.receive(0, sms("+4930123456"), "Hello");
    let other = floor.receive(1, sms("+4930777"), "Good day");
    let answer = say(first.interaction, Author::Agent(ANA), "Yes?").with_key("out-1");
    let posted = floor.record(2, answer.clone());
    let ids = [first.message, other.message, posted].map(MessageId::raw);
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!(floor.record(3, answer), posted);
    let (row, message) = floor.records().message(&"out-1".into()).unwrap();
    assert_eq!((row.id, message.id), (first.interaction, posted));
}

#[test]
fn a_conversation_is_read_page_by_page_and_nobody_is_shown_what_is_not_for_them() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, KIND);
    let ids: Vec<_> = (1..=7)
        .map(|n| match n {
            3 | 6 => floor.record(n, whisper(id, "psst")),
            _ => floor.record(n, say(id, Author::Requester, "Hello")),
        })
        .collect();
    let talk = floor.row(id).conversation.as_ref().unwrap();
    let (staff, customer) = (Viewer::Staff, Viewer::Requester);
    assert_eq!(of(talk.page_before(staff, None, 3)), Some(vec![5, 6, 7]));
    assert_eq!(of(talk.page_before(staff, Some(ids[4]), 3)), Some(vec![2, 3, 4]));
    assert_eq!(of(talk.page_before(staff, Some(ids[1]), 3)), Some(vec![1]));
    assert_eq!(of(talk.page_before(staff, Some(ids[0]), 3)), Some(vec![]));
    assert_eq!(of(talk.page_before(customer, None, 3)), Some(vec![4, 5, 7]));
    assert_eq!(of(talk.page_before(customer, Some(ids[3]), 3)), Some(vec![1, 2]));
    assert_eq!(of(talk.page_after(staff, ids[1], 2)), Some(vec![3, 4]));
    assert_eq!(of(talk.page_after(customer, ids[1], 2)), Some(vec![4, 5]));
    assert_eq!(of(talk.page_after(customer, ids[6], 2)), Some(vec![]));
    // A whisper is no place for the customer, nor is what was said elsewhere for anybody.
    assert_eq!(of(talk.page_before(customer, Some(ids[2]), 3)), None);
    assert_eq!(of(talk.page_after(customer, ids[2], 3)), None);
    assert_eq!(of(talk.page_after(staff, MessageId::from_raw(8), 3)), None);
    assert!(talk.message(ids[2]).is_some() && talk.message(MessageId::from_raw(8)).is_none());
}

#[test]
fn a_message_quotes_one_of_its_conversation_that_its_readers_may_read() {
    let mut floor = Floor::new(RecordConfig::default());
    let asked = floor.receive(0, sms("+4930123456"), "Where is it?");
    let elsewhere = floor.receive(0, sms("+4930777"), "Good day").message;
    let id = asked.interaction;
    let secret = floor.record(1, whisper(id, "It is lost"));
    let answer = say(id, Author::Agent(ANA), "On its way").with_quotes(asked.message);
    let answer = floor.record(2, answer);
    let talk = floor.row(id).conversation.as_ref().unwrap();
    assert_eq!(talk.message(answer).unwrap().quotes, Some(asked.message));
    let unknown = |message| RecordRefusal::unknown_message(id, message);
    for message in [elsewhere, MessageId::from_raw(5), MessageId::from_raw(0)] {
        let quote = say(id, Author::Agent(ANA), "That").with_quotes(message);
        assert_eq!(floor.refused(3, quote), unknown(message));
    }
    // To the customer a whisper is not there; an agent may quote it in another one.
    let quote = say(id, Author::Requester, "That").with_quotes(secret);
    assert_eq!(floor.refused(3, quote), unknown(secret));
    let quote = say(id, Author::Agent(ANA), "That").with_quotes(secret);
    assert_eq!(floor.refused(3, quote), RecordRefusal::quotes_private(secret));
    floor.record(3, whisper(id, "That").with_quotes(secret));
    // From outside, in a conversation that goes on, and not in one that begins with it.
    let (to, text) = ("+4930999", "Thanks");
    let thanks = ReceiveMessage::new(KIND, sms("+4930123456"), to, text).with_quotes(answer);
    let thanks = floor.record(4, thanks).message;
    let talk = floor.row(id).conversation.as_ref().unwrap();
    assert_eq!(talk.message(thanks).unwrap().quotes, Some(answer));
    let anew = ReceiveMessage::new(KIND, sms("+4930555"), to, text).with_quotes(answer);
    let new = InteractionId::from_raw(3);
    assert_eq!(floor.refused(5, anew), RecordRefusal::unknown_message(new, answer));
    let reach = ReachCustomer::new(KIND, ANA, sms("+4930123456"), to, text).with_quotes(thanks);
    let reached = floor.record(6, reach);
    let talk = floor.row(id).conversation.as_ref().unwrap();
    assert_eq!(talk.message(reached.message).unwrap().quotes, Some(thanks));
}

#[test]
fn a_receipt_says_when_a_message_was_delivered_and_read() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    let answer = floor.record(1, say(id, Author::Agent(ANA), "Yes?"));
    let known = |floor: &Floor, message| {
        let talk = floor.row(id).conversation.as_ref().unwrap();
        let message = talk.message(message).unwrap();
        (message.delivered, message.read)
    };
    assert_eq!(known(&floor, answer), (None, None));
    let delivered = confirm(id, answer, Receipt::Delivered, Party::Customer);
    let read = confirm(id, answer, Receipt::Read, Party::Customer);
    floor.record(2, delivered.clone());
    assert_eq!(known(&floor, answer), (Some(at(2)), None));
    floor.record(4, read.clone());
    assert_eq!(known(&floor, answer), (Some(at(2)), Some(at(4))));
    // Once more, and in the wrong order, it is done already.
    let facts = floor.log.len();
    floor.record(5, read.clone());
    floor.record(5, delivered);
    assert_eq!((floor.log.len(), known(&floor, answer)), (facts, (Some(at(2)), Some(at(4)))));
    // What was read was delivered, and what is over is confirmed too.
    let second = floor.record(6, say(id, Author::Agent(ANA), "Are you there?"));
    floor.describe(7, id, "A greeting");
    floor.record(7, close(id));
    floor.record(8, confirm(id, second, Receipt::Read, Party::Host));
    assert_eq!(known(&floor, second), (Some(at(8)), Some(at(8))));
    floor.record(9, ArchiveInteraction::new(id));
    assert_eq!(floor.refused(9, read), RecordRefusal::archived(id));
}

#[test]
fn nobody_confirms_their_own_words_or_what_they_may_not_read() {
    let mut floor = Floor::new(RecordConfig::default());
    let asked = floor.receive(0, sms("+4930123456"), "Hello");
    let id = asked.interaction;
    let answer = floor.record(1, say(id, Author::Agent(ANA), "Yes?"));
    let secret = floor.record(1, whisper(id, "psst"));
    let read = |message, by| confirm(id, message, Receipt::Read, by);
    let own = RecordRefusal::own_message;
    assert_eq!(floor.refused(2, read(asked.message, Party::Customer)), own(asked.message));
    assert_eq!(floor.refused(2, read(answer, BY_ANA)), own(answer));
    let unknown = |message| RecordRefusal::unknown_message(id, message);
    assert_eq!(floor.refused(2, read(secret, Party::Customer)), unknown(secret));
    let never = MessageId::from_raw(9);
    assert_eq!(floor.refused(2, read(never, Party::Host)), unknown(never));
    floor.record(2, read(asked.message, BY_ANA));
    let talk = floor.row(id).conversation.as_ref().unwrap();
    assert_eq!(talk.message(asked.message).unwrap().read, Some(at(2)));
}

#[test]
fn a_receipt_is_no_answer_and_ends_no_silence() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    floor.record(0, AssignInteraction::new(id, ANA));
    let answer = floor.record(1, say(id, Author::Agent(ANA), "Yes?"));
    let due = floor.next_deadline();
    assert_eq!(due, Some(at(1) + Span::from_mins(2 * 24 * 60)));
    floor.record(9, confirm(id, answer, Receipt::Read, Party::Customer));
    assert_eq!(floor.next_deadline(), due);
}

/// As it was when messages had no ids.
fn without_ids(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) if fields.contains_key("visibility") => {
            fields.remove("id").unwrap();
        }
        serde_json::Value::Object(fields) => fields.values_mut().for_each(without_ids),
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_ids),
        _ => {}
    }
}

#[test]
fn messages_that_were_kept_without_ids_get_some() {
    let mut floor = Floor::new(RecordConfig::default());
    floor.receive(0, sms("+4930123456"), "Hello");
    floor.receive(1, sms("+4930123456"), "Are you there?");
    let mut kept = serde_json::to_value(floor.records().snapshot()).unwrap();
    let rows = kept["rows"].as_object_mut().unwrap();
    rows.remove("messages_said");
    without_ids(&mut kept);
    let snapshot: RecordSnapshot = serde_json::from_value(kept).unwrap();
    let restored = Records::restore(snapshot).unwrap();
    let row = restored.interactions().next().unwrap();
    let ids: Vec<_> =
        row.conversation.as_ref().unwrap().messages.iter().map(|said| said.id.raw()).collect();
    assert_eq!(ids, [1, 2]);
    assert_eq!(restored.digest(), floor.records().digest());
    // And so do those of which a journal told.
    let journal = floor.record_facts().map(|fact| {
        let mut fact = serde_json::to_value(fact).unwrap();
        without_ids(&mut fact);
        serde_json::from_value::<RecordFact>(fact).unwrap()
    });
    assert_eq!(Records::replay(journal).unwrap().digest(), floor.records().digest());
}
