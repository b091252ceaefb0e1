//! Customers are kept apart: nobody reads or writes what is another's.

use strowger::centre::CentreRefusal;
use strowger::command::RefusalKind;
use strowger::interaction::*;

use crate::floor::*;

fn browser() -> Address {
    Address::new("web", "cookie-77")
}

fn texts(floor: &Floor, id: InteractionId) -> Vec<&str> {
    let talk = floor.row(id).conversation.as_deref().expect("they talk");
    talk.messages.iter().map(|message| &*message.text).collect()
}

/// A guest writes, of whom Ana says that they are Joe.
fn said_to_be_joe() -> (Floor, Received) {
    let mut floor = Floor::new(RecordConfig::default());
    let guest = floor.receive(0, browser(), "My salary is wrong");
    let change = RecordChange::default().with_opened_for("joe").with_short_description("A salary");
    floor.record(1, SaveInteraction::new(guest.interaction, BY_ANA, change));
    (floor, guest)
}

#[test]
fn the_second_user_of_a_browser_gets_nothing_of_the_first() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.receive(1, browser(), "My salary is wrong");
    floor.record(3, LinkUser::new(first.profile, "joe"));
    let refusal = floor.refused(5, LinkUser::new(first.profile, "jane"));
    assert_eq!(refusal, RecordRefusal::other_user(first.profile));
    assert_eq!((refusal.kind(), refusal.code()), (RefusalKind::Conflict, "other_user"));
    assert!(refusal.to_string().ends_with("replace the profile"), "{refusal}");
    // Until the profile is replaced everything is Joe's; once more for Joe is done already.
    assert_eq!(floor.profile(first.profile).user, Some("joe".into()));
    let facts = floor.log.len();
    floor.record(5, LinkUser::new(first.profile, "joe"));
    assert_eq!(floor.log.len(), facts);
    let profile = floor.record(6, ReplaceProfile::new(first.profile).with_user("jane"));
    let second = floor.receive(7, browser(), "Jane here, my password is lost");
    assert_eq!((second.opened, second.profile), (true, profile));
    assert_eq!(floor.row(second.interaction).opened_for, Some("jane".into()));
    assert_eq!(texts(&floor, second.interaction), ["Jane here, my password is lost"]);
    assert_eq!(floor.row(first.interaction).opened_for, Some("joe".into()));
    assert_eq!(texts(&floor, first.interaction), ["My salary is wrong"]);
    let of = |user| floor.records().of_customer(user).map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((of("joe"), of("jane")), (vec![first.interaction], vec![second.interaction]));
}

#[test]
fn what_an_agent_said_is_for_somebody_is_not_linked_to_another() {
    let (mut floor, guest) = said_to_be_joe();
    assert_eq!(
        floor.refused(2, LinkUser::new(guest.profile, "jane")),
        RecordRefusal::other_user(guest.profile)
    );
    floor.record(3, LinkUser::new(guest.profile, "joe"));
    assert_eq!(floor.profile(guest.profile).user, Some("joe".into()));
}

#[test]
fn when_it_is_over_a_guest_may_be_anybody() {
    let (mut floor, guest) = said_to_be_joe();
    floor.record(2, end(guest.interaction, Ending::Customer, Party::Customer));
    floor.record(3, LinkUser::new(guest.profile, "jane"));
    assert_eq!(floor.row(guest.interaction).opened_for, Some("joe".into()));
}

#[test]
fn an_agent_who_writes_to_somebody_else_does_not_write_into_what_is_another_s() {
    let (mut floor, guest) = said_to_be_joe();
    let kind = InteractionType::Messaging;
    let reach = ReachCustomer::new(kind, ANA, browser(), "+4930999", "Dear Jane");
    let reached = floor.record(2, reach.with_user("jane"));
    assert!(reached.opened && reached.profile != guest.profile);
    assert_eq!(texts(&floor, guest.interaction), ["My salary is wrong"]);
    assert_eq!(floor.row(reached.interaction).opened_for, Some("jane".into()));
}

#[test]
fn nobody_is_linked_to_a_profile_that_was_replaced() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.receive(0, browser(), "Hello");
    floor.record(1, LinkUser::new(first.profile, "joe"));
    floor.record(2, ReplaceProfile::new(first.profile).with_user("jane"));
    let again = floor.try_record(3, LinkUser::new(first.profile, "joe"));
    let gone = RecordRefusal::unknown_profile(first.profile);
    assert_eq!(again, Err(CentreRefusal::Record(gone)));
}
