//! Seed 2: an agent on the telephone asks a knowledge worker in writing, and brings them the call
//! (Genesys UC Connector, instant message scenarios). The rows are those of the requirements.

use strowger::command::{Actor, Answer, Consult, HandOver, Retire};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{AgentChoice, Broadcast, Exhausted, Opens, PresenceProfile, WorkCondition};
use strowger::prelude::*;
use strowger::state::{OfferEnd, Withdrawal};

use crate::help::*;

const NOTES: &str = "Which fuse is it?";

#[test]
fn seed2_row066_a_request_is_an_interaction_of_its_own() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let asked = help.ask(5_000, "q-1", call);
    assert_ne!(asked.interaction, call);
    let row = help.record(asked.interaction);
    assert_eq!((row.kind, row.subtype.as_deref()), (InteractionType::Messaging, Some("im")));
    assert_eq!(row.direction, Direction::Internal);
    assert_eq!((row.asker, row.opened_by.as_deref()), (Some(IDA), Some("ida")));
    assert_eq!((row.opened_for.as_ref(), row.profile), (None, None));
    assert_eq!((&*row.short_description, row.opened), (NOTES, at(5_000)));
    assert_ne!(row.number, help.record(call).number);
    // Without notes the number says what it is.
    let other = help.tell(5_000, Ask::new("q-2", IDA, "7100"));
    assert_eq!(&*help.record(other.interaction).short_description, "Question to 7100");
    // The same under the same key is answered as done; another request may not have it.
    let facts = help.log.len();
    assert_eq!(help.ask(6_000, "q-1", call), asked);
    assert_eq!(help.log.len(), facts);
    let taken = KnowledgeRefusal::key_taken(Some(asked.interaction));
    assert_eq!(help.refused(6_000, Ask::new("q-1", IDA, "7100")), taken);
    help.check_replay();
}

#[test]
fn seed2_row067_the_card_tells_of_the_call_and_both_records_of_each_other() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let asked = help.ask(5_000, "q-1", call);
    let card = &help.cards(5_000, KIM)[0];
    assert_eq!((card.from, card.about), (IDA, Some(call)));
    assert_eq!(card.about_number.as_deref(), Some(&*help.record(call).number));
    assert_eq!((&*card.notes, &card.user_data), (NOTES, &pairs([("Notes", NOTES)])));
    assert_eq!(help.record(asked.interaction).about, Some(call));
    let form = help.centre.records().unwrap().form(call, at(5_000)).unwrap();
    let about: Vec<_> = form.about_it.iter().map(|line| line.id).collect();
    assert_eq!(about, [asked.interaction]);
    // What is attached later is on the card at once; what is hidden never is.
    let config = KnowledgeConfig::default().with_im_channel(IM).with_hidden(["PIN".into()]);
    help.tell(6_000, ConfigureKnowledge::new(config));
    let more = pairs([("Notes", "The red one?"), ("PIN", "1234")]);
    help.tell(6_000, AttachData::new(asked.interaction, more));
    let card = &help.cards(6_000, KIM)[0];
    assert_eq!((&*card.notes, card.user_data.len()), ("The red one?", 1));
    // Nobody asks about what is another's.
    let theirs = Ask::new("q-2", OMAR, "7100").with_about(call);
    assert_eq!(help.refused(6_000, theirs), KnowledgeRefusal::not_yours(call, Some(IDA)));
    let nothing = InteractionId::from_raw(99);
    let about_nothing = Ask::new("q-2", IDA, "7100").with_about(nothing);
    assert_eq!(help.refused(6_000, about_nothing), KnowledgeRefusal::unknown(nothing));
}

