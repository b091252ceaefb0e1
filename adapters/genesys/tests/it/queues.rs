//! What of a queue and a utilisation is taken over, and what is not.

use strowger::Action;
use strowger::model::{
    Capacity, Evaluation, Order, PoolProfile, PreferredStep, Relaxation, RelaxationStep, SkillId,
    WrapUpMode,
};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger_genesys::*;

use crate::samples::answer;

struct Set {
    engine: Engine,
    log: Log,
}

impl Set {
    fn new() -> Self {
        let mut log = Log::default();
        let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
        Self { engine, log }
    }

    fn tell<A: Action<Layer = Engine>>(&mut self, action: A) -> A::Output {
        self.engine.execute(Timestamp::EPOCH, action, &mut self.log).unwrap()
    }
}

fn fields(left: &[Left]) -> Vec<String> {
    left.iter().map(ToString::to_string).collect()
}

#[test]
fn a_queue_is_taken_over_and_the_rest_is_told() {
    let mut set = Set::new();
    let [call, chat, email] = [
        set.tell(Define::new("call", ChannelProfile::voice())),
        set.tell(Define::new("chat", ChannelProfile::chat())),
        set.tell(Define::new("email", ChannelProfile::email())),
    ];
    let billing = set.tell(Define::new("sk-billing", SkillProfile::default()));
    let settings: QueueSettings = answer("queue");
    let channels =
        [(MediaType::Call, call), (MediaType::Chat, chat), (MediaType::Email, email)].into();
    let import = settings.import(set.engine.view(), &channels).unwrap();
    let profile = &import.profile;
    let secs = |secs| Some(Span::from_secs(secs));
    let windows = [(call, secs(8)), (chat, secs(30)), (email, secs(300))].into();
    assert_eq!(profile.offer_windows, windows);
    assert_eq!(profile.order, Order::Score);
    assert_eq!(profile.service_target, Span::from_secs(20));
    assert!(!profile.auto_accept);
    let minute = WrapUpMode::MandatoryTimeout { timeout: Span::from_mins(1) };
    assert_eq!(profile.wrap_up.mode, minute);
    let step = |after, drop: Vec<SkillId>, ring| {
        RelaxationStep::default().with_after(Span::from_secs(after)).with_drop(drop).with_ring(ring)
    };
    let steps = [step(30, vec![billing], 1), step(50, vec![], 2)];
    assert_eq!(profile.relaxation, Some(Relaxation::of(steps)));
    assert_eq!(import.evaluation, Evaluation::Best);
    let waits = [(90, 5_000), (0, 2_500)]
        .map(|(score_min, wait)| PreferredStep::new(score_min, Span::from_millis(wait)));
    assert_eq!(import.steps, waits);
    assert_eq!(
        fields(&import.left),
        [
            "mediaSettings.hologram: what it names is not defined",
            "mediaSettings.call.serviceLevel.percentage: the other side has no such thing",
            "mediaSettings.chat.serviceLevel.percentage: the other side has no such thing",
            "mediaSettings.email.serviceLevel.durationMs: it differs between media",
            "mediaSettings.email.serviceLevel.percentage: the other side has no such thing",
            "mediaSettings.chat.enableAutoAnswer: it differs between media",
            "bullseye.rings.0.actions.skillsToRemove.sk-gone: what it names is not defined",
            "bullseye.rings.1.memberGroups: it is said of each agent",
            "enableAudioMonitoring: the other side has no such thing",
            "lastAgentRoutingMode: the other side has no such thing",
            "memberGroups: it is said of each agent",
            "peerId: the other side has no such thing",
            "mediaSettings.email.manualAnswerAlertToneSeconds: the other side has no such thing",
        ]
    );
    set.tell(Define::new(&settings.id, import.profile));
}

