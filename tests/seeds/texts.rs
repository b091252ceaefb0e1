//! What the contact centre itself says to customers, in their language.

use strowger::interaction::*;
use strowger::prelude::*;

use crate::floor::*;

fn all() -> CustomerTexts {
    CustomerTexts::default()
        .with_nobody_there("nobody there")
        .with_stand_by("stand by")
        .with_greeting("greeting")
        .with_anything_else("anything else")
        .with_reminder("reminder")
        .with_end("end")
        .with_closed("closed")
}

/// With a virtual agent and all texts.
fn spoken() -> RecordConfig {
    with_virtual_agent().with_texts(Texts::default().with_usual(all()))
}

/// What was said by a rule, by whom and when.
fn told(floor: &Floor, id: InteractionId) -> Vec<(Author, &str, Timestamp)> {
    let talk = floor.row(id).conversation.as_ref().unwrap();
    let told = talk.messages.iter().filter(|said| said.automated);
    told.map(|said| (said.author, &*said.text, said.at)).collect()
}

fn texts(floor: &Floor, id: InteractionId) -> Vec<&str> {
    told(floor, id).into_iter().map(|(_, text, _)| text).collect()
}

fn hand_off(floor: &mut Floor, when: i64, id: InteractionId) {
    floor.record(when, HandOff::new(id, HandoffTrigger::User, WorkRequest::new(SUPPORT, CHAT)));
}

#[test]
fn each_text_is_said_at_its_moment_and_by_whom_it_is() {
    let mut floor = Floor::new(spoken());
    let id = floor.open(0, InteractionType::Chat);
    floor.say(1, id, Author::Requester, "Hello");
    floor.record(2, EndTopic::new(id));
    hand_off(&mut floor, 3, id);
    floor.on_queue(4, ANA);
    hand_off(&mut floor, 5, id);
    floor.accept(6, ANA);
    floor.say(7, id, Author::Agent(ANA), "Yes?");
    floor.advance(187);
    floor.describe(188, id, "A greeting");
    floor.record(189, end(id, Ending::Agent, BY_ANA));
    let by = Author::System;
    let expected = [
        (Author::VirtualAgent, "anything else", at(2)),
        (by, "nobody there", at(3)),
        (by, "stand by", at(5)),
        (Author::Agent(ANA), "greeting", at(6)),
        (by, "reminder", at(187)),
        (by, "end", at(189)),
    ];
    assert_eq!(told(&floor, id), expected);
    // A greeting is no answer: that came at seven.
    assert_eq!(floor.row(id).first_response_wait, Some(secs(2)));
}

#[test]
fn who_falls_silent_is_told_that_it_is_closed_and_who_leaves_is_told_nothing() {
    let mut floor = Floor::new(spoken());
    let silent = floor.open(0, InteractionType::Chat);
    let leaves = floor.open(0, InteractionType::Chat);
    floor.record(1, end(leaves, Ending::Customer, Party::Customer));
    floor.advance(7_199);
    assert_eq!(texts(&floor, silent), [""; 0]);
    floor.advance(7_200);
    assert_eq!(told(&floor, silent), [(Author::System, "closed", at(7_200))]);
    assert_eq!(texts(&floor, leaves), [""; 0]);
}

#[test]
fn the_end_is_said_once_though_a_wrap_up_follows() {
    let rule = WrapUpRule::new("chat").with_types([InteractionType::Chat]);
    let mut floor = Floor::new(spoken().with_wrap_up([rule]));
    let (id, _) = floor.accepted((0, 1), InteractionType::Chat, CHAT);
    floor.describe(2, id, "A greeting");
    floor.record(3, end(id, Ending::Agent, BY_ANA));
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    floor.record(4, close(id));
    assert_eq!(texts(&floor, id), ["stand by", "greeting", "end"]);
}

#[test]
fn each_agent_who_gets_it_greets_and_who_writes_first_does_not() {
    let mut floor = Floor::new(spoken());
    let id = floor.open(0, InteractionType::Chat);
    floor.record(1, AssignInteraction::new(id, ANA));
    floor.record(2, HoldInteraction::new(id));
    floor.record(3, ResumeInteraction::new(id));
    floor.record(4, AssignInteraction::new(id, BO));
    let authors: Vec<_> = told(&floor, id).into_iter().map(|(by, ..)| by).collect();
    assert_eq!(authors, [Author::Agent(ANA), Author::Agent(BO)]);
    let kind = InteractionType::Messaging;
    let reach = ReachCustomer::new(kind, ANA, sms("+4930123456"), "+4930999", "It is here");
    let reached = floor.record(5, reach).interaction;
    assert_eq!(texts(&floor, reached), [""; 0]);
}

#[test]
fn who_has_no_engine_says_stand_by_with_the_hand_off() {
    let mut floor = Floor::new(spoken());
    let id = floor.open(0, InteractionType::Chat);
    floor.record(1, RequestHandoff::new(id, HandoffTrigger::User, SUPPORT, true));
    assert_eq!(texts(&floor, id), ["stand by"]);
}

#[test]
fn customers_are_told_in_their_language() {
    let german = CustomerTexts::default().with_nobody_there("Niemand ist da.").with_reminder("");
    let portuguese = CustomerTexts::default().with_nobody_there("Não há ninguém.");
    let languages = [("de".into(), german), ("pt".into(), portuguese)];
    let config = with_virtual_agent().with_texts(Texts::default().with_languages(languages));
    let mut floor = Floor::new(config);
    let ours = "There are no agents available.";
    let cases = [
        (None, ours),
        (Some("de"), "Niemand ist da."),
        (Some("pt-BR"), "Não há ninguém."),
        (Some("fr"), ours),
    ];
    for (language, expected) in cases {
        let id = floor.open(0, InteractionType::Chat);
        if let Some(language) = language {
            floor.record(0, SetContext::new(id, variables(&[("language", language)])));
        }
        hand_off(&mut floor, 0, id);
        assert_eq!(texts(&floor, id), [expected], "{language:?}");
    }
    // An empty text is not said, though the reminder is noted.
    let id = floor.open(0, InteractionType::Chat);
    floor.record(0, SetContext::new(id, variables(&[("language", "de")])));
    floor.record(1, AssignInteraction::new(id, ANA));
    floor.say(1, id, Author::Agent(ANA), "Ja?");
    floor.advance(181);
    assert_eq!(texts(&floor, id), [""; 0]);
    assert!(floor.row(id).conversation.as_ref().unwrap().reminded);
}

#[test]
fn nobody_chose_anything_and_the_three_of_ours_are_said() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = floor.open(0, InteractionType::Chat);
    floor.record(1, EndTopic::new(id));
    hand_off(&mut floor, 2, id);
    floor.on_queue(3, ANA);
    hand_off(&mut floor, 3, id);
    floor.accept(4, ANA);
    floor.say(5, id, Author::Agent(ANA), "Yes?");
    floor.advance(185);
    floor.advance(365);
    let ours = [
        "Is there anything else I can help you with?",
        "There are no agents available.",
        "The conversation is timing out, are you still there?",
    ];
    assert_eq!(texts(&floor, id), ours);
    assert!(floor.state(id).is_closed());
}

#[test]
fn texts_have_a_length() {
    let limits = RecordLimits::default().with_text(60);
    let long = CustomerTexts::default().with_end("x".repeat(61));
    let config = RecordConfig::default().with_limits(limits);
    assert!(config.check().is_ok());
    let languages = Texts::default().with_languages([("de".into(), long)]);
    let refused = config.with_texts(languages).check().unwrap_err();
    assert_eq!(refused.field, "texts.end");
}
