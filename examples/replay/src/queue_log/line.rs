//! A line of a `queue_log`: `seconds|call|queue|agent|EVENT|data|data...`.

use std::fmt;

/// A line that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Seconds since 1970.
    pub at: i64,
    /// The call's unique id; none if the line is about no call.
    pub call: Option<String>,
    /// None for all queues.
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Enter,
    /// A telephone rang in vain for so many milliseconds; 0: it could not be reached.
    RingNoAnswer(i64),
    /// The caller left or somebody else answered while it rang.
    RingCanceled(i64),
    /// An agent answered after the call had waited so many seconds.
    Connect {
        waited: i64,
        /// Since when the agent's channel exists, which is when it began to ring.
        channel_since: Option<i64>,
        rang_ms: Option<i64>,
    },
    /// The conversation ended.
    Complete(EndedBy),
    /// The call left unanswered.
    Left(Why),
    Present(Presence),
    /// The PBX began, and knows nothing of the calls before.
    Start,
    /// Known, and nothing that counts here.
    Aside,
    Unknown(String),
}

/// Who or what ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EndedBy {
    Agent,
    Caller,
    Transfer,
}

/// Why a call left the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    HungUp,
    TimeLimit,
    Key,
    NobodyThere,
}

/// What an agent said, or was said, about being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Join,
    Leave,
    Pause,
    Resume,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// From 1.
    pub number: usize,
    pub problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It has fewer than five fields.
    Short,
    /// The first field is no number of seconds.
    Time,
    /// A number that the event needs is missing or is none.
    Number(&'static str),
    /// The event is about a call, a queue or an agent, and names none.
    Missing(&'static str),
    /// It is no text in UTF-8.
    Text,
    /// It is longer than any line of a log.
    Long,
    /// It is far ahead of the line behind it, or of the whole log.
    Clock,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, problem } = self;
        write!(f, "line {number}: ")?;
        match problem {
            Problem::Short => write!(f, "fewer than five fields"),
            Problem::Time => write!(f, "does not begin with seconds since 1970"),
            Problem::Number(what) => write!(f, "{what} is missing or no number"),
            Problem::Missing(what) => write!(f, "names no {what}"),
            Problem::Text => write!(f, "no text in UTF-8"),
            Problem::Long => write!(f, "longer than any line of a log"),
            Problem::Clock => write!(f, "a time far ahead of the lines around it"),
        }
    }
}

/// Later than any log, in seconds, and early enough to be counted in milliseconds.
const LATEST: i64 = 1 << 40;

/// Reads one line; `number` counts from 1.
pub(crate) fn read(number: usize, text: &[u8]) -> Result<Line, BadLine> {
    let bad = |problem| BadLine { number, problem };
    let text = std::str::from_utf8(text).map_err(|_| bad(Problem::Text))?;
    let fields: Vec<&str> = text.trim_end_matches(['\r', '\n']).split('|').collect();
    let [at, call, queue, agent, name, data @ ..] = fields.as_slice() else {
        return Err(bad(Problem::Short));
    };
    // Newer versions may write parts of a second.
    let whole = at.split('.').next().unwrap_or("");
    let at = whole.trim().parse().map_err(|_| bad(Problem::Time))?;
    if !(0..LATEST).contains(&at) {
        return Err(bad(Problem::Time));
    }
    let event = event(name, data).map_err(bad)?;
    let named = |field: &str| (!field.is_empty() && field != "NONE").then(|| field.to_owned());
    let line = Line { at, call: named(call), queue: named(queue), agent: named(agent), event };
    needs(&line).map_err(bad)?;
    Ok(line)
}

fn event(name: &str, data: &[&str]) -> Result<Event, Problem> {
    let number = |n: usize| data.get(n).and_then(|text| text.trim().parse::<i64>().ok());
    let need = |n, what| match number(n) {
        Some(number @ 0..LATEST) => Ok(number),
        Some(_) | None => Err(Problem::Number(what)),
    };
    Ok(match name {
        "ENTERQUEUE" => Event::Enter,
        "RINGNOANSWER" => Event::RingNoAnswer(need(0, "how long it rang")?),
        "RINGCANCELED" => Event::RingCanceled(need(0, "how long it rang")?),
        "CONNECT" => Event::Connect {
            waited: need(0, "how long it waited")?,
            channel_since: data.get(1).and_then(|id| began(id)),
            rang_ms: number(2).filter(|ms| (0..LATEST).contains(ms)),
        },
        "COMPLETEAGENT" => Event::Complete(EndedBy::Agent),
        "COMPLETECALLER" => Event::Complete(EndedBy::Caller),
        "TRANSFER" | "BLINDTRANSFER" | "ATTENDEDTRANSFER" => Event::Complete(EndedBy::Transfer),
        "ABANDON" => Event::Left(Why::HungUp),
        "EXITWITHTIMEOUT" => Event::Left(Why::TimeLimit),
        "EXITWITHKEY" => Event::Left(Why::Key),
        "EXITEMPTY" => Event::Left(Why::NobodyThere),
        "ADDMEMBER" | "AGENTLOGIN" | "AGENTCALLBACKLOGIN" => Event::Present(Presence::Join),
        "REMOVEMEMBER" | "AGENTLOGOFF" | "AGENTCALLBACKLOGOFF" => Event::Present(Presence::Leave),
        "PAUSE" | "PAUSEALL" => Event::Present(Presence::Pause),
        "UNPAUSE" | "UNPAUSEALL" => Event::Present(Presence::Resume),
        "QUEUESTART" => Event::Start,
        "CONFIGRELOAD" | "PAUSEREASON" | "DID" | "INFO" | "SYSCOMPAT" | "AGENTDUMP"
        | "MEMBERPENALTY" | "QUEUEPENALTY" | "MEMBERSTATUS" => Event::Aside,
        other => Event::Unknown(other.chars().take(40).collect()),
    })
}

