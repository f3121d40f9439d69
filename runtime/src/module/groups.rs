//! Lists and dicts of parameters of unequal shapes, which can grow at run time.

use candle_core::DeviceLocation;

use super::{python, Build, Module, State, Visitor, VisitorMut};
use crate::init::Init;
use crate::{Error, Param, Result};
use std::ops::Index;

/// What a `dict!` or a group of parameters is built by.
pub trait BuildGroup: Sized {
    /// Builds all members.
    ///
    /// # Errors
    /// As the members.
    fn build_group(at: &mut Build<'_, '_>) -> Result<Self>;
}

/// A list or dict of parameters, as `#[param(list = …)]` and `#[param(dict = …)]` build it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't hold a group of parameters",
    label = "expected `ParamList` for a list, `ParamDict` for a dict"
)]
pub trait ParamGroup: Sized {
    /// A group of these parameters, in order.
    fn from_named(members: Vec<(String, Param)>) -> Self;

    /// Builds the group with the shapes that the trace registered.
    ///
    /// # Errors
    /// If the parameters can't be made.
    fn build(
        at: &mut Build<'_, '_>,
        field: u64,
        name: &str,
        keys: &[&str],
        init: &Init,
    ) -> Result<Self> {
        let members = at.param_group(field, name, keys, init)?;
        Ok(Self::from_named(members))
    }
}

/// Parameters by position (PyTorch: `torch.nn.ParameterList`), named `0`, `1`, … under the field.
///
/// Printed as in PyTorch, with the type of the elements: `(0): Parameter containing: [torch.float32 of size 4x4]`.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let mut list = ParamList::new();
/// list.push(Param::new(Tensor::zeros((4, 4), DType::F32, &Device::Cpu)?)?);
/// list.push(Param::new(Tensor::zeros((4, 1), DType::F32, &Device::Cpu)?)?);
/// assert_eq!(list[1].dims(), [4, 1]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ParamList {
    members: Vec<(String, Param)>,
    state: State,
}

/// Parameters by key (PyTorch: `torch.nn.ParameterDict`), in the order of insertion.
///
/// Printed as in PyTorch, which calls the elements' type by another name here than in a list:
/// `(left): Parameter containing: [torch.FloatTensor of size 4x4]`.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let mut dict = ParamDict::new();
/// dict.insert("linear1", Param::new(Tensor::zeros((4, 4), DType::F32, &Device::Cpu)?)?);
/// assert_eq!(dict.get("linear1")?.dims(), [4, 4]);
/// assert!(dict.get("linear9").is_err());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ParamDict {
    members: Vec<(String, Param)>,
    state: State,
}

impl ParamList {
    /// Adds a parameter at the end.
    pub fn push(&mut self, param: Param) {
        self.members.push((self.members.len().to_string(), param));
    }

    /// The parameters, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.members.iter().map(|(_, p)| p)
    }

    /// The parameter at `index`.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self, index: usize) -> Result<&Param> {
        let found = self.members.get(index).map(|(_, p)| p);
        found.ok_or_else(|| {
            Error::argument(
                "ParamList",
                "index",
                index,
                format!("an index below {}", self.len()),
            )
        })
    }
}

impl Index<usize> for ParamList {
    type Output = Param;

    /// As for a `Vec`, an index out of range panics; [`ParamList::get`] doesn't.
    fn index(&self, index: usize) -> &Param {
        &self.members[index].1
    }
}

impl<'a> IntoIterator for &'a ParamList {
    type Item = &'a Param;
    type IntoIter =
        std::iter::Map<std::slice::Iter<'a, (String, Param)>, fn(&'a (String, Param)) -> &'a Param>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter().map(|(_, p)| p)
    }
}

impl ParamDict {
    /// Sets the parameter of a key; the one it had before, if any.
    pub fn insert(&mut self, key: impl Into<String>, param: Param) -> Option<Param> {
        let key = key.into();
        match self.members.iter_mut().find(|(k, _)| *k == key) {
            Some((_, p)) => Some(std::mem::replace(p, param)),
            None => {
                self.members.push((key, param));
                None
            }
        }
    }

    /// The keys, in the order of insertion.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(k, _)| k.as_str())
    }

    /// The parameter of a key.
    ///
    /// # Errors
    /// If there is none; the message lists the keys.
    pub fn get(&self, key: &str) -> Result<&Param> {
        let found = self.members.iter().find(|(k, _)| k == key).map(|(_, p)| p);
        found.ok_or_else(|| {
            let keys: Vec<_> = self.keys().collect();
            Error::argument(
                "ParamDict",
                "key",
                key,
                format!("one of {}", keys.join(", ")),
            )
        })
    }
}

