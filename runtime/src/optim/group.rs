//! Parameter groups: parameters that share their hyperparameters.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use super::options::Hyperparameters;
use super::setting::{Setting, Settings};
use crate::error::{Error, Result};
use crate::tensor::Param;

/// Parameters with their own hyperparameters, which are the group's fields: `group.lr *= 0.1`.
///
/// # Example
/// ```
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// for group in opt.param_groups_mut() {
///     group.lr *= 0.5;
/// }
/// assert_eq!(opt.param_groups()[0].lr, 0.05);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
pub struct Group<O> {
    pub(super) params: Vec<Param>,
    pub(super) options: O,
    pub(super) initial_lr: Option<f64>,
    /// What schedulers keep here.
    kept: BTreeMap<&'static str, f64>,
}

/// The names of what schedulers keep in a group besides `initial_lr`, PyTorch's.
pub(super) const KEPT: [&str; 5] = [
    "max_lr",
    "min_lr",
    "base_momentum",
    "max_momentum",
    "swa_lr",
];

impl<O> Group<O> {
    /// A group that no scheduler has seen yet.
    pub(super) fn new(params: Vec<Param>, options: O) -> Self {
        Group {
            params,
            options,
            initial_lr: None,
            kept: BTreeMap::new(),
        }
    }

    /// Adds what schedulers keep here to a saved group.
    pub(super) fn save_kept(&self, saved: &mut Settings) {
        let kept = self.kept.iter();
        saved.extend(kept.map(|(&name, &value)| (name.to_owned(), value.into())));
    }

    /// Takes over what schedulers had kept in a saved group.
    pub(super) fn load_kept(&mut self, saved: &Settings) {
        let values = KEPT.map(|name| Some((name, saved.get(name)?.as_f64()?)));
        self.kept.extend(values.into_iter().flatten());
    }

    /// The group's parameters.
    pub fn params(&self) -> &[Param] {
        &self.params
    }
}

impl<O> Deref for Group<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.options
    }
}

impl<O> DerefMut for Group<O> {
    fn deref_mut(&mut self) -> &mut O {
        &mut self.options
    }
}

/// A parameter group of an optimizer whose type is not known: what schedulers change.
///
/// # Example
/// ```
/// use taper::optim::{Adam, Optimizer, Sgd};
/// use taper::{Device, Param, Tensor};
///
/// /// × 0.1 every 30 epochs.
/// fn adjust(opt: &mut dyn Optimizer, epoch: i32) {
///     for group in opt.param_groups_mut() {
///         group.set_lr(0.01 * 0.1f64.powi(epoch / 30));
///     }
/// }
///
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opts: [Box<dyn Optimizer>; 2] = [Box::new(Sgd::new([&w], 0.01)?), Box::new(Adam::new([&w], 0.01)?)];
/// for opt in &mut opts {
///     adjust(opt.as_mut(), 60);
///     assert!((opt.param_groups()[0].lr() - 1e-4).abs() < 1e-15);
/// }
/// # Ok::<(), taper::Error>(())
/// ```
pub trait ParamGroup {
    /// The group's parameters.
    fn params(&self) -> &[Param];

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Sets the learning rate.
    fn set_lr(&mut self, lr: f64);

    /// The learning rate that schedulers start from, once one has been made.
    fn initial_lr(&self) -> Option<f64>;

    /// Sets the learning rate that schedulers start from.
    fn set_initial_lr(&mut self, lr: f64);

    /// A value that a scheduler keeps in the group, so that it is saved with the optimizer: `max_lr`, `min_lr`,
    /// `base_momentum`, `max_momentum` or `swa_lr`.
    fn kept(&self, name: &str) -> Option<f64>;

    /// Keeps a value of a scheduler; see [`kept`](Self::kept).
    ///
    /// # Errors
    /// If it is none of those names.
    fn keep(&mut self, name: &str, value: f64) -> Result<()>;

    /// The names of the hyperparameters, in PyTorch's order.
    fn names(&self) -> &'static [&'static str];

    /// The value of a hyperparameter, if the optimizer has one of that name.
    fn get(&self, name: &str) -> Option<Setting>;

    /// Sets a hyperparameter. Its range is checked by the next step.
    ///
    /// # Errors
    /// If there is none of that name, or the value is of another kind.
    fn set(&mut self, name: &str, value: Setting) -> Result<()>;
}

impl<O: Hyperparameters> ParamGroup for Group<O> {
    fn params(&self) -> &[Param] {
        &self.params
    }

    fn lr(&self) -> f64 {
        self.options.rate()
    }

    fn set_lr(&mut self, lr: f64) {
        self.options.set_rate(lr);
    }

    fn initial_lr(&self) -> Option<f64> {
        self.initial_lr
    }

    fn set_initial_lr(&mut self, lr: f64) {
        self.initial_lr = Some(lr);
    }

    fn kept(&self, name: &str) -> Option<f64> {
        self.kept.get(name).copied()
    }

    fn keep(&mut self, name: &str, value: f64) -> Result<()> {
        let Some(known) = KEPT.into_iter().find(|&known| known == name) else {
            let expected = format!("one of {}", KEPT.join(", "));
            return Err(Error::argument("parameter group", "name", name, expected));
        };
        self.kept.insert(known, value);
        Ok(())
    }

    fn names(&self) -> &'static [&'static str] {
        O::NAMES
    }

    fn get(&self, name: &str) -> Option<Setting> {
        self.options.get(name)
    }

    fn set(&mut self, name: &str, value: Setting) -> Result<()> {
        set_by_name(&mut self.options, name, &value)
    }
}

/// Sets an option, or says which there are.
pub(super) fn set_by_name<O: Hyperparameters>(
    options: &mut O,
    name: &str,
    value: &Setting,
) -> Result<()> {
    if options.set(name, value)? {
        return Ok(());
    }
    let expected = format!("one of {}", O::NAMES.join(", "));
    Err(Error::argument("parameter group", "name", name, expected))
}
