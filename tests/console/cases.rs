//! Situations from public reports of users of other systems, as lines of the console. What comes out
//! is kept word for word, and the numbers that decide are said here.

use serde_json::{Value, json};

use super::replay;

/// Plays a case and gives its answers, without the facts.
fn answers(name: &str) -> Vec<Value> {
    let said = replay(&format!("cases/{name}"));
    let lines = said.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    lines.filter(|line: &Value| line.get("next").is_some()).collect()
}

/// The last of the answers that has something at a place.
fn last<'a>(answers: &'a [Value], place: &str) -> &'a Value {
    answers.iter().rev().find_map(|answer| answer.pointer(place)).expect(place)
}

/// The figures by these names, of a row.
fn figures(row: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| row[*name].as_u64().expect(name)).collect()
}

/// What agents have by now, agent by agent.
fn active(answer: &Value) -> Vec<u64> {
    let agents = answer["reply"]["agents"].as_array().expect("agents");
    agents.iter().map(|agent| agent["work"]["active"].as_u64().expect("a count")).collect()
}

fn is_of_the_floor(answer: &&Value) -> bool {
    answer.pointer("/reply/agents/0/presence").is_some()
}

#[test]
fn one_caller_who_is_transferred_to_an_agent_is_answered_once_and_handled_twice() {
    let answers = answers("transfer_to_an_agent");
    let queue = last(&answers, "/reply/queues/0");
    let service = figures(&queue["service"], &["offered", "answered", "in_target"]);
    assert_eq!(service, [1, 1, 1]);
    assert_eq!(figures(&queue["handling"], &["handled", "transferred"]), [2, 1]);
    let agents = last(&answers, "/reply/agents").as_array().expect("two agents");
    let handled: Vec<_> = agents.iter().map(|agent| &agent["handling"]["handled"]).collect();
    assert_eq!(handled, [1, 1]);
    assert_eq!(queue["longest_wait"], 2_000);
}

#[test]
fn the_day_of_the_figures_begins_where_the_floor_is() {
    let answers = answers("a_day_of_another_zone");
    let today = |answer: &Value| answer.pointer("/reply/queues/0/channels/0/today").cloned();
    let abandoned: Vec<_> =
        answers.iter().filter_map(today).map(|today| today["abandoned"].clone()).collect();
    assert_eq!(abandoned, [1, 0, 1, 1, 0]);
}

#[test]
fn what_was_sent_on_does_not_come_back_to_its_sender() {
    let answers = answers("not_back_to_the_sender");
    assert_eq!(*last(&answers, "/reply/obstacles"), json!([{"kept_by": "sender"}]));
    let desks = last(&answers, "/reply/agent_queues").as_array().expect("desks");
    let desk = |agent: &str, queue: &str| {
        let desk = desks.iter().find(|desk| desk["agent"] == agent && desk["queue"] == queue);
        desk.map(|desk| figures(&desk["handling"], &["offered", "transferred", "handled"]))
    };
    assert_eq!(desk("ana", "line"), Some(vec![2, 1, 2]));
    assert_eq!(desk("ana", "second-line"), None);
    assert_eq!(desk("bo", "second-line"), Some(vec![1, 0, 1]));
}

#[test]
fn the_first_agent_stays_until_the_next_has_accepted() {
    let answers = answers("stays_until_the_next_has_it");
    let floors: Vec<_> = answers.iter().filter(is_of_the_floor).map(active).collect();
    // Missed, accepted; missed, answered; missed.
    assert_eq!(floors, [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]]);
    let agents = last(&answers, "/reply/agents").as_array().expect("three agents");
    let talk: Vec<_> = agents.iter().map(|agent| &agent["handling"]["talk"]).collect();
    // Without a hole: each chat from its acceptance to its end, 48, 48 and 58 seconds.
    assert_eq!(talk, [125_000, 21_000, 8_000]);
    let queues = last(&answers, "/reply/queues").as_array().expect("two queues");
    let queue = |name: &str| queues.iter().find(|queue| queue["queue"] == name).expect(name);
    let (support, billing) = (queue("support"), queue("billing"));
    assert_eq!(figures(&support["service"], &["offered", "answered", "in_target"]), [3, 3, 3]);
    let handling = figures(&support["handling"], &["handled", "transferred", "taken_over"]);
    assert_eq!(handling, [6, 3, 3]);
    // One customer is one customer: what stood for the first chat is none.
    assert_eq!(figures(&billing["service"], &["offered", "answered", "abandoned"]), [0, 0, 0]);
    assert_eq!(figures(&billing["internal"], &["offered", "answered", "waited"]), [1, 1, 32_000]);
    let asked = figures(&billing["handling"], &["offered", "consults_offered", "consults"]);
    assert_eq!(asked, [0, 2, 1]);
}

