//! The optimizers that treat every parameter on its own: groups, state and steps are common to all.

use std::borrow::Borrow;

use super::group::{Group, ParamGroup};
use super::groups::Groups;
use super::multi_tensor::{step_all, Job};
use super::param_state::ParamState;
use super::rule::UpdateRule;
use super::setting::Setting;
use super::state::OptimizerState;
use super::Optimizer;
use crate::error::Result;
use crate::profiler::{self, Phase};
use crate::tensor::{Gradient, Param};

/// An optimizer with the update rule `R`: [`Sgd`](super::Sgd), [`Adam`](super::Adam), or one's own
/// ([`Formula`](super::Formula)).
///
/// A step changes all parameters in place, on the CPU in one pass over each and by several threads if there is enough to do; its
/// result does not depend on their number. If the update of one parameter fails, the others have taken their step.
///
/// # Example
/// ```
/// use taper::optim::{FirstOrder, Optimizer, SgdOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt: FirstOrder<SgdOptions> = FirstOrder::new([&w], 0.5)?;
/// w.add(0.0)?.backward()?;
/// opt.step()?;
/// assert_eq!(w.item()?, 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
pub struct FirstOrder<R> {
    groups: Groups<R>,
    /// In the order of the parameters; made by the first step that needs it, so that there may be fewer.
    state: Vec<Option<ParamState>>,
    /// How many steps were taken.
    steps: u64,
    masters: bool,
}

impl<R: UpdateRule> FirstOrder<R> {
    /// An optimizer of the parameters; the options may be the learning rate alone.
    ///
    /// The parameters are anything that can be iterated and yields `&Param` or `Param`; the optimizer keeps handles to them.
    ///
    /// # Errors
    /// If there are no parameters, one occurs twice ([`DuplicateParam`](crate::Error::DuplicateParam)) or is of a kind that the
    /// optimizer can't train, or an option is out of its range.
    pub fn new<P: Borrow<Param>>(
        params: impl IntoIterator<Item = P>,
        options: impl Into<R>,
    ) -> Result<Self> {
        let defaults = options.into();
        let mut optimizer = FirstOrder {
            groups: Groups::new(defaults.clone()),
            state: Vec::new(),
            steps: 0,
            masters: true,
        };
        optimizer.add_param_group(params, |_| defaults)?;
        Ok(optimizer)
    }

    /// Adds a group: `options` makes its options from the optimizer's own, so that what it leaves out is inherited.
    ///
    /// # Errors
    /// As for [`new`](Self::new); nothing is added then.
    ///
    /// ```
    /// # use taper::optim::{Sgd, SgdOptions};
    /// # use taper::{Device, Param, Tensor};
    /// # let backbone = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// # let head = backbone.clone();
    /// let mut opt = Sgd::new([&backbone], SgdOptions::default().lr(0.1).momentum(0.9))?;
    /// opt.add_param_group([&head], |o| o.lr(1e-4).nesterov(true))?;
    /// assert_eq!(opt.param_groups()[1].momentum, 0.9);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn add_param_group<P: Borrow<Param>>(
        &mut self,
        params: impl IntoIterator<Item = P>,
        options: impl FnOnce(R) -> R,
    ) -> Result<()> {
        let params = params.into_iter().map(|param| param.borrow().share());
        let options = options(self.groups.defaults.clone());
        self.groups.push(params.collect(), options)
    }

    /// The groups, with their hyperparameters as fields.
    pub fn param_groups(&self) -> &[Group<R>] {
        &self.groups.list
    }

    /// The groups, to change their hyperparameters: `group.lr *= 0.1`.
    pub fn param_groups_mut(&mut self) -> &mut [Group<R>] {
        &mut self.groups.list
    }

    /// The options that new groups inherit.
    pub fn defaults(&self) -> &R {
        &self.groups.defaults
    }

    /// Whether half-precision parameters have f32 values beside them, which steps change and the parameters are rounded from.
    /// Default: true.
    ///
    /// Without them a step that is less than half a unit in a weight's last place is lost: from 1 in bf16 it takes 2⁻⁹.
    /// They are made by a parameter's first step and saved as `master_param`. A value that was set since is taken over.
    ///
    /// ```
    /// # use taper::optim::{Optimizer, Sgd};
    /// # use taper::{DType, Device, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?.to_dtype(DType::BF16)?)?;
    /// let mut opt = Sgd::new([&w], 1e-3)?.master_weights(false);
    /// w.set_grad(Some(w.ones_like()?))?;
    /// for _ in 0..100 {
    ///     opt.step()?;
    /// }
    /// assert_eq!(w.item()?, 1.); // with them it is 0.9
    /// # Ok::<(), taper::Error>(())
    /// ```
    #[must_use]
    pub fn master_weights(mut self, keep: bool) -> Self {
        self.masters = keep;
        self
    }
}