#[test]
fn seed2_row068_the_call_stays_connected_and_the_session_takes_no_room() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let before = {
        let ida = help.centre.engine().view().agent(IDA).unwrap();
        (ida.status(), ida.units_in_use(), ida.items_in_use())
    };
    let asked = help.ask(5_000, "q-1", call);
    help.accept(8_000, KIM);
    let ida = help.centre.engine().view().agent(IDA).unwrap();
    assert_eq!((ida.status(), ida.units_in_use(), ida.items_in_use()), before);
    assert_eq!(help.record(call).state, InteractionState::WorkInProgress);
    assert_eq!(help.owner(call), Some(IDA));
    // Both are seen: what Ida has, and what Ida asked.
    let own: Vec<_> = help.knowledge().asked_by(IDA).collect();
    assert_eq!((own, ida.assignments().len()), (vec![asked.interaction], 1));
    help.advance(61_000);
    assert_eq!(help.record(call).handling.totals_at(at(61_000)).active, Span::from_secs(60));
}

#[test]
fn seed2_row069_a_number_that_is_not_there_or_has_nothing_behind_it() {
    let mut help = Help::online(experts());
    let unknown = KnowledgeRefusal::unknown_dn("7999".into());
    assert_eq!(help.refused(1_000, Ask::new("q-1", IDA, "7999")), unknown);
    let mut empty = RoutingPoint::new(EXPERTS);
    empty.queue = None;
    help.tell(1_000, SetRoutingPoint::new("7300", empty));
    let nothing = KnowledgeRefusal::no_strategy("7300".into());
    assert_eq!(help.refused(1_000, Ask::new("q-1", IDA, "7300")), nothing);
    help.tell(1_000, Retire::new(EXPERTS));
    let retired = KnowledgeRefusal::no_strategy("7100".into());
    assert_eq!(help.refused(1_000, Ask::new("q-1", IDA, "7100")), retired);
    help.tell(1_000, RemoveRoutingPoint::new("7100"));
    assert_eq!(
        help.refused(1_000, Ask::new("q-1", IDA, "7100")),
        KnowledgeRefusal::unknown_dn("7100".into())
    );
}

#[test]
fn seed2_row070_the_strategy_behind_the_number_chooses() {
    let chosen = |number: &str| {
        let mut help = Help::online(experts());
        let fixed = experts().with_choice(AgentChoice::FixedOrder);
        let fixed = help.tell(0, Define::new("by the list", fixed));
        for (position, worker) in [(2, KIM), (1, LEE), (3, MAX)] {
            let membership = Membership::default().with_position(position);
            help.tell(0, SetMembership::new(worker, fixed).with_membership(membership));
        }
        help.tell(0, SetRoutingPoint::new("7200", RoutingPoint::new(fixed)));
        help.tell(1_000, Ask::new("q-1", IDA, number));
        help.ringing(1_000)
    };
    assert_eq!((chosen("7100"), chosen("7200")), (vec![KIM], vec![LEE]));
}

#[test]
fn seed2_row071_the_map_of_presences() {
    let mut help = Help::new();
    let not_ready = |reason: &str| AgentState::NotReady { reason: reason.into() };
    let of = |help: &mut Help, word: &str| {
        help.report(1_000, KIM, word);
        help.state(KIM).clone()
    };
    assert_eq!(of(&mut help, "ONLINE"), AgentState::Ready);
    assert_eq!(of(&mut help, "offline"), AgentState::LoggedOut);
    for word in ["Busy", "Away", "Do not disturb", "In a booth"] {
        assert_eq!(of(&mut help, word), not_ready(word));
    }
    // Rows of the host take precedence, and a reason may be a presence of its own.
    let booth = PresenceProfile::of(SystemPresence::Busy).with_opens(Opens::Only(vec![VOICE]));
    let booth = help.tell(1_000, Define::new("booth", booth));
    let map = UnifiedMap::default()
        .with("Be right back", AgentState::Ready)
        .with_reason("In a booth", booth);
    let config = KnowledgeConfig::default().with_im_channel(IM).with_presences(map);
    help.tell(1_000, ConfigureKnowledge::new(config));
    assert_eq!(of(&mut help, "Be right back"), AgentState::Ready);
    assert_eq!(of(&mut help, "In a booth"), not_ready("In a booth"));
    let kim = help.centre.engine().view().agent(KIM).unwrap();
    assert_eq!(kim.presence(), booth);
    help.check_replay();
}