#[test]
fn a_queue_is_asked_and_talk_and_hold_go_on_without_a_hole() {
    let answers = answers("a_queue_is_consulted");
    let floors: Vec<_> = answers.iter().filter(is_of_the_floor).collect();
    let billing = "/reply/queues/1/channels/0";
    assert_eq!(floors[0].pointer(billing).expect("billing")["internal"], 1);
    assert_eq!(floors[0].pointer(billing).expect("billing")["waiting"], 0);
    assert_eq!(floors[1].pointer("/reply/agents/1/consults"), Some(&json!(1)));
    let queues = last(&answers, "/reply/queues").as_array().expect("two queues");
    let queue = |name: &str| queues.iter().find(|queue| queue["queue"] == name).expect(name);
    let (support, billing) = (queue("support"), queue("billing"));
    // From 4 s to 60 s: on hold from 10 s to 31 s.
    assert_eq!(figures(&support["handling"], &["talk", "hold", "handled"]), [35_000, 21_000, 1]);
    assert_eq!(figures(&support["service"], &["offered", "answered"]), [1, 1]);
    // One customer came to billing. Two consults did, of which one found somebody.
    assert_eq!(figures(&billing["service"], &["offered", "answered", "in_target"]), [1, 1, 1]);
    let internal = figures(&billing["internal"], &["offered", "answered", "left_otherwise"]);
    assert_eq!(internal, [2, 1, 1]);
    assert_eq!(figures(&billing["internal"], &["wait_answered", "waited"]), [2_000, 22_000]);
    let consults = figures(&billing["handling"], &["consults", "consulting", "handled"]);
    assert_eq!(consults, [1, 17_000, 1]);
}

#[test]
fn a_transfer_to_who_is_offline_is_refused_or_waits_as_command_and_queue_say() {
    let answers = answers("a_colleague_who_is_offline");
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.get("refused")).collect();
    let away = json!({"unavailable": {"agent": "bo", "why": "off_queue"}});
    assert_eq!(refused, [&away, &json!({"nobody_staffed": {"queue": "billing"}}), &away]);
    let floors: Vec<_> = answers.iter().filter(is_of_the_floor).map(active).collect();
    // With ana, in the line for bo, with bo, still with bo, in the line of the archive, put off.
    assert_eq!(floors, [[1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]);
    // Bo talked for two seconds, and not all night.
    let bo = last(&answers, "/reply/agents/1");
    assert_eq!(bo["agent"], "bo");
    assert_eq!(figures(&bo["handling"], &["talk", "handled"]), [2_000, 1]);
}

#[test]
fn nobody_is_there_where_the_only_member_does_not_respond() {
    let answers = answers("the_only_member_does_not_respond");
    let queues = last(&answers, "/reply/queues").as_array().expect("three queues");
    let waiting = |name: &str| {
        let queue = queues.iter().find(|queue| queue["queue"] == name).expect(name);
        queue["channels"][0]["waiting"].as_u64().expect("a count")
    };
    // The call that rang out waits until the next inspection, ten seconds after the last.
    let waiting = ["voicemail", "by-eligible", "by-staffed"].map(waiting);
    assert_eq!(waiting, [2, 0, 1]);
}

#[test]
fn what_was_put_aside_until_a_date_is_closed_for_silence_two_days_after_it() {
    let answers = answers("put_aside_until_a_date");
    let states: Vec<_> =
        answers.iter().filter_map(|answer| answer.pointer("/reply/state")).collect();
    assert_eq!(states, ["work_in_progress", "closed_abandoned"]);
    assert_eq!(*last(&answers, "/reply/closed"), 777_604_000);
}

#[test]
fn a_person_answers_from_the_hand_off_on() {
    let answers = answers("a_person_after_the_virtual_agent");
    let row = last(&answers, "/reply/rows/0");
    assert_eq!(row["first_response"], json!({"count": 1, "total": 600_000}));
    assert_eq!(row["agent_response"], json!({"count": 1, "total": 600_000}));
    assert_eq!(row["virtual_agent"], json!({"count": 1, "total": 453_600_000}));
    assert_eq!(row["resolution"], json!({"count": 1, "total": 1_400_000}));
}

#[test]
fn who_never_answered_has_no_sample() {
    let answers = answers("first_answers_of_two_agents");
    let agents = last(&answers, "/reply/agents");
    let bo =
        json!({"agent": "bo", "type": "messaging", "first_answer": {"count": 1, "total": 60_000}});
    assert_eq!(*agents, json!([bo]));
}

