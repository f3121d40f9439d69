//! A hyperparameter's value in the form it is saved in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The value of a setting of an optimizer or scheduler, in a state dict or where the name is not known when compiling.
///
/// Serialises as the plain value: `0.9`, `true`, `[0.9, 0.999]`.
///
/// # Example
/// ```
/// use taper::optim::Setting;
/// assert_eq!(Setting::from((0.9, 0.999)).as_list(), Some(vec![0.9, 0.999]));
/// assert_eq!(Setting::from(3i64).as_f64(), Some(3.));
/// assert_eq!(serde_json::to_string(&Setting::from(true))?, "true");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// Not set (`None` in PyTorch).
    None,
    /// A flag.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A word.
    Text(String),
    /// Several values.
    List(Vec<Setting>),
    /// Values by name.
    Map(BTreeMap<String, Setting>),
}

/// Values by name.
pub type Settings = BTreeMap<String, Setting>;

impl Setting {
    /// The number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Setting::Float(value) => Some(value),
            Setting::Int(value) => Some(value as f64),
            _ => None,
        }
    }

    /// The whole number, if it is one; a float without a fraction counts.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Setting::Int(value) => Some(value),
            Setting::Float(value) if value.fract() == 0. && value.abs() < 9e15 => {
                Some(value as i64)
            }
            _ => None,
        }
    }

    /// The flag, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match *self {
            Setting::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The numbers, if it is a list of them.
    pub fn as_list(&self) -> Option<Vec<f64>> {
        match self {
            Setting::List(list) => list.iter().map(Setting::as_f64).collect(),
            _ => None,
        }
    }
}

/// What a field of an options struct can be: a type that settings are made of and read as.
pub trait FromSetting: Sized {
    /// What a message says is expected.
    const EXPECTED: &'static str;

    /// The value, if it is of this kind.
    fn from_setting(setting: &Setting) -> Option<Self>;

    /// The value, or an error that names it.
    ///
    /// # Errors
    /// If it is of another kind.
    fn read(at: &str, name: &'static str, setting: &Setting) -> Result<Self> {
        Self::from_setting(setting)
            .ok_or_else(|| Error::argument(at, name, setting, Self::EXPECTED))
    }
}

/// A setting that may be left out (`None` in PyTorch).
impl<T: Into<Setting>> From<Option<T>> for Setting {
    fn from(value: Option<T>) -> Self {
        value.map_or(Setting::None, Into::into)
    }
}

impl<T: FromSetting> FromSetting for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_setting(setting: &Setting) -> Option<Self> {
        match setting {
            Setting::None => Some(None),
            some => T::from_setting(some).map(Some),
        }
    }
}

/// Declares an enum whose values are words in a saved state.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }, $expected:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl From<$name> for $crate::optim::Setting {
            fn from(value: $name) -> Self {
                let word = match value {
                    $($name::$variant => $word,)*
                };
                $crate::optim::Setting::Text(word.to_owned())
            }
        }

        impl $crate::optim::FromSetting for $name {
            const EXPECTED: &'static str = $expected;

            fn from_setting(setting: &$crate::optim::Setting) -> Option<Self> {
                match setting {
                    $($crate::optim::Setting::Text(word) if word == $word => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    };
}
pub(super) use words;

macro_rules! settings {
    ($($ty:ty, $expected:literal, $to:expr, $from:expr;)*) => {$(
        impl From<$ty> for Setting {
            fn from(value: $ty) -> Self {
                let to: fn($ty) -> Setting = $to;
                to(value)
            }
        }
        impl FromSetting for $ty {
            const EXPECTED: &'static str = $expected;
            fn from_setting(setting: &Setting) -> Option<Self> {
                let from: fn(&Setting) -> Option<$ty> = $from;
                from(setting)
            }
        }
    )*};
}
settings! {
    bool, "true or false", Setting::Bool, Setting::as_bool;
    f64, "a number", Setting::Float, Setting::as_f64;
    i64, "a whole number", Setting::Int, Setting::as_i64;
    (f64, f64), "two numbers", |(a, b)| vec![a, b].into(), |setting| match setting.as_list()?[..] {
        [a, b] => Some((a, b)),
        _ => None,
    };
    usize, "a whole number ≥ 0", |value| Setting::Int(i64::try_from(value).unwrap_or(i64::MAX)), |setting| {
        usize::try_from(setting.as_i64()?).ok()
    };
    (f64, f64, f64), "three numbers", |(a, b, c)| vec![a, b, c].into(), |setting| match setting.as_list()?[..] {
        [a, b, c] => Some((a, b, c)),
        _ => None,
    };
    (Option<f64>, f64), "two numbers, the first of which may be none",
        |(a, b)| Setting::List(vec![a.into(), b.into()]),
        |setting| match setting {
            Setting::List(list) => match &list[..] {
                [a, b] => Some((Option::from_setting(a)?, b.as_f64()?)),
                _ => None,
            },
            _ => None,
        };
    Vec<f64>, "a list of numbers", |list| Setting::List(list.into_iter().map(Setting::Float).collect()), Setting::as_list;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_left_out_is_none() {
        let eps = Setting::from((None, 1e-3));
        assert_eq!(
            eps,
            Setting::List(vec![Setting::None, Setting::Float(1e-3)])
        );
        assert_eq!(FromSetting::from_setting(&eps), Some((None, 1e-3)));
        assert_eq!(Setting::from(None::<usize>), Setting::None);
        assert_eq!(Option::<usize>::from_setting(&Setting::None), Some(None));
        assert_eq!(Option::<usize>::from_setting(&2i64.into()), Some(Some(2)));
        assert_eq!(Option::<usize>::from_setting(&Setting::Int(-2)), None);
    }

    #[test]
    fn survives_json() {
        let settings = Settings::from([
            ("none".into(), Setting::None),
            ("lr".into(), 0.1.into()),
            ("epochs".into(), 3i64.into()),
            ("whole".into(), 1.0.into()),
            ("nesterov".into(), true.into()),
            ("betas".into(), (0.9, 0.999).into()),
        ]);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }
}