#[test]
fn seed2_row071_reports_count_once_and_in_order() {
    let mut help = Help::new();
    let report = |word: &str, revision| ReportPresence::new(KIM, word, revision);
    let from = help.log.len();
    help.tell(1_000, report("Online", 5));
    assert_eq!(help.names(from)[..2], ["state_changed", "presence_set"]);
    assert_eq!(help.events(from).len(), 1);
    // The same revision, whatever it says, and one from the past change nothing.
    let from = help.log.len();
    help.tell(1_001, report("Offline", 5));
    help.tell(1_002, report("Offline", 4));
    assert_eq!(help.names(from), [""; 0]);
    // A later one that says the same is heard and is no change; what is older than it is late.
    help.tell(1_003, report("online", 7));
    help.tell(1_004, report("Offline", 6));
    assert_eq!(help.names(from), ["presence_heard"]);
    assert_eq!(*help.state(KIM), AgentState::Ready);
    // Another reason is another state.
    let from = help.log.len();
    help.tell(2_000, report("Busy", 8));
    help.tell(2_000, report("Lunch", 9));
    assert_eq!(help.events(from).len(), 2);
    // The engine is told only where its presence differs.
    assert_eq!(help.names(from).iter().filter(|name| **name == "presence_set").count(), 1);
    let nobody = KnowledgeRefusal::not_a_worker(OMAR);
    assert_eq!(help.refused(2_000, ReportPresence::new(OMAR, "Online", 1)), nobody);
}

#[test]
fn seed2_row071_a_presence_that_is_set_here_counts_until_the_next_report() {
    let mut help = Help::new();
    help.report(1_000, KIM, "Do not disturb");
    let busy = |reason: &str| AgentState::NotReady { reason: reason.into() };
    assert_eq!(*help.state(KIM), busy("Do not disturb"));
    help.presence(2_000, KIM, SystemPresence::OnQueue);
    assert_eq!(*help.state(KIM), AgentState::Ready);
    help.presence(3_000, KIM, SystemPresence::Busy);
    assert_eq!(*help.state(KIM), busy("busy"));
    help.presence(4_000, KIM, SystemPresence::Offline);
    assert_eq!(*help.state(KIM), AgentState::LoggedOut);
    help.report(5_000, KIM, "Do not disturb");
    assert_eq!(*help.state(KIM), busy("Do not disturb"));
    // Somebody of whom no report came has the state that their presence here says.
    help.presence(6_000, OMAR, SystemPresence::Meal);
    help.tell(6_000, SetKnowledgeWorker::new(OMAR));
    assert_eq!(*help.state(OMAR), busy("meal"));
    help.check_replay();
}

#[test]
fn seed2_row072_the_next_choice_sees_a_change_of_presence() {
    let mut help = Help::new();
    help.report(0, KIM, "Online");
    let call = help.call(1_000);
    help.ask(2_000, "q-1", call);
    assert_eq!(help.ringing(2_000), [KIM]);
    // Lee comes while Kim is asked, and is the next one.
    help.report(3_000, LEE, "Online");
    assert_eq!(help.ringing(3_000), [KIM]);
    help.report(3_500, KIM, "Busy");
    help.decline(4_000, KIM);
    assert_eq!(help.ringing(4_000), [LEE]);
}

#[test]
fn seed2_row073_nobody_is_chosen_who_is_not_ready_or_logged_out() {
    let words = ["Online", "Busy", "Offline"];
    for states in 0..27_usize {
        let mut help = Help::with(experts().with_broadcast(Broadcast::up_to(3)));
        let word = |worker: usize| words[states / 3_usize.pow(worker as u32) % 3];
        (0..3).for_each(|one| help.report(0, WORKERS[one], word(one)));
        help.tell(1_000, Ask::new("q-1", IDA, "7100"));
        let ready: Vec<_> = (0..3).filter(|one| word(*one) == "Online").collect();
        let ready: Vec<_> = ready.into_iter().map(|one| WORKERS[one]).collect();
        assert_eq!(help.ringing(1_000), ready, "{states}");
    }
}

