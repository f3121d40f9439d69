//! A step of training, with sizes in the place of values.

use std::collections::{HashMap, HashSet};

use super::program::{Operand, Planned, Source, Step};
use crate::ops::keeps::{Gradients, Order, Storage};

/// A piece of storage: its place in [`Machine::holders`].
type Place = usize;

pub(super) struct Machine<'p> {
    calls: &'p [Planned],
    /// How many hold each piece, and its bytes.
    holders: Vec<(usize, usize)>,
    live: usize,
    peak: usize,
    /// Where the result of each call is, and how it lies there.
    results: Vec<Option<(Place, Order)>>,
    /// What each call keeps for its gradient.
    kept: Vec<Vec<Place>>,
    /// Whether a checkpoint is being run again.
    again: bool,
    /// The gradients on their way, with whether a sum may be made in place.
    grads: HashMap<Source, (Place, bool)>,
}

/// In which call each result is used last; results that nobody uses are given out.
type LastUses = HashMap<usize, Vec<usize>>;

impl<'p> Machine<'p> {
    pub(super) fn new(calls: &'p [Planned]) -> Self {
        Machine {
            calls,
            holders: Vec::new(),
            live: 0,
            peak: 0,
            results: vec![None; calls.len()],
            kept: vec![Vec::new(); calls.len()],
            again: false,
            grads: HashMap::new(),
        }
    }

    /// A forward and a backward pass; what is kept between the two, and the peak.
    pub(super) fn step(mut self, steps: &[Step]) -> (usize, usize) {
        let all = flat(steps);
        let mut blocks = Vec::new();
        self.forward(steps, &self.last_uses(&all), &mut blocks);
        let used = self.used(&all);
        let given: Vec<usize> = all
            .into_iter()
            .filter(|call| !used.contains(call))
            .collect();
        let mut losses = Vec::new();
        for &call in &given {
            if self.calls[call].recorded {
                losses.push((call, self.allocate(self.calls[call].result)));
            }
            if let Some((place, _)) = self.results[call] {
                self.release(place);
            }
        }
        let saved = self.live;
        for (call, loss) in losses {
            let grad = self.allocate(self.calls[call].result);
            self.release(loss);
            self.grads.insert(Source::Call(call), (grad, false));
        }
        self.backward(steps, &mut blocks);
        (saved, self.peak)
    }

    fn forward(&mut self, steps: &[Step], last: &LastUses, blocks: &mut Vec<Vec<Place>>) {
        for step in steps {
            match step {
                Step::Call(call) => self.call(*call, last),
                Step::Again(inner) => {
                    let held = self.hold_inputs(inner);
                    let mut nested = Vec::new();
                    self.forward(inner, last, &mut nested);
                    self.release_all(nested.into_iter().flatten());
                    let calls = flat(inner);
                    let recorded = calls.iter().any(|&call| self.calls[call].recorded);
                    for call in calls {
                        self.forget(call);
                    }
                    if recorded {
                        blocks.push(held);
                    } else {
                        self.release_all(held);
                        blocks.push(Vec::new());
                    }
                }
            }
        }
    }

    fn call(&mut self, at: usize, last: &LastUses) {
        let call = &self.calls[at];
        let first = call.operands.first().and_then(|x| self.place(x));
        let order = match call.keeps.order {
            Order::Follows => match first {
                Some((_, Order::ChannelsLast)) if call.rank == 4 => Order::ChannelsLast,
                _ => Order::Rows,
            },
            other => other,
        };
        let shares = match call.keeps.storage {
            Storage::Own => None,
            Storage::View => first,
            Storage::Ordered => first.filter(|(_, order)| *order == Order::Rows),
        };
        // A view of what was there before costs nothing.
        let outside = call.keeps.storage != Storage::Own && first.is_none();
        let place = match shares {
            Some((place, _)) => self.hold(place),
            None => {
                let nothing = outside || (call.unread && self.again);
                self.allocate(if nothing { 0 } else { call.result })
            }
        };
        self.work(call.forward);
        self.results[at] = Some((place, order));
        if call.recorded {
            self.keep(at, place);
        }
        for &done in last.get(&at).into_iter().flatten() {
            if let Some((place, _)) = self.results[done] {
                self.release(place);
            }
        }
    }

    /// Holds what the call keeps for its gradient.
    fn keep(&mut self, at: usize, result: Place) {
        let call = &self.calls[at];
        let layer = !call.params.is_empty();
        let needs = |wanted: &&usize| match call.operands.get(**wanted) {
            Some(operand) => self.needs(operand),
            None => layer,
        };
        let mut places: Vec<Place> = call
            .keeps
            .operands
            .iter()
            .filter(|(_, whose)| whose.iter().any(|one| needs(&one)))
            .filter_map(|(kept, _)| self.place(call.operands.get(*kept)?))
            .map(|(place, _)| place)
            .collect();
        if call.keeps.result.iter().any(|one| needs(&one)) {
            places.push(result);
        }
        let mut kept: Vec<Place> = places.into_iter().map(|place| self.hold(place)).collect();
        if call.beside > 0 {
            kept.push(self.allocate(call.beside));
        }
        self.kept[at] = kept;
    }

    fn forget(&mut self, call: usize) {
        let kept = std::mem::take(&mut self.kept[call]);
        self.release_all(kept);
    }

