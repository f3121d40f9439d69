//! One step of all parameters.
//!
//! Parameters that are small beside the whole are one parallel section together, in which a thread has a parameter to itself,
//! with its gradient and its state. Larger ones come one after another, and all threads share the pieces of each. So no thread
//! ever holds the values of two parameters: if it did, a thread that reads two of them for a forward pass could wait for the
//! step, and the step for that thread.
//!
//! Elements are independent, so that the result does not depend on the number of threads.

use std::sync::{Mutex, PoisonError};

use super::param_state::{is_half, ParamState};
use super::pieces::{cost, PIECE};
use super::rule::UpdateRule;
use super::update::{one_pass, Update};
use crate::error::{Error, Result};
use crate::kernels::{for_each, threads};
use crate::ops::compute::has_kernels;
use crate::tensor::{storage_address, Gradient, Param};

/// The step of one parameter.
pub(super) struct Job<'a, R> {
    /// The parameter's place in the optimizer.
    pub(super) at: usize,
    pub(super) rule: &'a R,
    pub(super) param: &'a Param,
    pub(super) state: &'a mut Option<ParamState>,
    pub(super) masters: bool,
}

/// Steps all parameters that have a gradient. One that fails keeps no other from its step; the error is the first one's.
pub(super) fn step_all<R: UpdateRule>(jobs: Vec<Job<'_, R>>) -> Result<()> {
    let failed = Mutex::new(None);
    let run = |job: Job<'_, R>, shared: bool| {
        let at = job.at;
        if let Err(error) = job.run(shared) {
            keep_first(&failed, at, error);
        }
    };
    let Division { singly, together } = divide(jobs);
    for job in singly {
        run(job, true);
    }
    let cost = together.iter().map(Job::cost).sum();
    for_each(together.into_iter(), cost, |job| run(job, false));
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

fn keep_first(failed: &Mutex<Option<(usize, Error)>>, at: usize, error: Error) {
    let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
    if first.as_ref().is_none_or(|(before, _)| at < *before) {
        *first = Some((at, error));
    }
}

struct Division<'a, R> {
    /// One after another, in the optimizer's order.
    singly: Vec<Job<'a, R>>,
    /// In one section, the largest first.
    together: Vec<Job<'a, R>>,
}

fn divide<R: UpdateRule>(jobs: Vec<Job<'_, R>>) -> Division<'_, R> {
    let threads = threads(jobs.len(), jobs.iter().map(Job::cost).sum());
    if threads <= 1 || !independent(&jobs) {
        let together = Vec::new();
        return Division {
            singly: jobs,
            together,
        };
    }
    let (mut together, mut singly): (Vec<_>, Vec<_>) = jobs.into_iter().partition(Job::fits);
    together.sort_unstable_by_key(Job::elements);
    let mut total: usize = together.iter().map(Job::elements).sum();
    // A thread that has half of its share in one parameter may end long after the others.
    while let Some(large) = together.pop_if(|job| job.elements() > PIECE.max(total / (2 * threads)))
    {
        total -= large.elements();
        singly.push(large);
    }
    singly.sort_unstable_by_key(|job| job.at);
    together.reverse();
    Division { singly, together }
}

/// Whether the steps can be taken in any order: each writes what no other writes or reads.
fn independent<R: UpdateRule>(jobs: &[Job<'_, R>]) -> bool {
    let address = |job: &Job<'_, R>| storage_address(job.param.as_candle());
    let mut written: Vec<usize> = jobs.iter().map(address).collect();
    written.sort_unstable();
    let reads_its_own = |job: &Job<'_, R>| {
        job.gradient()
            .is_none_or(|read| read == address(job) || written.binary_search(&read).is_err())
    };
    written.windows(2).all(|pair| pair[0] != pair[1]) && jobs.iter().all(reads_its_own)
}

impl<R: UpdateRule> Job<'_, R> {
    /// `shared`: by several threads.
    fn run(self, shared: bool) -> Result<()> {
        let update = Update {
            rule: self.rule,
            param: self.param,
            masters: self.masters,
            shared,
        };
        self.param.with_gradient(|grad| match grad {
            Some(grad) => update.run(grad, self.state.get_or_insert_default()),
            None => Ok(()),
        })
    }

    fn elements(&self) -> usize {
        self.param.elem_count()
    }

    fn cost(&self) -> usize {
        let slots = self.rule.slots_of(self.param.shape());
        cost(self.elements(), slots.len())
    }

    /// Whether a thread can do it alone: in one pass, without operations that start threads of their own.
    fn fits(&self) -> bool {
        self.param.with_gradient(|grad| match grad {
            Some(Gradient::Dense(grad)) if is_half(self.param) => R::ONE_PASS && has_kernels(grad),
            Some(Gradient::Dense(grad)) => one_pass::<R>(grad),
            Some(Gradient::Rows(_)) | None => false,
        })
    }

    /// The storage of the gradient.
    fn gradient(&self) -> Option<usize> {
        self.param.with_gradient(|grad| {
            Some(storage_address(match grad? {
                Gradient::Dense(grad) => grad,
                Gradient::Rows(rows) => rows.data(),
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::AdamOptions;
    use crate::{DType, Device, Tensor};

    /// The sizes of those stepped singly and of those stepped together, with two threads.
    fn division(sizes: &[usize]) -> Result<(Vec<usize>, Vec<usize>)> {
        let new = |&size: &usize| {
            let zeros = Tensor::zeros([size], DType::F32, &Device::Cpu)?;
            let param = Param::new(&zeros)?;
            param.set_grad(Some(zeros))?;
            Ok(param)
        };
        let params: Vec<Param> = sizes.iter().map(new).collect::<Result<_>>()?;
        let mut states: Vec<_> = params.iter().map(|_| None).collect();
        let rule = &AdamOptions::default();
        let jobs = params.iter().zip(&mut states).enumerate();
        let jobs = jobs.map(|(at, (param, state))| Job {
            at,
            rule,
            param,
            state,
            masters: true,
        });
        let sizes = |jobs: &[Job<'_, _>]| jobs.iter().map(Job::elements).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        let jobs = jobs.collect();
        let Division { singly, together } = pool
            .expect("threads can be started")
            .install(|| divide(jobs));
        Ok((sizes(&singly), sizes(&together)))
    }

    #[test]
    fn what_is_small_beside_the_whole_is_done_together() -> Result<()> {
        let few = vec![6, 48_000, 120];
        assert_eq!(division(&few)?, (vec![48_000], vec![120, 6]));
        let little = vec![6, 120, 1200];
        assert_eq!(division(&little)?, (little, vec![])); // not worth a second thread
        let equal = vec![100_000; 4];
        assert_eq!(division(&equal)?, (vec![], equal));
        let unequal = vec![300_000, 1_000_000, 50_000, 40_000, 40_000, 40_000, 40_000];
        let (large, small) = (
            vec![300_000, 1_000_000],
            vec![50_000, 40_000, 40_000, 40_000, 40_000],
        );
        assert_eq!(division(&unequal)?, (large, small));
        Ok(())
    }
}
