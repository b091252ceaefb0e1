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
//! | [`observe`] | see what happens, and why |
//! | [`check`] | know what the engine does not check |
//! | [`test`] | test a floor with a clock of their own |
//! | [`words`] | find the words of another system |
//! | [`how_an_agent_is_chosen`] | know the whole order of decisions, on one page |
//! | [`how_figures_are_counted`] | know what each figure counts |

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

#[doc = include_str!("../docs/guide/observe.md")]
pub mod observe {}

#[doc = include_str!("../docs/guide/check.md")]
pub mod check {}

#[doc = include_str!("../docs/guide/test.md")]
pub mod test {}

#[doc = include_str!("../docs/guide/words.md")]
pub mod words {}

#[doc = include_str!("../docs/how_an_agent_is_chosen.md")]
pub mod how_an_agent_is_chosen {}

#[doc = include_str!("../docs/figures.md")]
pub mod how_figures_are_counted {}
