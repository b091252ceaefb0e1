//! What is kept of needs that work had: a few that nothing has any more, and not all ever seen.

use strowger::command::{Abandon, Change, Define, Reject, SetMembership, SetPresence, Submit};
use strowger::model::{
    AgentProfile, ChannelId, ChannelProfile, Comparison, Limits, Need, QueueProfile, Requirement,
    SystemPresence, Value, WorkRequest,
};
use strowger::prelude::*;

const NOW: Timestamp = Timestamp::EPOCH;

struct Floor {
    engine: Engine,
    log: Log,
    queue: QueueId,
    channel: ChannelId,
}

impl Floor {
    fn new(idle: u32) -> Self {
        let limits = Limits::default().with_idle_needs(idle);
        let config = Config::default().with_limits(limits).with_remembered(10);
        let mut log = Log::default();
        let mut engine = Engine::new(config, NOW, &mut log).unwrap();
        let channel = Define::new("chat", ChannelProfile::chat());
        let channel = engine.execute(NOW, channel, &mut log).unwrap();
        let queue = Define::new("support", QueueProfile::default());
        let queue = engine.execute(NOW, queue, &mut log).unwrap();
        Self { engine, log, queue, channel }
    }

    fn agent(&mut self, key: &str, room: i64) -> AgentId {
        let profile = AgentProfile::default().with_attributes([("room".into(), Value::from(room))]);
        let agent = self.engine.execute(NOW, Define::new(key, profile), &mut self.log).unwrap();
        let member = SetMembership::new(agent, self.queue);
        self.engine.execute(NOW, member, &mut self.log).unwrap();
        let ready = SetPresence::new(agent, SystemPresence::OnQueue.id());
        self.engine.execute(NOW, ready, &mut self.log).unwrap();
        agent
    }

    /// Work for whoever sits in a room.
    fn submit(&mut self, room: i64) -> WorkId {
        let (name, is, value) = ("room".into(), Comparison::Equal, Value::from(room));
        let need = Need::of(Requirement::Attribute { name, is, value });
        let request = WorkRequest::new(self.queue, self.channel).with_need(need);
        self.log.clear();
        self.engine.execute(NOW, Submit::new(request), &mut self.log).unwrap()
    }

    fn abandon(&mut self, work: WorkId) {
        self.engine.execute(NOW, Abandon::new(work), &mut self.log).unwrap();
    }

    fn offered(&self, agent: AgentId) -> Vec<WorkId> {
        let view = self.engine.view();
        let offers = view.agent(agent).unwrap().offers().iter();
        offers.map(|offer| view.offer(*offer).unwrap().work).collect()
    }

    /// The places for needs in a snapshot, with those in which none stands.
    fn places(&self) -> (usize, usize) {
        let snapshot = serde_json::to_value(self.engine.snapshot()).unwrap();
        let rows = find(&snapshot, "needs").unwrap();
        (rows.len(), rows.iter().filter(|row| row.is_null()).count())
    }
}

fn find<'a>(value: &'a serde_json::Value, key: &str) -> Option<&'a Vec<serde_json::Value>> {
    let object = value.as_object()?;
    let found = object.get(key).and_then(serde_json::Value::as_array);
    found.or_else(|| object.values().find_map(|value| find(value, key)))
}

#[test]
fn needs_that_no_work_has_any_more_are_gone_but_for_a_few() {
    let mut floor = Floor::new(20);
    let ana = floor.agent("ana", 7);
    for room in 1_000..3_000 {
        let work = floor.submit(room);
        floor.abandon(work);
    }
    assert_eq!(floor.places(), (20, 0));
    floor.engine.verify().unwrap();
    // As many as wait at once have places, and give them back.
    let waiting: Vec<_> = (5_000..5_200).map(|room| floor.submit(room)).collect();
    assert_eq!(floor.places().0, 220);
    waiting.into_iter().for_each(|work| floor.abandon(work));
    assert_eq!(floor.places(), (20, 0));
    // Whoever is asked for is found, by a need that stands where others stood.
    let work = floor.submit(7);
    assert_eq!(floor.offered(ana), [work]);
    floor.engine.verify().unwrap();
}

#[test]
fn what_waits_keeps_its_need_among_places_that_are_free() {
    let mut floor = Floor::new(0);
    let all: Vec<_> = (0..10).map(|room| floor.submit(room)).collect();
    for work in all.iter().filter(|work| work.raw() % 2 == 1) {
        floor.abandon(*work);
    }
    assert_eq!(floor.places(), (10, 5));
    floor.engine.verify().unwrap();
    // A snapshot says which places are free, and the engine that is made of it takes the same ones.
    let json = serde_json::to_string(&floor.engine.snapshot()).unwrap();
    let restored = Engine::restore(serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(restored.digest(), floor.engine.digest());
    floor.submit(20);
    let digest = floor.engine.digest();
    floor.engine = restored;
    floor.submit(20);
    assert_eq!((floor.engine.digest(), floor.places()), (digest, (10, 4)));
    // Each finds who sits in the room it asks for.
    for room in [1, 9, 20] {
        let agent = floor.agent(&format!("a{room}"), room);
        assert_eq!(floor.offered(agent).len(), 1, "room {room}");
    }
    let nobody = floor.agent("nobody", 4);
    assert_eq!(floor.offered(nobody), []);
}

/// What an agent remembers of the lanes of a queue does not outlive the need that it is about.
#[test]
fn another_need_in_a_place_is_another_lane() {
    let mut floor = Floor::new(0);
    let (ana, bo) = (floor.agent("ana", 1), floor.agent("bo", 2));
    let first = floor.submit(1);
    assert_eq!(floor.offered(ana), [first]);
    // Ana has room for nothing more, so this one waits, and then they are free and see it.
    let busy = AgentProfile::default()
        .with_attributes([("room".into(), Value::from(1))])
        .with_capacity(strowger::model::Capacity::items(1));
    floor.engine.execute(NOW, Change::new(ana, busy), &mut floor.log).unwrap();
    let second = floor.submit(1);
    let offer = floor.engine.view().agent(ana).unwrap().offers()[0];
    floor.abandon(first);
    assert_eq!(floor.offered(ana), [second], "in place of offer {offer}");
    floor.abandon(second);
    assert_eq!(floor.places(), (0, 0));
    // The next need has the same place, and is nothing for Ana.
    let other = floor.submit(2);
    assert_eq!((floor.offered(ana), floor.offered(bo)), (vec![], vec![other]));
    let offer = floor.engine.view().agent(bo).unwrap().offers()[0];
    floor.engine.execute(NOW, Reject::new(offer), &mut floor.log).unwrap();
    assert_eq!(floor.offered(ana), []);
    floor.engine.verify().unwrap();
}
