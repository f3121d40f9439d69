//! The hyperparameters of an optimizer: a plain struct that can also be read and written by name.

use super::setting::Setting;
use crate::error::Result;

/// Options of an update rule, by name: for state dicts and for code that does not know which optimizer it has.
///
/// [`hyperparameters!`](super::hyperparameters) implements it.
pub trait Hyperparameters: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The names, as PyTorch spells and orders them.
    const NAMES: &'static [&'static str];

    /// The value of the option, if there is one of that name.
    fn get(&self, name: &str) -> Option<Setting>;

    /// Sets an option; false if there is none of that name.
    ///
    /// # Errors
    /// If the value is of another kind.
    fn set(&mut self, name: &str, value: &Setting) -> Result<bool>;

    /// The learning rate.
    fn rate(&self) -> f64;

    /// Sets the learning rate.
    fn set_rate(&mut self, lr: f64);
}

/// Declares the options of an optimizer: a struct with public fields and their defaults, a chained setter per field, access
/// by name ([`Hyperparameters`]), and `From<f64>` for the learning rate alone.
///
/// There must be a field `lr`. Types are `f64`, `bool`, `i64`, `(f64, f64)` and `Vec<f64>`.
///
/// ```
/// taper::optim::hyperparameters! {
///     /// The options of an optimizer of one's own.
///     pub struct OwnOptions {
///         /// The learning rate.
///         lr: f64 = 1e-3,
///         /// How much of the last step is kept.
///         momentum: f64 = 0.9,
///     }
/// }
/// let options = OwnOptions::from(0.1).momentum(0.5);
/// assert_eq!((options.lr, options.momentum), (0.1, 0.5));
/// ```
#[macro_export]
macro_rules! hyperparameters {
    ($(#[$meta:meta])* pub struct $options:ident { $($(#[$doc:meta])* $field:ident: $ty:ty = $default:expr,)* }) => {
        $crate::__options! {
            $(#[$meta])*
            #[derive(PartialEq)]
            $options { $($(#[$doc])* $field: $ty = $default,)* }
        }

        /// The defaults with this learning rate.
        impl From<f64> for $options {
            fn from(lr: f64) -> Self {
                Self::default().lr(lr)
            }
        }

        impl $crate::optim::Hyperparameters for $options {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn get(&self, name: &str) -> Option<$crate::optim::Setting> {
                match name {
                    $(stringify!($field) => Some(self.$field.clone().into()),)*
                    _ => None,
                }
            }

            fn set(&mut self, name: &str, value: &$crate::optim::Setting) -> $crate::Result<bool> {
                match name {
                    $(stringify!($field) => {
                        self.$field = $crate::optim::FromSetting::read(stringify!($options), stringify!($field), value)?;
                    })*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn rate(&self) -> f64 {
                self.lr
            }

            fn set_rate(&mut self, lr: f64) {
                self.lr = lr;
            }
        }
    };
}
pub(super) use crate::hyperparameters;
