//! How two interactions of one customer become one, and two profiles of them.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use crate::base::time::Timestamp;

use crate::interaction::apply::RecordMisfit;
use crate::interaction::conversation::{Author, Conversation, FirstAnswers, Message, Responses};
use crate::interaction::ids::{InteractionId, ProfileId};
use crate::interaction::record::Interaction;
use crate::interaction::store::{Store, ongoing_between};

impl Responses {
    /// Both together. An answer that is owed in either is owed. If the other side said something
    /// since then, it is owed to what was said after that.
    fn join(
        &mut self,
        other: Self,
        messages: &[Message],
        asks: fn(&Message) -> bool,
        answers: fn(&Message) -> bool,
    ) {
        self.count = self.count.saturating_add(other.count);
        self.total = self.total.plus(other.total);
        let last = messages.iter().rposition(answers);
        let answered = last.and_then(|place| messages.get(place)).map(|message| message.at);
        let after = last.map_or(0, |place| place.saturating_add(1));
        let mut later = messages.iter().skip(after).filter(|message| asks(message));
        let asked = later.next().map(|message| message.at);
        let owed = [self.owed_since, other.owed_since].into_iter().flatten();
        let since = |since| match answered {
            Some(answered) if answered > since => asked,
            _ => Some(since),
        };
        self.owed_since = owed.filter_map(since).min();
    }
}

impl Conversation {
    /// Takes over what was said in another: messages by time, with their ids.
    fn absorb(&mut self, other: &mut Self, most: u32) {
        let entries = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.extend(other.entries.iter().cloned());
        let moved = mem::take(&mut other.messages).into_iter();
        self.messages.extend(moved.map(|message| {
            let entry = message.entry.map(|entry| entry.saturating_add(entries));
            Message { entry, ..message }
        }));
        self.messages.sort_by_key(|message| (message.at, message.id));
        self.handoffs.append(&mut other.handoffs);
        self.handoffs.sort_by_key(|handoff| handoff.at);
        for one in &other.participants {
            if !self.participants.contains(one) {
                self.participants.push(one.clone());
            }
        }
        self.engaged |= other.engaged;
        if other.heard > self.heard {
            (self.heard, self.reminded) = (other.heard, false);
        }
        self.answered = first(self.answered, other.answered);
        self.first_joined = first(self.first_joined, other.first_joined);
        self.handed_off = self.handed_off.max(other.handed_off);
        for FirstAnswers { agent, count, total } in mem::take(&mut other.first_answers) {
            self.count_first(agent, count, total, most);
        }
        let customer = |message: &Message| message.author == Author::Requester;
        let agent = Message::is_own_answer;
        let owed = mem::take(&mut other.agent_responses);
        self.agent_responses.join(owed, &self.messages, customer, agent);
        let owed = mem::take(&mut other.customer_responses);
        self.customer_responses.join(owed, &self.messages, agent, customer);
    }
}

/// The earlier of two instants, of which either may never have come.
fn first(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

impl Interaction {
    /// Takes over what another one of its customer holds, which is closed and says so from now on.
    fn absorb(&mut self, other: &mut Self, at: Timestamp, most: u32) -> Result<(), RecordMisfit> {
        other.merged_into = Some(self.id);
        if let Some(theirs) = &mut other.conversation {
            self.begin_talking(at)?;
            if let Some(talk) = &mut self.conversation {
                talk.absorb(theirs, most);
            }
        }
        let waits = [self.first_response_wait, other.first_response_wait];
        let [own, theirs] = waits;
        let later = self.begun() <= other.begun();
        self.first_response_wait = if later { own.or(theirs) } else { theirs.or(own) };
        self.began = Some(other.begun().min(self.begun())).filter(|began| *began < self.opened);
        self.asked |= other.asked;
        self.live |= other.live;
        self.virtual_agent |= other.virtual_agent;
        // Without a conversation the profile says by which address they write: not by this one.
        if self.conversation.is_some() {
            self.profile = self.profile.or(other.profile);
        }
        for (mine, theirs) in [
            (&mut self.context, &mut other.context),
            (&mut self.channel_metadata, &mut other.channel_metadata),
        ] {
            for (name, value) in mem::take(theirs) {
                mine.entry(name).or_insert(value);
            }
        }
        for record in mem::take(&mut other.related) {
            if !self.related.iter().any(|own| own.is(&record.document, record.operation)) {
                self.related.push(record);
            }
        }
        self.related.sort_by_key(|record| record.at);
        self.work_notes.append(&mut other.work_notes);
        self.work_notes.sort_by_key(|note| note.at);
        for transcript in mem::take(&mut other.transcripts) {
            if !self.transcripts.contains(&transcript) {
                self.transcripts.push(transcript);
            }
        }
        self.handling.absorb(&mut other.handling, most);
        Ok(())
    }

    /// One profile takes the place of another of the same customer.
    fn rename(&mut self, before: ProfileId, now: ProfileId) {
        if self.profile == Some(before) {
            self.profile = Some(now);
        }
        let Some(talk) = &mut self.conversation else { return };
        let mut kept = Vec::with_capacity(talk.participants.len());
        for mut one in mem::take(&mut talk.participants) {
            if one.profile == before {
                one.profile = now;
            }
            if !kept.contains(&one) {
                kept.push(one);
            }
        }
        talk.participants = kept;
    }
}

impl Store {
    /// One interaction goes on with what another holds, which is closed already.
    pub(crate) fn merge(
        &mut self,
        id: InteractionId,
        from: InteractionId,
        at: Timestamp,
    ) -> Result<(), RecordMisfit> {
        let most = self.config().limits.segments;
        let (rows, index) = self.parts_mut();
        let other = rows.interactions.get(from).filter(|_| id != from).cloned();
        let mut other = other.ok_or(RecordMisfit::NotThere)?;
        let row = Arc::make_mut(rows.interactions.get_mut(id).ok_or(RecordMisfit::NotThere)?);
        let at = at.max(row.touched);
        row.touched = at;
        let keys = other.messages().filter_map(|message| message.key.clone());
        index.said.extend(keys.map(|key| (key, id)).collect::<Vec<_>>());
        row.absorb(Arc::make_mut(&mut other), at, most)?;
        index.enter_people(row);
        if let Some(place) = rows.interactions.get_mut(from) {
            *place = other;
        }
        Ok(())
    }

    /// What goes on with one profile goes on with another of the same customer.
    pub(crate) fn merge_profiles(&mut self, before: ProfileId, now: ProfileId) {
        for id in self.open_with(before).collect::<Vec<_>>() {
            let (rows, index) = self.parts_mut();
            let Some(row) = rows.interactions.get_mut(id).map(Arc::make_mut) else { continue };
            for pair in ongoing_between(row) {
                index.ongoing.remove(&pair);
            }
            index.of_profile.remove(&(before, id));
            row.rename(before, now);
            index.enter_people(row);
        }
    }
}
