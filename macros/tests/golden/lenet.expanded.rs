use taper::prelude::*;
/// LeNet for 28×28 grey images.
pub struct LeNet {
    /// How many classes.
    classes: usize,
    features: <LeNet as ::taper::__private::Part<2392946144548103029u64>>::Type,
    fc1: Linear,
    bn1: BatchNorm1d,
    fc2: Linear,
    #[doc(hidden)]
    __taper: ::taper::__private::State,
}
/// Settings of [`LeNet`].
#[allow(missing_docs)]
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::taper::__private::serde::Serialize,
    ::taper::__private::serde::Deserialize
)]
#[serde(crate = "::taper::__private::serde", default)]
pub struct LeNetConfig {
    /// How many classes.
    pub classes: usize,
}
#[allow(warnings, clippy::all, long_running_const_eval)]
impl LeNet {
    /// The number of parameters, with the defaults of all settings.
    pub const PARAMS: u64 = LeNet::__taper_counted(false);
    /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
    pub const MACS: u64 = LeNet::__taper_counted(true);
    /// The settings of `LeNet`, with their defaults.
    pub fn config() -> LeNetConfig {
        let classes: usize = 10;
        LeNetConfig { classes }
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
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    use __p::Untraced as _;
    impl ::core::default::Default for LeNetConfig {
        fn default() -> Self {
            LeNet::config()
        }
    }
    impl LeNetConfig {
        /// How many classes.
        #[must_use]
        pub fn classes(mut self, classes: usize) -> Self {
            self.classes = classes;
            self
        }
        /** Checks all shapes and builds the model, drawing from the global generator.

# Errors
What `cargo check` would have shown, had these settings been known to it.*/
        pub fn init(&self, device: &__p::Device) -> __p::Result<LeNet> {
            __p::Config::init(self, device)
        }
        /** Like `init`, from a seed of its own.

# Errors
As `init`.*/
        pub fn init_seeded(
            &self,
            device: &__p::Device,
            seed: u64,
        ) -> __p::Result<LeNet> {
            __p::Config::init_seeded(self, device, seed)
        }
        /** Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.

# Errors
As `init`, and if a stored tensor is missing or of another shape.*/
        pub fn build_from(
            &self,
            vb: __p::candle_nn::VarBuilder<'_>,
        ) -> __p::Result<LeNet> {
            __p::Config::build_from(self, vb)
        }
    }
    impl __p::Inspect for LeNet {
        type Config = LeNetConfig;
        fn settings(&self) -> LeNetConfig {
            LeNetConfig {
                classes: ::core::clone::Clone::clone(&self.classes),
            }
        }
    }
    impl __p::Config for LeNetConfig {
        type Layer = LeNet;
        fn args(&self, _: &mut __p::Tracer<'_>) -> __p::Args {
            let mut __args = __p::Args::new();
            __args.named("classes", __p::Leaf(self.classes).value());
            __args
        }
        fn as_any(&self) -> __p::Option<&dyn ::core::any::Any> {
            __p::Some(self)
        }
    }
    const _: () = {
        impl __p::Display for __Sequential0 {
            fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
                __p::write_module(self, f)
            }
        }
        impl __p::Debug for __Sequential0 {
            fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
                __p::write_module(self, f)
            }
        }
        impl __p::Clone for __Sequential0 {
            fn clone(&self) -> Self {
                Self {
                    layer0: <Conv2d as __p::Layer>::copy_one(&self.layer0),
                    layer1: <ReLU as __p::Layer>::copy_one(&self.layer1),
                    layer2: <MaxPool2d as __p::Layer>::copy_one(&self.layer2),
                    layer3: <Conv2d as __p::Layer>::copy_one(&self.layer3),
                    layer4: <ReLU as __p::Layer>::copy_one(&self.layer4),
                    layer5: <MaxPool2d as __p::Layer>::copy_one(&self.layer5),
                    __taper: __p::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential0 {
            layer0: Conv2d,
            layer1: ReLU,
            layer2: MaxPool2d,
            layer3: Conv2d,
            layer4: ReLU,
            layer5: MaxPool2d,
            __taper: __p::State,
        }
        pub struct __Sequential0Rule;
        #[allow(warnings, clippy::all)]
        impl __Sequential0Rule {
            pub const fn trace(
                self,
                __t: &mut __p::Tracer<'_>,
                _: &__p::Args,
                __inputs: &__p::Args,
            ) -> __p::Value {
                __t.describe("Sequential", __p::None, __inputs);
                let mut __x = __inputs.value(0);
                let mut __k = 0i64;
                __x = <Conv2d as __p::Layer>::RULE
                    .trace(
                        __t.entry(16185618698036979943u64, "", &mut __k, 65792u32),
                        &__p::Args::declared(65792, &[("", 6), ("", 3), ("padding", 2)]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x = <ReLU as __p::Layer>::RULE
                    .trace(
                        __t.entry(1686393647987996997u64, "", &mut __k, 65796u32),
                        &__p::Args::numbers(65796, &[]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x = <MaxPool2d as __p::Layer>::RULE
                    .trace(
                        __t.entry(2518407033602502719u64, "", &mut __k, 65797u32),
                        &__p::Args::numbers(65797, &[2]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x = <Conv2d as __p::Layer>::RULE
                    .trace(
                        __t.entry(5524914901212578603u64, "", &mut __k, 65799u32),
                        &__p::Args::numbers(65799, &[16, 5]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x = <ReLU as __p::Layer>::RULE
                    .trace(
                        __t.entry(243276082560148149u64, "", &mut __k, 65802u32),
                        &__p::Args::numbers(65802, &[]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x = <MaxPool2d as __p::Layer>::RULE
                    .trace(
                        __t.entry(18104360603125581689u64, "", &mut __k, 65803u32),
                        &__p::Args::numbers(65803, &[2]),
                        &__p::Args::forward(__x),
                    );
                __t.leave();
                __x
            }
        }
        #[automatically_derived]
        impl __p::Layer for __Sequential0 {
            type Rule = __Sequential0Rule;
            const RULE: __Sequential0Rule = __Sequential0Rule;
            const TRACE: __p::TraceFn<Self> = __Sequential0Rule::trace;
            fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
                __p::Ok(Self {
                    layer0: __at.one(16185618698036979943u64, "0")?,
                    layer1: __at.one(1686393647987996997u64, "1")?,
                    layer2: __at.one(2518407033602502719u64, "2")?,
                    layer3: __at.one(5524914901212578603u64, "3")?,
                    layer4: __at.one(243276082560148149u64, "4")?,
                    layer5: __at.one(18104360603125581689u64, "5")?,
                    __taper: __p::State::new(),
                })
            }
        }
        #[automatically_derived]
        impl __p::Module for __Sequential0 {
            fn type_name(&self) -> &'static str {
                "Sequential"
            }
            fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
                __p::visit_all(
                    visitor,
                    "0 1 2 3 4 5",
                    &[
                        &self.layer0,
                        &self.layer1,
                        &self.layer2,
                        &self.layer3,
                        &self.layer4,
                        &self.layer5,
                    ],
                );
            }
            fn visit_mut(
                &mut self,
                visitor: &mut dyn __p::VisitorMut,
            ) -> __p::Result<()> {
                __p::visit_all_mut(
                    visitor,
                    "0 1 2 3 4 5",
                    &mut [
                        &mut self.layer0,
                        &mut self.layer1,
                        &mut self.layer2,
                        &mut self.layer3,
                        &mut self.layer4,
                        &mut self.layer5,
                    ],
                )
            }
            fn state(&self) -> __p::Option<&__p::State> {
                __p::Some(&self.__taper)
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl __p::Forward for __Sequential0 {
            fn forward(&self, __x: &__p::Tensor) -> __p::Result<__p::Tensor> {
                __p::in_sequence(
                    __x,
                    &[
                        ("0", &self.layer0),
                        ("1", &self.layer1),
                        ("2", &self.layer2),
                        ("3", &self.layer3),
                        ("4", &self.layer4),
                        ("5", &self.layer5),
                    ],
                )
            }
        }
        impl __p::Part<2392946144548103029u64> for LeNet {
            type Type = __Sequential0;
        }
    };
    impl __p::Module for LeNet {
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            __p::visit_all(
                visitor,
                "features fc1 bn1 fc2",
                &[&self.features, &self.fc1, &self.bn1, &self.fc2],
            );
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            __p::visit_all_mut(
                visitor,
                "features fc1 bn1 fc2",
                &mut [&mut self.features, &mut self.fc1, &mut self.bn1, &mut self.fc2],
            )
        }
        fn state(&self) -> __p::Option<&__p::State> {
            __p::Some(&self.__taper)
        }
        fn size_setting(&self, __name: u64) -> __p::Option<usize> {
            match __name {
                5249744443589067621u64 => __p::Some(self.classes),
                _ => __p::None,
            }
        }
    }
    impl __p::Display for LeNet {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Debug for LeNet {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Clone for LeNet {
        fn clone(&self) -> Self {
            Self {
                classes: __p::Clone::clone(&self.classes),
                features: self.features.clone(),
                fc1: self.fc1.clone(),
                bn1: self.bn1.clone(),
                fc2: self.fc2.clone(),
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
                    "LeNet",
                    &[
                        __p::Param::optional(
                            "classes",
                            __p::Takes::Int,
                            __p::Value::Unit,
                        ),
                    ],
                    __args,
                    LeNet::__TAPER_PROOF,
                ) else {
                return __p::Value::Any;
            };
            let mut __row = 0usize;
            {
                let __v = match __bound.value(__row) {
                    __p::Value::Unit => __p::Value::int(10),
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(5249744443589067621u64, __v);
                __row += 1;
            }
            __t.begin_model(&__bound, __inputs);
            let __v = {
                <LeNet as __p::Traced>::TRACED;
                LeNet::__taper_run(__t, __inputs)
            };
            __t.close_model(__v)
        }
    }
    impl __p::Layer for LeNet {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        const TRACE: __p::TraceFn<Self> = __Rule::trace;
        fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
            let mut __row = 0usize;
            let classes: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let (__0_0, __0_1, __0_2, __0_3) = __at.row("features fc1 bn1 fc2")?;
            __p::Ok(Self {
                features: __0_0,
                fc1: __0_1,
                bn1: __0_2,
                fc2: __0_3,
                classes,
                __taper: __p::State::of_model(),
            })
        }
    }
    #[doc(hidden)]
    impl LeNet {
        pub const fn __taper_call(
            mut __c: __p::Calls<'_>,
            __t: &mut __p::Tracer<'_>,
        ) -> __p::Value {
            if let __p::Some(__field) = __c.field() {
                return match __field {
                    5249744443589067621u64 => __t.setting(5249744443589067621u64),
                    _ => __t.layer_of(__field, "features fc1 bn1 fc2"),
                };
            }
            while let __p::Some((__field, __index, __inputs)) = __c.next(__t) {
                let __inputs = &__inputs;
                __c.value = '__out: {
                    let __v = match __field {
                        2392946144548103029u64 => {
                            <<LeNet as __p::Part<
                                2392946144548103029u64,
                            >>::Type as __p::Layer>::RULE
                                .trace(
                                    __t.within(__field, "features"),
                                    &__p::Args::numbers(__p::NO_SITE, &[]),
                                    __inputs,
                                )
                        }
                        5504015865189711961u64 => {
                            let __args = {
                                let mut __a = __p::Args::declared(66560, &[]);
                                let __arg0 = __t.setting(5249744443589067621u64);
                                __a.push("", __arg0, 66561u32);
                                __a
                            };
                            <Linear as __p::Layer>::RULE
                                .trace(__t.within(__field, "fc2"), &__args, __inputs)
                        }
                        _ => {
                            let __p::Some((__kind, __args)) = __t
                                .declared(__field, &["fc1 0 0 120", "bn1 1 0"]) else {
                                break '__out __p::Value::Any;
                            };
                            match __kind {
                                0 => {
                                    <Linear as __p::Layer>::RULE.trace(__t, &__args, __inputs)
                                }
                                _ => {
                                    <BatchNorm1d as __p::Layer>::RULE
                                        .trace(__t, &__args, __inputs)
                                }
                            }
                        }
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
                            __p::Side::Is(1),
                            __p::Side::Is(28),
                            __p::Side::Is(28),
                        ],
                    ),
                ],
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("classes", 5249744443589067621u64),
                        ],
                    ),
                ],
            ),
        );
        pub const __TAPER_PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            if __t.open("LeNet") {
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("classes"));
                    __t.set(5249744443589067621u64, __v);
                }
                __t.seal();
                {
                    <LeNet as __p::Traced>::TRACED;
                    LeNet::__taper_run(&mut __t, &__p::Args::new())
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
    LeNet::__taper_check(65792);
    LeNet::__taper_check(65793);
    LeNet::__taper_check(65794);
    LeNet::__taper_check(65795);
};
const _: () = LeNet::__taper_check(65796);
const _: () = {
    LeNet::__taper_check(65797);
    LeNet::__taper_check(65798);
};
const _: () = {
    LeNet::__taper_check(65799);
    LeNet::__taper_check(65800);
    LeNet::__taper_check(65801);
};
const _: () = LeNet::__taper_check(65802);
const _: () = {
    LeNet::__taper_check(65803);
    LeNet::__taper_check(65804);
};
const _: () = {
    LeNet::__taper_check(66560);
    LeNet::__taper_check(66561);
};
const _: () = {
    use ::taper::__private as __p;
    impl LeNet {
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
        pub fn forward(&self, x: impl __p::Borrow<Tensor>) -> __p::Result<Tensor> {
            let x: Tensor = __p::owned(x);
            let __seen = __p::enter(
                self,
                "forward",
                Self::__TAPER_SIGNATURE,
                &[__p::Some(&x)],
            )?;
            let __result: __p::Result<Tensor> = {
                let x = __p::lift(__p::call_layer(&self.features, (x,))?.flatten(1))?;
                let x = __p::after_then_relu(&self.bn1, &self.fc1, (x,))?;
                ::core::result::Result::Ok(__p::call_layer(&self.fc2, (x,))?)
            };
            __p::leave(self, __seen, __result, __p::Tensors::collect)
        }
    }
    #[doc(hidden)]
    #[allow(warnings, clippy::all)]
    impl LeNet {
        pub const fn __taper_run(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __p::Some(__inputs) = __t
                .begin_forward(Self::__TAPER_SIGNATURE, __inputs, 1usize, 0u32) else {
                return __p::Value::Any;
            };
            let x = __t.tensor_input(&__inputs, 0usize);
            let __result = {
                Self::__taper_call(
                    __p::Calls::new(
                        {
                            let __taper_2 = Self::__taper_call(
                                __p::Calls::new(x, 1, &[2392946144548103029]),
                                __t,
                            );
                            let __taper_1 = __p::Value::int(1);
                            __p::operate(
                                __taper_2,
                                __t,
                                2,
                                9810021411268062773u64,
                                &[("", __taper_1)],
                            )
                        },
                        3,
                        &[
                            16695093028469538533, 442153100890361573, 0,
                            8269036542489463020, 5504015865189711961,
                        ],
                    ),
                    __t,
                )
            };
            __t.end_method(Self::__TAPER_SIGNATURE, __result, "forward", 6u32)
        }
    }
    impl __p::Traced for LeNet {}
    impl __p::Forward for LeNet {
        fn forward(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            Self::forward(self, x)
        }
    }
    impl __p::candle_nn::Module for LeNet {
        fn forward(
            &self,
            xs: &__p::candle_core::Tensor,
        ) -> __p::candle_core::Result<__p::candle_core::Tensor> {
            __p::candle_forward(self, xs)
        }
    }
};
const _: () = {
    LeNet::__taper_check(0);
    LeNet::__taper_check(6);
    LeNet::__TAPER_PROOF.check_rest(7);
};
const _: () = {
    LeNet::__taper_check(1);
    LeNet::__taper_check(2);
    LeNet::__taper_check(3);
    LeNet::__taper_check(4);
    LeNet::__taper_check(5);
};
