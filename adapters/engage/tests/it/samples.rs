//! Every message as it is kept: written, read and written again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use strowger::knowledge::*;
use strowger::prelude::*;
use strowger_engage::Event;
use strowger_engage::*;

use crate::floor::{CALL, EXPERTS, Floor, IDA, KIM, LEE, experts};

const FILES: [&str; 4] = ["requests", "events", "previews", "messenger"];

fn file(name: &str) -> Value {
    let path = format!("{}/tests/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn kept(name: &str, sample: &str) -> Value {
    file(name)["samples"][sample].clone()
}

/// All that are kept.
pub(crate) fn all() -> Vec<Value> {
    let samples = FILES.iter().flat_map(|name| {
        let all = file(name)["samples"].as_object().unwrap().clone();
        all.into_iter().map(|(_, sample)| sample)
    });
    samples.collect()
}

/// Every sample of a file is read and written as it is kept, and the file names its sources.
fn round<T: DeserializeOwned + Serialize>(name: &str) -> Vec<(String, T)> {
    let file = file(name);
    let sources = file["sources"].as_array().unwrap();
    assert!(sources.iter().all(|source| source.as_str().unwrap().contains("docs.genesys.com")));
    let samples = file["samples"].as_object().unwrap().iter();
    let read = samples.map(|(key, sample)| {
        let value: T = serde_json::from_value(sample.clone())
            .unwrap_or_else(|error| panic!("{name} {key}: {error}"));
        assert_eq!(serde_json::to_value(&value).unwrap(), *sample, "{name} {key}");
        (key.clone(), value)
    });
    read.collect()
}

#[test]
fn every_sample_is_read_and_written() {
    let requests: Vec<(String, Request)> = round("requests");
    let names: Vec<_> = requests.iter().map(|(key, _)| key.as_str()).collect();
    let expected = [
        "agent_login",
        "agent_login_not_ready",
        "agent_logout",
        "agent_not_ready",
        "agent_ready",
        "register_address",
        "route_call",
        "single_step_conference",
        "single_step_transfer",
    ];
    assert_eq!(names, expected);
    let events: Vec<(String, Event)> = round("events");
    // Each kind has a sample, and each attribute is in one.
    let kinds: std::collections::BTreeSet<_> = events.iter().map(|(_, one)| one.event).collect();
    assert_eq!(kinds.len(), 8);
    assert!(!kinds.contains(&EventName::Other));
    assert_eq!(round::<PreviewMessage>("previews").len(), 3);
    assert_eq!(round::<MessengerPresence>("messenger").len(), 3);
}

#[test]
fn requests_are_as_they_are_kept() {
    let mut floor = Floor::seated(experts());
    floor.switch = Switch::new(SwitchConfig::default());
    let mut made = Vec::new();
    let mut take = |floor: &mut Floor| made.append(&mut floor.requests);
    floor.tell(SetKnowledgeWorker::new(KIM).with_im("kim"));
    let resumed = Switch::resume(SwitchConfig::default(), &floor.centre);
    floor.switch = resumed;
    floor.switch.place(IDA, "4001");
    floor.requests = floor.switch.renew();
    floor.requests.truncate(1);
    take(&mut floor);
    let read: Event = serde_json::from_value(kept("events", "registered")).unwrap();
    floor.hear(&read);
    floor.report(KIM, "Busy");
    floor.report(KIM, "Offline");
    floor.report(KIM, "Away");
    floor.report(KIM, "Offline");
    floor.report(KIM, "Online");
    take(&mut floor);
    let call = floor.call();
    let notes = || [("Notes".into(), "Which fuse is it?".into())];
    let seat = |dn: &str| Destination::Seat { dn: dn.into() };
    floor.tell(Escalate::new(call, seat("5118"), How::Conference).with_user_data(notes()));
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS)));
    let work = floor.centre.engine().view().work_id(CALL).unwrap();
    floor.tell(strowger::command::EndLeg::new(work, LEE));
    let to = Destination::Point { dn: "7200".into() };
    floor.tell(Escalate::new(call, to, How::Transfer).with_user_data(notes()));
    let preview = floor.offer(KIM);
    floor.tell(Accept::new(preview));
    let asks: Event = serde_json::from_value(kept("events", "route_request")).unwrap();
    floor.hear(&asks);
    take(&mut floor);
    let names = [
        "register_address",
        "agent_ready",
        "agent_not_ready",
        "agent_logout",
        "agent_login_not_ready",
        "",
        "agent_login",
        "single_step_conference",
        "single_step_transfer",
        "route_call",
    ];
    assert_eq!(made.len(), names.len(), "{made:?}");
    for (request, name) in made.iter().zip(names).filter(|(_, name)| !name.is_empty()) {
        let mut expected = kept("requests", name);
        let fields = expected.as_object_mut().unwrap().values_mut().next().unwrap();
        fields["ReferenceID"] = request.reference().into();
        assert_eq!(serde_json::to_value(request).unwrap(), expected, "{name}");
    }
}

#[test]
fn previews_are_as_they_are_kept() {
    let mut floor = Floor::seated(experts());
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS)));
    let call = floor.call();
    let to = Destination::Point { dn: "7200".into() };
    let notes = [("Notes".into(), "Which fuse is it?".into())];
    floor.tell(Escalate::new(call, to, How::Transfer).with_user_data(notes));
    let same = |message: &PreviewMessage, name: &str| {
        assert_eq!(serde_json::to_value(message).unwrap(), kept("previews", name), "{name}");
    };
    same(&floor.messages[0], "request");
    floor.wait(20_000);
    same(&floor.messages[1], "cancel");
}

#[test]
fn events_are_heard_as_they_are_kept() {
    let mut floor = Floor::new();
    let event = |name: &str| serde_json::from_value::<Event>(kept("events", name)).unwrap();
    floor.report(KIM, "Online");
    for (name, why) in [
        ("agent_login", None),
        ("agent_ready", Some(WhyNot::UnderWay { dn: "5117".into() })),
        ("error", Some(WhyNot::OtherEvent)),
        ("user_event", Some(WhyNot::NoPreview)),
    ] {
        assert_eq!(floor.hear(&event(name)), why, "{name}");
    }
    let mut presence: MessengerPresence =
        serde_json::from_value(kept("messenger", "online")).unwrap();
    assert!(presence.hear(&floor.centre).heard.is_ok());
    presence.im = "lee@example.org".into();
    assert!(presence.hear(&floor.centre).heard.is_ok());
    assert_eq!(floor.worker(LEE).seat, None);
}