#[test]
fn seed2_row074_a_preview_rings_at_whoever_is_chosen_and_at_all_in_a_broadcast() {
    let mut help = Help::online(experts().with_broadcast(Broadcast::up_to(2).with_refill(false)));
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    assert_eq!(help.ringing(2_000), [KIM, LEE]);
    let cards = [KIM, LEE].map(|worker| help.cards(2_000, worker).remove(0));
    assert_ne!(cards[0].preview, cards[1].preview);
    assert_eq!(cards.each_ref().map(|card| card.others), [1, 1]);
    assert_eq!(cards[0].media, PreviewMedia::Message);
    assert_eq!(help.knowledge().previews().count(), 2);
    // Nobody is asked in place of one who declines; when the last ends nobody took it.
    help.decline(3_000, KIM);
    assert_eq!(help.ringing(3_000), [LEE]);
    let from = help.log.len();
    help.decline(4_000, LEE);
    let why = Unanswered::NobodyLeft;
    let interaction = asked.interaction;
    assert_eq!(help.events(from), [&KnowledgeEvent::unanswered(interaction, why)]);
    let row = help.record(interaction);
    let outcome = (row.state, row.reason);
    let expected = (InteractionState::ClosedAbandoned, Some(StateReason::NoActivity));
    assert_eq!(outcome, expected);
    help.check_replay();
}

#[test]
fn seed2_row075_the_card_counts_down_and_names_what_may_be_answered() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    help.ask(2_000, "q-1", call);
    let card = &help.cards(2_000, KIM)[0];
    assert_eq!((card.since, card.until), (at(2_000), Some(at(22_000))));
    assert_eq!(card.buttons, [Button::Accept, Button::Decline]);
    assert_eq!(help.cards(9_000, KIM)[0].remaining, Some(Span::from_secs(13)));
    assert_eq!(help.cards(21_999, KIM)[0].remaining, Some(Span::from_millis(1)));
    assert!(help.cards(22_000, KIM).is_empty());
    // Where nobody may decline, nobody can; they may let it run out.
    let strict = RoutingPoint::new(EXPERTS).with_may_decline(false);
    help.tell(3_000, SetRoutingPoint::new("7300", strict));
    help.tell(3_000, Ask::new("q-2", OMAR, "7300"));
    assert_eq!(help.cards(3_000, LEE)[0].buttons, [Button::Accept]);
    let refused = KnowledgeRefusal::decline_not_allowed("7300".into());
    let preview = help.preview(LEE);
    assert_eq!(help.refused(4_000, Reject::new(preview)), refused);
    // The other number still lets them.
    help.decline(5_000, KIM);
}

#[test]
fn seed2_row076_the_session_begins_with_the_acceptance_and_not_before() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    let session = |help: &Help| help.knowledge().session(asked.interaction).unwrap().clone();
    let stage = |help: &Help| help.record(asked.interaction).stage();
    assert_eq!((session(&help).live_with(), session(&help).began), (None, false));
    assert_eq!(stage(&help), Some(ConversationStage::Waiting));
    // Before they accept nobody but the asker reads or writes.
    let by_kim = |text: &str| PostMessage::new(asked.interaction, Author::Agent(KIM), text);
    let actor = Actor::Agent(KIM);
    let refused = help.centre.execute_as(at(3_000), actor.clone(), by_kim("Hello"), &mut help.log);
    assert!(refused.is_err());
    let by_ida = PostMessage::new(asked.interaction, Author::Agent(IDA), "It is the left one.");
    let ida = Actor::Agent(IDA);
    help.centre.execute_as(at(4_000), ida, by_ida, &mut help.log).unwrap();
    let from = help.log.len();
    help.accept(21_999, KIM);
    let began = KnowledgeEvent::session_began(asked.interaction, KIM);
    assert_eq!(help.events(from), [&began]);
    assert_eq!(session(&help).owner.unwrap().since, at(21_999));
    assert_eq!(stage(&help), Some(ConversationStage::Live { agent: KIM }));
    let row = help.record(asked.interaction);
    assert_eq!((row.state, row.assigned_to), (InteractionState::WorkInProgress, Some(KIM)));
    help.centre.execute_as(at(22_000), actor, by_kim("Look behind it."), &mut help.log).unwrap();
    // No customer is greeted, told to stand by, or reminded.
    let row = help.record(asked.interaction);
    assert!(row.conversation.as_ref().unwrap().messages.iter().all(|message| !message.automated));
    help.advance(86_400_000);
    assert_eq!(session(&help).live_with(), Some(KIM));
    help.check_replay();
}

