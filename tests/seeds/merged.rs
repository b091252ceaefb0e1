//! Two conversations of one customer become one, and two profiles.

use strowger::interaction::*;

use crate::floor::*;

const KIND: InteractionType = InteractionType::Messaging;
const OURS: &str = "+4930999";

fn with_nine() -> Address {
    sms("+55 31 98888-7777")
}

fn without() -> Address {
    sms("+553188887777")
}

fn texts(floor: &Floor, id: InteractionId) -> Vec<&str> {
    let talk = floor.row(id).conversation.as_ref().unwrap();
    talk.messages.iter().map(|said| &*said.text).collect()
}

fn merge(id: InteractionId, into: InteractionId) -> MergeInteractions {
    MergeInteractions::new(id, into)
}

/// One customer who wrote by two numbers, of which the second has an answer.
fn twice(floor: &mut Floor) -> (Received, Received) {
    let one = floor.receive(0, with_nine(), "Where is it?");
    let other = floor.receive(10, without(), "Hello?");
    floor.receive(20, with_nine(), "It is urgent");
    floor.say(30, other.interaction, Author::Agent(ANA), "On its way");
    (one, other)
}

#[test]
fn what_was_said_in_both_stands_in_one_by_time() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    let quote = say(other.interaction, Author::Requester, "Fine")
        .with_quotes(MessageId::from_raw(4))
        .with_key("SM9");
    let quote = floor.record(40, quote);
    floor.record(50, merge(other.interaction, one.interaction));
    let all = ["Where is it?", "Hello?", "It is urgent", "On its way", "Fine"];
    assert_eq!(texts(&floor, one.interaction), all);
    assert_eq!(texts(&floor, other.interaction), [""; 0]);
    let row = floor.row(other.interaction);
    assert_eq!(
        (row.state, row.reason),
        (InteractionState::ClosedComplete, Some(StateReason::Merged))
    );
    assert_eq!((row.merged_into, row.closed), (Some(one.interaction), Some(at(50))));
    assert_eq!(floor.state(one.interaction), InteractionState::New);
    // Keys and quotes go with what was said.
    let (row, said) = floor.records().message(&"SM9".into()).unwrap();
    assert_eq!((row.id, said.id), (one.interaction, quote));
    assert_eq!(said.quotes, Some(MessageId::from_raw(4)));
    // What comes by either number belongs to the one that goes on.
    for (when, from) in [(60, with_nine()), (61, without())] {
        assert_eq!(floor.receive(when, from, "Hm").interaction, one.interaction);
    }
    // Told again it is done; nothing more is said in the other, or told of it.
    let facts = floor.log.len();
    floor.record(62, merge(other.interaction, one.interaction));
    assert_eq!(floor.log.len(), facts);
    let merged = RecordRefusal::merged(other.interaction, one.interaction);
    let more = say(other.interaction, Author::Agent(ANA), "Yes");
    assert_eq!(floor.refused(63, more), merged);
    let read = ConfirmMessage::new(other.interaction, quote, Receipt::Read, Party::Host);
    assert_eq!(floor.refused(63, read), merged);
    let back = merge(one.interaction, other.interaction);
    assert_eq!(floor.refused(63, back), merged);
    floor.record(64, ArchiveInteraction::new(other.interaction));
    let journal = floor.record_facts().cloned();
    assert_eq!(Records::replay(journal).unwrap().digest(), floor.records().digest());
}

#[test]
fn a_contact_is_counted_once_from_its_beginning() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    // The later one goes on, in which Ana has answered.
    floor.record(50, merge(one.interaction, other.interaction));
    let row = floor.row(other.interaction);
    assert_eq!((row.opened, row.begun()), (at(10), at(0)));
    assert_eq!(row.first_response_wait, Some(secs(20)));
    let talk = row.conversation.as_ref().unwrap();
    // The question of the other was answered by what was said after it.
    assert_eq!(talk.agent_responses.owed_since, None);
    assert_eq!((talk.agent_responses.count, talk.agent_responses.total), (1, secs(20)));
    assert_eq!(talk.customer_responses.owed_since, Some(at(30)));
    floor.record(100, end(other.interaction, Ending::Customer, Party::Customer));
    let report: Report = floor.records().interactions().collect();
    let [row] = report.rows() else { panic!("one row") };
    assert_eq!((row.closed, row.first_response.count), (1, 1));
    assert_eq!(row.resolution.total, secs(100));
    assert_eq!(row.agent_response.total, secs(20));
}