impl Index<&str> for ParamDict {
    type Output = Param;

    /// As for a `HashMap`, a key that isn't there panics; [`ParamDict::get`] doesn't.
    fn index(&self, key: &str) -> &Param {
        match self.get(key) {
            Ok(p) => p,
            Err(e) => panic!("{e}"),
        }
    }
}

/// What lists and dicts of parameters have in common; `$element` is what PyTorch calls the type of an element there.
macro_rules! group {
    ($ty:ident, $word:literal, $element:expr) => {
        impl $ty {
            /// A group without parameters.
            pub fn new() -> Self {
                Self::default()
            }

            /// Number of parameters.
            pub fn len(&self) -> usize {
                self.members.len()
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.members.is_empty()
            }
        }

        impl ParamGroup for $ty {
            fn from_named(members: Vec<(String, Param)>) -> Self {
                $ty {
                    members,
                    state: State::new(),
                }
            }
        }

        impl Module for $ty {
            fn type_name(&self) -> &'static str {
                $word
            }

            fn extra_repr(&self) -> String {
                let line = |(key, param): &(String, Param)| {
                    // Lines of an `extra_repr` have an indentation of their own there.
                    format!("  ({key}): {}", described(param, $element(param)))
                };
                let lines: Vec<_> = self.members.iter().map(line).collect();
                lines.join("\n")
            }

            fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
                for (name, param) in &self.members {
                    visitor.param(name, param);
                }
            }

            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
                for (name, param) in &mut self.members {
                    visitor.param(name, param)?;
                }
                Ok(())
            }

            fn state(&self) -> Option<&State> {
                Some(&self.state)
            }
        }
    };
}

group!(ParamList, "ParameterList", python::dtype);
group!(ParamDict, "ParameterDict", python::typename);

/// `Parameter containing: [torch.float32 of size 4x4]`, and where it is, if not on the CPU.
fn described(param: &Param, element: String) -> String {
    let size: Vec<_> = param.dims().iter().map(usize::to_string).collect();
    let place = match param.device().location() {
        DeviceLocation::Cpu => String::new(),
        DeviceLocation::Cuda { gpu_id } => format!(" (cuda:{gpu_id})"),
        DeviceLocation::Metal { gpu_id } => format!(" (mps:{gpu_id})"),
    };
    format!(
        "Parameter containing: [{element} of size {}{place}]",
        size.join("x")
    )
}

impl Build<'_, '_> {
    /// The parameters of a list or dict.
    fn param_group(
        &mut self,
        field: u64,
        name: &str,
        keys: &[&str],
        init: &Init,
    ) -> Result<Vec<(String, Param)>> {
        let mut group = self.inside(field, name)?;
        let mut members = Vec::new();
        for key in keys {
            let shape = group.shape_of(key)?;
            members.push(((*key).to_owned(), group.param(key, &shape, init)?));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::format_module;
    use crate::{DType, Device, Tensor};

    fn param(dims: &[usize], dtype: DType) -> Result<Param> {
        Param::new(Tensor::zeros(dims, dtype, &Device::Cpu)?)
    }

    #[test]
    fn groups_print_as_in_pytorch() -> Result<()> {
        let (mut list, mut dict, mut one) = (ParamList::new(), ParamDict::new(), ParamList::new());
        list.push(param(&[4, 4], DType::F32)?);
        list.push(param(&[], DType::BF16)?);
        dict.insert("left", param(&[5, 10], DType::F32)?);
        dict.insert("right", param(&[3], DType::F64)?);
        one.push(param(&[2], DType::F16)?);
        let expected = "\
ParameterList(
    (0): Parameter containing: [torch.float32 of size 4x4]
    (1): Parameter containing: [torch.bfloat16 of size ]
)";
        assert_eq!(format_module(&list), expected);
        let expected = "\
ParameterDict(
    (left): Parameter containing: [torch.FloatTensor of size 5x10]
    (right): Parameter containing: [torch.DoubleTensor of size 3]
)";
        assert_eq!(format_module(&dict), expected);
        // A single line stands between the parentheses, with its indentation: PyTorch does that.
        let expected = "ParameterList(  (0): Parameter containing: [torch.float16 of size 2])";
        assert_eq!(format_module(&one), expected);
        assert_eq!(format_module(&ParamDict::new()), "ParameterDict()");
        Ok(())
    }
}