#[test]
fn the_second_user_of_a_browser_has_a_conversation_of_their_own() {
    let answers = answers("two_users_at_one_browser");
    let refused = answers.iter().find_map(|answer| answer.pointer("/refused_by_records"));
    assert_eq!(*refused.expect("a refusal"), json!({"other_user": {"profile": 1}}));
    let owners: Vec<_> =
        answers.iter().filter_map(|answer| answer.pointer("/reply/opened_for")).collect();
    assert_eq!(owners, ["joe", "jane"]);
}

#[test]
fn several_telephones_ring_by_hand_and_one_wins() {
    let answers = answers("ring_all_of_another_engine");
    let queues = last(&answers, "/reply/queues").as_array().expect("two queues");
    for queue in queues {
        let service = figures(&queue["service"], &["offered", "answered", "in_target"]);
        assert_eq!(service, [1, 1, 1]);
    }
    let desks = last(&answers, "/reply/agent_queues").as_array().expect("desks");
    let names = ["offered", "accepted", "missed", "declined", "withdrawn"];
    let desk = |agent: &str, queue: &str| {
        let desk = desks.iter().find(|desk| desk["agent"] == agent && desk["queue"] == queue);
        figures(&desk.expect(agent)["handling"], &names)
    };
    assert_eq!(desk("ext-2001", "9000"), [1, 0, 0, 0, 1]);
    assert_eq!(desk("ext-2002", "9000"), [1, 0, 0, 0, 1]);
    assert_eq!(desk("ext-2004", "9000"), [1, 1, 0, 0, 0]);
    assert_eq!(desk("ext-2008", "9000"), [1, 0, 1, 0, 0]);
    assert_eq!(desk("ext-2001", "9001"), [1, 0, 0, 0, 1]);
    // Nobody was put out of the queue.
    let agents = last(&answers, "/reply/agents").as_array().expect("agents");
    assert!(agents.iter().all(|agent| agent["time"]["not_responding"] == 0));
    assert_eq!(agents.len(), 4);
}

#[test]
fn two_forms_of_a_number_become_one_customer_with_one_conversation() {
    let answers = answers("the_ninth_digit");
    let records: Vec<_> =
        answers.iter().filter(|answer| answer.pointer("/reply/number").is_some()).collect();
    let [one, other] = records[..] else { panic!("two records") };
    let times = |record: &Value| {
        let said = record.pointer("/reply/conversation/messages").and_then(Value::as_array);
        said.expect("messages").iter().map(|said| said["at"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(times(one), [1_000, 60_000, 120_000, 132_000, 133_000, 134_000]);
    assert_eq!(times(other), [0_u64; 0]);
    assert_eq!(
        (&other["reply"]["reason"], &other["reply"]["merged_into"]),
        (&json!("merged"), &json!(1))
    );
    let row = last(&answers, "/reply/rows/0");
    assert_eq!(figures(row, &["closed"]), [1]);
    // Ana wrote first; the customer asked when they answered.
    assert_eq!(row["first_response"], json!({"count": 1, "total": 73_000}));
    assert_eq!(row["agent_response"], json!({"count": 1, "total": 73_000}));
    let refused: Vec<_> =
        answers.iter().filter_map(|answer| answer.pointer("/refused_by_records")).collect();
    let ongoing = json!({"already_ongoing": {"interaction": 2}});
    let between = json!({"already_ongoing": {"interaction": 1}});
    assert_eq!(refused, [&ongoing, &ongoing, &between]);
}

#[test]
fn a_night_is_no_waiting_where_the_queue_counts_open_time() {
    let said = replay("cases/target_in_working_hours");
    let facts = said.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let facts = facts.map(|line: Value| line["fact"].clone());
    let raised: Vec<_> =
        facts.filter(|fact| fact["event"]["overflow_triggered"].is_object()).collect();
    // One of the two, and not before Wednesday at ten.
    assert_eq!(raised.len(), 1, "{raised:?}");
    assert_eq!(raised[0]["at"], 1_767_780_000_000_u64);
    let answers = answers("target_in_working_hours");
    let days = last(&answers, "/reply/queues").as_array().expect("days");
    let day = days.iter().find(|day| day["service"]["answered"] == 1).expect("the day");
    assert_eq!(figures(&day["service"], &["in_target", "in_wall_target"]), [1, 0]);
    let waits = figures(&day["line"], &["wait_answered", "open_wait_answered"]);
    assert_eq!(waits, [61_260_000, 3_660_000]);
}
