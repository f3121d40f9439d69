//! The optimizers that treat every parameter on its own: groups, state and steps are common to all.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::group::{set_by_name, Group, ParamGroup};
use super::param_state::ParamState;
use super::rule::UpdateRule;
use super::setting::Setting;
use super::state::{GroupState, OptimizerState};
use super::update::Update;
use super::Optimizer;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// An optimizer with the update rule `R`: [`Sgd`](super::Sgd), [`Adam`](super::Adam), or one's own
/// ([`Formula`](super::Formula)).
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
    defaults: R,
    groups: Vec<Group<R>>,
    /// By the parameter's id; made by the first step that needs it.
    state: HashMap<u64, ParamState>,
    masters: bool,
}

impl<R: UpdateRule> FirstOrder<R> {
    /// An optimizer of the parameters; the options may be the learning rate alone.
    ///
    /// The parameters are anything that can be iterated and yields `&Param` or `Param`; the optimizer keeps handles to them.
    ///
    /// # Errors
    /// If there are no parameters, one occurs twice ([`Error::DuplicateParam`]), or an option is out of its range.
    pub fn new<P: Borrow<Param>>(
        params: impl IntoIterator<Item = P>,
        options: impl Into<R>,
    ) -> Result<Self> {
        let defaults = options.into();
        let mut optimizer = FirstOrder {
            defaults: defaults.clone(),
            groups: Vec::new(),
            state: HashMap::new(),
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
        self.push(params.collect(), options(self.defaults.clone()))
    }

    /// The groups, with their hyperparameters as fields.
    pub fn param_groups(&self) -> &[Group<R>] {
        &self.groups
    }

    /// The groups, to change their hyperparameters: `group.lr *= 0.1`.
    pub fn param_groups_mut(&mut self) -> &mut [Group<R>] {
        &mut self.groups
    }

    /// The options that new groups inherit.
    pub fn defaults(&self) -> &R {
        &self.defaults
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

    fn push(&mut self, params: Vec<Param>, options: R) -> Result<()> {
        options.validate()?;
        if params.is_empty() {
            return Err(Error::argument(
                R::NAME,
                "params",
                params,
                "at least one parameter",
            ));
        }
        let mut known: HashSet<u64> = self.params().map(Param::id).collect();
        if let Some(twice) = params.iter().find(|param| !known.insert(param.id())) {
            return Err(Error::DuplicateParam {
                optimizer: R::NAME,
                name: twice.describe(),
            });
        }
        self.groups.push(Group {
            params,
            options,
            initial_lr: None,
        });
        Ok(())
    }

    fn params(&self) -> impl Iterator<Item = &Param> {
        self.groups.iter().flat_map(|group| &group.params)
    }
}

impl<R: UpdateRule> Optimizer for FirstOrder<R> {
    fn step(&mut self) -> Result<()> {
        self.groups
            .iter()
            .try_for_each(|group| group.options.validate())?;
        self.params().try_for_each(Param::check_not_moved)?;
        for group in &self.groups {
            for param in group.params.iter().filter(|param| param.trainable()) {
                let update = Update {
                    rule: &group.options,
                    param,
                    masters: self.masters,
                };
                param.with_grad(|grad| match grad {
                    Some(grad) => update.run(grad, self.state.entry(param.id()).or_default()),
                    None => Ok(()),
                })?;
            }
        }
        Ok(())
    }

    fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        self.params()
            .try_for_each(|param| param.zero_grad(set_to_none))
    }

    fn param_groups(&self) -> Vec<&dyn ParamGroup> {
        self.groups
            .iter()
            .map(|group| group as &dyn ParamGroup)
            .collect()
    }

    fn param_groups_mut(&mut self) -> Vec<&mut dyn ParamGroup> {
        self.groups
            .iter_mut()
            .map(|group| group as &mut dyn ParamGroup)
            .collect()
    }

    fn add_group(&mut self, params: Vec<Param>, settings: &[(&str, Setting)]) -> Result<()> {
        let mut options = self.defaults.clone();
        for (name, value) in settings {
            set_by_name(&mut options, name, value)?;
        }
        self.push(params, options)
    }

    fn state_dict(&self) -> Result<OptimizerState> {
        let mut saved = OptimizerState::default();
        let mut next = 0;
        for group in &self.groups {
            let names = R::NAMES.iter();
            let mut options: BTreeMap<_, _> = names
                .filter_map(|&name| Some((name.to_owned(), group.options.get(name)?)))
                .collect();
            if let Some(lr) = group.initial_lr {
                options.insert(INITIAL_LR.into(), lr.into());
            }
            let params = (next..next + group.params.len()).collect();
            next += group.params.len();
            saved.param_groups.push(GroupState { options, params });
        }
        for (index, param) in self.params().enumerate() {
            let kept = self.state.get(&param.id()).map(ParamState::save::<R>);
            if let Some(tensors) = kept.transpose()?.filter(|tensors| !tensors.is_empty()) {
                saved.state.insert(index, tensors);
            }
        }
        Ok(saved)
    }

    fn load_state_dict(&mut self, saved: &OptimizerState) -> Result<()> {
        let mismatch = |what: &str, found: usize, expected: usize| {
            let message = format!("the state has {found} {what}, the optimizer {expected}");
            Error::op("load_state_dict", message)
        };
        let (found, expected) = (saved.param_groups.len(), self.groups.len());
        if found != expected {
            return Err(mismatch("parameter groups", found, expected));
        }
        let mut loaded = Vec::new();
        let mut state = HashMap::new();
        for (group, saved_group) in self.groups.iter().zip(&saved.param_groups) {
            let (found, expected) = (saved_group.params.len(), group.params.len());
            if found != expected {
                return Err(mismatch("parameters in a group", found, expected));
            }
            let (options, initial_lr) = load_options(group, saved_group)?;
            for (param, index) in group.params.iter().zip(&saved_group.params) {
                if let Some(tensors) = saved.state.get(index) {
                    state.insert(param.id(), ParamState::load(&options, param, tensors)?);
                }
            }
            loaded.push((options, initial_lr));
        }
        for (group, (options, initial_lr)) in self.groups.iter_mut().zip(loaded) {
            group.options = options;
            group.initial_lr = initial_lr;
        }
        self.state = state;
        Ok(())
    }
}

const INITIAL_LR: &str = "initial_lr";

/// What PyTorch saves in a group that says how to compute, not what.
const IMPLEMENTATION: [&str; 5] = [
    "foreach",
    "capturable",
    "differentiable",
    "fused",
    "param_names",
];

fn no_choice<R: UpdateRule>(name: &str) -> bool {
    IMPLEMENTATION.contains(&name) || R::FIXED.contains(&name)
}

/// A group's options and initial rate with what a saved group says about them.
fn load_options<R: UpdateRule>(group: &Group<R>, saved: &GroupState) -> Result<(R, Option<f64>)> {
    let (mut options, mut initial_lr) = (group.options.clone(), group.initial_lr);
    for (name, value) in &saved.options {
        if name == INITIAL_LR {
            initial_lr = value.as_f64().or(initial_lr);
        } else if !no_choice::<R>(name) && !options.set(name, value)? {
            let message = format!(
                "{} has no hyperparameter `{name}`; it has {}",
                R::NAME,
                R::NAMES.join(", ")
            );
            return Err(Error::op("load_state_dict", message)
                .help("the state may be that of another kind of optimizer"));
        }
    }
    options.validate()?;
    Ok((options, initial_lr))
}
