use taper::prelude::*;
#[derive(PartialEq)]
pub struct Tensors {
    n: usize,
    weight: Param,
    several: ParamList,
    named: ParamDict,
    mean: Buffer,
    shifts: BufferList,
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
#[allow(warnings, clippy::all, long_running_const_eval)]
impl Tensors {
    /// The number of parameters, with the defaults of all settings.
    pub const PARAMS: u64 = Tensors::__taper_counted(false);
    /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
    pub const MACS: u64 = Tensors::__taper_counted(true);
    /// The settings of `Tensors`, with their defaults.
    pub fn config() -> TensorsConfig {
        let n: usize = 4;
        TensorsConfig { n }
    }
    /** Builds the model with the defaults of all settings.

# Errors
As `config().init(device)`.*/
    pub fn init(
        device: &::taper::__private::Device,
    ) -> ::taper::__private::Result<Self> {
        Self::config().init(device)
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
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    use __p::Untraced as _;
    impl ::core::default::Default for TensorsConfig {
        fn default() -> Self {
            Tensors::config()
        }
    }
    impl TensorsConfig {
        #[must_use]
        pub fn n(mut self, n: usize) -> Self {
            self.n = n;
            self
        }
        /** Checks all shapes and builds the model, drawing from the global generator.

# Errors
What `cargo check` would have shown, had these settings been known to it.*/
        pub fn init(&self, device: &__p::Device) -> __p::Result<Tensors> {
            __p::Config::init(self, device)
        }
        /** Like `init`, from a seed of its own.

# Errors
As `init`.*/
        pub fn init_seeded(
            &self,
            device: &__p::Device,
            seed: u64,
        ) -> __p::Result<Tensors> {
            __p::Config::init_seeded(self, device, seed)
        }
        /** Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.

# Errors
As `init`, and if a stored tensor is missing or of another shape.*/
        pub fn build_from(
            &self,
            vb: __p::candle_nn::VarBuilder<'_>,
        ) -> __p::Result<Tensors> {
            __p::Config::build_from(self, vb)
        }
    }
    impl __p::Inspect for Tensors {
        type Config = TensorsConfig;
        fn settings(&self) -> TensorsConfig {
            TensorsConfig {
                n: ::core::clone::Clone::clone(&self.n),
            }
        }
    }
    impl __p::Config for TensorsConfig {
        type Layer = Tensors;
        fn args(&self, _: &mut __p::Tracer<'_>) -> __p::Args {
            let mut __args = __p::Args::new();
            __args.named("n", __p::Leaf(self.n).value());
            __args
        }
        fn as_any(&self) -> __p::Option<&dyn ::core::any::Any> {
            __p::Some(self)
        }
    }
    const _: () = {
        pub struct __Dict {
            linear: Linear,
            relu: ReLU,
        }
        impl __p::Display for __Dict {
            fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
                __p::write_module(self, f)
            }
        }
        impl __p::Debug for __Dict {
            fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
                __p::write_module(self, f)
            }
        }
        impl __p::Clone for __Dict {
            fn clone(&self) -> Self {
                Self {
                    linear: <Linear as __p::Layer>::copy_one(&self.linear),
                    relu: <ReLU as __p::Layer>::copy_one(&self.relu),
                }
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl __p::Module for __Dict {
            fn type_name(&self) -> &'static str {
                "ModuleDict"
            }
            fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
                visitor.module("linear", &self.linear);
                visitor.module("relu", &self.relu);
            }
            fn visit_mut(
                &mut self,
                visitor: &mut dyn __p::VisitorMut,
            ) -> __p::Result<()> {
                visitor.module("linear", &mut self.linear)?;
                visitor.module("relu", &mut self.relu)?;
                ::core::result::Result::Ok(())
            }
        }
        #[automatically_derived]
        impl __Dict {
            fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
                ::core::result::Result::Ok(__Dict {
                    linear: __at.one(14154262110733937053u64, "linear")?,
                    relu: __at.one(8269036542489463021u64, "relu")?,
                })
            }
        }
        #[automatically_derived]
        impl<A> __p::CallAt<TensorsChoices, A> for __Dict
        where
            Linear: __p::Call<A, Output = __p::Tensor>,
            ReLU: __p::Call<A, Output = __p::Tensor>,
        {
            type Output = __p::Tensor;
            fn call_at(
                &self,
                __key: TensorsChoices,
                __args: A,
            ) -> __p::Result<__p::Tensor> {
                match __key {
                    TensorsChoices::Linear => __p::Call::call(&self.linear, __args),
                    TensorsChoices::Relu => __p::Call::call(&self.relu, __args),
                }
            }
        }
        #[automatically_derived]
        impl __p::BuildGroup for __Dict {
            fn build_group(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
                Self::build(__at)
            }
        }
        impl __p::Part<13559468248312416723u64> for Tensors {
            type Type = __Dict;
        }
    };
    impl __p::Module for Tensors {
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            visitor.param("weight", &self.weight);
            visitor.module("several", &self.several);
            visitor.module("named", &self.named);
            visitor.buffer("mean", &self.mean);
            visitor.module("shifts", &self.shifts);
            visitor.module("choices", &self.choices);
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            visitor.param("weight", &mut self.weight)?;
            visitor.module("several", &mut self.several)?;
            visitor.module("named", &mut self.named)?;
            visitor.buffer("mean", &mut self.mean)?;
            visitor.module("shifts", &mut self.shifts)?;
            visitor.module("choices", &mut self.choices)?;
            __p::Ok(())
        }
        fn state(&self) -> __p::Option<&__p::State> {
            __p::Some(&self.__taper)
        }
        fn size_setting(&self, __name: u64) -> __p::Option<usize> {
            match __name {
                9623952623058910235u64 => __p::Some(self.n),
                _ => __p::None,
            }
        }
    }
    impl __p::Display for Tensors {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Debug for Tensors {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Clone for Tensors {
        fn clone(&self) -> Self {
            Self {
                n: __p::Clone::clone(&self.n),
                weight: __p::Clone::clone(&self.weight),
                several: __p::Clone::clone(&self.several),
                named: __p::Clone::clone(&self.named),
                mean: __p::Clone::clone(&self.mean),
                shifts: __p::Clone::clone(&self.shifts),
                choices: __p::Clone::clone(&self.choices),
                __taper: __p::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Rule;
    impl __Rule {
        pub const fn trace(
            self,
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __p::Some(mut __bound) = __t
                .open_model(
                    "Tensors",
                    &[__p::Param::optional("n", __p::Takes::Int, __p::Value::Unit)],
                    __args,
                    Tensors::__TAPER_PROOF,
                ) else {
                return __p::Value::Any;
            };
            let mut __row = 0usize;
            {
                let __v = match __bound.value(__row) {
                    __p::Value::Unit => __p::Value::int(4),
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(9623952623058910235u64, __v);
                __row += 1;
            }
            __t.begin_model(&__bound, __inputs);
            {
                let __dims = [
                    __p::as_dim(__t.setting(9623952623058910235u64)),
                    __p::as_dim(__t.setting(9623952623058910235u64)),
                ];
                __t.param("weight", &__dims);
            }
            {
                __t.enter(18150727135195308667u64, "several", __p::None, false);
                __t.describe("ParameterGroup", __p::None, &__p::Args::new());
                {
                    let __dims = [
                        __p::as_dim(__t.setting(9623952623058910235u64)),
                        __p::as_dim(__t.setting(9623952623058910235u64)),
                    ];
                    __t.param("0", &__dims);
                }
                {
                    let __dims = [
                        __p::as_dim(__t.setting(9623952623058910235u64)),
                        __p::as_dim(__p::Value::int(1)),
                    ];
                    __t.param("1", &__dims);
                }
                __t.leave();
            }
            {
                __t.enter(18023689471780730923u64, "named", __p::None, false);
                __t.describe("ParameterGroup", __p::None, &__p::Args::new());
                {
                    let __dims = [__p::as_dim(__t.setting(9623952623058910235u64))];
                    __t.param("left", &__dims);
                }
                {
                    let __dims = [__p::as_dim(__t.setting(9623952623058910235u64))];
                    __t.param("right", &__dims);
                }
                __t.leave();
            }
            {
                let __dims = [__p::as_dim(__t.setting(9623952623058910235u64))];
                __t.buffer("mean", &__dims);
            }
            {
                __t.enter(11246141743777629291u64, "shifts", __p::None, false);
                __t.describe("ParameterGroup", __p::None, &__p::Args::new());
                {
                    let __dims = [__p::as_dim(__t.setting(9623952623058910235u64))];
                    __t.buffer("0", &__dims);
                }
                {
                    let __dims = [__p::as_dim(__p::Value::int(1))];
                    __t.buffer("1", &__dims);
                }
                __t.leave();
            }
            let __v = {
                <Tensors as __p::Traced>::TRACED;
                Tensors::__taper_run(__t, __inputs)
            };
            __t.close_model(__v)
        }
    }
    impl __p::Layer for Tensors {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        const TRACE: __p::TraceFn<Self> = __Rule::trace;
        fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
            let mut __row = 0usize;
            let n: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let __0_0 = {
                let __shape = __at.shape_of("weight")?;
                __at.param(
                    "weight",
                    &__shape,
                    &{
                        #[allow(unused_imports)]
                        use __p::initial::*;
                        normal(0.0, 0.02)
                    },
                )?
            };
            let __1_0 = <ParamList as __p::ParamGroup>::build(
                __at,
                18150727135195308667u64,
                "several",
                &["0", "1"],
                &__p::Init::STANDARD_NORMAL,
            )?;
            let __2_0 = <ParamDict as __p::ParamGroup>::build(
                __at,
                18023689471780730923u64,
                "named",
                &["left", "right"],
                &{
                    #[allow(unused_imports)]
                    use __p::initial::*;
                    zeros()
                },
            )?;
            let __3_0 = {
                let __shape = __at.shape_of("mean")?;
                __at.buffer("mean", &__shape, &__p::Init::ZEROS)?
            };
            let __4_0 = <BufferList as __p::BufferGroup>::build(
                __at,
                11246141743777629291u64,
                "shifts",
                &["0", "1"],
                &__p::Init::ZEROS,
                false,
            )?;
            let __5_0 = __at.group(13559468248312416723u64, "choices")?;
            __p::Ok(Self {
                weight: __0_0,
                several: __1_0,
                named: __2_0,
                mean: __3_0,
                shifts: __4_0,
                choices: __5_0,
                n,
                __taper: __p::State::of_model(),
            })
        }
    }
    #[doc(hidden)]
    impl Tensors {
        pub const fn __taper_call(
            mut __c: __p::Calls<'_>,
            __t: &mut __p::Tracer<'_>,
        ) -> __p::Value {
            if let __p::Some(__field) = __c.field() {
                return match __field {
                    9623952623058910235u64 => __t.setting(9623952623058910235u64),
                    16333775318803197413u64 => {
                        let __dims = [
                            __p::as_dim(__t.setting(9623952623058910235u64)),
                            __p::as_dim(__t.setting(9623952623058910235u64)),
                        ];
                        __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                    }
                    18150727135195308667u64 => {
                        let __items = [
                            {
                                let __dims = [
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                ];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                            {
                                let __dims = [
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                    __p::as_dim(__p::Value::int(1)),
                                ];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                        ];
                        __t.list(&__items)
                    }
                    18023689471780730923u64 => {
                        let __items = [
                            {
                                let __dims = [
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                ];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                            {
                                let __dims = [
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                ];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                        ];
                        __t.list(&__items)
                    }
                    16920010107262610281u64 => {
                        let __dims = [__p::as_dim(__t.setting(9623952623058910235u64))];
                        __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                    }
                    11246141743777629291u64 => {
                        let __items = [
                            {
                                let __dims = [
                                    __p::as_dim(__t.setting(9623952623058910235u64)),
                                ];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                            {
                                let __dims = [__p::as_dim(__p::Value::int(1))];
                                __p::Value::Tensor(__p::TensorValue::floats(&__dims))
                            },
                        ];
                        __t.list(&__items)
                    }
                    _ => __t.layer_of(__field, "choices"),
                };
            }
            while let __p::Some((__field, __index, __inputs)) = __c.next(__t) {
                let __inputs = &__inputs;
                __c.value = '__out: {
                    let __v = match __field {
                        13559468248312416723u64 => {
                            __t.enter(
                                13559468248312416723u64,
                                "choices",
                                __p::None,
                                false,
                            );
                            __t.describe("ModuleDict", __p::None, &__p::Args::new());
                            {
                                let mut __b = __t.branch(__p::Value::Opaque);
                                let mut __then = __p::Value::Any;
                                if __t.begin(&mut __b, true) {
                                    let __args = {
                                        let mut __a = __p::Args::declared(67073, &[]);
                                        let __arg0 = __t.setting(9623952623058910235u64);
                                        __a.push("", __arg0, 67074u32);
                                        __a
                                    };
                                    __t.enter(
                                        14154262110733937053u64,
                                        "linear",
                                        __p::None,
                                        false,
                                    );
                                    __then = <Linear as __p::Layer>::RULE
                                        .trace(__t, &__args, __inputs);
                                    __t.leave();
                                    __t.end(&mut __b, true);
                                }
                                let mut __other = __then;
                                if __t.begin(&mut __b, false) {
                                    __other = {
                                        let mut __b = __t.branch(__p::Value::Opaque);
                                        let mut __then = __p::Value::Any;
                                        if __t.begin(&mut __b, true) {
                                            let __args = __p::Args::numbers(67072, &[]);
                                            __t.enter(8269036542489463021u64, "relu", __p::None, false);
                                            __then = <ReLU as __p::Layer>::RULE
                                                .trace(__t, &__args, __inputs);
                                            __t.leave();
                                            __t.end(&mut __b, true);
                                        }
                                        let mut __other = __then;
                                        if __t.begin(&mut __b, false) {
                                            __other = __p::Value::Any;
                                            __t.end(&mut __b, false);
                                        }
                                        __t.merge(&__b, __then, __other)
                                    };
                                    __t.end(&mut __b, false);
                                }
                                __t.merge(&__b, __then, __other)
                            }
                        }
                        _ => break '__out __p::Value::Any,
                    };
                    __t.leave_with(__v)
                };
            }
            __c.value
        }
        pub const __TAPER_SIGNATURE: __p::Signed = __p::Some(
            &__p::Signature::new(
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("n", 9623952623058910235u64),
                        ],
                    ),
                ],
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("n", 9623952623058910235u64),
                        ],
                    ),
                ],
            ),
        );
        pub const __TAPER_PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            if __t.open("Tensors") {
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("n"));
                    __t.set(9623952623058910235u64, __v);
                }
                __t.seal();
                {
                    <Tensors as __p::Traced>::TRACED;
                    Tensors::__taper_run(&mut __t, &__p::Args::new())
                };
                __t.close();
            }
            __t.finish()
        };
        #[track_caller]
        const fn __taper_counted(__macs: bool) -> u64 {
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Count);
            <Self as __p::Layer>::RULE
                .trace(&mut __t, &__p::Args::new(), &__p::Args::new());
            __t.count(__macs)
        }
        #[track_caller]
        pub const fn __taper_check(__site: u32) {
            Self::__TAPER_PROOF.check(__site)
        }
    }
};
const _: () = {
    Tensors::__taper_check(67072);
    Tensors::__taper_check(67073);
    Tensors::__taper_check(67074);
};
const _: () = {
    use ::taper::__private as __p;
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
            x: impl __p::Borrow<Tensor>,
            choice: TensorsChoices,
        ) -> __p::Result<Tensor> {
            let x: Tensor = __p::owned(x);
            let __seen = __p::enter(
                self,
                "forward",
                Self::__TAPER_SIGNATURE,
                &[__p::Some(&x)],
            )?;
            let __result: __p::Result<Tensor> = {
                let x = __p::lift((__p::lift(x - &self.mean)?).matmul(self.weight))?;
                let x = __p::lift(x + __p::lift(self.named.get("left"))?)?;
                ::core::result::Result::Ok(
                    __p::CallAt::call_at(&self.choices, choice, (x,))?,
                )
            };
            __p::leave(self, __seen, __result, __p::Tensors::collect)
        }
    }
    #[doc(hidden)]
    #[allow(warnings, clippy::all)]
    impl Tensors {
        pub const fn __taper_run(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __p::Some(__inputs) = __t
                .begin_forward(Self::__TAPER_SIGNATURE, __inputs, 1usize, 0u32) else {
                return __p::Value::Any;
            };
            let x = __t.tensor_input(&__inputs, 0usize);
            let choice = match __inputs.get(1usize) {
                __p::Some(__a) => __a.value,
                __p::None => __p::Value::Opaque,
            };
            let __result = {
                let x = {
                    let __taper_4 = {
                        let __taper_1 = x;
                        let __taper_2 = Self::__taper_call(
                            __p::Calls::get(16920010107262610281u64),
                            __t,
                        );
                        __t.at(1);
                        __t.binary(__p::BinaryOp::Sub, __taper_1, __taper_2)
                    };
                    let __taper_3 = Self::__taper_call(
                        __p::Calls::get(16333775318803197413u64),
                        __t,
                    );
                    __p::operate(
                        __taper_4,
                        __t,
                        2,
                        777230168736708247u64,
                        &[("", __taper_3)],
                    )
                };
                let x = {
                    let __taper_7 = x;
                    let __taper_8 = {
                        let __taper_5 = Self::__taper_call(
                            __p::Calls::get(18023689471780730923u64),
                            __t,
                        );
                        let __taper_6 = __p::Value::Str("left");
                        __t.at(3);
                        __t.index(__taper_5, __taper_6)
                    };
                    __t.at(4);
                    __t.binary(__p::BinaryOp::Add, __taper_7, __taper_8)
                };
                {
                    let __at = choice;
                    let __taper_9 = x;
                    let mut __args = __p::Args::for_method(13877517434493473859u64);
                    __args.push("", __taper_9, __p::QUIET);
                    __t.at(5);
                    Self::__taper_call(
                        __p::Calls::of(13559468248312416723u64, __at, &__args),
                        __t,
                    )
                }
            };
            __t.end_method(Self::__TAPER_SIGNATURE, __result, "forward", 6u32)
        }
    }
    impl __p::Traced for Tensors {}
    impl<__T0: __p::Borrow<__p::Tensor>> __p::Call<(__T0, TensorsChoices)> for Tensors {
        type Output = Tensor;
        fn call(&self, (__a0, __a1): (__T0, TensorsChoices)) -> __p::Result<Tensor> {
            __p::not_kept(self)?;
            <Tensors>::forward(self, __a0, __a1)
        }
    }
};
const _: () = {
    Tensors::__taper_check(0);
    Tensors::__taper_check(6);
    Tensors::__TAPER_PROOF.check_rest(7);
};
const _: () = {
    Tensors::__taper_check(1);
    Tensors::__taper_check(2);
};
const _: () = {
    Tensors::__taper_check(3);
    Tensors::__taper_check(4);
};
const _: () = Tensors::__taper_check(5);
