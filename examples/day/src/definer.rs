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
        let cost = |cost, profile: ChannelProfile| profile.with_cost(cost);
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
        let expertise =
            RejectReasonProfile::default().with_reassignable(false).with_response(response);
        let retry_after = Some(Span::from_mins(2));
        let busy =
            RejectReasonProfile::default().with_response(response).with_retry_after(retry_after);
        Ok(vec![self.define("not my expertise", expertise)?, self.define("busy", busy)?])
    }

    fn codes(&mut self, keys: &[&str]) -> Result<Vec<CodeId>, Refusal> {
        let code = |key: &&str| self.define(key, WrapUpCodeProfile::default());
        keys.iter().map(code).collect()
    }

    pub(crate) fn queues(&mut self) -> Result<Queues, Refusal> {
        let talk = self.codes(&["resolved", "follow-up needed", "wrong department"])?;
        let sale = self.codes(&["sold", "offer sent", "not interested"])?;
        let after = |mode, codes: &[CodeId]| {
            WrapUpProfile::of(mode)
                .with_codes(codes.to_vec())
                .with_default_code(codes.first().copied())
        };
        let timeout = Span::from_secs;
        let minute = WrapUpMode::MandatoryTimeout { timeout: timeout(60) };
        let fixed = WrapUpMode::ForcedTimeout { timeout: timeout(20) };
        let aside = WrapUpMode::Optional { timeout: timeout(120) };
        let asked = WrapUpMode::OnRequest { timeout: timeout(180) };
        let best = AgentChoice::MostProficient;
        let least = AgentChoice::LeastLoaded;
        let queue = |target, wrap_up| {
            QueueProfile::default()
                .with_service_target(Span::from_secs(target))
                .with_wrap_up(wrap_up)
                .with_exhausted(Exhausted::Retry { after: Span::from_secs(30) })
        };
        let none = WrapUpProfile::default;
        let (order, choice) = (Order::Priority, best);
        Ok(Queues {
            service: self.define("service", queue(20, after(minute, &talk)))?,
            sales: self.define(
                "sales",
                queue(20, after(WrapUpMode::Mandatory, &sale)).with_choice(choice),
            )?,
            technical: self
                .define("technical", queue(60, after(minute, &talk)).with_choice(choice))?,
            premium: self.define("premium", queue(10, after(fixed, &talk)).with_order(order))?,
            chat: self.define("chat", queue(45, after(aside, &talk)).with_choice(least))?,
            messages: self.define("messages", queue(300, none()).with_choice(least))?,
            email: self.define("e-mail", queue(7_200, none()).with_order(Order::Deadline))?,
            cases: self
                .define("cases", queue(14_400, after(asked, &[])).with_order(Order::Deadline))?,
        })
    }
}
