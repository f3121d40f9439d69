//! Loading a state dict: everything is checked first, then everything is written.

use std::collections::HashSet;
use std::fmt;

use super::walk::{slots, Slot};
use super::{Mask, Module, ModuleError, StateDict};
use crate::{Result, Tensor};

/// How [`load_state_dict_with`](super::ModuleExt::load_state_dict_with) treats names that don't fit.
///
/// # Example
/// ```
/// use taper::module::{LoadOptions, ModuleExt};
/// # use taper::testing::Toy;
/// # let (pretrained, net) = (Toy::net()?, Toy::net_with_classes(4)?);
/// let options = LoadOptions::default().except("fc2.*"); // the new head keeps its values
/// let report = net.load_state_dict_with(&pretrained.state_dict(), options)?;
/// assert!(report.is_clean());
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LoadOptions {
    /// Whether missing and unexpected names are an error. Default: true.
    pub strict: bool,
    /// Names, of the model and of the state dict, that are passed over. Default: none.
    pub except: Mask,
}

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions {
            strict: true,
            except: Mask::none(),
        }
    }
}

impl LoadOptions {
    /// Sets [`strict`](Self::strict).
    #[must_use]
    pub fn strict(mut self, strict: impl Into<bool>) -> Self {
        self.strict = strict.into();
        self
    }

    /// Sets [`except`](Self::except): a pattern, several, or a mask.
    #[must_use]
    pub fn except(mut self, except: impl Into<Mask>) -> Self {
        self.except = except.into();
        self
    }
}

/// Which names of a state dict and a model did not fit each other.
///
/// # Example
/// ```
/// use taper::module::{LoadOptions, ModuleExt};
/// # use taper::testing::Toy;
/// # let net = Toy::linear(2, 3)?;
/// let mut state = net.state_dict();
/// state.remove("bias");
/// let report = net.load_state_dict_with(&state, LoadOptions::default().strict(false))?;
/// assert_eq!(report.to_string(), "1 name is missing\n  missing: bias");
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Names of the model that the state dict lacks.
    pub missing: Vec<String>,
    /// Names of the state dict that the model lacks.
    pub unexpected: Vec<String>,
    /// Tensors of another shape than the model's.
    pub mismatched: Vec<Mismatch>,
}

/// A tensor whose shape is not the model's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Its name.
    pub name: String,
    /// The shape in the model.
    pub expected: Vec<usize>,
    /// The shape in the state dict.
    pub found: Vec<usize>,
}

impl LoadReport {
    /// Whether everything fitted.
    pub fn is_clean(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mismatched.is_empty()
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("all names matched");
        }
        let counts = [
            (self.missing.len(), "missing"),
            (self.unexpected.len(), "unexpected"),
            (self.mismatched.len(), "of another shape"),
        ];
        let mut counts = counts.iter().filter(|(count, _)| *count > 0);
        if let Some((count, what)) = counts.next() {
            let names = if *count == 1 { "name is" } else { "names are" };
            write!(f, "{count} {names} {what}")?;
        }
        for (count, what) in counts {
            write!(f, ", {count} {what}")?;
        }
        for (what, names) in [("missing", &self.missing), ("unexpected", &self.unexpected)] {
            if !names.is_empty() {
                write!(f, "\n  {what}: {}", names.join(", "))?;
            }
        }
        for mismatch in &self.mismatched {
            write!(f, "\n  {mismatch}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch {
            name,
            expected,
            found,
        } = self;
        write!(
            f,
            "{name}: expected shape {expected:?}, but it has shape {found:?}"
        )
    }
}

pub(crate) fn load(
    root: &dyn Module,
    state: &StateDict,
    options: &LoadOptions,
) -> Result<LoadReport> {
    let (report, values) = plan(root, state, &options.except)?;
    let refused = options.strict && !(report.missing.is_empty() && report.unexpected.is_empty());
    if refused || !report.mismatched.is_empty() {
        let (model, report) = (root.type_name(), Box::new(report));
        return Err(ModuleError::StateDict { model, report }.into());
    }
    for (slot, value) in values {
        slot.set(&value)?;
    }
    Ok(report)
}

type Values<'a> = Vec<(Slot<'a>, Tensor)>;

/// What would be written, already converted, and what does not fit.
fn plan<'a>(
    root: &'a dyn Module,
    state: &StateDict,
    except: &Mask,
) -> Result<(LoadReport, Values<'a>)> {
    let (mut report, mut values) = (LoadReport::default(), Vec::new());
    let mut known = HashSet::new();
    for (name, slot, owner) in slots(root) {
        known.insert(name.clone());
        if except.selects_owned(&name, owner) {
            continue;
        }
        let Some(value) = state.get(&name) else {
            if !may_be_missing(&name) {
                report.missing.push(name);
            }
            continue;
        };
        let (expected, found) = (slot.tensor().dims().to_vec(), value.dims().to_vec());
        if expected == found {
            values.push((slot, converted(value, slot.tensor())?));
        } else {
            report.mismatched.push(Mismatch {
                name,
                expected,
                found,
            });
        }
    }
    let strangers = state.names().filter(|name| !known.contains(*name));
    report.unexpected = strangers
        .filter(|name| !except.selects(name))
        .map(str::to_owned)
        .collect();
    Ok((report, values))
}

/// Batch normalisation did not count its batches before PyTorch 0.4.1; files of that time, torchvision's VGG among them, load
/// strictly there.
fn may_be_missing(name: &str) -> bool {
    name.rsplit('.').next() == Some("num_batches_tracked")
}

/// In the type and on the device of `like`; converted before anything is written, since it can fail.
fn converted(value: &Tensor, like: &Tensor) -> Result<Tensor> {
    value
        .detach()
        .to_device(like.device())?
        .to_dtype(like.dtype())
}
