//! Definitions: what there is, by kind and key, with revisions.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use strowger::Centre;
use strowger::centre::CentreCommand;
use strowger::command::{CommandName, Permission};
use strowger::host::{Call, Calls};
use strowger::keyed::Keyed;
use strowger::view::View;

use crate::answer::Answer;
use crate::asked::{Asked, Condition};
use crate::door::Said;
use crate::page::Page;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::tell::body::read_json;
use crate::tell::call::{done, refused};
use crate::who::Caller;

/// A definition as it is shown.
#[derive(Serialize)]
struct Shown<'a, P> {
    key: &'a str,
    profile: &'a P,
    revision: u32,
}

macro_rules! kinds {
    ($($kind:ident $path:literal $word:literal $define:ident $change:ident $retire:ident:
        $by_key:ident $one:ident $all:ident;)*) => {
        /// The kinds of what is defined.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($kind,)*
        }

        impl Kind {
            /// All kinds.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The word of the kind in a path.
            pub(crate) const fn path(self) -> &'static str {
                match self {
                    $(Self::$kind => $path,)*
                }
            }

            /// The word of the kind in the name of a command.
            const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }

            /// The commands that define, change and retire one.
            pub(crate) const fn commands(self) -> [CommandName; 3] {
                match self {
                    $(Self::$kind => {
                        [CommandName::$define, CommandName::$change, CommandName::$retire]
                    })*
                }
            }

            /// The revision of what has a key.
            fn revision(self, view: View<'_>, key: &str) -> Option<u32> {
                match self {
                    $(Self::$kind => Some(view.$one(view.$by_key(key)?)?.revision()),)*
                }
            }

            /// What has a key, with its revision.
            fn shown(self, view: View<'_>, key: &str) -> Option<(Said, u32)> {
                match self {
                    $(Self::$kind => {
                        let one = view.$one(view.$by_key(key)?)?;
                        let revision = one.revision();
                        let shown = Shown { key, profile: one.profile(), revision };
                        Some((Answer::keyed(view, &shown), revision))
                    })*
                }
            }

            /// The page of all there is of the kind.
            fn page(self, view: View<'_>, page: &Page) -> Said {
                match self {
                    $(Self::$kind => page.answer(view, view.$all().map(|one| {
                        let number = u64::from(one.id().raw());
                        let (key, revision) = (&**one.key(), one.revision());
                        (number, Shown { key, profile: one.profile(), revision })
                    })),)*
                }
            }
        }
    };
}

kinds! {
    Skill "skills" "skill" DefineSkill ChangeSkill RetireSkill: skill_id skill skills;
    Channel "channels" "channel" DefineChannel ChangeChannel RetireChannel:
        channel_id channel channels;
    Presence "presences" "presence" DefinePresence ChangePresence RetirePresence:
        presence_id presence presences;
    Reason "reject_reasons" "reject_reason" DefineRejectReason ChangeRejectReason
        RetireRejectReason: reason_id reason reasons;
    Code "wrap_up_codes" "wrap_up_code" DefineWrapUpCode ChangeWrapUpCode RetireWrapUpCode:
        code_id code codes;
    Queue "queues" "queue" DefineQueue ChangeQueue RetireQueue: queue_id queue queues;
    Agent "agents" "agent" DefineAgent ChangeAgent RetireAgent: agent_id agent agents;
    Calendar "calendars" "calendar" DefineCalendar ChangeCalendar RetireCalendar:
        calendar_id calendar calendars;
    Pool "pools" "pool" DefinePool ChangePool RetirePool: pool_id pool pools;
}

impl Kind {
    fn of(path: &str) -> Result<Self, ProblemDetails> {
        let kind = Self::ALL.iter().find(|kind| kind.path() == path);
        kind.copied().ok_or_else(ProblemDetails::unknown)
    }
}