    /// Holds what a block takes from outside.
    fn hold_inputs(&mut self, inner: &[Step]) -> Vec<Place> {
        let calls = flat(inner);
        let within: HashSet<usize> = calls.iter().copied().collect();
        let mut taken: Vec<Place> = Vec::new();
        for operand in calls.iter().flat_map(|&call| &self.calls[call].operands) {
            let outside = matches!(operand.from, Source::Call(from) if !within.contains(&from));
            let place = self.place(operand).filter(|_| outside);
            taken.extend(place.map(|(place, _)| place));
        }
        taken.sort_unstable();
        taken.dedup();
        taken.into_iter().map(|place| self.hold(place)).collect()
    }

    fn backward(&mut self, steps: &[Step], blocks: &mut Vec<Vec<Place>>) {
        for step in steps.iter().rev() {
            match step {
                Step::Call(call) => self.back(*call),
                Step::Again(inner) => {
                    let held = blocks.pop().unwrap_or_default();
                    let calls = flat(inner);
                    if calls
                        .iter()
                        .any(|&call| self.grads.contains_key(&Source::Call(call)))
                    {
                        let mut nested = Vec::new();
                        self.again = true;
                        self.forward(inner, &self.last_uses(&calls), &mut nested);
                        self.again = false;
                        // Nobody holds the block's own results this time.
                        let used = self.used(&calls);
                        for call in calls.iter().filter(|call| !used.contains(call)) {
                            if let Some((place, _)) = self.results[*call] {
                                self.release(place);
                            }
                        }
                        self.release_all(held);
                        self.backward(inner, &mut nested);
                    } else {
                        self.release_all(held);
                    }
                }
            }
        }
    }

    fn back(&mut self, at: usize) {
        let call = &self.calls[at];
        if let Some((grad, alone)) = self.grads.remove(&Source::Call(at)) {
            let own = call.keeps.gradients != Gradients::Anywhere;
            let in_place = alone && call.keeps.gradients == Gradients::InPlace;
            let mut made = Vec::new();
            for (i, operand) in call.operands.iter().enumerate() {
                if !self.needs(operand) {
                    continue;
                }
                let passes = call.keeps.passes.contains(&i) && operand.bytes == call.result;
                let passes = passes || call.keeps.cuts;
                let written = in_place && i == 0 && operand.bytes == call.result;
                let place = match passes || written {
                    true => self.hold(grad),
                    false => self.allocate(operand.bytes),
                };
                made.push((operand.from, operand.bytes, (place, own && !passes)));
            }
            for &(param, bytes) in &call.params {
                made.push((Source::Param(param), bytes, (self.allocate(bytes), own)));
            }
            self.work(call.backward);
            for (to, bytes, place) in made {
                self.send(to, bytes, place);
            }
            self.release(grad);
        }
        self.forget(at);
    }

    /// Adds a gradient to what has arrived.
    fn send(&mut self, to: Source, bytes: usize, (place, own): (Place, bool)) {
        let sum = match self.grads.get(&to) {
            None => (place, own),
            Some(&(sum, true)) => {
                self.release(place);
                (sum, true)
            }
            Some(&(first, false)) if own => {
                self.release(first);
                (place, true)
            }
            Some(&(first, false)) => {
                let sum = self.allocate(bytes);
                self.release(first);
                self.release(place);
                (sum, true)
            }
        };
        self.grads.insert(to, sum);
    }

    fn needs(&self, operand: &Operand) -> bool {
        match operand.from {
            Source::Call(call) => self.calls[call].recorded,
            Source::Param(_) => true,
            Source::Outside => false,
        }
    }

    /// Where an operand is; nowhere if it was there before the step.
    fn place(&self, operand: &Operand) -> Option<(Place, Order)> {
        match operand.from {
            Source::Call(call) => self.results[call],
            _ => None,
        }
    }

    /// Which results are used for the last time in which of these calls.
    fn last_uses(&self, calls: &[usize]) -> LastUses {
        let within: HashSet<usize> = calls.iter().copied().collect();
        let mut last = HashMap::new();
        for &call in calls {
            for operand in &self.calls[call].operands {
                if let Source::Call(from) = operand.from {
                    last.insert(from, call);
                }
            }
        }
        let mut uses = LastUses::new();
        for (result, call) in last {
            if within.contains(&result) {
                uses.entry(call).or_default().push(result);
            }
        }
        uses
    }

    /// The results that some of these calls use.
    fn used(&self, calls: &[usize]) -> HashSet<usize> {
        let operands = calls.iter().flat_map(|&call| &self.calls[call].operands);
        let used = operands.filter_map(|operand| match operand.from {
            Source::Call(from) => Some(from),
            _ => None,
        });
        used.collect()
    }

    fn allocate(&mut self, bytes: usize) -> Place {
        self.live += bytes;
        self.peak = self.peak.max(self.live);
        self.holders.push((1, bytes));
        self.holders.len() - 1
    }

    fn hold(&mut self, place: Place) -> Place {
        self.holders[place].0 += 1;
        place
    }

    fn release(&mut self, place: Place) {
        let (holders, bytes) = &mut self.holders[place];
        *holders = holders.saturating_sub(1);
        if *holders == 0 {
            self.live -= std::mem::take(bytes);
        }
    }

    fn release_all(&mut self, places: impl IntoIterator<Item = Place>) {
        places.into_iter().for_each(|place| self.release(place));
    }

    /// Memory that is needed for a moment.
    fn work(&mut self, bytes: usize) {
        self.peak = self.peak.max(self.live + bytes);
    }
}

/// The calls in all of the steps.
fn flat(steps: &[Step]) -> Vec<usize> {
    let mut calls = Vec::new();
    for step in steps {
        match step {
            Step::Call(call) => calls.push(*call),
            Step::Again(inner) => calls.extend(flat(inner)),
        }
    }
    calls
}
