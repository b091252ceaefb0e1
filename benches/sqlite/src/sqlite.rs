//! Matching in SQL: a database in memory with a row for each agent, level, membership, requirement
//! and piece of work, an index for each way they are looked up, and statements prepared once. Only
//! the matching: no offers, no windows, no facts, no journal, and nothing is written to disk.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::floors::random::Random;
use crate::floors::{Ask, Plan};

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE agent (id INTEGER PRIMARY KEY, free INTEGER NOT NULL, since INTEGER NOT NULL);
    CREATE INDEX ready ON agent (since, id) WHERE free = 1;
    CREATE TABLE member (agent INTEGER, queue INTEGER, PRIMARY KEY (agent, queue)) WITHOUT ROWID;
    CREATE TABLE level (agent INTEGER, skill INTEGER, level INTEGER NOT NULL,
        PRIMARY KEY (agent, skill)) WITHOUT ROWID;
    CREATE TABLE need (id INTEGER, skill INTEGER, least INTEGER NOT NULL,
        PRIMARY KEY (id, skill)) WITHOUT ROWID;
    CREATE TABLE work (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, need INTEGER NOT NULL,
        score INTEGER NOT NULL);
    CREATE INDEX line ON work (queue, score, id, need);
";

/// The first of everything that waits in the agent's queues and that the agent can do.
const WORK_FOR: &str = "
    SELECT work.id FROM member JOIN work ON work.queue = member.queue
    WHERE member.agent = ?1 AND NOT EXISTS (
        SELECT 1 FROM need LEFT JOIN level ON level.agent = ?1 AND level.skill = need.skill
        WHERE need.id = work.need AND ifnull(level.level, 0) < need.least)
    ORDER BY work.score, work.id LIMIT 1";

/// The first in each of the agent's queues, and the first of those: what an expert makes of it.
const WORK_FOR_BY_QUEUE: &str = "
    SELECT work.id FROM member JOIN work ON work.id = (
        SELECT first.id FROM work AS first
        WHERE first.queue = member.queue AND NOT EXISTS (
            SELECT 1 FROM need LEFT JOIN level ON level.agent = ?1 AND level.skill = need.skill
            WHERE need.id = first.need AND ifnull(level.level, 0) < need.least)
        ORDER BY first.score, first.id LIMIT 1)
    WHERE member.agent = ?1 ORDER BY work.score, work.id LIMIT 1";

/// The agent who has been free for longest and can do the work.
const AGENT_FOR: &str = "
    SELECT agent.id FROM agent
    WHERE agent.free = 1
    AND EXISTS (SELECT 1 FROM member WHERE member.agent = agent.id AND member.queue = ?1)
    AND NOT EXISTS (
        SELECT 1 FROM need LEFT JOIN level ON level.agent = agent.id AND level.skill = need.skill
        WHERE need.id = ?2 AND ifnull(level.level, 0) < need.least)
    ORDER BY agent.since, agent.id LIMIT 1";

/// The database and who is busy.
pub(crate) struct Database {
    connection: Connection,
    asks: Vec<Ask>,
    busy: Vec<u32>,
    random: Random,
    now: i64,
    work_for: &'static str,
}

impl Database {
    /// So much waits, and everybody is busy. Either as it is written first or as an expert does.
    pub(crate) fn loaded(plan: &Plan, waiting: usize, expert: bool) -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        let mut database = Self {
            connection,
            asks: plan.asks.clone(),
            busy: (0..).take(plan.people.len()).collect(),
            random: Random::new(1_912),
            now: 0,
            work_for: if expert { WORK_FOR_BY_QUEUE } else { WORK_FOR },
        };
        database.connection.execute_batch("BEGIN")?;
        database.define(plan)?;
        for _ in 0..waiting {
            let need = database.random.below(database.asks.len());
            database.submit(need)?;
        }
        database.connection.execute_batch("COMMIT; ANALYZE")?;
        Ok(database)
    }

    fn define(&self, plan: &Plan) -> Result<()> {
        let tell = |statement, values: &[u32]| {
            let values = rusqlite::params_from_iter(values);
            self.connection.prepare_cached(statement)?.execute(values).map(drop)
        };
        for (agent, person) in (0_u32..).zip(&plan.people) {
            tell("INSERT INTO agent VALUES (?1, 0, 0)", &[agent])?;
            for queue in &person.queues {
                tell("INSERT INTO member VALUES (?1, ?2)", &[agent, *queue])?;
            }
            for (skill, level) in &person.skills {
                tell("INSERT INTO level VALUES (?1, ?2, ?3)", &[agent, *skill, (*level).into()])?;
            }
        }
        for (need, ask) in (0_u32..).zip(&plan.asks) {
            for (skill, least) in &ask.least {
                tell("INSERT INTO need VALUES (?1, ?2, ?3)", &[need, *skill, (*least).into()])?;
            }
        }
        Ok(())
    }

    fn submit(&mut self, need: usize) -> Result<()> {
        self.now += 1;
        let ask = &self.asks[need];
        let score = self.now - i64::from(ask.priority) * 60_000;
        let mut insert =
            self.connection.prepare_cached("INSERT INTO work VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![self.now, ask.queue, need as i64, score]).map(drop)
    }

    fn set_free(&self, agent: u32, free: bool) -> Result<()> {
        let update = "UPDATE agent SET free = ?2, since = ?3 WHERE id = ?1";
        self.connection.prepare_cached(update)?.execute(params![agent, free, self.now]).map(drop)
    }

    /// An agent comes free and takes what waits for them; other work comes in.
    pub(crate) fn free(&mut self) -> Result<()> {
        let place = self.random.below(self.busy.len());
        let agent = self.busy[place];
        let mut find = self.connection.prepare_cached(self.work_for)?;
        let work: Option<i64> = find.query_row([agent], |row| row.get(0)).optional()?;
        drop(find);
        if let Some(work) = work {
            let mut delete = self.connection.prepare_cached("DELETE FROM work WHERE id = ?1")?;
            delete.execute([work])?;
        } else {
            self.busy.swap_remove(place);
            self.set_free(agent, true)?;
        }
        let need = self.random.below(self.asks.len());
        let queue = self.asks[need].queue;
        let mut find = self.connection.prepare_cached(AGENT_FOR)?;
        let agent: Option<u32> =
            find.query_row(params![queue, need as i64], |row| row.get(0)).optional()?;
        drop(find);
        match agent {
            Some(agent) => {
                self.busy.push(agent);
                self.set_free(agent, false)
            }
            None => self.submit(need),
        }
    }
}