#[test]
fn seed2_row077_a_decline_may_lead_to_the_default_route() {
    let mut help = Help::online(experts().with_exhausted(Exhausted::Move { queue: SUPPORT }));
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    for worker in WORKERS {
        assert_eq!(help.ringing(3_000), [worker]);
        help.decline(3_000, worker);
    }
    // An ordinary agent is asked, with the same card.
    assert_eq!(help.ringing(3_000), [OMAR]);
    assert_eq!(help.cards(3_000, OMAR)[0].point, "7100".into());
    help.accept(4_000, OMAR);
    let session = help.knowledge().session(asked.interaction).unwrap();
    assert_eq!(session.live_with(), Some(OMAR));
    // They have no seat, so there is nowhere to bring the call.
    assert!(help.centre.transfer_targets(IDA, call).is_empty());
}

#[test]
fn seed2_row078_or_to_the_next_and_nobody_is_asked_twice() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    help.decline(3_000, KIM);
    assert_eq!(help.ringing(3_000), [LEE]);
    // Whoever declined stays as they are and is not asked again, ready or not.
    assert_eq!((help.status(KIM), help.state(KIM)), (RoutingStatus::Idle, &AgentState::Ready));
    help.report(3_500, KIM, "Busy");
    help.report(3_600, KIM, "Online");
    help.decline(4_000, LEE);
    assert_eq!(help.ringing(4_000), [MAX]);
    help.decline(5_000, MAX);
    assert!(help.ringing(5_000).is_empty());
    assert!(help.record(asked.interaction).state.is_closed());
    // For another request they are asked in turn.
    help.ask(6_000, "q-2", call);
    assert_eq!(help.ringing(6_000), [KIM]);
}

#[test]
fn seed2_row079_a_window_that_ends_is_a_decline_that_nobody_gave() {
    let mut help = Help::online(experts().with_max_wait(None));
    let call = help.call(1_000);
    help.ask(2_000, "q-1", call);
    let preview = help.preview(KIM);
    help.advance(21_999);
    assert_eq!(help.ringing(21_999), [KIM]);
    help.advance(22_000);
    assert_eq!(help.ringing(22_000), [LEE]);
    let late = help.attempt(22_000, Accept::new(preview));
    let over = Refusal::offer_over(preview, Some(OfferEnd::Missed));
    assert_eq!(late, Err(over.into()));
    assert_eq!((help.status(KIM), help.state(KIM)), (RoutingStatus::Idle, &AgentState::Ready));
    // A host that wakes an hour late gives the next one the whole window.
    help.advance(3_600_000);
    assert_eq!(help.cards(3_600_000, MAX)[0].until, Some(at(3_620_000)));
}

#[test]
fn seed2_row080_the_first_who_accepts_has_it_and_the_others_are_told_first() {
    let mut help = Help::online(experts().with_broadcast(Broadcast::up_to(3)));
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    let previews = WORKERS.map(|worker| help.preview(worker));
    let from = help.log.len();
    help.tell(5_000, Accept::new(previews[1]));
    let names = help.names(from);
    let taken = names.iter().position(|name| *name == "offer_accepted").unwrap();
    let told = |name: &&str| *name == "offer_withdrawn";
    assert_eq!(names[..taken].iter().filter(|name| told(name)).count(), 2);
    assert_eq!(help.ringing(5_000), []);
    let late = help.attempt(5_001, Accept::new(previews[0]));
    let why = Withdrawal::AcceptedElsewhere;
    let over = Refusal::offer_over(previews[0], Some(OfferEnd::Withdrawn { why }));
    assert_eq!(late, Err(over.into()));
    let session = help.knowledge().session(asked.interaction).unwrap();
    assert_eq!(session.live_with(), Some(LEE));
    // Accepting twice is answered as done.
    let facts = help.log.len();
    help.tell(5_002, Accept::new(previews[1]));
    assert_eq!(help.log.len(), facts);
}