impl<R: UpdateRule> Optimizer for FirstOrder<R> {
    fn step(&mut self) -> Result<()> {
        profiler::begins();
        self.groups.check()?;
        for group in &self.groups.list {
            let mut trained = group.params.iter().filter(|param| param.trainable());
            trained.try_for_each(|param| check_gradient(&group.options, param))?;
        }
        self.state
            .resize_with(self.groups.params().count(), || None);
        let (masters, groups) = (self.masters, &self.groups.list);
        let params = groups
            .iter()
            .flat_map(|group| group.params.iter().map(|param| (&group.options, param)));
        let jobs = params
            .zip(&mut self.state)
            .enumerate()
            .map(|(at, ((rule, param), state))| Job {
                at,
                rule,
                param,
                state,
                masters,
            });
        step_all(jobs.filter(|job| job.param.trainable()).collect())?;
        self.steps += 1;
        profiler::ended(Phase::Update, R::NAME);
        Ok(())
    }

    fn steps(&self) -> Option<u64> {
        Some(self.steps)
    }

    fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        self.groups.zero_grad(set_to_none)
    }

    fn param_groups(&self) -> Vec<&dyn ParamGroup> {
        self.groups.as_dyn()
    }

    fn param_groups_mut(&mut self) -> Vec<&mut dyn ParamGroup> {
        self.groups.as_dyn_mut()
    }

    fn add_group(&mut self, params: Vec<Param>, settings: &[(&str, Setting)]) -> Result<()> {
        self.groups.add(params, settings)
    }

    fn state_dict(&self) -> Result<OptimizerState> {
        let mut saved = OptimizerState {
            param_groups: self.groups.save(),
            ..OptimizerState::default()
        };
        for (index, kept) in self.state.iter().enumerate() {
            let kept = kept.as_ref().map(ParamState::save::<R>);
            if let Some(tensors) = kept.transpose()?.filter(|tensors| !tensors.is_empty()) {
                saved.state.insert(index, tensors);
            }
        }
        Ok(saved)
    }

    fn load_state_dict(&mut self, saved: &OptimizerState) -> Result<()> {
        let loaded = self.groups.read(saved)?;
        let params = self.groups.numbered(saved, &loaded);
        let state = params.map(|(options, param, number)| {
            let tensors = saved.state.get(&number);
            tensors
                .map(|tensors| ParamState::load(options, param, tensors))
                .transpose()
        });
        self.state = state.collect::<Result<_>>()?;
        self.groups.take(loaded);
        Ok(())
    }
}

/// An error if the rule does not take the form that the parameter's gradient has.
fn check_gradient<R: UpdateRule>(rule: &R, param: &Param) -> Result<()> {
    param.with_gradient(|grad| match grad {
        Some(Gradient::Dense(_)) => rule.dense_gradient(param),
        Some(Gradient::Rows(_)) => rule.sparse_gradient(param).map(|_| ()),
        None => Ok(()),
    })
}