#[test]
fn an_answer_that_is_owed_in_either_is_owed() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    floor.receive(40, with_nine(), "Tell me");
    floor.record(50, merge(other.interaction, one.interaction));
    let talk = floor.row(one.interaction).conversation.as_ref().unwrap();
    // What was said at 30 answers what came before it, by whichever number.
    assert_eq!(talk.agent_responses.owed_since, Some(at(40)));
    assert_eq!(talk.customer_responses.owed_since, None);
    assert_eq!((talk.heard, talk.answered), (at(40), Some(at(30))));
}

#[test]
fn only_conversations_of_one_customer_that_go_on_are_merged() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    let (id, into) = (other.interaction, one.interaction);
    floor.record(40, LinkUser::new(one.profile, "joao"));
    floor.record(40, LinkUser::new(other.profile, "maria"));
    assert_eq!(floor.refused(41, merge(id, into)), RecordRefusal::not_same_customer(id, into));
    let itself = floor.refused(41, merge(into, into));
    assert!(matches!(itself, RecordRefusal::Invalid(_)), "{itself}");
    let never = InteractionId::from_raw(9);
    assert_eq!(floor.refused(41, merge(never, into)), RecordRefusal::unknown(never));
    let ending = floor.refused(41, end(id, Ending::Merged, Party::Host));
    assert!(matches!(ending, RecordRefusal::Invalid(_)), "{ending}");
    floor.record(42, end(id, Ending::Customer, Party::Customer));
    let closed = floor.refused(43, merge(id, into));
    assert!(matches!(closed, RecordRefusal::WrongState { .. }), "{closed}");
    let closed = floor.refused(43, merge(into, id));
    assert!(matches!(closed, RecordRefusal::WrongState { .. }), "{closed}");
}

#[test]
fn a_guest_s_conversation_is_the_known_customer_s() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    floor.record(40, LinkUser::new(other.profile, "joao"));
    floor.record(50, merge(other.interaction, one.interaction));
    assert_eq!(floor.row(one.interaction).opened_for.as_deref(), Some("joao"));
    assert_eq!(floor.records().of_customer("joao").count(), 2);
}

#[test]
fn there_are_no_more_messages_than_one_may_have() {
    let limits = RecordLimits::default().with_messages(4);
    let mut floor = Floor::new(RecordConfig::default().with_limits(limits));
    let (one, other) = twice(&mut floor);
    floor.receive(40, with_nine(), "Hm");
    let full = RecordRefusal::limit(RecordLimit::Messages, 4);
    assert_eq!(floor.refused(50, merge(other.interaction, one.interaction)), full);
}

#[test]
fn work_of_what_does_not_go_on_ends_and_its_times_go_on() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    floor.on_queue(40, ANA);
    let kept = floor.submit(40, one.interaction, SUPPORT, MESSAGE);
    floor.accept(45, ANA);
    let waits = floor.submit(46, other.interaction, SUPPORT, CHAT);
    floor.record(50, merge(other.interaction, one.interaction));
    let view = floor.centre.engine().view();
    assert!(view.work(waits).is_none() && view.work(kept).is_some());
    let row = floor.row(one.interaction);
    assert_eq!((row.work, row.assigned_to), (Some(kept), Some(ANA)));
    assert_eq!(row.queue_wait(), secs(9));
    assert_eq!(floor.row(other.interaction).queue_wait(), secs(0));
    assert_eq!(floor.row(other.interaction).work, None);
}

#[test]
fn what_the_agent_has_of_it_they_finish() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    floor.on_queue(40, ANA);
    let work = floor.submit(40, other.interaction, SUPPORT, MESSAGE);
    floor.accept(45, ANA);
    floor.record(50, merge(other.interaction, one.interaction));
    assert!(floor.centre.engine().view().work(work).is_none());
    assert_eq!(floor.row(one.interaction).duration(), secs(5));
    assert!(floor.row(one.interaction).live);
}

