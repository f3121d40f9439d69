//! Lists and dicts of parameters or buffers of unequal shapes, which can grow at run time.

use candle_core::DeviceLocation;

use super::{python, Build, Module, Visitor, VisitorMut};
use crate::init::Init;
use crate::{Buffer, Error, Param, Result, Tensor};
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
        let make = |at: &mut Build<'_, '_>, key: &str, shape: &[usize]| at.param(key, shape, init);
        Ok(Self::from_named(at.members(field, name, keys, make)?))
    }
}

/// A list or dict of buffers, as `#[buffer(list = …)]` and `#[buffer(dict = …)]` build it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't hold a group of buffers",
    label = "expected `BufferList` for a list, `BufferDict` for a dict"
)]
pub trait BufferGroup: Sized {
    /// A group of these buffers, in order.
    fn from_named(members: Vec<(String, Buffer)>) -> Self;

    /// Builds the group with the shapes that the trace registered; `persistent` says whether state dicts hold the buffers.
    ///
    /// # Errors
    /// If the buffers can't be made.
    fn build(
        at: &mut Build<'_, '_>,
        field: u64,
        name: &str,
        keys: &[&str],
        init: &Init,
        persistent: bool,
    ) -> Result<Self> {
        let make = |at: &mut Build<'_, '_>, key: &str, shape: &[usize]| {
            if persistent {
                at.buffer(key, shape, init)
            } else {
                at.unsaved_buffer(key, shape, init)
            }
        };
        Ok(Self::from_named(at.members(field, name, keys, make)?))
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
}

/// Buffers by position, named `0`, `1`, … under the field: tensors that are saved and moved with the model, not trained.
///
/// PyTorch has no such list; it is printed as a list of parameters is: `(0): Buffer containing: [torch.float32 of size 4x4]`.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let mut list = BufferList::new();
/// list.push(Buffer::new(Tensor::zeros((4, 4), DType::F32, &Device::Cpu)?)?);
/// list.push(Buffer::new(Tensor::zeros((4, 1), DType::F32, &Device::Cpu)?)?);
/// assert_eq!(list[1].dims(), [4, 1]);
/// assert_eq!(list.state_dict().names().collect::<Vec<_>>(), ["0", "1"]);
/// assert_eq!((list.buffers().len(), list.parameters().len()), (2, 0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct BufferList {
    members: Vec<(String, Buffer)>,
}

/// Buffers by key, in the order of insertion: tensors that are saved and moved with the model, not trained.
///
/// PyTorch has no such dict; it is printed as a dict of parameters is: `(mean): Buffer containing: [torch.FloatTensor of size 4]`.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let mut dict = BufferDict::new();
/// dict.insert("mean", Buffer::new(Tensor::zeros(4, DType::F32, &Device::Cpu)?)?);
/// assert_eq!(dict.get("mean")?.dims(), [4]);
/// let error = dict.get("var").unwrap_err().to_string();
/// assert!(error.contains("one of mean"), "{error}");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct BufferDict {
    members: Vec<(String, Buffer)>,
}

