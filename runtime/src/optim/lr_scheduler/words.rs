//! Arguments that are one of a few words.

/// Declares an enum of words that is saved as PyTorch spells them.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $expected:literal { $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant),*
        }

        impl From<$name> for $crate::optim::Setting {
            fn from(word: $name) -> Self {
                let text = match word {
                    $($name::$variant => $word),*
                };
                $crate::optim::Setting::Text(text.into())
            }
        }

        impl $crate::optim::FromSetting for $name {
            const EXPECTED: &'static str = $expected;

            fn from_setting(setting: &$crate::optim::Setting) -> Option<Self> {
                match setting {
                    $($crate::optim::Setting::Text(text) if text == $word => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    };
}
pub(super) use words;

words! {
    /// The curve from one value to another, of [`OneCycleLr`](super::OneCycleLr) and [`SwaLr`](super::SwaLr).
    ///
    /// ```
    /// use taper::optim::lr_scheduler::AnnealStrategy;
    /// use taper::optim::Setting;
    /// assert_eq!(Setting::from(AnnealStrategy::Cos), Setting::Text("cos".into()));
    /// ```
    AnnealStrategy, "\"cos\" or \"linear\"" {
        /// Half a cosine (`"cos"`).
        Cos = "cos",
        /// A straight line (`"linear"`).
        Linear = "linear",
    }
}