#[test]
fn nobody_writes_by_an_address_because_of_a_merge() {
    let mut floor = Floor::new(RecordConfig::default());
    let writes = floor.receive(0, with_nine(), "Hello");
    let visit = |to: Option<(Address, strowger::Key)>, profile| {
        let visit = InteractionRequest::new(InteractionType::WalkUp);
        visit.with_addresses(to).with_profile(profile)
    };
    let id = floor.open_as(1, visit(None, Some(writes.profile)));
    let into = floor.open_as(1, visit(Some((without(), OURS.into())), None));
    floor.record(2, merge(id, into));
    assert_eq!(floor.row(into).participants().count(), 0);
    assert_eq!(floor.receive(3, with_nine(), "Hm").interaction, writes.interaction);
}

#[test]
fn notes_records_and_context_go_on_too() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    let (id, into) = (other.interaction, one.interaction);
    for (when, id, document) in [(40, into, "1"), (41, id, "1"), (42, id, "2")] {
        floor.record(when, RelateRecord::new(id, Document::new("case", document), Party::Host));
        let note = RecordChange::default().with_work_note(document);
        floor.record(when, SaveInteraction::new(id, Party::Host, note));
        floor.record(when, SetContext::new(id, variables(&[("last", document)])));
    }
    floor.record(50, merge(id, into));
    let row = floor.row(into);
    let related: Vec<_> = row.related.iter().map(|record| &*record.document.id).collect();
    let notes: Vec<_> = row.work_notes.iter().map(|note| &*note.text).collect();
    assert_eq!((related, notes), (vec!["1", "2"], vec!["1", "1", "2"]));
    assert_eq!(row.context, variables(&[("last", "1")]));
}

#[test]
fn two_profiles_become_one_person_with_two_addresses() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    let together = MergeProfiles::new(other.profile, one.profile);
    let ongoing = RecordRefusal::already_ongoing(one.interaction);
    assert_eq!(floor.refused(40, together.clone()), ongoing);
    floor.record(41, merge(other.interaction, one.interaction));
    floor.record(42, LinkUser::new(other.profile, "joao"));
    floor.record(43, together.clone());
    let facts = floor.log.len();
    floor.record(43, together);
    assert_eq!(floor.log.len(), facts);
    let (profile, merged) = (floor.profile(one.profile), floor.profile(other.profile));
    assert_eq!(profile.user.as_deref(), Some("joao"));
    assert_eq!((&*profile.others, merged.merged_into), (&[other.profile][..], Some(one.profile)));
    let row = floor.row(one.interaction);
    assert_eq!(row.opened_for.as_deref(), Some("joao"));
    let people: Vec<_> = row.participants().map(|person| person.profile).collect();
    assert_eq!(people, [one.profile]);
    // By the other address it is the same person; the message says by which.
    let hm = floor.receive(50, without(), "Hm");
    assert_eq!((hm.interaction, hm.profile), (one.interaction, one.profile));
    let talk = floor.row(one.interaction).conversation.as_ref().unwrap();
    assert_eq!(talk.message(hm.message).unwrap().profile, Some(other.profile));
    // And when nothing goes on any more, what they open is theirs.
    floor.record(60, end(one.interaction, Ending::Customer, Party::Customer));
    let again = floor.receive(61, without(), "Once more");
    assert!(again.opened && again.profile == one.profile);
    let row = floor.row(again.interaction);
    assert_eq!(row.opened_for.as_deref(), Some("joao"));
    assert_eq!(row.addresses.as_ref().unwrap().0, without());
    assert_eq!(floor.receive(62, with_nine(), "Me too").interaction, again.interaction);
    let (digest, journal) = (floor.records().digest(), floor.record_facts().cloned());
    assert_eq!(Records::replay(journal).unwrap().digest(), digest);
}

#[test]
fn profiles_of_two_users_are_two() {
    let mut floor = Floor::new(RecordConfig::default());
    let (one, other) = twice(&mut floor);
    floor.record(40, end(other.interaction, Ending::Customer, Party::Customer));
    floor.record(40, LinkUser::new(one.profile, "joao"));
    floor.record(40, LinkUser::new(other.profile, "maria"));
    let refused = floor.refused(41, MergeProfiles::new(other.profile, one.profile));
    assert_eq!(refused, RecordRefusal::other_customer(other.profile));
    let itself = floor.refused(41, MergeProfiles::new(one.profile, one.profile));
    assert!(matches!(itself, RecordRefusal::Invalid(_)), "{itself}");
    let never = ProfileId::from_raw(9);
    let refused = floor.refused(41, MergeProfiles::new(never, one.profile));
    assert_eq!(refused, RecordRefusal::unknown_profile(never));
}

