//! Which path is which command.

use strowger::command::{ActorKind, CommandName, Permission};
use strowger::interaction::RecordCommandName;
use strowger::journey::JourneyCommandName;
use strowger::knowledge::KnowledgeCommandName;

/// The method of a request that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Does something, or makes something whose key the body may say.
    Post,
    /// Sets what the path names.
    Put,
    /// Changes parts of what the path names.
    Patch,
    /// Removes what the path names.
    Delete,
}

/// The name of a command of any layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Work(CommandName),
    Record(RecordCommandName),
    Knowledge(KnowledgeCommandName),
    Journey(JourneyCommandName),
}

impl Name {
    /// The field of the layer in the JSON of a command of the centre.
    pub(crate) const fn layer(self) -> &'static str {
        match self {
            Self::Work(_) => "command",
            Self::Record(_) => "record",
            Self::Knowledge(_) => "knowledge",
            Self::Journey(_) => "journey",
        }
    }

    /// What an actor of a kind may do with it.
    pub(crate) const fn permission(self, kind: ActorKind) -> Permission {
        match self {
            Self::Work(name) => name.permission(kind),
            Self::Record(name) => name.permission(kind),
            Self::Knowledge(name) => name.permission(kind),
            Self::Journey(name) => name.permission(kind),
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Work(name) => name.fmt(f),
            Self::Record(name) => name.fmt(f),
            Self::Knowledge(name) => name.fmt(f),
            Self::Journey(name) => name.fmt(f),
        }
    }
}

/// Who stands in a field that the body leaves out: the caller, as the field spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// The key of the agent.
    Agent,
    /// The author of what is said.
    Author,
    /// The party that acts.
    Party,
    /// The kind of the party alone.
    Word,
    /// The visitor, by the cookie that their token names.
    Visitor,
}

/// A path, and the command that it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) verb: Verb,
    /// The path; `{command}` in it stands for the name of the command.
    path: &'static str,
    pub(crate) name: Name,
    /// Fields that the caller stands in if the body leaves them out.
    pub(crate) fill: &'static [(&'static str, Fill)],
    /// Fields that are always so.
    pub(crate) fixed: &'static [(&'static str, &'static str)],
    /// The field that the body is as a whole.
    pub(crate) whole: Option<&'static str>,
    /// True if only those who work here may do it, whatever the command allows.
    pub(crate) staff: bool,
    /// True if doing it twice would double something, so that a key of idempotency is needed. A
    /// body with a `key` of its own needs none.
    pub(crate) doubles: bool,
}

impl Row {
    /// The path as the router takes it.
    pub(crate) fn path(&self) -> String {
        format!("/v1{}", self.path.replace("{command}", &self.name.to_string()))
    }

    /// The names of the fields in the path.
    pub(crate) fn in_path(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.path.split('/').filter(|part| *part != "{command}");
        parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    const fn new(verb: Verb, path: &'static str, name: Name) -> Self {
        let (whole, staff, doubles) = (None, false, false);
        Self { verb, path, name, fill: &[], fixed: &[], whole, staff, doubles }
    }

    const fn fill(self, fill: &'static [(&'static str, Fill)]) -> Self {
        Self { fill, ..self }
    }

    const fn fixed(self, fixed: &'static [(&'static str, &'static str)]) -> Self {
        Self { fixed, ..self }
    }

    const fn whole(self, field: &'static str) -> Self {
        Self { whole: Some(field), ..self }
    }

    const fn staff(self) -> Self {
        Self { staff: true, ..self }
    }

    const fn doubles(self) -> Self {
        Self { doubles: true, ..self }
    }
}

const fn post(path: &'static str, name: Name) -> Row {
    Row::new(Verb::Post, path, name)
}

const fn put(path: &'static str, name: Name) -> Row {
    Row::new(Verb::Put, path, name)
}

const fn patch(path: &'static str, name: Name) -> Row {
    Row::new(Verb::Patch, path, name)
}

const fn delete(path: &'static str, name: Name) -> Row {
    Row::new(Verb::Delete, path, name)
}

const fn on_work(name: CommandName) -> Row {
    post("/work/{work}/{command}", Name::Work(name))
}

const fn on_interaction(name: RecordCommandName) -> Row {
    post("/interactions/{interaction}/{command}", Name::Record(name))
}

const fn on_profile(name: RecordCommandName) -> Row {
    post("/profiles/{profile}/{command}", Name::Record(name))
}

const fn on_visit(name: JourneyCommandName) -> Row {
    post("/sessions/{session}/{command}", Name::Journey(name))
}

const SELF: &[(&str, Fill)] = &[("agent", Fill::Agent)];
const PARTY: &[(&str, Fill)] = &[("by", Fill::Party)];
const WORD: &[(&str, Fill)] = &[("by", Fill::Word)];
const AUTHOR: &[(&str, Fill)] = &[("author", Fill::Author)];
const VISITOR: &[(&str, Fill)] = &[("customer", Fill::Visitor)];