#[test]
fn what_the_vendor_would_not_take_is_refused() {
    let set = Set::new();
    let ring = |threshold: f64| {
        serde_json::json!({"expansionCriteria": [
            {"type": "TIMEOUT_SECONDS", "threshold": threshold}]})
    };
    let rule = serde_json::json!({"operator": "ANY", "waitSeconds": 0});
    let high = serde_json::json!({"operator": "MEETS_THRESHOLD", "threshold": 101});
    let acw = |timeout: Option<u64>| serde_json::json!({"wrapupPrompt": "AGENT_REQUESTED", "timeoutMs": timeout});
    for (field, value, expected) in [
        (
            "mediaSettings",
            serde_json::json!({"call": {"alertingTimeoutSeconds": 6}}),
            Some("mediaSettings.alertingTimeoutSeconds"),
        ),
        ("mediaSettings", serde_json::json!({"call": {"alertingTimeoutSeconds": 7}}), None),
        ("acwSettings", acw(Some(999)), Some("acwSettings.timeoutMs")),
        ("acwSettings", acw(Some(1_000)), None),
        ("acwSettings", acw(Some(3_600_000)), None),
        ("acwSettings", acw(Some(3_600_001)), Some("acwSettings.timeoutMs")),
        ("acwSettings", acw(None), Some("acwSettings.timeoutMs")),
        ("bullseye", serde_json::json!({"rings": vec![ring(2.0); 6]}), None),
        ("bullseye", serde_json::json!({"rings": vec![ring(2.0); 7]}), Some("bullseye.rings")),
        (
            "bullseye",
            serde_json::json!({"rings": [ring(0.0), ring(1.0)]}),
            Some("bullseye.rings.expansionCriteria"),
        ),
        ("routingRules", serde_json::json!(vec![rule.clone(); 7]), Some("routingRules")),
        ("routingRules", serde_json::json!([rule]), Some("routingRules.waitSeconds")),
        ("routingRules", serde_json::json!([high]), Some("routingRules.threshold")),
    ] {
        let settings = serde_json::json!({"id": "q", field: value});
        let settings: QueueSettings = serde_json::from_value(settings).unwrap();
        let refused = settings.import(set.engine.view(), &[].into()).err();
        let refused = refused.map(|invalid| invalid.field.to_string());
        assert_eq!(refused.as_deref(), expected, "{field}: {settings:?}");
    }
}

#[test]
fn each_wrap_up_and_words_that_are_not_known() {
    let set = Set::new();
    let mode = |prompt: &str| {
        let acw = serde_json::json!({"wrapupPrompt": prompt, "timeoutMs": 2_000});
        let settings = serde_json::json!({"acwSettings": acw});
        let settings: QueueSettings = serde_json::from_value(settings).unwrap();
        let import = settings.import(set.engine.view(), &[].into()).unwrap();
        (import.profile.wrap_up.mode, import.left.len())
    };
    let timeout = Span::from_secs(2);
    assert_eq!(mode("MANDATORY"), (WrapUpMode::Mandatory, 0));
    assert_eq!(mode("OPTIONAL"), (WrapUpMode::Optional { timeout: Span::from_mins(60) }, 0));
    assert_eq!(mode("MANDATORY_TIMEOUT"), (WrapUpMode::MandatoryTimeout { timeout }, 0));
    assert_eq!(mode("MANDATORY_FORCED_TIMEOUT"), (WrapUpMode::ForcedTimeout { timeout }, 0));
    assert_eq!(mode("AGENT_REQUESTED"), (WrapUpMode::OnRequest { timeout }, 0));
    assert_eq!(mode("SOMETIMES"), (WrapUpMode::None, 1));
    let words = serde_json::json!({"scoringMethod": "Luck", "skillEvaluationMethod": "WORST",
        "routingRules": [{"operator": "NOBODY"}], "mediaSettings": null});
    let settings: QueueSettings = serde_json::from_value(words).unwrap();
    let left = settings.import(set.engine.view(), &[].into()).unwrap().left;
    assert!(left.iter().all(|left| left.why == WhyLeft::UnknownValue));
    assert_eq!(left.len(), 3);
}

