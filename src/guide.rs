//! How to use it, page by page: between the README and the reference.
//!
//! Every page can be read alone, and all code in it runs.
//!
//! | page | for whoever wants to |
//! |---|---|
//! | [`embed`] | put the engine into a program: the loop, the driver, an asynchronous host |
//! | [`keep`] | lose nothing: journal, snapshot, a restart with figures |
//! | [`floor`] | find the setting for a wish: queues, channels, capacity, two wrap-ups |
//! | [`skills`] | say who may have which work, and how that widens with time |
//! | [`presence`] | know who is there: presence, routing status, leases |
//! | [`records`] | keep a record of each contact, and chats |
//! | [`help`] | let agents ask colleagues outside their queues, and bring them a call |
//! | [`visitors`] | know what visitors did, and offer them a conversation |
//! | [`observe`] | see what happens, and why |
//! | [`check`] | know what the engine does not check |
//! | [`what_if`] | see what would have been different on a day of their own |
//! | [`mod@test`] | test a floor with a clock of their own |
//! | [`words`] | find the words of another system |
//! | [`how_an_agent_is_chosen`] | know the whole order of decisions, on one page |
//! | [`how_figures_are_counted`] | know what each figure counts |
//! | [`matching`] | know every rule of the matching, and what a decision costs |
//! | [`explaining`] | answer "why not?" |
//! | [`facts`] | know what each fact says and changes |
//! | [`consults`] | let several agents take part in one piece of work |
//! | [`calendars_and_pools`] | keep opening hours, and share out capacity by name |
//! | [`how_records_follow_work`] | know what the records and the engine ask of each other |
//! | [`presence_in_two_systems`] | keep one presence here and in a desk or a telephone |
//! | [`choices`] | compare: where systems differ, and what this one chose |

#[doc = include_str!("../docs/guide/embed.md")]
pub mod embed {}

#[doc = include_str!("../docs/guide/keep.md")]
pub mod keep {}

#[doc = include_str!("../docs/guide/floor.md")]
pub mod floor {}

#[doc = include_str!("../docs/guide/skills.md")]
pub mod skills {}

#[doc = include_str!("../docs/guide/presence.md")]
pub mod presence {}

#[doc = include_str!("../docs/guide/records.md")]
pub mod records {}

#[doc = include_str!("../docs/guide/help.md")]
pub mod help {}

#[doc = include_str!("../docs/guide/visitors.md")]
pub mod visitors {}

#[doc = include_str!("../docs/guide/observe.md")]
pub mod observe {}

#[doc = include_str!("../docs/guide/check.md")]
pub mod check {}

#[doc = include_str!("../docs/guide/what_if.md")]
pub mod what_if {}

#[doc = include_str!("../docs/guide/test.md")]
pub mod test {}

#[doc = include_str!("../docs/guide/words.md")]
pub mod words {}

#[doc = include_str!("../docs/how_an_agent_is_chosen.md")]
pub mod how_an_agent_is_chosen {}

#[doc = include_str!("../docs/figures.md")]
pub mod how_figures_are_counted {}

#[doc = include_str!("../docs/matching.md")]
pub mod matching {}

#[doc = include_str!("../docs/explaining.md")]
pub mod explaining {}

#[doc = include_str!("../docs/facts.md")]
pub mod facts {}

#[doc = include_str!("../docs/consults.md")]
pub mod consults {}

#[doc = include_str!("../docs/calendars_and_pools.md")]
pub mod calendars_and_pools {}

#[doc = include_str!("../docs/records.md")]
pub mod how_records_follow_work {}

#[doc = include_str!("../docs/presence.md")]
pub mod presence_in_two_systems {}

#[doc = include_str!("../docs/choices.md")]
pub mod choices {}
