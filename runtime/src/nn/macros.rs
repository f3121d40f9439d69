//! What all built-in layers share: the struct with its state, the settings with setters, the table of arguments.

/// Declares a layer: its struct, its settings and the table that the trace binds arguments against.
///
/// Rows of the table are numbered in the order `required`, `leading`, `optional`, `inferred`: `required` settings
/// have no default and are positional, `leading` ones have a default and may be positional, `optional` ones are
/// named, `inferred` ones are sizes read off the input and only checked where given. A default of `none` is `None`.
///
/// The layer's file adds `Rule::<Self>::trace`, `make` (construction), `Module` and `Forward`. One that takes or gives several
/// tensors says `calls: several;` at the end, and has `Call` instead of `Forward`.
macro_rules! layer {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $fty:ty),* $(,)? }

        $(#[$cmeta:meta])*
        pub config $config:ident {
            $(required { $($(#[$rmeta:meta])* $req:ident : $rty:ty),* $(,)? })?
            $(leading { $($(#[$lmeta:meta])* $lead:ident : $lty:ty = $ldef:tt),* $(,)? })?
            $(optional { $($(#[$ometa:meta])* $opt:ident : $oty:ty = $odef:tt),* $(,)? })?
            $(inferred { $($inf:ident),* $(,)? })?
        }

        $(calls: $calls:ident;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[$fmeta])* $fvis $field: $fty,)* state: $crate::module::State }

        $(#[$cmeta])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $config {
            $($($(#[$rmeta])* pub $req: $rty,)*)?
            $($($(#[$lmeta])* pub $lead: $lty,)*)?
            $($($(#[$ometa])* pub $opt: $oty,)*)?
            $($(
                /// Read off the input; checked against it, if given.
                pub $inf: Option<usize>,
            )*)?
        }

        impl $name {
            pub(crate) const TABLE: &'static [$crate::trace::Param] = &[
                $($($crate::trace::Param::required(
                    stringify!($req), <$rty as $crate::nn::setting::Setting>::TAKES),)*)?
                $($($crate::trace::Param::leading(
                    stringify!($lead), <$lty as $crate::nn::setting::Setting>::TAKES, $crate::nn::default_value!($ldef)),)*)?
                $($($crate::trace::Param::optional(
                    stringify!($opt), <$oty as $crate::nn::setting::Setting>::TAKES, $crate::nn::default_value!($odef)),)*)?
                $($($crate::trace::Param::inferred(stringify!($inf)),)*)?
            ];

            /// The layer's settings, with PyTorch's defaults.
            pub fn config($($($req: impl $crate::nn::setting::Given<$rty>),*)?) -> $config {
                $config {
                    $($($req: $req.setting(),)*)?
                    $($($lead: $crate::nn::default_setting!($lty, $ldef),)*)?
                    $($($opt: $crate::nn::default_setting!($oty, $odef),)*)?
                    $($($inf: None,)*)?
                }
            }
        }

        impl $config {
            $($($(#[$lmeta])* #[must_use] pub fn $lead(mut self, $lead: impl $crate::nn::setting::Given<$lty>) -> Self {
                self.$lead = $lead.setting();
                self
            })*)?
            $($($(#[$ometa])* #[must_use] pub fn $opt(mut self, $opt: impl $crate::nn::setting::Given<$oty>) -> Self {
                self.$opt = $opt.setting();
                self
            })*)?
            $($(
                /// The size that the input must have; without it, it is the input's.
                #[must_use] pub fn $inf(mut self, $inf: usize) -> Self {
                    self.$inf = Some($inf);
                    self
                }
            )*)?
        }

        impl $crate::module::Config for $config {
            type Layer = $name;

            fn args(&self, t: &mut $crate::trace::Tracer<'_>) -> $crate::trace::Args {
                #[allow(unused_mut)] // a layer may have no settings
                let mut args = $crate::trace::Args::new();
                let _ = &t;
                $($(let v = $crate::nn::setting::Setting::value(&self.$req, t); args.named(stringify!($req), v);)*)?
                $($(let v = $crate::nn::setting::Setting::value(&self.$lead, t); args.named(stringify!($lead), v);)*)?
                $($(let v = $crate::nn::setting::Setting::value(&self.$opt, t); args.named(stringify!($opt), v);)*)?
                $($(if let Some(n) = self.$inf {
                    args.named(stringify!($inf), $crate::trace::Value::int(n as i64));
                })*)?
                args
            }
        }

        $crate::nn::candle_face!($name $($calls)?);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::module::format_module(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::module::Layer for $name {
            type Rule = $crate::module::Rule<Self>;
            const RULE: Self::Rule = $crate::module::Rule::<Self>::RULE;

            const TRACE: $crate::module::TraceFn<Self> = $crate::module::Rule::<Self>::trace;

            fn build(at: &mut $crate::module::Build<'_, '_>) -> $crate::Result<Self> {
                Self::make(at)
            }
        }
    };
}

/// A layer as a module of Candle's, which is from one tensor to one.
macro_rules! candle_face {
    ($name:ident) => {
        $crate::module::candle_module!([] $name);
    };
    ($name:ident several) => {};
}

/// A default as the trace sees it.
macro_rules! default_value {
    (none) => {
        $crate::trace::Value::Unit
    };
    ((-$n:literal)) => {
        $crate::trace::Value::int(-$n)
    };
    ($e:tt) => {
        $crate::trace::Leaf($e).value()
    };
}

/// A default as the settings hold it.
macro_rules! default_setting {
    ($ty:ty, none) => {
        None
    };
    ($ty:ty, $e:tt) => {
        <$ty as $crate::nn::setting::Setting>::literal($e)
    };
}

/// The row of a setting in its layer's table.
macro_rules! row {
    ($layer:ident.$setting:ident) => {
        const { $crate::trace::row($layer::TABLE, stringify!($setting)) }
    };
}

/// The visiting methods of a layer with these members; buffers are optional.
macro_rules! members {
    ($(params: $($p:ident),+;)? $(optional: $($o:ident),+;)? $(buffers: $($b:ident),+;)?) => {
        fn visit<'a>(&'a self, visitor: &mut dyn $crate::module::Visitor<'a>) {
            let _ = &visitor;
            $($(visitor.param(stringify!($p), &self.$p);)+)?
            $($(if let Some(p) = &self.$o { visitor.param(stringify!($o), p); })+)?
            $($(if let Some(b) = &self.$b { visitor.buffer(stringify!($b), b); })+)?
        }

        fn visit_mut(&mut self, visitor: &mut dyn $crate::module::VisitorMut) -> $crate::Result<()> {
            let _ = &visitor;
            $($(visitor.param(stringify!($p), &mut self.$p)?;)+)?
            $($(if let Some(p) = &mut self.$o { visitor.param(stringify!($o), p)?; })+)?
            $($(if let Some(b) = &mut self.$b { visitor.buffer(stringify!($b), b)?; })+)?
            Ok(())
        }

        fn state(&self) -> Option<&$crate::module::State> {
            Some(&self.state)
        }
    };
}

pub(crate) use {candle_face, default_setting, default_value, layer, members};