/// All paths at which something is told, but for definitions and what a customer's page says.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    [WORK, AGENTS, RECORDS, KNOWLEDGE, JOURNEYS].into_iter().flatten()
}

const WORK: &[Row] = {
    use CommandName::*;
    &[
        post("/work", Name::Work(Submit)).doubles(),
        post("/work/{command}", Name::Work(SubmitToAgent)).doubles(),
        patch("/work/{work}", Name::Work(ChangeWork)).whole("change"),
        post("/offers/{offer}/{command}", Name::Work(Accept)),
        post("/offers/{offer}/{command}", Name::Work(Reject)),
        post("/offers/{offer}/{command}", Name::Work(ReportUnanswered)),
        on_work(Pull).fill(SELF),
        on_work(Hold),
        on_work(Retrieve),
        on_work(Park),
        on_work(Resume).fill(WORD),
        on_work(TransferToQueue),
        on_work(TransferToAgent),
        on_work(TransferOutside),
        on_work(RequestWrapUp),
        on_work(FinishContact).fill(WORD),
        on_work(SetCode).fill(SELF),
        on_work(ExtendWrapUp).fill(SELF),
        on_work(EndWrapUp).fill(SELF),
        on_work(Consult),
        on_work(ConsultQueue),
        on_work(Answer).fill(SELF),
        on_work(Decline).fill(SELF),
        on_work(Confer),
        on_work(HandOver),
        on_work(EndLeg).fill(SELF),
        on_work(Assign),
        on_work(Force),
        on_work(Unassign),
        on_work(Close),
        on_work(Supervise),
        on_work(Abandon),
        on_work(RequestCallback),
        on_work(Cancel),
        on_work(Activate),
        on_work(Suspend),
        on_work(Postpone),
        on_work(CloseAt),
        on_work(ReportUnreached),
        on_work(Reclassify),
    ]
};

const AGENTS: &[Row] = {
    use CommandName::*;
    &[
        put("/agents/{agent}/presence", Name::Work(SetPresence)),
        post("/agents/{agent}/heartbeat", Name::Work(Heartbeat)),
        put("/agents/{agent}/draining", Name::Work(SetDraining)),
        put("/agents/{agent}/own_call", Name::Work(SetOwnCall)),
        put("/agents/{agent}/shift_end", Name::Work(SetShiftEnd)),
        put("/agents/{agent}/queues/{queue}", Name::Work(SetMembership)),
        delete("/agents/{agent}/queues/{queue}", Name::Work(RemoveMembership)),
    ]
};

const RECORDS: &[Row] = {
    use RecordCommandName::*;
    &[
        put("/config/records", Name::Record(ConfigureRecords)).whole("config"),
        post("/interactions", Name::Record(OpenInteraction)).whole("opening").doubles(),
        patch("/interactions/{interaction}", Name::Record(SaveInteraction))
            .whole("change")
            .fill(PARTY),
        post("/interactions/{interaction}/messages", Name::Record(PostMessage))
            .fill(AUTHOR)
            .fixed(&[("visibility", "public")])
            .doubles(),
        // Notes have a path of their own, so that none goes out by a field that was forgotten.
        post("/interactions/{interaction}/notes", Name::Record(PostMessage))
            .fill(AUTHOR)
            .fixed(&[("visibility", "private")])
            .staff()
            .doubles(),
        post(
            "/interactions/{interaction}/messages/{message}/receipt",
            Name::Record(ConfirmMessage),
        )
        .fill(PARTY),
        post("/interactions/{interaction}/work", Name::Record(SubmitWork))
            .whole("request")
            .doubles(),
        on_interaction(HandOff),
        on_interaction(LinkWork),
        on_interaction(AssignInteraction),
        on_interaction(HoldInteraction),
        on_interaction(ResumeInteraction),
        on_interaction(EndInteraction).fill(PARTY),
        on_interaction(SetInteractionCode),
        on_interaction(EndInteractionWrapUp).fill(PARTY),
        on_interaction(CloseInteraction).fill(PARTY),
        on_interaction(ArchiveInteraction),
        put("/interactions/{interaction}/context", Name::Record(SetContext)).whole("variables"),
        on_interaction(RelateRecord).fill(PARTY),
        post("/interactions/{interaction}/transcripts", Name::Record(AddTranscript))
            .whole("transcript"),
        on_interaction(MergeInteractions),
        on_interaction(EnterConversation),
        on_interaction(AddParticipant),
        on_interaction(RequestHandoff),
        on_interaction(StartTopic),
        on_interaction(EndTopic),
        on_profile(LinkUser),
        on_profile(ReplaceProfile),
        on_profile(MergeProfiles),
        delete("/profiles/{profile}", Name::Record(EraseProfile)),
        post("/messages", Name::Record(ReceiveMessage)).doubles(),
        post("/messages/out", Name::Record(ReachCustomer)).fill(SELF).doubles(),
    ]
};

