//! The momentum of a group, whatever the optimizer calls it.

use super::per_group::PerGroup;
use crate::error::{Error, Result};
use crate::optim::{Optimizer, ParamGroup};

/// Sets the momentum, or the first of an Adam-like optimizer's betas.
pub(super) fn set(group: &mut dyn ParamGroup, momentum: f64) -> Result<()> {
    match betas(group) {
        Some(mut betas) => {
            betas[0] = momentum;
            group.set("betas", betas.into())
        }
        None => group.set("momentum", momentum.into()),
    }
}

/// The group's betas, if it has any.
fn betas(group: &dyn ParamGroup) -> Option<Vec<f64>> {
    let betas = group.get("betas")?.as_list()?;
    Some(betas).filter(|betas| !betas.is_empty())
}

/// The bounds that a momentum is cycled between, per group.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) base: Vec<f64>,
    pub(super) max: Vec<f64>,
    /// It is the first of the betas that is cycled.
    pub(super) use_beta1: bool,
}

impl Bounds {
    /// The bounds, if the optimizer has a momentum.
    pub(super) fn new(
        at: &'static str,
        optimizer: &dyn Optimizer,
        base: &PerGroup,
        max: &PerGroup,
    ) -> Result<Self> {
        let groups = optimizer.param_groups();
        let use_beta1 = groups.iter().all(|group| betas(*group).is_some());
        if !use_beta1 && !groups.iter().all(|group| group.get("momentum").is_some()) {
            let expected = "false for an optimizer that has neither `momentum` nor `betas`";
            return Err(Error::argument(at, "cycle_momentum", true, expected));
        }
        Ok(Bounds {
            base: base.each(at, "base_momentum", groups.len())?,
            max: max.each(at, "max_momentum", groups.len())?,
            use_beta1,
        })
    }

    /// Starts at the upper bound, and keeps both in the groups.
    pub(super) fn keep(&self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let groups = optimizer.param_groups_mut().into_iter();
        for (group, (&base, &max)) in groups.zip(self.base.iter().zip(&self.max)) {
            set(group, max)?;
            group.keep("max_momentum", max)?;
            group.keep("base_momentum", base)?;
        }
        Ok(())
    }
}