#[test]
fn a_medium_bounds_a_channel_and_a_label_a_pool() {
    let mut set = Set::new();
    let channels = ["call", "chat", "email"]
        .map(|key| (MediaType::from(key), set.tell(Define::new(key, ChannelProfile::chat()))));
    let [(_, call), (_, chat), (_, email)] = channels;
    let vip = set.tell(Define::new("ul-vip", PoolProfile::default()));
    let map =
        UtilizationMap { channels: channels.into(), pools: [("ul-vip".to_owned(), vip)].into() };
    let told: Utilization = answer("utilization");
    let (capacity, left) = told.capacity(&map).unwrap();
    let bounds = [(call, 1), (chat, 3), (email, 2)].into();
    assert_eq!((&capacity.channels, capacity.pools[&vip]), (&bounds, 2));
    assert_eq!(
        fields(&left),
        [
            "utilization.email.includeNonAcd: the other side has no such thing",
            "utilization.message: what it names is not defined",
            "labelUtilizations.ul-urgent: what it names is not defined",
            "labelUtilizations.ul-vip.interruptingLabelIds: the other side has no such thing",
            "maxInboundCalls: the other side has no such thing",
        ]
    );
    assert_eq!(told.interruptible_by(&MediaType::Email, &map), Some(vec![call, chat]));
    assert_eq!(told.interruptible_by(&MediaType::Chat, &map), Some(vec![call]));
    assert_eq!(told.interruptible_by(&MediaType::Callback, &map), None);
    // And back: what it bounds is said again, in the same words.
    let (again, left) = Utilization::of(&capacity, &map, &told);
    assert_eq!(left, []);
    assert_eq!(again.utilization[&MediaType::Email], told.utilization[&MediaType::Email]);
    assert_eq!(again.capacity(&map).unwrap().0, capacity);
    let many = Capacity::items(3).with_channel(call, 26);
    let (most, left) = Utilization::of(&many, &map, &Utilization::default());
    assert_eq!(most.utilization[&MediaType::Call].maximum_capacity, 25);
    assert_eq!(left.len(), 2);
}

#[test]
fn the_label_counts_after_the_medium() {
    let mut set = Set::new();
    let chat = set.tell(Define::new("chat", ChannelProfile::chat()));
    let vip = set.tell(Define::new("ul-vip", PoolProfile::default()));
    let queue = set.tell(Define::new("q", QueueProfile::default()));
    let read = r#"{"utilization":{"chat":{"maximumCapacity":2}},
        "labelUtilizations":{"ul-vip":{"maximumCapacity":1}}}"#;
    let told: Utilization = serde_json::from_str(read).unwrap();
    let map = UtilizationMap {
        channels: [(MediaType::Chat, chat)].into(),
        pools: [("ul-vip".to_owned(), vip)].into(),
    };
    let (capacity, _) = told.capacity(&map).unwrap();
    let agent = set.tell(Define::new("u-ana", AgentProfile::default().with_capacity(capacity)));
    set.tell(SetMembership::new(agent, queue));
    set.tell(SetPresence::new(agent, SystemPresence::OnQueue.id()));
    let intake = Intake::new(chat, queue);
    let label = Some("ul-vip".to_owned());
    let mut offered = |id: &str, label: Option<String>| {
        let notice = WorkitemNotice {
            id: id.into(),
            utilization_label_id: label,
            ..WorkitemNotice::default()
        };
        let request = intake.request(set.engine.view(), &notice, Timestamp::EPOCH).unwrap();
        let work = set.tell(Submit::new(request));
        matches!(set.engine.view().work(work).unwrap().stage(), Stage::Offered { .. })
    };
    assert!(offered("w1", label.clone()));
    assert!(!offered("w2", label), "one with the label is enough");
    assert!(offered("w3", None), "the medium has room for another");
    assert!(!offered("w4", None), "and then it has none");
}

#[test]
fn an_agent_s_own_comes_before_the_organisation_s() {
    let own = r#"{"utilization":{"chat":{"maximumCapacity":2}}}"#;
    let own: Utilization = serde_json::from_str(own).unwrap();
    let both = own.or(&Utilization::system_default());
    let most = |media| both.utilization[&media].maximum_capacity;
    assert_eq!(
        (most(MediaType::Chat), most(MediaType::Call), most(MediaType::Callback)),
        (2, 1, 1)
    );
    let greedy = r#"{"utilization":{"chat":{"maximumCapacity":26}}}"#;
    let greedy: Utilization = serde_json::from_str(greedy).unwrap();
    assert_eq!(greedy.request().unwrap_err().field, "utilization.maximumCapacity");
    assert!(greedy.capacity(&UtilizationMap::default()).is_err());
}