const KNOWLEDGE: &[Row] = {
    use KnowledgeCommandName::*;
    &[
        put("/config/knowledge", Name::Knowledge(ConfigureKnowledge)).whole("config"),
        put("/agents/{agent}/knowledge_worker", Name::Knowledge(SetKnowledgeWorker)),
        delete("/agents/{agent}/knowledge_worker", Name::Knowledge(RemoveKnowledgeWorker)),
        put("/agents/{agent}/seat", Name::Knowledge(SetSeat)),
        put("/agents/{agent}/messenger_presence", Name::Knowledge(ReportPresence)),
        put("/routing_points/{dn}", Name::Knowledge(SetRoutingPoint)).whole("point"),
        delete("/routing_points/{dn}", Name::Knowledge(RemoveRoutingPoint)),
        post("/asks", Name::Knowledge(Ask)).fill(SELF),
        post("/interactions/{interaction}/data", Name::Knowledge(AttachData)).whole("data"),
        post("/interactions/{interaction}/{command}", Name::Knowledge(Escalate)),
        post("/interactions/{interaction}/{command}", Name::Knowledge(CancelEscalation)),
    ]
};

const JOURNEYS: &[Row] = {
    use JourneyCommandName::*;
    &[
        put("/config/journeys", Name::Journey(ConfigureJourneys)).whole("config"),
        put("/segments/{key}", Name::Journey(SetSegment)).whole("segment"),
        delete("/segments/{key}", Name::Journey(RemoveSegment)),
        put("/outcomes/{key}", Name::Journey(SetOutcome)).whole("outcome"),
        delete("/outcomes/{key}", Name::Journey(RemoveOutcome)),
        put("/action_maps/{key}", Name::Journey(SetActionMap)).whole("map"),
        delete("/action_maps/{key}", Name::Journey(RemoveActionMap)),
        put("/targets/{key}", Name::Journey(SetTarget)).whole("target"),
        delete("/targets/{key}", Name::Journey(RemoveTarget)),
        put("/targets/{target}/counts", Name::Journey(SetTargetCounts)).whole("counts"),
        post("/visits/{command}", Name::Journey(Track)).fill(VISITOR).doubles(),
        post("/visits/{command}", Name::Journey(Identify)).fill(VISITOR),
        post("/visits/{command}", Name::Journey(SignOut)).fill(VISITOR),
        post("/visits/{command}", Name::Journey(Leave)).fill(VISITOR),
        post("/sessions", Name::Journey(ImportSession)).whole("session"),
        on_visit(Match),
        on_visit(Unmatch),
        on_visit(Score),
        on_visit(Achieve),
        on_visit(Evaluate),
        post("/web_offers/{offer}/{command}", Name::Journey(Answer)),
        post("/web_offers/{offer}/{command}", Name::Journey(FailOffer)),
        post("/web_offers/{offer}/{command}", Name::Journey(LinkInteraction)),
        post("/interactions/{interaction}/{command}", Name::Journey(VerifyContact)),
        post("/customers/{customer}/{command}", Name::Journey(ArchiveSessions)),
        delete("/customers/{customer}", Name::Journey(EraseCustomer)),
    ]
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CommandName, JourneyCommandName, KnowledgeCommandName, Name, RecordCommandName};
    use super::{Row, rows};
    use crate::tell::Kind;

    #[test]
    fn every_command_has_a_path() {
        let told: BTreeSet<String> = rows().map(|row| of(row.name)).collect();
        let defined = Kind::ALL.iter().flat_map(|kind| kind.commands()).map(Name::Work);
        let mut told: BTreeSet<String> = told.into_iter().chain(defined.map(of)).collect();
        // Time passes by itself here.
        told.insert(of(Name::Work(CommandName::Advance)));
        let work = CommandName::ALL.iter().map(|name| Name::Work(*name));
        let records = RecordCommandName::ALL.iter().map(|name| Name::Record(*name));
        let knowledge = KnowledgeCommandName::ALL.iter().map(|name| Name::Knowledge(*name));
        let journeys = JourneyCommandName::ALL.iter().map(|name| Name::Journey(*name));
        let all: BTreeSet<String> =
            work.chain(records).chain(knowledge).chain(journeys).map(of).collect();
        assert_eq!(told, all);
    }

    #[test]
    fn no_two_commands_have_one_path() {
        let paths: Vec<_> = rows().map(|row| (format!("{:?}", row.verb), row.path())).collect();
        let unique: BTreeSet<_> = paths.iter().collect();
        assert_eq!(unique.len(), paths.len());
        assert!(rows().all(|row: &Row| row.path().starts_with("/v1/")));
    }

    fn of(name: Name) -> String {
        format!("{} {name}", name.layer())
    }
}