/// What lists have of their own.
macro_rules! list {
    ($ty:ident of $member:ident) => {
        impl $ty {
            /// Adds one at the end.
            pub fn push(&mut self, member: $member) {
                self.members.push((self.members.len().to_string(), member));
            }

            /// The members, in order.
            pub fn iter(&self) -> impl Iterator<Item = &$member> {
                self.members.iter().map(|(_, p)| p)
            }

            /// The one at `index`.
            ///
            /// # Errors
            /// If there is none.
            pub fn get(&self, index: usize) -> Result<&$member> {
                let found = self.members.get(index).map(|(_, p)| p);
                found.ok_or_else(|| {
                    Error::argument(
                        stringify!($ty),
                        "index",
                        index,
                        format!("an index below {}", self.len()),
                    )
                })
            }
        }

        impl Index<usize> for $ty {
            type Output = $member;

            /// As for a `Vec`, an index out of range panics; `get` doesn't.
            fn index(&self, index: usize) -> &$member {
                &self.members[index].1
            }
        }

        impl<'a> IntoIterator for &'a $ty {
            type Item = &'a $member;
            type IntoIter = std::iter::Map<
                std::slice::Iter<'a, (String, $member)>,
                fn(&'a (String, $member)) -> &'a $member,
            >;

            fn into_iter(self) -> Self::IntoIter {
                self.members.iter().map(|(_, p)| p)
            }
        }
    };
}

list!(ParamList of Param);
list!(BufferList of Buffer);

/// What dicts have of their own.
macro_rules! dict {
    ($ty:ident of $member:ident) => {
        impl $ty {
            /// Sets the one of a key; gives the one it had before, if any.
            pub fn insert(&mut self, key: impl Into<String>, member: $member) -> Option<$member> {
                let key = key.into();
                match self.members.iter_mut().find(|(k, _)| *k == key) {
                    Some((_, p)) => Some(std::mem::replace(p, member)),
                    None => {
                        self.members.push((key, member));
                        None
                    }
                }
            }

            /// The keys, in the order of insertion.
            pub fn keys(&self) -> impl Iterator<Item = &str> {
                self.members.iter().map(|(k, _)| k.as_str())
            }

            /// The one of a key.
            ///
            /// # Errors
            /// If there is none; the message lists the keys.
            pub fn get(&self, key: &str) -> Result<&$member> {
                let found = self.members.iter().find(|(k, _)| k == key).map(|(_, p)| p);
                found.ok_or_else(|| {
                    let keys: Vec<_> = self.keys().collect();
                    Error::argument(
                        stringify!($ty),
                        "key",
                        key,
                        format!("one of {}", keys.join(", ")),
                    )
                })
            }
        }

        impl Index<&str> for $ty {
            type Output = $member;

            /// As for a `HashMap`, a key that isn't there panics; `get` doesn't.
            fn index(&self, key: &str) -> &$member {
                match self.get(key) {
                    Ok(p) => p,
                    Err(e) => panic!("{e}"),
                }
            }
        }
    };
}

dict!(ParamDict of Param);
dict!(BufferDict of Buffer);

/// What lists and dicts have in common. Printed, a member is a `$word`, and `$element` names the type of its elements.
macro_rules! group {
    ($ty:ident of $member:ident, $group:ident, $visit:ident, $name:literal, $word:literal, $element:expr) => {
        impl $ty {
            /// A group without members.
            pub fn new() -> Self {
                Self::default()
            }

            /// Number of members.
            pub fn len(&self) -> usize {
                self.members.len()
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.members.is_empty()
            }
        }

        impl $group for $ty {
            fn from_named(members: Vec<(String, $member)>) -> Self {
                $ty { members }
            }
        }

        impl Module for $ty {
            fn type_name(&self) -> &'static str {
                $name
            }

            fn extra_repr(&self) -> String {
                let line = |(key, member): &(String, $member)| {
                    // Lines of an `extra_repr` have an indentation of their own there.
                    format!(
                        "  ({key}): {} {}",
                        $word,
                        described(member, $element(member))
                    )
                };
                let lines: Vec<_> = self.members.iter().map(line).collect();
                lines.join("\n")
            }

            fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
                for (name, member) in &self.members {
                    visitor.$visit(name, member);
                }
            }

            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
                for (name, member) in &mut self.members {
                    visitor.$visit(name, member)?;
                }
                Ok(())
            }
        }
    };
}

group!(ParamList of Param, ParamGroup, param, "ParameterList", "Parameter", python::dtype);
group!(ParamDict of Param, ParamGroup, param, "ParameterDict", "Parameter", python::typename);
group!(BufferList of Buffer, BufferGroup, buffer, "BufferList", "Buffer", python::dtype);
group!(BufferDict of Buffer, BufferGroup, buffer, "BufferDict", "Buffer", python::typename);

/// `containing: [torch.float32 of size 4x4]`, and where it is, if not on the CPU.
fn described(tensor: &Tensor, element: String) -> String {
    let size: Vec<_> = tensor.dims().iter().map(usize::to_string).collect();
    let place = match tensor.device().location() {
        DeviceLocation::Cpu => String::new(),
        DeviceLocation::Cuda { gpu_id } => format!(" (cuda:{gpu_id})"),
        DeviceLocation::Metal { gpu_id } => format!(" (mps:{gpu_id})"),
    };
    format!("containing: [{element} of size {}{place}]", size.join("x"))
}

impl Build<'_, '_> {
    /// The members of a list or dict, each by `make` from its key and shape.
    fn members<T>(
        &mut self,
        field: u64,
        name: &str,
        keys: &[&str],
        make: impl Fn(&mut Build<'_, '_>, &str, &[usize]) -> Result<T>,
    ) -> Result<Vec<(String, T)>> {
        let mut group = self.inside(field, name)?;
        let mut members = Vec::new();
        for key in keys {
            let shape = group.shape_of(key)?;
            members.push(((*key).to_owned(), make(&mut group, key, &shape)?));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests;