#[test]
fn seed2_row081_they_write_to_each_other_in_order() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    help.accept(3_000, KIM);
    let says = |agent, text: &str| PostMessage::new(asked.interaction, Author::Agent(agent), text);
    help.tell(13_000, says(KIM, "The left one."));
    help.tell(14_000, says(IDA, "Thank you."));
    let row = help.record(asked.interaction);
    let talk = row.conversation.as_deref().unwrap();
    let said: Vec<_> = talk.messages.iter().map(|one| (one.author, &*one.text)).collect();
    let expected = [
        (Author::Agent(IDA), "The customer reads the label to me."),
        (Author::Agent(KIM), "The left one."),
        (Author::Agent(IDA), "Thank you."),
    ];
    assert_eq!(said, expected);
    // The asker is the one who waits for an answer, and the other owes it.
    assert_eq!(row.first_response_wait, Some(Span::from_secs(11)));
    assert_eq!(talk.agent_responses.owed_since, Some(at(14_000)));
    assert_eq!(talk.customer_responses.owed_since, None);
}

/// Ida writes with Kim about a call; Kim sits at 5117.
fn writing(point: Option<RoutingPoint>) -> (Help, InteractionId, InteractionId) {
    let mut help = Help::online(experts());
    help.tell(0, SetSeat::new(KIM, Some("5117".into())));
    help.tell(0, SetSeat::new(LEE, Some("5118".into())));
    if let Some(point) = point {
        help.tell(0, SetRoutingPoint::new("7200", point));
    }
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    help.accept(3_000, KIM);
    (help, call, asked.interaction)
}

fn seat(dn: &str) -> Destination {
    Destination::Seat { dn: dn.into() }
}

fn to_point(call: InteractionId, expert: &str) -> Escalate {
    let to = Destination::Point { dn: "7200".into() };
    Escalate::new(call, to, How::Transfer).with_user_data(pairs([("expert", expert)]))
}

#[test]
fn seed2_row082_a_transfer_leaves_two_and_a_conference_three() {
    let (mut help, call, session) = writing(None);
    let from = help.log.len();
    help.tell(5_000, Escalate::new(call, seat("5117"), How::Transfer));
    assert_eq!(help.owner(call), Some(KIM));
    let parties = help.centre.parties(call);
    assert_eq!(parties, [CallParty::Customer, CallParty::Owner(KIM)]);
    assert_eq!(help.status(IDA), RoutingStatus::Interacting);
    let accepted = EscalationEnd::Accepted { agent: KIM };
    assert!(help.events(from).iter().any(|event| {
        matches!(event, KnowledgeEvent::EscalationEnded { why, .. } if *why == accepted)
    }));
    assert_eq!(help.knowledge().session(session).unwrap().live_with(), Some(KIM));
    help.check_replay();

    let (mut help, call, _) = writing(None);
    help.tell(5_000, Escalate::new(call, seat("5117"), How::Conference));
    let three = [CallParty::Customer, CallParty::Owner(IDA), CallParty::Conferee(KIM)];
    assert_eq!(help.centre.parties(call), three);
    assert_eq!((help.owner(call), help.status(IDA)), (Some(IDA), RoutingStatus::Interacting));
    help.check_replay();
}

#[test]
fn seed2_row083_user_data_name_the_worker_whom_a_round_would_not_choose() {
    let (mut help, call, _) = writing(Some(particular(Otherwise::Refuse)));
    // The next in turn is Lee; the data name Max.
    help.tell(5_000, to_point(call, "max"));
    assert_eq!(help.ringing(5_000), [MAX]);
    assert_eq!(help.cards(5_000, MAX)[0].media, PreviewMedia::Voice);
    help.accept(6_000, MAX);
    assert_eq!(help.owner(call), Some(MAX));
    // By the seat as well.
    let (mut help, call, _) = writing(Some(particular(Otherwise::Refuse)));
    help.tell(5_000, to_point(call, "5118"));
    assert_eq!(help.ringing(5_000), [LEE]);
}

