use taper::prelude::*;
#[derive(PartialEq)]
pub struct Tensors {
    n: usize,
    weight: Param,
    several: ParamList,
    named: ParamDict,
    mean: Buffer,
    choices: <Tensors as ::taper::__private::Part<13559468248312416723u64>>::Type,
    #[doc(hidden)]
    __taper: ::taper::__private::State,
}
/// Settings of [`Tensors`].
#[allow(missing_docs)]
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::taper::__private::serde::Serialize,
    ::taper::__private::serde::Deserialize
)]
#[serde(crate = "::taper::__private::serde", default)]
pub struct TensorsConfig {
    pub n: usize,
}
#[automatically_derived]
impl ::core::default::Default for TensorsConfig {
    fn default() -> Self {
        Tensors::config()
    }
}
#[automatically_derived]
#[allow(missing_docs, dead_code)]
impl TensorsConfig {
    #[must_use]
    pub fn n(mut self, n: usize) -> Self {
        self.n = n;
        self
    }
    /// Checks all shapes and builds the model, drawing from the global generator.
    ///
    /// # Errors
    /// What `cargo check` would have shown, had these settings been known to it.
    pub fn init(&self, device: &::taper::Device) -> ::taper::Result<Tensors> {
        ::taper::__private::Config::init(self, device)
    }
    /// Like `init`, from a seed of its own.
    ///
    /// # Errors
    /// As `init`.
    pub fn init_seeded(
        &self,
        device: &::taper::Device,
        seed: u64,
    ) -> ::taper::Result<Tensors> {
        ::taper::__private::Config::init_seeded(self, device, seed)
    }
}
#[automatically_derived]
#[allow(dead_code, unused_variables, clippy::all)]
impl Tensors {
    /// The settings of `Tensors`, with their defaults.
    pub fn config() -> TensorsConfig {
        let n: usize = 4;
        TensorsConfig { n }
    }
    /// The settings that this model was built with.
    pub fn settings(&self) -> TensorsConfig {
        TensorsConfig {
            n: ::core::clone::Clone::clone(&self.n),
        }
    }
    /// Builds the model with the defaults of all settings.
    ///
    /// # Errors
    /// As `config().init(device)`.
    pub fn init(device: &::taper::Device) -> ::taper::Result<Self> {
        Self::config().init(device)
    }
}
#[automatically_derived]
impl ::taper::__private::Inspect for Tensors {
    type Config = TensorsConfig;
    fn current_settings(&self) -> TensorsConfig {
        self.settings()
    }
}
#[automatically_derived]
impl ::taper::__private::Config for TensorsConfig {
    type Layer = Tensors;
    fn args(&self, _: &mut ::taper::__private::Tracer<'_>) -> ::taper::__private::Args {
        let mut __args = ::taper::__private::Args::new();
        __args.named("n", ::taper::__private::Leaf(self.n).value());
        __args
    }
    fn as_any(&self) -> ::core::option::Option<&dyn ::core::any::Any> {
        ::core::option::Option::Some(self)
    }
}
const _: () = {
    pub struct __Dict {
        linear: Linear,
        relu: ReLU,
        __taper: ::taper::__private::State,
    }
    #[automatically_derived]
    impl ::core::fmt::Display for __Dict {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for __Dict {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for __Dict {
        fn clone(&self) -> Self {
            Self {
                linear: <Linear as ::taper::__private::Layer>::copy_one(&self.linear),
                relu: <ReLU as ::taper::__private::Layer>::copy_one(&self.relu),
                __taper: ::core::clone::Clone::clone(&self.__taper),
            }
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::taper::__private::Module for __Dict {
        fn type_name(&self) -> &'static str {
            "ModuleDict"
        }
        fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
            visitor.module("linear", &self.linear);
            visitor.module("relu", &self.relu);
        }
        fn visit_mut(
            &mut self,
            visitor: &mut dyn ::taper::__private::VisitorMut,
        ) -> ::taper::__private::Result<()> {
            visitor.module("linear", &mut self.linear)?;
            visitor.module("relu", &mut self.relu)?;
            ::core::result::Result::Ok(())
        }
        fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
            ::core::option::Option::Some(&self.__taper)
        }
    }
    #[automatically_derived]
    impl __Dict {
        fn build(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
            ::core::result::Result::Ok(__Dict {
                linear: __at.one(14154262110733937053u64, "linear")?,
                relu: __at.one(8269036542489463021u64, "relu")?,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
    #[automatically_derived]
    impl<A> ::taper::__private::CallAt<TensorsChoices, A> for __Dict
    where
        Linear: ::taper::__private::Call<A, Output = ::taper::__private::Tensor>,
        ReLU: ::taper::__private::Call<A, Output = ::taper::__private::Tensor>,
    {
        type Output = ::taper::__private::Tensor;
        fn call_at(
            &self,
            __key: TensorsChoices,
            __args: A,
        ) -> ::taper::__private::Result<::taper::__private::Tensor> {
            match __key {
                TensorsChoices::Linear => {
                    ::taper::__private::Call::call(&self.linear, __args)
                }
                TensorsChoices::Relu => {
                    ::taper::__private::Call::call(&self.relu, __args)
                }
            }
        }
    }
    #[automatically_derived]
    impl ::taper::__private::BuildGroup for __Dict {
        fn build_group(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
            Self::build(__at)
        }
    }
    impl ::taper::__private::Part<13559468248312416723u64> for Tensors {
        type Type = __Dict;
    }
};
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::taper::__private::Module for Tensors {
    fn type_name(&self) -> &'static str {
        "Tensors"
    }
    fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
        {
            visitor.param("weight", &self.weight);
        }
        {
            visitor.module("several", &self.several);
        }
        {
            visitor.module("named", &self.named);
        }
        {
            visitor.buffer("mean", &self.mean);
        }
        {
            visitor.module("choices", &self.choices);
        }
    }
    fn visit_mut(
        &mut self,
        visitor: &mut dyn ::taper::__private::VisitorMut,
    ) -> ::taper::__private::Result<()> {
        {
            visitor.param("weight", &mut self.weight)?;
        }
        {
            visitor.module("several", &mut self.several)?;
        }
        {
            visitor.module("named", &mut self.named)?;
        }
        {
            visitor.buffer("mean", &mut self.mean)?;
        }
        {
            visitor.module("choices", &mut self.choices)?;
        }
        ::core::result::Result::Ok(())
    }
    fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
        ::core::option::Option::Some(&self.__taper)
    }
}
#[automatically_derived]
impl ::core::fmt::Display for Tensors {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Tensors {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::core::clone::Clone for Tensors {
    fn clone(&self) -> Self {
        Self {
            n: ::core::clone::Clone::clone(&self.n),
            weight: ::core::clone::Clone::clone(&self.weight),
            several: ::core::clone::Clone::clone(&self.several),
            named: ::core::clone::Clone::clone(&self.named),
            mean: ::core::clone::Clone::clone(&self.mean),
            choices: ::core::clone::Clone::clone(&self.choices),
            __taper: ::core::clone::Clone::clone(&self.__taper),
        }
    }
}
/// The keys of `choices` in [`Tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TensorsChoices {
    /// `linear`
    Linear,
    /// `relu`
    Relu,
}
#[automatically_derived]
impl ::core::str::FromStr for TensorsChoices {
    type Err = ::taper::__private::Error;
    fn from_str(__s: &str) -> ::taper::__private::Result<Self> {
        match __s {
            "linear" => ::core::result::Result::Ok(TensorsChoices::Linear),
            "relu" => ::core::result::Result::Ok(TensorsChoices::Relu),
            _ => {
                ::core::result::Result::Err(
                    ::taper::__private::Error::argument(
                        stringify!(TensorsChoices),
                        "key",
                        __s,
                        "one of linear, relu",
                    ),
                )
            }
        }
    }
}
#[allow(warnings, clippy::all)]
const _: () = {
    #[derive(Clone, Copy)]
    pub struct __Rule;
    impl __Rule {
        /// Proves the model for all values of its hyperparameters.
        pub const fn prove(self, __t: &mut ::taper::__private::Tracer<'_>) {
            if __t.open("Tensors") {
                {
                    let __v = ::taper::__private::Value::Dim(__t.algebra.hyper("n"));
                    __t.set(9623952623058910235u64, __v);
                }
                __t.seal();
                <Tensors as ::taper::__private::Traced>::BODY
                    .run(__t, &::taper::__private::Args::new());
                __t.close();
            }
        }
        pub const fn trace(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            const __TABLE: &[::taper::__private::Param] = &[
                ::taper::__private::Param::optional(
                    "n",
                    ::taper::__private::Takes::Int,
                    ::taper::__private::Value::Unit,
                ),
            ];
            if __t.is_nested() && <Tensors as ::taper::__private::Traced>::PROOF.broken()
            {
                return ::taper::__private::Value::Any;
            }
            let ::core::option::Option::Some(mut __bound) = __t
                .bind("Tensors", __TABLE, __args) else {
                return ::taper::__private::Value::Any;
            };
            if !__t.open("Tensors") {
                return ::taper::__private::Value::Any;
            }
            let mut __row = 0usize;
            {
                let __v = match __bound.value(__row) {
                    ::taper::__private::Value::Unit => {
                        ::taper::__private::Value::int(4i64)
                    }
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(9623952623058910235u64, __v);
                __row += 1;
            }
            __t.seal();
            __t.describe("Tensors", ::core::option::Option::Some(&__bound), __inputs);
            {
                let __dims = [
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                ];
                __t.param("weight", &__dims);
            }
            {
                __t.enter(
                    18150727135195308667u64,
                    "several",
                    ::core::option::Option::None,
                    false,
                );
                __t.describe(
                    "ParameterGroup",
                    ::core::option::Option::None,
                    &::taper::__private::Args::new(),
                );
                {
                    let __dims = [
                        ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                        ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                    ];
                    __t.param("0", &__dims);
                }
                {
                    let __dims = [
                        ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                        ::taper::__private::as_dim(::taper::__private::Value::int(1i64)),
                    ];
                    __t.param("1", &__dims);
                }
                __t.leave();
            }
            {
                __t.enter(
                    18023689471780730923u64,
                    "named",
                    ::core::option::Option::None,
                    false,
                );
                __t.describe(
                    "ParameterGroup",
                    ::core::option::Option::None,
                    &::taper::__private::Args::new(),
                );
                {
                    let __dims = [
                        ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                    ];
                    __t.param("left", &__dims);
                }
                {
                    let __dims = [
                        ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                    ];
                    __t.param("right", &__dims);
                }
                __t.leave();
            }
            {
                let __dims = [
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                ];
                __t.buffer("mean", &__dims);
            }
            let __mark = __t.used();
            let __v = <Tensors as ::taper::__private::Traced>::BODY.run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for Tensors {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        fn trace(
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __Rule.trace(__t, __args, __inputs)
        }
        fn build(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
            let mut __row = 0usize;
            let n: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let weight = {
                let __shape = __at.shape_of("weight")?;
                __at.param(
                    "weight",
                    &__shape,
                    &{
                        #[allow(unused_imports)]
                        use ::taper::__private::initial::*;
                        normal(0.0, 0.02)
                    },
                )?
            };
            let several = ::taper::__private::ParamGroup::build(
                __at,
                18150727135195308667u64,
                "several",
                &["0", "1"],
                &::taper::__private::Init::STANDARD_NORMAL,
            )?;
            let named = ::taper::__private::ParamGroup::build(
                __at,
                18023689471780730923u64,
                "named",
                &["left", "right"],
                &{
                    #[allow(unused_imports)]
                    use ::taper::__private::initial::*;
                    zeros()
                },
            )?;
            let mean = {
                let __shape = __at.shape_of("mean")?;
                __at.buffer("mean", &__shape, &::taper::__private::Init::ZEROS)?
            };
            let choices = __at.group(13559468248312416723u64, "choices")?;
            ::core::result::Result::Ok(Self {
                n,
                weight,
                several,
                named,
                mean,
                choices,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
};
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl Tensors {
    pub const fn __taper_call(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
        __index: ::taper::__private::Value,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __field {
            13559468248312416723u64 => {
                __t.enter(
                    13559468248312416723u64,
                    "choices",
                    ::core::option::Option::None,
                    false,
                );
                __t.describe(
                    "ModuleDict",
                    ::core::option::Option::None,
                    &::taper::__private::Args::new(),
                );
                let __v = {
                    let mut __b = __t.branch(::taper::__private::Value::Opaque);
                    let mut __then = ::taper::__private::Value::Any;
                    if __t.begin(&mut __b, true) {
                        let __args = {
                            let mut __a = ::taper::__private::Args::declared_at(
                                66817u32,
                            );
                            let __arg0 = __t.setting(9623952623058910235u64);
                            __a.push("", __arg0, 66818u32);
                            __a
                        };
                        __t.enter(
                            14154262110733937053u64,
                            "linear",
                            ::core::option::Option::None,
                            false,
                        );
                        __then = <Linear as ::taper::__private::Layer>::RULE
                            .trace(__t, &__args, __inputs);
                        __t.leave();
                        __t.end(&mut __b, true);
                    }
                    let mut __other = __then;
                    if __t.begin(&mut __b, false) {
                        __other = {
                            let mut __b = __t.branch(::taper::__private::Value::Opaque);
                            let mut __then = ::taper::__private::Value::Any;
                            if __t.begin(&mut __b, true) {
                                let __args = ::taper::__private::Args::declared_at(
                                    66816u32,
                                );
                                __t.enter(
                                    8269036542489463021u64,
                                    "relu",
                                    ::core::option::Option::None,
                                    false,
                                );
                                __then = <ReLU as ::taper::__private::Layer>::RULE
                                    .trace(__t, &__args, __inputs);
                                __t.leave();
                                __t.end(&mut __b, true);
                            }
                            let mut __other = __then;
                            if __t.begin(&mut __b, false) {
                                __other = ::taper::__private::Value::Any;
                                __t.end(&mut __b, false);
                            }
                            __t.merge(&__b, __then, __other)
                        };
                        __t.end(&mut __b, false);
                    }
                    __t.merge(&__b, __then, __other)
                };
                __t.leave_with(__v)
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const fn __taper_get(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
    ) -> ::taper::__private::Value {
        match __field {
            9623952623058910235u64 => __t.setting(9623952623058910235u64),
            16333775318803197413u64 => {
                let __dims = [
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                ];
                ::taper::__private::Value::Tensor(
                    ::taper::__private::TensorValue::floats(&__dims),
                )
            }
            18150727135195308667u64 => {
                let __items = [
                    {
                        let __dims = [
                            ::taper::__private::as_dim(
                                __t.setting(9623952623058910235u64),
                            ),
                            ::taper::__private::as_dim(
                                __t.setting(9623952623058910235u64),
                            ),
                        ];
                        ::taper::__private::Value::Tensor(
                            ::taper::__private::TensorValue::floats(&__dims),
                        )
                    },
                    {
                        let __dims = [
                            ::taper::__private::as_dim(
                                __t.setting(9623952623058910235u64),
                            ),
                            ::taper::__private::as_dim(
                                ::taper::__private::Value::int(1i64),
                            ),
                        ];
                        ::taper::__private::Value::Tensor(
                            ::taper::__private::TensorValue::floats(&__dims),
                        )
                    },
                ];
                __t.list(&__items)
            }
            18023689471780730923u64 => {
                let __items = [
                    {
                        let __dims = [
                            ::taper::__private::as_dim(
                                __t.setting(9623952623058910235u64),
                            ),
                        ];
                        ::taper::__private::Value::Tensor(
                            ::taper::__private::TensorValue::floats(&__dims),
                        )
                    },
                    {
                        let __dims = [
                            ::taper::__private::as_dim(
                                __t.setting(9623952623058910235u64),
                            ),
                        ];
                        ::taper::__private::Value::Tensor(
                            ::taper::__private::TensorValue::floats(&__dims),
                        )
                    },
                ];
                __t.list(&__items)
            }
            16920010107262610281u64 => {
                let __dims = [
                    ::taper::__private::as_dim(__t.setting(9623952623058910235u64)),
                ];
                ::taper::__private::Value::Tensor(
                    ::taper::__private::TensorValue::floats(&__dims),
                )
            }
            13559468248312416723u64 => {
                ::taper::__private::Value::Layer(
                    13559468248312416723u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const __TAPER_SIGNED: bool = true;
    pub const __TAPER_INPUTS: usize = 1usize;
    pub const __TAPER_PROOF: &'static ::taper::__private::Proof = <Tensors as ::taper::__private::Traced>::PROOF;
    pub const fn __taper_accept(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &mut ::taper::__private::Args,
    ) -> bool {
        let mut __e = __t
            .expect_input(
                __inputs,
                0usize,
                2usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        {
            let __d = __t.setting(9623952623058910235u64);
            __t.expect_dim(&mut __e, __d);
        }
        if !__t.accept(&__e, __inputs, 0usize, "forward") {
            return false;
        }
        true
    }
    pub const fn __taper_promise(
        __t: &mut ::taper::__private::Tracer<'_>,
        __result: ::taper::__private::Value,
    ) {
        __t.expect_results(__result, 1usize, "forward");
        let mut __e = __t
            .expect_output(
                __result,
                0usize,
                false,
                2usize,
                ::taper::__private::Kind::Float,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        {
            let __d = __t.setting(9623952623058910235u64);
            __t.expect_dim(&mut __e, __d);
        }
        __t.promise(&__e, "forward");
    }
    #[inline]
    pub fn __taper_door(
        &self,
        __inputs: &[::core::option::Option<&::taper::Tensor>],
    ) -> ::taper::Result<()> {
        ::taper::__private::door(
            "Tensors",
            &[
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Is(self.n),
                    ],
                },
            ],
            __inputs,
        )
    }
}
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = Tensors::__TAPER_PROOF.check(66816u32);
    #[allow(long_running_const_eval)]
    const _: () = Tensors::__TAPER_PROOF.check(66817u32);
    #[allow(long_running_const_eval)]
    const _: () = Tensors::__TAPER_PROOF.check(66818u32);
};
#[automatically_derived]
#[allow(long_running_const_eval, dead_code)]
impl Tensors {
    /// The number of parameters, with the defaults of all settings.
    pub const PARAMS: u64 = {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Count);
        <Tensors as ::taper::__private::Layer>::RULE
            .trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
        __t.count_params()
    };
    /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
    pub const MACS: u64 = {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Count);
        <Tensors as ::taper::__private::Layer>::RULE
            .trace(
                &mut __t,
                &::taper::__private::Args::new(),
                &::taper::__private::Args::new(),
            );
        __t.count_macs_total()
    };
}
impl Tensors {
    #[allow(
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        unused_parens,
        unused_braces
    )]
    /** Runs the model.

# Errors
If an input doesn't fit the signature, or an operation fails.*/
    #[allow(unreachable_pub)]
    pub fn forward(
        &self,
        x: impl ::core::borrow::Borrow<Tensor>,
        choice: TensorsChoices,
    ) -> ::taper::Result<Tensor> {
        let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
            ::core::borrow::Borrow::borrow(&x),
        );
        self.__taper_door(&[::core::option::Option::Some(&x)])?;
        let x = ::taper::__private::lift(
            (::taper::__private::lift(x - &self.mean)?).matmul(self.weight),
        )?;
        let x = ::taper::__private::lift(
            x + ::taper::__private::lift(self.named.get("left"))?,
        )?;
        ::core::result::Result::Ok(
            ::taper::__private::CallAt::call_at(&self.choices, choice, (x,))?,
        )
    }
}
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl Tensors {
    pub const fn __taper_m_forward(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        let mut __inputs = *__inputs;
        __t.at(0u32);
        if !__t.expect_parameters(Self::__TAPER_INPUTS, 1usize, "forward") {
            return ::taper::__private::Value::Any;
        }
        if !Self::__taper_accept(__t, &mut __inputs) {
            return ::taper::__private::Value::Any;
        }
        __t.received(&__inputs);
        let x = __t.tensor_input(&__inputs, 0usize);
        let choice = match __inputs.get(1usize) {
            ::core::option::Option::Some(__a) => __a.value,
            ::core::option::Option::None => ::taper::__private::Value::Opaque,
        };
        let __result = {
            let x = {
                let __taper_3 = {
                    let __taper_1 = x;
                    let __taper_2 = Self::__taper_get(__t, 16920010107262610281u64);
                    __t.at(1u32);
                    __t.binary(::taper::__private::BinaryOp::Sub, __taper_1, __taper_2)
                };
                let __taper_4 = Self::__taper_get(__t, 16333775318803197413u64);
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_3);
                __args.push("", __taper_4, ::taper::__private::QUIET);
                __t.at(2u32);
                __t.op(777230168736708247u64, &__args)
            };
            let x = {
                let __taper_7 = x;
                let __taper_8 = {
                    let __taper_5 = Self::__taper_get(__t, 18023689471780730923u64);
                    let __taper_6 = ::taper::__private::Value::Str("left");
                    __t.at(3u32);
                    __t.index(__taper_5, __taper_6)
                };
                __t.at(4u32);
                __t.binary(::taper::__private::BinaryOp::Add, __taper_7, __taper_8)
            };
            {
                let __at = choice;
                let __taper_9 = x;
                let mut __args = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __args.push("", __taper_9, ::taper::__private::QUIET);
                __t.at(5u32);
                Self::__taper_call(__t, 13559468248312416723u64, __at, &__args)
            }
        };
        __t.at(6u32);
        Self::__taper_promise(__t, __result);
        __result
    }
    pub const fn __taper_trace(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __inputs.method {
            0 => {
                let mut __v = ::taper::__private::Value::Any;
                if Self::__TAPER_SIGNED || __t.wants_all() || !__inputs.is_empty() {
                    let mut __forward = *__inputs;
                    __forward.method = 1;
                    __v = Self::__taper_m_forward(__t, &__forward);
                }
                __v
            }
            13877517434493473859u64 => Self::__taper_m_forward(__t, __inputs),
            _ => __t.no_method(),
        }
    }
    const fn __taper_helper(
        __t: &mut ::taper::__private::Tracer<'_>,
        __method: u64,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __method {
            13877517434493473859u64 => Self::__taper_m_forward(__t, __inputs),
            _ => ::taper::__private::Value::Any,
        }
    }
}
#[allow(long_running_const_eval)]
const _: () = {
    #[derive(Clone, Copy)]
    pub struct __Body;
    #[allow(clippy::all)]
    impl __Body {
        pub const fn run(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            <Tensors>::__taper_trace(__t, __inputs)
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Traced for Tensors {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static ::taper::__private::Proof = &{
            let mut __storage = ::taper::__private::Storage::new();
            let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
            <Tensors as ::taper::__private::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
};
#[automatically_derived]
impl<
    __T0: ::core::borrow::Borrow<::taper::Tensor>,
> ::taper::__private::Call<(__T0, TensorsChoices)> for Tensors {
    type Output = Tensor;
    fn call(&self, (__a0, __a1): (__T0, TensorsChoices)) -> ::taper::Result<Tensor> {
        <Tensors>::forward(self, __a0, __a1)
    }
}
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(0u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(1u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(2u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(3u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(4u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(5u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check(6u32);
#[allow(long_running_const_eval)]
const _: () = <Tensors as ::taper::__private::Traced>::PROOF.check_rest(7u32);
