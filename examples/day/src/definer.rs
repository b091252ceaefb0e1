//! The definitions of the made-up centre: channels, skills, reasons, codes and queues.

use strowger::Action;
use strowger::model::{
    AgentChoice, CodeId, Exhausted, Order, Profile, ReasonId, RejectReasonProfile, Response,
    WrapUpCodeProfile, WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;

use crate::centre::{Channels, Queues, Skills};

/// Speaks definitions to an engine.
pub(crate) struct Definer<'a> {
    pub(crate) engine: &'a mut Engine,
    pub(crate) log: &'a mut Log,
    pub(crate) now: Timestamp,
}

impl Definer<'_> {
    fn define<P>(&mut self, key: &str, profile: P) -> Result<P::Id, Refusal>
    where
        P: Profile,
        Define<P>: Action<Layer = Engine, Output = P::Id>,
    {
        self.engine.execute(self.now, Define::new(key, profile), self.log)
    }

    pub(crate) fn channels(&mut self) -> Result<Channels, Refusal> {
        let cost = |cost, profile| ChannelProfile { cost, ..profile };
        Ok(Channels {
            voice: self.define("voice", cost(100, ChannelProfile::voice()))?,
            chat: self.define("chat", cost(33, ChannelProfile::chat()))?,
            message: self.define("message", cost(25, ChannelProfile::message()))?,
            email: self.define("e-mail", cost(50, ChannelProfile::email()))?,
            case: self.define("case", cost(100, ChannelProfile::work_item()))?,
        })
    }

    pub(crate) fn skills(&mut self) -> Result<Skills, Refusal> {
        let mut skill = |key| self.define(key, SkillProfile::default());
        Ok(Skills {
            languages: [skill("english")?, skill("french")?, skill("german")?, skill("spanish")?],
            products: [skill("mobile")?, skill("broadband")?, skill("television")?],
        })
    }

    pub(crate) fn reasons(&mut self) -> Result<Vec<ReasonId>, Refusal> {
        let response = Some(Response::Nothing);
        let expertise = RejectReasonProfile { reassignable: false, response, ..Default::default() };
        let retry_after = Some(Span::from_mins(2));
        let busy = RejectReasonProfile { response, retry_after, ..Default::default() };
        Ok(vec![self.define("not my expertise", expertise)?, self.define("busy", busy)?])
    }

    fn codes(&mut self, keys: &[&str]) -> Result<Vec<CodeId>, Refusal> {
        let code = |key: &&str| self.define(key, WrapUpCodeProfile::default());
        keys.iter().map(code).collect()
    }

    pub(crate) fn queues(&mut self) -> Result<Queues, Refusal> {
        let talk = self.codes(&["resolved", "follow-up needed", "wrong department"])?;
        let sale = self.codes(&["sold", "offer sent", "not interested"])?;
        let after = |mode, codes: &[CodeId]| WrapUpProfile {
            codes: codes.to_vec(),
            default_code: codes.first().copied(),
            ..WrapUpProfile::of(mode)
        };
        let timeout = Span::from_secs;
        let minute = WrapUpMode::MandatoryTimeout { timeout: timeout(60) };
        let fixed = WrapUpMode::ForcedTimeout { timeout: timeout(20) };
        let aside = WrapUpMode::Optional { timeout: timeout(120) };
        let asked = WrapUpMode::OnRequest { timeout: timeout(180) };
        let best = AgentChoice::MostProficient;
        let least = AgentChoice::LeastLoaded;
        let queue = |target, wrap_up| QueueProfile {
            service_target: Span::from_secs(target),
            wrap_up,
            exhausted: Exhausted::Retry { after: Span::from_secs(30) },
            ..QueueProfile::default()
        };
        let none = WrapUpProfile::default;
        let (order, choice) = (Order::Priority, best);
        Ok(Queues {
            service: self.define("service", queue(20, after(minute, &talk)))?,
            sales: self.define(
                "sales",
                QueueProfile { choice, ..queue(20, after(WrapUpMode::Mandatory, &sale)) },
            )?,
            technical: self
                .define("technical", QueueProfile { choice, ..queue(60, after(minute, &talk)) })?,
            premium: self
                .define("premium", QueueProfile { order, ..queue(10, after(fixed, &talk)) })?,
            chat: self
                .define("chat", QueueProfile { choice: least, ..queue(45, after(aside, &talk)) })?,
            messages: self
                .define("messages", QueueProfile { choice: least, ..queue(300, none()) })?,
            email: self.define(
                "e-mail",
                QueueProfile { order: Order::Deadline, ..queue(7_200, none()) },
            )?,
            cases: self.define(
                "cases",
                QueueProfile { order: Order::Deadline, ..queue(14_400, after(asked, &[])) },
            )?,
        })
    }
}