/// Three numbers of one customer, merged one after the other.
fn three(floor: &mut Floor) -> [ProfileId; 3] {
    let numbers = ["+4930111222", "+4930111333", "+4930111444"].map(sms);
    let all = numbers.map(|number| {
        let came = floor.receive(0, number, "Hello");
        floor.record(1, end(came.interaction, Ending::Customer, Party::Customer));
        came.profile
    });
    floor.record(2, MergeProfiles::new(all[2], all[1]));
    floor.record(2, MergeProfiles::new(all[1], all[0]));
    all
}

#[test]
fn merged_profiles_are_one_step_from_the_one_that_stands_for_them() {
    let mut floor = Floor::new(RecordConfig::default());
    let [one, two, last] = three(&mut floor);
    assert_eq!(floor.profile(one).others, [last, two]);
    assert_eq!([two, last].map(|id| floor.profile(id).merged_into), [Some(one); 2]);
    assert!(floor.profile(two).others.is_empty());
    assert_eq!(floor.receive(3, sms("+4930111444"), "Hello").profile, one);
}

#[test]
fn whose_number_is_lost_keeps_the_others() {
    let mut floor = Floor::new(RecordConfig::default());
    let [one, two, last] = three(&mut floor);
    let goes_on = floor.receive(3, sms("+4930111222"), "Hello");
    let by_lost =
        floor.record(3, ReceiveMessage::new(KIND, sms("+4930111444"), "+4930888", "Hello"));
    let new = floor.record(4, ReplaceProfile::new(last).with_user("kim"));
    assert_eq!(floor.profile(one).others, [two]);
    assert!(!floor.profile(last).active && floor.profile(last).merged_into.is_none());
    assert_eq!(floor.receive(5, sms("+4930111444"), "Kim here").profile, new);
    // What they began by it is over, the rest goes on.
    assert!(floor.state(by_lost.interaction).is_closed());
    assert!(!floor.state(goes_on.interaction).is_closed());
    // If it is the number of the one that stands for all, another does.
    floor.record(6, ReplaceProfile::new(one));
    assert!(floor.state(goes_on.interaction).is_closed());
    assert_eq!(floor.receive(7, sms("+4930111333"), "Hello").profile, two);
    assert_eq!(floor.profile(two).merged_into, None);
}

#[test]
fn who_is_erased_is_erased_by_all_addresses() {
    let mut floor = Floor::new(RecordConfig::default());
    let all = three(&mut floor);
    floor.record(5, EraseProfile::new(all[1]));
    for id in all {
        assert_eq!(floor.records().profiles().get(id), None);
    }
    assert_eq!(floor.records().interactions().count(), 0);
}

#[test]
fn a_merged_profile_is_in_use_as_long_as_its_person_is() {
    let limits = RecordLimits::default().with_profiles(3);
    let mut floor = Floor::new(RecordConfig::default().with_limits(limits));
    let [one, two, last] = three(&mut floor);
    floor.receive(3, sms("+4930111222"), "Hello");
    floor.receive(4, sms("+4930777"), "Good day");
    let known = [one, two, last].map(|id| floor.records().profiles().get(id).is_some());
    assert_eq!(known, [true; 3]);
}

#[test]
fn the_provider_s_own_form_is_kept_beside_the_normal_form() {
    let mut floor = Floor::new(RecordConfig::default());
    let written = "+55 31 8888-7777";
    let profile = floor.receive(0, sms(written), "Hello").profile;
    let known = |floor: &Floor| {
        let profile = floor.profile(profile);
        (profile.address.identifier.clone(), profile.provider_form)
    };
    let normal: strowger::Key = "+553188887777".into();
    assert_eq!(known(&floor), (normal.clone(), Some(written.into())));
    // The last form counts, and the normal form is none of its own.
    floor.receive(1, sms("0055 3188887777"), "Hello?");
    assert_eq!(known(&floor), (normal.clone(), Some("0055 3188887777".into())));
    floor.receive(2, without(), "Hello?");
    assert_eq!(known(&floor), (normal, None));
    let facts = floor.log.len();
    floor.receive(3, without(), "Hello?");
    assert_eq!(floor.log.len(), facts + 1);
    // What the host writes is not how the provider does.
    let reach = ReachCustomer::new(KIND, ANA, sms("0049 30 222333"), OURS, "Hello");
    let reached = floor.record(4, reach).profile;
    assert_eq!(floor.profile(reached).provider_form, None);
}