#[test]
fn seed2_row084_with_a_preview_they_are_asked_and_without_they_have_it() {
    let always = particular(Otherwise::Refuse);
    let never = always.clone().with_preview(WorkCondition::Any(Vec::new()));
    let (mut help, call, _) = writing(Some(always));
    help.tell(5_000, to_point(call, "kim"));
    assert_eq!((help.ringing(5_000), help.owner(call)), (vec![KIM], Some(IDA)));
    let card = &help.cards(5_000, KIM)[0];
    assert_eq!((card.about, card.until), (Some(call), Some(at(25_000))));
    help.accept(24_999, KIM);
    assert_eq!(help.owner(call), Some(KIM));

    let (mut help, call, _) = writing(Some(never));
    let from = help.log.len();
    help.tell(5_000, to_point(call, "kim"));
    assert_eq!((help.ringing(5_000), help.owner(call)), (vec![], Some(KIM)));
    let first = help.names(from)[0];
    assert_eq!(first, "escalation_began");
    help.check_replay();
}

#[test]
fn seed2_row085_the_seat_of_whoever_has_the_session_is_a_target() {
    let mut help = Help::online(experts());
    help.tell(0, SetSeat::new(KIM, Some("5117".into())));
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    let call = help.call(1_000);
    let targets = |help: &Help| help.centre.transfer_targets(IDA, call);
    assert!(targets(&help).is_empty());
    let asked = help.ask(2_000, "q-1", call);
    assert!(targets(&help).is_empty());
    help.accept(3_000, KIM);
    let json = serde_json::to_value(targets(&help)).unwrap();
    let expected = serde_json::json!([
        {"seat": {"dn": "5117"}, "agent": KIM},
        {"point": {"dn": "7200"}, "user_data": {"expert": "kim"}},
    ]);
    assert_eq!(json, expected);
    // It is nobody else's list, and the list of no other call.
    assert!(help.centre.transfer_targets(OMAR, call).is_empty());
    // Kim hands the session to Lee, who has no seat: only the number by name is left.
    let work = asked.work;
    help.tell(4_000, Consult::new(work, LEE));
    help.tell(5_000, Answer::new(work, LEE));
    help.tell(6_000, HandOver::new(work, LEE));
    let json = serde_json::to_value(targets(&help)).unwrap();
    let expected = serde_json::json!([{"point": {"dn": "7200"}, "user_data": {"expert": "lee"}}]);
    assert_eq!(json, expected);
    // Whoever takes the seat loses it for the other, and the list follows.
    help.tell(7_000, SetSeat::new(LEE, Some("5117".into())));
    assert_eq!(help.knowledge().worker(KIM).unwrap().seat, None);
    assert_eq!(targets(&help)[0].agent, Some(LEE));
    // What is listed can be handed in as it is.
    let target = targets(&help).remove(1);
    help.tell(8_000, target.escalate(call, How::Conference));
    assert_eq!(help.ringing(8_000), [LEE]);
    help.tell(8_000, CancelEscalation::new(call));
    help.tell(9_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    assert!(targets(&help).is_empty());
    help.check_replay();
}

#[test]
fn seed2_row086_straight_to_the_seat_no_routing_point_appears() {
    let (mut help, call, _) = writing(Some(particular(Otherwise::Refuse)));
    let from = help.log.len();
    help.tell(5_000, Escalate::new(call, seat("5117"), How::Transfer));
    let told = serde_json::to_string(&help.log.as_slice()[from..]).unwrap();
    assert!(!told.contains("7200") && !told.contains("point"), "{told}");
    assert!(!help.names(from).contains(&"work_submitted"));
    let nobody = KnowledgeRefusal::nobody_seated("5999".into());
    let call = help.record(call).id;
    let empty = Escalate::new(call, seat("5999"), How::Transfer);
    assert_eq!(help.refused(6_000, empty), nobody);
}

#[test]
fn seed2_row086_or_it_rings_there_for_the_window_of_the_call() {
    let (mut help, call, session) = writing(None);
    let ring = KnowledgeConfig::default().with_im_channel(IM).with_direct(Direct::Ring);
    help.tell(4_000, ConfigureKnowledge::new(ring));
    help.tell(5_000, Escalate::new(call, seat("5117"), How::Transfer));
    assert_eq!((help.owner(call), help.status(KIM)), (Some(IDA), RoutingStatus::Interacting));
    // The window of the voice channel is 15 seconds.
    help.advance(19_999);
    assert!(help.knowledge().escalation(call).is_some());
    let from = help.log.len();
    help.advance(20_000);
    let missed = EscalationEnd::Unanswered(Unanswered::TimedOut);
    assert!(ended(&help, from, missed));
    assert_eq!(help.owner(call), Some(IDA));
    assert_eq!(help.knowledge().session(session).unwrap().live_with(), Some(KIM));
    // Asked again, Kim answers in the last moment.
    let work = help.record(call).work.unwrap();
    help.tell(30_000, Escalate::new(call, seat("5117"), How::Transfer));
    help.tell(44_999, Answer::new(work, KIM));
    assert_eq!(help.owner(call), Some(KIM));
    help.check_replay();
}

fn ended(help: &Help, from: usize, expected: EscalationEnd) -> bool {
    help.events(from).iter().any(
        |event| matches!(event, KnowledgeEvent::EscalationEnded { why, .. } if *why == expected),
    )
}

#[test]
fn seed2_row087_message_and_call_are_apart_whichever_ends_first() {
    let (mut help, call, session) = writing(None);
    assert_ne!(help.record(call).number, help.record(session).number);
    help.tell(10_000, EndInteraction::new(session, Ending::Agent, Party::Agent(IDA)));
    let row = help.record(session);
    assert_eq!(row.state, InteractionState::ClosedComplete);
    assert_eq!(row.closed_by, Some(Party::Agent(IDA)));
    assert_eq!(row.duration(), Span::from_secs(7));
    assert_eq!(help.record(call).state, InteractionState::WorkInProgress);

    let (mut help, call, session) = writing(None);
    let work = help.record(call).work.unwrap();
    help.tell(10_000, FinishContact::new(work, Finisher::Customer));
    assert_eq!(help.record(call).state, InteractionState::WrapUp);
    assert_eq!(help.knowledge().session(session).unwrap().live_with(), Some(KIM));
    assert_eq!(help.record(session).state, InteractionState::WorkInProgress);
    // Kim ends it: that is the worker's word.
    let from = help.log.len();
    help.tell(11_000, EndInteraction::new(session, Ending::Agent, Party::Agent(KIM)));
    let over = KnowledgeEvent::session_ended(session, SessionEnd::Worker);
    assert_eq!(help.events(from), [&over]);
    help.check_replay();
}

#[test]
fn seed2_row088_a_worker_is_ready_at_once_after_a_call() {
    let (mut help, call, session) = writing(None);
    help.tell(5_000, Escalate::new(call, seat("5117"), How::Transfer));
    help.tell(5_500, EndInteraction::new(session, Ending::Agent, Party::Agent(KIM)));
    let work = help.record(call).work.unwrap();
    help.tell(9_000, FinishContact::new(work, Finisher::Agent));
    assert_eq!(
        (help.status(KIM), *help.state(KIM) == AgentState::Ready),
        (RoutingStatus::Idle, true)
    );
    assert!(help.record(call).state.is_closed());
    // Ida gave it away and wraps up as always.
    assert_eq!(help.status(IDA), RoutingStatus::Interacting);
    help.advance(34_999);
    assert_eq!(help.status(IDA), RoutingStatus::Interacting);
    help.advance(35_000);
    assert_eq!(help.status(IDA), RoutingStatus::Idle);
}
