//! The groups of an optimizer: what is common to all, whatever a step does.

use std::collections::{BTreeMap, HashSet};

use super::group::{set_by_name, Group, ParamGroup, KEPT};
use super::options::Hyperparameters;
use super::rule::UpdateRule;
use super::setting::{Setting, Settings};
use super::state::{GroupState, OptimizerState};
use crate::error::{Error, Result};
use crate::tensor::Param;

/// Options that parameters are grouped under.
pub(super) trait Grouped: Hyperparameters {
    /// The optimizer's name, for messages.
    const OPTIMIZER: &'static str;

    /// Hyperparameters in PyTorch's saved groups that are no choice here.
    const NO_CHOICE: &'static [&'static str] = &[];

    /// An error that names the first hyperparameter out of its range.
    fn check(&self) -> Result<()>;

    /// An error if the optimizer can't train the parameter.
    fn check_param(&self, param: &Param) -> Result<()>;
}

impl<R: UpdateRule> Grouped for R {
    const OPTIMIZER: &'static str = R::NAME;
    const NO_CHOICE: &'static [&'static str] = R::FIXED;

    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn check_param(&self, param: &Param) -> Result<()> {
        self.accepts(param)
    }
}

/// The groups, and the options that new ones inherit.
#[derive(Debug)]
pub(super) struct Groups<O> {
    pub(super) defaults: O,
    pub(super) list: Vec<Group<O>>,
}

/// Options and initial rates of all groups as a saved state has them, and what else it says of them.
pub(super) struct Loaded<O>(Vec<(O, Option<f64>, Settings)>);

impl<O: Grouped> Groups<O> {
    pub(super) fn new(defaults: O) -> Self {
        Groups {
            defaults,
            list: Vec::new(),
        }
    }

    /// Adds a group, or nothing if something is wrong with it.
    pub(super) fn push(&mut self, params: Vec<Param>, options: O) -> Result<()> {
        options.check()?;
        if params.is_empty() {
            let expected = "at least one parameter";
            return Err(Error::argument(O::OPTIMIZER, "params", params, expected));
        }
        let mut known: HashSet<u64> = self.params().map(Param::id).collect();
        if let Some(twice) = params.iter().find(|param| !known.insert(param.id())) {
            return Err(Error::DuplicateParam {
                optimizer: O::OPTIMIZER,
                name: twice.describe(),
            });
        }
        params
            .iter()
            .try_for_each(|param| options.check_param(param))?;
        self.list.push(Group::new(params, options));
        Ok(())
    }

    /// Adds a group with the default options but for those named.
    pub(super) fn add(&mut self, params: Vec<Param>, settings: &[(&str, Setting)]) -> Result<()> {
        let mut options = self.defaults.clone();
        for (name, value) in settings {
            set_by_name(&mut options, name, value)?;
        }
        self.push(params, options)
    }

    /// All parameters, in the order in which states number them.
    pub(super) fn params(&self) -> impl Iterator<Item = &Param> {
        self.list.iter().flat_map(|group| &group.params)
    }

    /// What is checked before a step: options may have been set, parameters may have moved.
    pub(super) fn check(&self) -> Result<()> {
        self.list.iter().try_for_each(|group| group.check())?;
        self.params().try_for_each(Param::check_not_moved)
    }

    pub(super) fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        self.params()
            .try_for_each(|param| param.zero_grad(set_to_none))
    }

    pub(super) fn as_dyn(&self) -> Vec<&dyn ParamGroup> {
        self.list
            .iter()
            .map(|group| group as &dyn ParamGroup)
            .collect()
    }

    pub(super) fn as_dyn_mut(&mut self) -> Vec<&mut dyn ParamGroup> {
        self.list
            .iter_mut()
            .map(|group| group as &mut dyn ParamGroup)
            .collect()
    }

    /// The groups as they are saved.
    pub(super) fn save(&self) -> Vec<GroupState> {
        let mut next = 0;
        let save = |group: &Group<O>| {
            let names = O::NAMES.iter();
            let mut options: BTreeMap<_, _> = names
                .filter_map(|&name| Some((name.to_owned(), group.options.get(name)?)))
                .collect();
            if let Some(lr) = group.initial_lr {
                options.insert(INITIAL_LR.into(), lr.into());
            }
            group.save_kept(&mut options);
            let params = (next..next + group.params.len()).collect();
            next += group.params.len();
            GroupState { options, params }
        };
        self.list.iter().map(save).collect()
    }

    /// The options of a saved state, if it fits; they are taken over by [`take`](Self::take).
    pub(super) fn read(&self, saved: &OptimizerState) -> Result<Loaded<O>> {
        let mismatch = |what: &str, found: usize, expected: usize| {
            let message = format!("the state has {found} {what}, the optimizer {expected}");
            Error::op("load_state_dict", message)
        };
        let (found, expected) = (saved.param_groups.len(), self.list.len());
        if found != expected {
            return Err(mismatch("parameter groups", found, expected));
        }
        let load = |(group, saved): (&Group<O>, &GroupState)| {
            let (found, expected) = (saved.params.len(), group.params.len());
            if found != expected {
                return Err(mismatch("parameters in a group", found, expected));
            }
            let (options, initial_lr) = load_options(group, saved)?;
            Ok((options, initial_lr, saved.options.clone()))
        };
        let groups = self.list.iter().zip(&saved.param_groups);
        Ok(Loaded(groups.map(load).collect::<Result<_>>()?))
    }

    /// The parameters with the options that were read for them, and their numbers in the saved state.
    pub(super) fn numbered<'a>(
        &'a self,
        saved: &'a OptimizerState,
        loaded: &'a Loaded<O>,
    ) -> impl Iterator<Item = (&'a O, &'a Param, usize)> {
        let groups = self.list.iter().zip(&saved.param_groups);
        groups
            .zip(&loaded.0)
            .flat_map(|((group, saved), (options, ..))| {
                let params = group.params.iter().zip(&saved.params);
                params.map(move |(param, &number)| (options, param, number))
            })
    }

    pub(super) fn take(&mut self, loaded: Loaded<O>) {
        for (group, (options, initial_lr, saved)) in self.list.iter_mut().zip(loaded.0) {
            group.options = options;
            group.initial_lr = initial_lr;
            group.load_kept(&saved);
        }
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

/// A group's options and initial rate with what a saved group says about them.
fn load_options<O: Grouped>(group: &Group<O>, saved: &GroupState) -> Result<(O, Option<f64>)> {
    let (mut options, mut initial_lr) = (group.options.clone(), group.initial_lr);
    for (name, value) in &saved.options {
        if name == INITIAL_LR {
            initial_lr = value.as_f64().or(initial_lr);
        } else if !IMPLEMENTATION.contains(&name.as_str())
            && !O::NO_CHOICE.contains(&name.as_str())
            && !KEPT.contains(&name.as_str())
            && !options.set(name, value)?
        {
            let message = format!(
                "{} has no hyperparameter `{name}`; it has {}",
                O::OPTIMIZER,
                O::NAMES.join(", ")
            );
            return Err(Error::op("load_state_dict", message)
                .help("the state may be that of another kind of optimizer"));
        }
    }
    options.check()?;
    Ok((options, initial_lr))
}
