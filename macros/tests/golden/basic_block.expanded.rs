use taper::prelude::*;
pub struct BasicBlock {
    out: usize,
    stride: usize,
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: ::core::option::Option<
        <BasicBlock as ::taper::__private::Part<11207031341650529081u64>>::Type,
    >,
    #[doc(hidden)]
    __taper: ::taper::__private::State,
}
/// Settings of [`BasicBlock`].
#[allow(missing_docs)]
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::taper::__private::serde::Serialize,
    ::taper::__private::serde::Deserialize
)]
#[serde(crate = "::taper::__private::serde")]
pub struct BasicBlockConfig {
    pub out: usize,
    pub stride: usize,
}
#[allow(warnings, clippy::all, long_running_const_eval)]
impl BasicBlock {
    /// The settings of `BasicBlock`, with their defaults.
    pub fn config(out: usize) -> BasicBlockConfig {
        let stride: usize = 1;
        BasicBlockConfig { out, stride }
    }
}
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    use __p::Untraced as _;
    impl BasicBlockConfig {
        #[must_use]
        pub fn out(mut self, out: usize) -> Self {
            self.out = out;
            self
        }
        #[must_use]
        pub fn stride(mut self, stride: usize) -> Self {
            self.stride = stride;
            self
        }
        /** Checks all shapes and builds the model, drawing from the global generator.

# Errors
What `cargo check` would have shown, had these settings been known to it.*/
        pub fn init(&self, device: &__p::Device) -> __p::Result<BasicBlock> {
            __p::Config::init(self, device)
        }
        /** Like `init`, from a seed of its own.

# Errors
As `init`.*/
        pub fn init_seeded(
            &self,
            device: &__p::Device,
            seed: u64,
        ) -> __p::Result<BasicBlock> {
            __p::Config::init_seeded(self, device, seed)
        }
        /** Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.

# Errors
As `init`, and if a stored tensor is missing or of another shape.*/
        pub fn build_from(
            &self,
            vb: __p::candle_nn::VarBuilder<'_>,
        ) -> __p::Result<BasicBlock> {
            __p::Config::build_from(self, vb)
        }
    }
    impl __p::Inspect for BasicBlock {
        type Config = BasicBlockConfig;
        fn settings(&self) -> BasicBlockConfig {
            BasicBlockConfig {
                out: ::core::clone::Clone::clone(&self.out),
                stride: ::core::clone::Clone::clone(&self.stride),
            }
        }
    }
    impl __p::Config for BasicBlockConfig {
        type Layer = BasicBlock;
        fn args(&self, _: &mut __p::Tracer<'_>) -> __p::Args {
            let mut __args = __p::Args::new();
            __args.named("out", __p::Leaf(self.out).value());
            __args.named("stride", __p::Leaf(self.stride).value());
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
                    layer1: <BatchNorm2d as __p::Layer>::copy_one(&self.layer1),
                    __taper: __p::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential0 {
            layer0: Conv2d,
            layer1: BatchNorm2d,
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
                {
                    let __args = {
                        let mut __a = __p::Args::declared(67072, &[]);
                        let __arg0 = __t.setting(2549146719451957345u64);
                        __a.push("", __arg0, 67073u32);
                        __a.int("", 1, 67074u32);
                        let __arg2 = __t.setting(10066264882989068177u64);
                        __a.push("stride", __arg2, 67075u32);
                        let __arg3 = __p::Value::flag(false);
                        __a.push("bias", __arg3, 67076u32);
                        __a
                    };
                    __x = <Conv2d as __p::Layer>::RULE
                        .trace(
                            __t.entry(16185618698036979943u64, "", &mut __k, 67072u32),
                            &__args,
                            &__p::Args::forward(__x),
                        );
                    __t.leave();
                }
                __x = <BatchNorm2d as __p::Layer>::RULE
                    .trace(
                        __t.entry(1686393647987996997u64, "", &mut __k, 67077u32),
                        &__p::Args::numbers(67077, &[]),
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
                __p::visit_all(visitor, "0 1", &[&self.layer0, &self.layer1]);
            }
            fn visit_mut(
                &mut self,
                visitor: &mut dyn __p::VisitorMut,
            ) -> __p::Result<()> {
                __p::visit_all_mut(
                    visitor,
                    "0 1",
                    &mut [&mut self.layer0, &mut self.layer1],
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
                __p::in_sequence(__x, &[("0", &self.layer0), ("1", &self.layer1)])
            }
        }
        impl __p::Part<11207031341650529081u64> for BasicBlock {
            type Type = __Sequential0;
        }
    };
    impl __p::Module for BasicBlock {
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            __p::visit_all(
                visitor,
                "conv1 bn1 conv2 bn2",
                &[&self.conv1, &self.bn1, &self.conv2, &self.bn2],
            );
            let __as = <<BasicBlock as __p::Part<
                11207031341650529081u64,
            >>::Type as __p::Layer>::as_module;
            if let __p::Some(__m) = &self.downsample {
                visitor.module("downsample", __as(__m));
            }
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            __p::visit_all_mut(
                visitor,
                "conv1 bn1 conv2 bn2",
                &mut [&mut self.conv1, &mut self.bn1, &mut self.conv2, &mut self.bn2],
            )?;
            let __as = <<BasicBlock as __p::Part<
                11207031341650529081u64,
            >>::Type as __p::Layer>::as_module_mut;
            if let __p::Some(__m) = &mut self.downsample {
                visitor.module("downsample", __as(__m))?;
            }
            __p::Ok(())
        }
        fn state(&self) -> __p::Option<&__p::State> {
            __p::Some(&self.__taper)
        }
        fn size_setting(&self, __name: u64) -> __p::Option<usize> {
            match __name {
                2549146719451957345u64 => __p::Some(self.out),
                10066264882989068177u64 => __p::Some(self.stride),
                _ => __p::None,
            }
        }
    }
    impl __p::Display for BasicBlock {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Debug for BasicBlock {
        fn fmt(&self, f: &mut __p::Formatter<'_>) -> __p::Formatted {
            __p::write_module(self, f)
        }
    }
    impl __p::Clone for BasicBlock {
        fn clone(&self) -> Self {
            Self {
                out: __p::Clone::clone(&self.out),
                stride: __p::Clone::clone(&self.stride),
                conv1: self.conv1.clone(),
                bn1: self.bn1.clone(),
                conv2: self.conv2.clone(),
                bn2: self.bn2.clone(),
                downsample: <<BasicBlock as __p::Part<
                    11207031341650529081u64,
                >>::Type as __p::Layer>::copy_optional(&self.downsample),
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
                    "BasicBlock",
                    &[
                        __p::Param::required("out", __p::Takes::Int),
                        __p::Param::optional("stride", __p::Takes::Int, __p::Value::Unit),
                    ],
                    __args,
                    BasicBlock::__TAPER_PROOF,
                ) else {
                return __p::Value::Any;
            };
            let mut __row = 0usize;
            {
                let __v = __bound.value(__row);
                __bound.set(__row, __v);
                __t.set(2549146719451957345u64, __v);
                __row += 1;
            }
            {
                let __v = match __bound.value(__row) {
                    __p::Value::Unit => __p::Value::int(1),
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(10066264882989068177u64, __v);
                __row += 1;
            }
            __t.begin_model(&__bound, __inputs);
            let __v = {
                <BasicBlock as __p::Traced>::TRACED;
                BasicBlock::__taper_run(__t, __inputs)
            };
            __t.close_model(__v)
        }
    }
    impl __p::Layer for BasicBlock {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        const TRACE: __p::TraceFn<Self> = __Rule::trace;
        fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
            let mut __row = 0usize;
            let out: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let stride: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let (__0_0, __0_1, __0_2, __0_3) = __at.row("conv1 bn1 conv2 bn2")?;
            let __1_0 = <<BasicBlock as __p::Part<
                11207031341650529081u64,
            >>::Type as __p::Layer>::build_optional(__at, 11207031341650529081u64)?;
            __p::Ok(Self {
                conv1: __0_0,
                bn1: __0_1,
                conv2: __0_2,
                bn2: __0_3,
                downsample: __1_0,
                out,
                stride,
                __taper: __p::State::of_model(),
            })
        }
    }
    #[doc(hidden)]
    impl BasicBlock {
        pub const fn __taper_call(
            mut __c: __p::Calls<'_>,
            __t: &mut __p::Tracer<'_>,
        ) -> __p::Value {
            if let __p::Some(__field) = __c.field() {
                return match __field {
                    2549146719451957345u64 => __t.setting(2549146719451957345u64),
                    10066264882989068177u64 => __t.setting(10066264882989068177u64),
                    _ => __t.layer_of(__field, "conv1 bn1 conv2 bn2 downsample"),
                };
            }
            while let __p::Some((__field, __index, __inputs)) = __c.next(__t) {
                let __inputs = &__inputs;
                __c.value = '__out: {
                    let __v = match __field {
                        9213824858527266397u64 => {
                            let __args = {
                                let mut __a = __p::Args::declared(66048, &[]);
                                let __arg0 = __t.setting(2549146719451957345u64);
                                __a.push("", __arg0, 66049u32);
                                __a.int("", 3, 66050u32);
                                let __arg2 = __t.setting(10066264882989068177u64);
                                __a.push("stride", __arg2, 66051u32);
                                __a.int("padding", 1, 66052u32);
                                let __arg4 = __p::Value::flag(false);
                                __a.push("bias", __arg4, 66053u32);
                                __a
                            };
                            <Conv2d as __p::Layer>::RULE
                                .trace(__t.within(__field, "conv1"), &__args, __inputs)
                        }
                        5807609199084848557u64 => {
                            let __args = {
                                let mut __a = __p::Args::declared(66560, &[]);
                                let __arg0 = __t.setting(2549146719451957345u64);
                                __a.push("", __arg0, 66561u32);
                                __a.int("", 3, 66562u32);
                                __a.int("padding", 1, 66563u32);
                                let __arg3 = __p::Value::flag(false);
                                __a.push("bias", __arg3, 66564u32);
                                __a
                            };
                            <Conv2d as __p::Layer>::RULE
                                .trace(__t.within(__field, "conv2"), &__args, __inputs)
                        }
                        11207031341650529081u64 => {
                            <<BasicBlock as __p::Part<
                                11207031341650529081u64,
                            >>::Type as __p::Layer>::RULE
                                .trace(
                                    __t.within(__field, "downsample"),
                                    &__p::Args::numbers(__p::NO_SITE, &[]),
                                    __inputs,
                                )
                        }
                        _ => {
                            let __p::Some((_, __args)) = __t
                                .declared(__field, &["bn1 0 0", "bn2 0 0"]) else {
                                break '__out __p::Value::Any;
                            };
                            <BatchNorm2d as __p::Layer>::RULE
                                .trace(__t, &__args, __inputs)
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
                            __p::Side::Named("C", 7202028764680433471u64),
                            __p::Side::Named("H", 18434027257048612423u64),
                            __p::Side::Named("W", 815510059110572809u64),
                        ],
                    ),
                ],
                &[
                    __p::Pattern::floats(
                        &[
                            __p::Side::Named("B", 4841548343642211269u64),
                            __p::Side::Named("out", 2549146719451957345u64),
                            __p::Side::Any,
                            __p::Side::Any,
                        ],
                    ),
                ],
            ),
        );
        pub const __TAPER_PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            if __t.open("BasicBlock") {
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("out"));
                    __t.set(2549146719451957345u64, __v);
                }
                {
                    let __v = __p::Value::Dim(__t.algebra.hyper("stride"));
                    __t.set(10066264882989068177u64, __v);
                }
                __t.seal();
                {
                    <BasicBlock as __p::Traced>::TRACED;
                    BasicBlock::__taper_run(&mut __t, &__p::Args::new())
                };
                __t.close();
            }
            __t.finish()
        };
        #[track_caller]
        pub const fn __taper_check(__site: u32) {
            Self::__TAPER_PROOF.check(__site)
        }
    }
};
const _: () = {
    BasicBlock::__taper_check(67072);
    BasicBlock::__taper_check(67073);
    BasicBlock::__taper_check(67074);
    BasicBlock::__taper_check(67075);
    BasicBlock::__taper_check(67076);
};
const _: () = BasicBlock::__taper_check(67077);
const _: () = {
    BasicBlock::__taper_check(66048);
    BasicBlock::__taper_check(66049);
    BasicBlock::__taper_check(66050);
    BasicBlock::__taper_check(66051);
    BasicBlock::__taper_check(66052);
    BasicBlock::__taper_check(66053);
};
const _: () = {
    BasicBlock::__taper_check(66560);
    BasicBlock::__taper_check(66561);
    BasicBlock::__taper_check(66562);
    BasicBlock::__taper_check(66563);
    BasicBlock::__taper_check(66564);
};
const _: () = {
    use ::taper::__private as __p;
    impl BasicBlock {
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
                let y = __p::after_then_relu(&self.bn1, &self.conv1, (&x,))?;
                let y = __p::after(&self.bn2, &self.conv2, (y,))?;
                let skip = if self.stride != 1 || __p::lift(x.dim(1))? != self.out {
                    __p::call_layer(&self.downsample, (x,))?
                } else {
                    x
                };
                ::core::result::Result::Ok(__p::lift((__p::lift(y + skip)?).relu())?)
            };
            __p::leave(self, __seen, __result, __p::Tensors::collect)
        }
    }
    #[doc(hidden)]
    #[allow(warnings, clippy::all)]
    impl BasicBlock {
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
                let y = Self::__taper_call(
                    __p::Calls::new(
                        x,
                        1,
                        &[
                            9213824858527266397, 442153100890361573, 0,
                            8269036542489463020, 5807609199084848557,
                            18439617194541033569,
                        ],
                    ),
                    __t,
                );
                let skip = {
                    let __taper_12 = {
                        let __taper_7 = {
                            let __taper_1 = Self::__taper_call(
                                __p::Calls::get(10066264882989068177u64),
                                __t,
                            );
                            let __taper_2 = __p::Value::int(1);
                            __t.at(5);
                            __t.binary(__p::BinaryOp::Ne, __taper_1, __taper_2)
                        };
                        let __taper_8 = {
                            let __taper_5 = {
                                let __taper_4 = x;
                                let __taper_3 = __p::Value::int(1);
                                __p::operate(
                                    __taper_4,
                                    __t,
                                    6,
                                    14388474375176705631u64,
                                    &[("", __taper_3)],
                                )
                            };
                            let __taper_6 = Self::__taper_call(
                                __p::Calls::get(2549146719451957345u64),
                                __t,
                            );
                            __t.at(7);
                            __t.binary(__p::BinaryOp::Ne, __taper_5, __taper_6)
                        };
                        __t.at(8);
                        __t.binary(__p::BinaryOp::Or, __taper_7, __taper_8)
                    };
                    let mut __taper_9 = __t.branch(__taper_12);
                    let mut __taper_10 = [__p::Value::Any];
                    if __t.begin(&mut __taper_9, true) {
                        let __taper_12 = {
                            Self::__taper_call(
                                __p::Calls::new(x, 9, &[11207031341650529081]),
                                __t,
                            )
                        };
                        __taper_10 = [__taper_12];
                        __t.end(&mut __taper_9, true);
                    }
                    let mut __taper_11 = [__p::Value::Any];
                    if __t.begin(&mut __taper_9, false) {
                        let __taper_12 = { x };
                        __taper_11 = [__taper_12];
                        __t.end(&mut __taper_9, false);
                    }
                    __t.merge(&__taper_9, __taper_10[0], __taper_11[0])
                };
                __p::apply(
                    {
                        let __taper_13 = y;
                        let __taper_14 = skip;
                        __t.at(10);
                        __t.binary(__p::BinaryOp::Add, __taper_13, __taper_14)
                    },
                    __t,
                    __p::NO_SITE,
                    8269036542489463021,
                )
            };
            __t.end_method(Self::__TAPER_SIGNATURE, __result, "forward", 11u32)
        }
    }
    impl __p::Traced for BasicBlock {}
    impl __p::Forward for BasicBlock {
        fn forward(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            Self::forward(self, x)
        }
    }
    impl __p::candle_nn::Module for BasicBlock {
        fn forward(
            &self,
            xs: &__p::candle_core::Tensor,
        ) -> __p::candle_core::Result<__p::candle_core::Tensor> {
            __p::candle_forward(self, xs)
        }
    }
};
const _: () = {
    BasicBlock::__taper_check(0);
    BasicBlock::__taper_check(11);
    BasicBlock::__TAPER_PROOF.check_rest(12);
};
const _: () = {
    BasicBlock::__taper_check(1);
    BasicBlock::__taper_check(2);
    BasicBlock::__taper_check(3);
    BasicBlock::__taper_check(4);
};
const _: () = {
    BasicBlock::__taper_check(5);
    BasicBlock::__taper_check(6);
    BasicBlock::__taper_check(7);
    BasicBlock::__taper_check(8);
};
const _: () = BasicBlock::__taper_check(9);
const _: () = BasicBlock::__taper_check(10);
