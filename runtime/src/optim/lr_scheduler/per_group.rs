//! Arguments that may be one number or one for each group.

use crate::error::{Error, Result};

/// One number for all parameter groups, or one for each; made from an `f64` or a list.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::PerGroup;
/// assert_eq!(PerGroup::from(0.1), PerGroup::All(0.1));
/// assert_eq!(PerGroup::from([0.1, 0.2]), PerGroup::Each(vec![0.1, 0.2]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum PerGroup {
    /// The same for all groups.
    All(f64),
    /// One for each group, in order.
    Each(Vec<f64>),
}

impl From<f64> for PerGroup {
    fn from(value: f64) -> Self {
        PerGroup::All(value)
    }
}

impl From<Vec<f64>> for PerGroup {
    fn from(values: Vec<f64>) -> Self {
        PerGroup::Each(values)
    }
}

impl<const N: usize> From<[f64; N]> for PerGroup {
    fn from(values: [f64; N]) -> Self {
        PerGroup::Each(values.into())
    }
}

impl PerGroup {
    /// The number for each of so many groups, all finite.
    pub(super) fn each(
        &self,
        at: &'static str,
        name: &'static str,
        groups: usize,
    ) -> Result<Vec<f64>> {
        let values = match self {
            PerGroup::All(value) => vec![*value; groups],
            PerGroup::Each(values) if values.len() == groups => values.clone(),
            PerGroup::Each(values) => {
                let expected = format!("one number, or one for each of {groups} groups");
                return Err(Error::argument(at, name, values, expected));
            }
        };
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(Error::argument(at, name, value, "a finite number")),
            None => Ok(values),
        }
    }
}