/// Shows a definition, or all of a kind.
///
/// # Errors
/// 403 for customers and walls, 404 if there is none.
pub(crate) async fn show(site: &Site, asked: Asked) -> Said {
    if !asked.caller.role.is_staff() {
        return Err(ProblemDetails::not_allowed());
    }
    let kind = Kind::of(asked.param("kind"))?;
    let key = asked.param("key").to_owned();
    if key.is_empty() {
        asked.only(&["limit", "cursor"])?;
        let page = Page::of(&asked, &site.settings)?;
        let job = move |calls: &mut Calls<'_, Centre>, _| {
            Ok(kind.page(calls.view(), &page)?.with_fact(calls.decides().position()))
        };
        return site.ask(Box::new(job)).await;
    }
    asked.only(&[])?;
    let known = asked.if_none_match();
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let shown = kind.shown(calls.view(), &key);
        let (answer, revision) = shown.ok_or_else(ProblemDetails::unknown)?;
        let answer = match known {
            Some(known) if known != Condition::Any && known == Condition::Revision(revision) => {
                Answer::empty(StatusCode::NOT_MODIFIED)
            }
            _ => answer?,
        };
        Ok(answer.with_revision(revision).with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// Defines what has no definition yet, or changes the one that is there and that the caller means.
///
/// # Errors
/// 428 if it is there and the request has no `If-Match`, 412 if it was changed since or is there
/// against `If-None-Match: *`; else what the centre refuses.
pub(crate) async fn define(site: &Site, asked: Asked) -> Said {
    let kind = Kind::of(asked.param("kind"))?;
    let [name, ..] = kind.commands();
    check(name, &asked.caller)?;
    let key = asked.param("key").to_owned();
    let (if_match, if_none_match) = (asked.if_match()?, asked.if_none_match());
    let (profile, token) = (read_json(&asked.body)?, asked.idempotency_key()?);
    let caller = asked.caller;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let mut call = Call::at(now).by(caller.actor(calls.view())?);
        call.token = token;
        let (view, word) = (calls.view(), kind.word());
        let was = kind.revision(view, &key);
        let command = match was {
            None if if_match.is_some() => {
                return Err(ProblemDetails::precondition_failed("there is nothing to change"));
            }
            None => json!({ format!("define_{word}"): { "key": key, "profile": profile } }),
            Some(_) if if_none_match == Some(Condition::Any) => {
                return Err(ProblemDetails::precondition_failed("there is one already"));
            }
            Some(_) => {
                let revision = meant(if_match)?;
                let change = json!({ "id": key, "profile": profile, "revision": revision });
                json!({ format!("change_{word}"): change })
            }
        };
        give(calls, call, command)?;
        let shown = kind.shown(calls.view(), &key).ok_or_else(ProblemDetails::unknown)?;
        let status = if was.is_none() { StatusCode::CREATED } else { StatusCode::OK };
        let answer = shown.0?.with_status(status).with_revision(shown.1);
        Ok(answer.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// Retires a definition.
///
/// # Errors
/// 404 if there is none, 428 without `If-Match`, 412 if it was changed since; else what the centre
/// refuses.
pub(crate) async fn retire(site: &Site, asked: Asked) -> Said {
    let kind = Kind::of(asked.param("kind"))?;
    let [.., name] = kind.commands();
    check(name, &asked.caller)?;
    let key = asked.param("key").to_owned();
    let (if_match, token) = (asked.if_match()?, asked.idempotency_key()?);
    let caller = asked.caller;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let mut call = Call::at(now).by(caller.actor(calls.view())?);
        call.token = token;
        if kind.revision(calls.view(), &key).is_none() {
            // The same request again names what is retired by now.
            let given = calls.given(&call).is_some_and(Result::is_ok);
            return match given {
                true => Ok(Answer::empty(StatusCode::NO_CONTENT)),
                false => Err(ProblemDetails::unknown()),
            };
        }
        let retire = json!({ "id": key, "revision": meant(if_match)? });
        give(calls, call, json!({ format!("retire_{}", kind.word()): retire }))?;
        let answer = Answer::empty(StatusCode::NO_CONTENT);
        Ok(answer.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// The revision that is meant; none if any will do.
fn meant(condition: Option<Condition>) -> Result<Option<u32>, ProblemDetails> {
    match condition {
        Some(Condition::Any) => Ok(None),
        Some(Condition::Revision(revision)) => Ok(Some(revision)),
        None => Err(ProblemDetails::precondition_required(
            "it is there: `If-Match` says which revision this was made from",
        )),
    }
}

/// Gives a command, whose field of the body is `profile`.
fn give(calls: &mut Calls<'_, Centre>, call: Call, command: Value) -> Result<(), ProblemDetails> {
    let command = json!({ "command": command });
    let mut track = serde_path_to_error::Track::new();
    let source = serde_path_to_error::Deserializer::new(command, &mut track);
    let command = Keyed::<CentreCommand>::read(calls.view(), source).map_err(|error| {
        let path = track.path().to_string();
        let field = path.splitn(4, '.').nth(3).unwrap_or_default();
        ProblemDetails::invalid(error.to_string()).with_field(field, error.to_string())
    })?;
    let answer = done(calls, call, command)?;
    let fact = calls.decides().position();
    answer.map(drop).map_err(|refusal| refused(calls, &refusal).with_fact(fact))
}

fn check(name: CommandName, caller: &Caller) -> Result<(), ProblemDetails> {
    let kind = caller.role.kind();
    match kind.is_some_and(|kind| name.permission(kind) != Permission::No) {
        true => Ok(()),
        false => Err(ProblemDetails::not_allowed()),
    }
}
