//! Values with tensors in them: what functions of several inputs and outputs take and give.

use super::Tensor;

/// A value with tensors in it: a tensor, an option, a list or a tuple of such values, or a plain value beside them.
///
/// ```
/// use taper::tensor::Tensors;
/// use taper::{Device, Tensor};
/// let x = Tensor::new(1f32, &Device::Cpu)?;
/// let mut found = Vec::new();
/// (x.clone(), Some(x), true).collect(&mut found);
/// assert_eq!(found.len(), 2);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Tensors {
    /// Adds the tensors to `found`, in order.
    fn collect(&self, found: &mut Vec<Tensor>);

    /// Shows `change` every tensor, in the same order.
    fn change(&mut self, change: &mut dyn FnMut(&mut Tensor));
}

impl Tensors for Tensor {
    fn collect(&self, found: &mut Vec<Tensor>) {
        found.push(self.clone());
    }

    fn change(&mut self, change: &mut dyn FnMut(&mut Tensor)) {
        change(self);
    }
}

macro_rules! of_members {
    ($([$($generics:tt)*] $ty:ty),+ $(,)?) => {$(
        impl<T: Tensors, $($generics)*> Tensors for $ty {
            fn collect(&self, found: &mut Vec<Tensor>) {
                self.iter().for_each(|x| x.collect(found));
            }

            fn change(&mut self, change: &mut dyn FnMut(&mut Tensor)) {
                self.iter_mut().for_each(|x| x.change(change));
            }
        }
    )+};
}
of_members!([] Option<T>, [] Vec<T>, [const N: usize] [T; N]);

macro_rules! without_tensors {
    ($($ty:ty),+) => {$(
        impl Tensors for $ty {
            fn collect(&self, _: &mut Vec<Tensor>) {}

            fn change(&mut self, _: &mut dyn FnMut(&mut Tensor)) {}
        }
    )+};
}
without_tensors!((), bool, i32, u32, i64, usize, f32, f64, String);

macro_rules! tuples {
    ($(($($t:ident $i:tt),+)),+ $(,)?) => {$(
        impl<$($t: Tensors),+> Tensors for ($($t,)+) {
            fn collect(&self, found: &mut Vec<Tensor>) {
                $(self.$i.collect(found);)+
            }

            fn change(&mut self, change: &mut dyn FnMut(&mut Tensor)) {
                $(self.$i.change(change);)+
            }
        }
    )+};
}
tuples!(
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
);
