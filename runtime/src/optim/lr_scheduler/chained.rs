//! Several schedulers at once.

use std::fmt;

use super::composite::Parts;
use super::rates::{named, present, read};
use super::LrScheduler;
use crate::error::Result;
use crate::optim::{Optimizer, Settings};

/// Schedulers of one optimizer that are all stepped, in order (`torch.optim.lr_scheduler.ChainedScheduler`).
///
/// Those that compute the rate from the present one, which is most of them, multiply up; one that depends on the epoch alone
/// ([`LambdaLr`](super::LambdaLr), [`CyclicLr`](super::CyclicLr)) overwrites what those before it have set.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{ChainedScheduler, ConstantLr, ExponentialLr, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.3)?;
/// let warm_up = Box::new(ConstantLr::new(&mut opt)?);
/// let decay = Box::new(ExponentialLr::new(&mut opt, 0.5)?);
/// let mut scheduler = ChainedScheduler::new(&mut opt, vec![warm_up, decay])?;
/// scheduler.step(&mut opt)?;
/// assert!((scheduler.last_lr()[0] - 0.3 / 3. * 0.5).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct ChainedScheduler {
    schedulers: Parts,
    last_lr: Vec<f64>,
}

const NAME: &str = "ChainedScheduler";

impl ChainedScheduler {
    /// A chain of schedulers that were made from the optimizer.
    ///
    /// # Errors
    /// If there are none.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        schedulers: Vec<Box<dyn LrScheduler>>,
    ) -> Result<Self> {
        Ok(ChainedScheduler {
            schedulers: Parts::new(NAME, schedulers)?,
            last_lr: present(optimizer),
        })
    }
}

impl LrScheduler for ChainedScheduler {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        for scheduler in &mut self.schedulers.0 {
            scheduler.step(optimizer)?;
        }
        self.last_lr = present(optimizer);
        Ok(())
    }

    fn last_lr(&self) -> &[f64] {
        &self.last_lr
    }

    /// The first scheduler's epoch.
    fn last_epoch(&self) -> i64 {
        let first = self.schedulers.0.first();
        first.map_or(0, |scheduler| scheduler.last_epoch())
    }

    fn state_dict(&self) -> Settings {
        named(vec![
            ("_last_lr", self.last_lr.clone().into()),
            ("_schedulers", self.schedulers.save()),
        ])
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        let last_lr = read(NAME, state, "_last_lr")?;
        self.schedulers.load(NAME, state)?;
        self.last_lr = last_lr;
        Ok(())
    }

    fn initial_step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.step(optimizer)
    }

    fn undo(&mut self) {
        self.schedulers.undo();
    }
}

impl fmt::Debug for ChainedScheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(NAME)
            .field("last_lr", &self.last_lr)
            .finish_non_exhaustive()
    }
}