/// When a channel came to be: its unique id begins with the seconds, behind the name of the system
/// if there is one.
fn began(id: &str) -> Option<i64> {
    let id = id.rsplit_once('-').map_or(id, |(_, id)| id);
    let (seconds, number) = id.split_once('.')?;
    let whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    seconds.parse().ok().filter(|at| whole && (1..LATEST).contains(at))
}

fn needs(line: &Line) -> Result<(), Problem> {
    let (call, queue, agent) = match &line.event {
        Event::Enter | Event::Left(_) | Event::Complete(_) => (true, true, false),
        Event::RingNoAnswer(_) | Event::RingCanceled(_) | Event::Connect { .. } => {
            (true, true, true)
        }
        Event::Present(_) => (false, false, true),
        Event::Start | Event::Aside | Event::Unknown(_) => (false, false, false),
    };
    let missing = |needed: bool, field: &Option<String>| needed && field.is_none();
    if missing(call, &line.call) {
        Err(Problem::Missing("call"))
    } else if missing(queue, &line.queue) {
        Err(Problem::Missing("queue"))
    } else if missing(agent, &line.agent) {
        Err(Problem::Missing("agent"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<Problem> {
        read(1, text.as_bytes()).err().map(|bad| bad.problem)
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        assert_eq!(problem("1|c|q|a"), Some(Problem::Short));
        assert_eq!(problem(""), Some(Problem::Short));
        assert_eq!(problem("soon|c|q|NONE|ENTERQUEUE"), Some(Problem::Time));
        assert_eq!(problem("-1|c|q|NONE|ENTERQUEUE"), Some(Problem::Time));
        assert_eq!(problem("99999999999999|c|q|NONE|ENTERQUEUE"), Some(Problem::Time));
        assert_eq!(problem("1|c|q|a|RINGNOANSWER|"), Some(Problem::Number("how long it rang")));
        assert_eq!(problem("1|c|q|a|RINGNOANSWER|-1"), Some(Problem::Number("how long it rang")));
        assert_eq!(problem("1|c|q|a|CONNECT"), Some(Problem::Number("how long it waited")));
        assert_eq!(problem("1|NONE|q|NONE|ENTERQUEUE"), Some(Problem::Missing("call")));
        assert_eq!(problem("1|c|NONE|NONE|ABANDON|1|1|2"), Some(Problem::Missing("queue")));
        assert_eq!(problem("1|c|q|NONE|CONNECT|1"), Some(Problem::Missing("agent")));
        assert_eq!(problem("1|NONE|q|NONE|PAUSE"), Some(Problem::Missing("agent")));
        let bad = read(7, b"1|\xff|q|a|CONNECT").err().map(|bad| bad.to_string());
        assert_eq!(bad.as_deref(), Some("line 7: no text in UTF-8"));
        assert_eq!(problem("1|NONE|NONE|NONE|QUEUESTART|"), None);
        assert_eq!(problem("1.25|c|q|NONE|ENTERQUEUE||+44\r\n"), None);
    }

    #[test]
    fn an_answer_says_since_when_it_rang() {
        let connect = |text: &str| match read(1, text.as_bytes()).map(|line| line.event) {
            Ok(Event::Connect { channel_since, rang_ms, .. }) => (channel_since, rang_ms),
            other => panic!("{other:?}"),
        };
        assert_eq!(connect("9|c|q|a|CONNECT|1|7.11"), (Some(7), None));
        assert_eq!(connect("9|c|q|a|CONNECT|1|pbx-2-7.11|1500"), (Some(7), Some(1_500)));
        assert_eq!(connect("9|c|q|a|CONNECT|1"), (None, None));
        assert_eq!(connect("9|c|q|a|CONNECT|1|no|-3"), (None, None));
    }

    #[test]
    fn an_event_that_nobody_knows_is_no_error() {
        let line = read(1, b"1|c|q|a|SOMETHINGNEW|x").unwrap();
        assert_eq!(line.event, Event::Unknown("SOMETHINGNEW".into()));
    }
}
