//! The configuration of a model without hyperparameters.

use std::fmt;
use std::marker::PhantomData;

use candle_nn::VarBuilder;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Config, Inspect, Layer};
use crate::error::Result;
use crate::trace::{Args, Tracer};
use crate::Device;

/// The settings of a model that has none: what `LeNetConfig` is where `LeNet` has no `#[config]` field.
///
/// One type for all such models, so that each costs the compiler nothing.
///
/// ```
/// use taper::prelude::*;
///
/// #[model([B, 4] -> [B, 2])]
/// pub struct Head {
///     #[layer(2)]
///     fc: Linear,
/// }
///
/// #[forward]
/// impl Head {
///     fn forward(&self, x: Tensor) -> Tensor {
///         self.fc(x)
///     }
/// }
///
/// let config: HeadConfig = Head::config();
/// let head = config.init(&Device::Cpu)?;
/// assert_eq!(head.settings(), config);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct NoSettings<L> {
    of: PhantomData<fn() -> L>,
}

impl<L> NoSettings<L> {
    /// The settings.
    pub const fn new() -> Self {
        NoSettings { of: PhantomData }
    }
}

impl<L: Layer> NoSettings<L> {
    /// As [`Config::init`].
    ///
    /// # Errors
    /// As [`Config::init`].
    pub fn init(&self, device: &Device) -> Result<L> {
        Config::init(self, device)
    }

    /// As [`Config::init_seeded`].
    ///
    /// # Errors
    /// As [`Config::init`].
    pub fn init_seeded(&self, device: &Device, seed: u64) -> Result<L> {
        Config::init_seeded(self, device, seed)
    }

    /// As [`Config::build_from`].
    ///
    /// # Errors
    /// As [`Config::build_from`].
    pub fn build_from(&self, vb: VarBuilder<'_>) -> Result<L> {
        Config::build_from(self, vb)
    }
}

impl<L: Layer> Config for NoSettings<L> {
    type Layer = L;

    fn args(&self, _: &mut Tracer<'_>) -> Args {
        Args::new()
    }
}

/// A model without `#[config]` fields: [`NoSettings`] are its settings.
pub trait WithoutSettings: Layer {}

impl<L: WithoutSettings> Inspect for L {
    type Config = NoSettings<L>;

    fn settings(&self) -> NoSettings<L> {
        NoSettings::new()
    }
}

impl<L> Default for NoSettings<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L> Clone for NoSettings<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for NoSettings<L> {}

impl<L> PartialEq for NoSettings<L> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<L> Eq for NoSettings<L> {}

impl<L> fmt::Debug for NoSettings<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoSettings")
    }
}

impl<L> Serialize for NoSettings<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("NoSettings", 0)?.end()
    }
}

impl<'de, L> Deserialize<'de> for NoSettings<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("NoSettings", &[], Nothing)?;
        Ok(Self::new())
    }
}

/// Accepts any struct: fields of another version are passed over, as serde's derives do.
struct Nothing;

impl<'de> Visitor<'de> for Nothing {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of a model that has none")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type None = NoSettings<crate::nn::ReLU>;

    #[test]
    fn nothing_is_written_and_read() -> Result<(), serde_json::Error> {
        assert_eq!(serde_json::to_string(&None::new())?, "{}");
        assert_eq!(serde_json::from_str::<None>("{}")?, None::new());
        assert_eq!(serde_json::from_str::<None>(r#"{"old": 1}"#)?, None::new());
        Ok(())
    }

    #[test]
    fn something_else_than_a_struct_is_refused() {
        let error = serde_json::from_str::<None>("3").unwrap_err();
        assert!(error
            .to_string()
            .contains("the settings of a model that has none"));
    }
}
