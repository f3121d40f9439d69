//! How the optional arguments of operations are declared.

/// A struct of optional arguments: public fields, PyTorch's defaults, and a chained setter per field that takes
/// `impl Into<…>`.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident $fields:tt) => {
        $crate::__options! {
            $(#[$doc])*
            #[derive(PartialEq)]
            $name $fields
        }
    };
}
pub(crate) use options;

/// [`options!`] with tensors among them, which can't be compared. Exported for `hyperparameters!`, which is written outside of
/// this crate too.
#[macro_export]
#[doc(hidden)]
macro_rules! __options {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty = $default:expr),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
        }

        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default),* }
            }
        }

        impl $name {
            $(
                $(#[$field_doc])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$ty>) -> Self {
                    self.$field = $field.into();
                    self
                }
            )*
        }
    };
}
pub(crate) use crate::__options as tensor_options;
