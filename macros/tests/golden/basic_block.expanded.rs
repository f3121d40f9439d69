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
#[doc(hidden)]
#[allow(warnings, clippy::all, long_running_const_eval)]
const _: () = {
    use ::taper::__private as __p;
    #[automatically_derived]
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
    #[automatically_derived]
    impl BasicBlock {
        /// The settings of `BasicBlock`, with their defaults.
        pub fn config(out: usize) -> BasicBlockConfig {
            let stride: usize = 1;
            BasicBlockConfig { out, stride }
        }
        /// The settings that this model was built with.
        pub fn settings(&self) -> BasicBlockConfig {
            BasicBlockConfig {
                out: ::core::clone::Clone::clone(&self.out),
                stride: ::core::clone::Clone::clone(&self.stride),
            }
        }
    }
    #[automatically_derived]
    impl __p::Inspect for BasicBlock {
        type Config = BasicBlockConfig;
        fn current_settings(&self) -> BasicBlockConfig {
            self.settings()
        }
    }
    #[automatically_derived]
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
        #[automatically_derived]
        impl ::core::fmt::Display for __Sequential0 {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&__p::format_module(self))
            }
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for __Sequential0 {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&__p::format_module(self))
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl ::core::clone::Clone for __Sequential0 {
            fn clone(&self) -> Self {
                Self {
                    layer0: <Conv2d as __p::Layer>::copy_one(&self.layer0),
                    layer1: <BatchNorm2d as __p::Layer>::copy_one(&self.layer1),
                    order: ::core::clone::Clone::clone(&self.order),
                    __taper: ::core::clone::Clone::clone(&self.__taper),
                }
            }
        }
        pub struct __Sequential0 {
            layer0: Conv2d,
            layer1: BatchNorm2d,
            order: __p::Vec<u16>,
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
                        let mut __a = __p::Args::new();
                        let __arg0 = __t.setting(2549146719451957345u64);
                        __a.push("", __arg0, 67073u32);
                        __a.int("", 1, 67074u32);
                        let __arg2 = __t.setting(10066264882989068177u64);
                        __a.push("stride", __arg2, 67075u32);
                        let __arg3 = __p::Value::flag(false);
                        __a.push("bias", __arg3, 67076u32);
                        __a
                    };
                    __t.enter(16185618698036979943u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(67072u32);
                    __x = <Conv2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                {
                    let __args = __p::Args::new();
                    __t.enter(1686393647987996997u64, "", __p::Some(__k), false);
                    let mut __in = __p::Args::for_method(13877517434493473859u64);
                    __in.positional(__x);
                    __t.at(67077u32);
                    __x = <BatchNorm2d as __p::Layer>::RULE.trace(__t, &__args, &__in);
                    __t.leave();
                    __k += 1;
                }
                __x
            }
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __p::Layer for __Sequential0 {
            type Rule = __Sequential0Rule;
            const RULE: __Sequential0Rule = __Sequential0Rule;
            fn trace(
                __t: &mut __p::Tracer<'_>,
                __args: &__p::Args,
                __inputs: &__p::Args,
            ) -> __p::Value {
                __Sequential0Rule.trace(__t, __args, __inputs)
            }
            fn build(__at: &mut __p::Build<'_, '_>) -> __p::Result<Self> {
                let layer0 = __at.one(16185618698036979943u64, "0")?;
                let layer1 = __at.one(1686393647987996997u64, "1")?;
                let order = __at
                    .order(&[16185618698036979943u64, 1686393647987996997u64]);
                __p::Ok(Self {
                    layer0,
                    layer1,
                    order,
                    __taper: __p::State::new(),
                })
            }
        }
        #[automatically_derived]
        impl __p::Module for __Sequential0 {
            fn type_name(&self) -> &'static str {
                "Sequential"
            }
            #[allow(warnings, clippy::all)]
            fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
                let mut __next = [0usize; 2usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => visitor.module(&__p::position(__k), &self.layer0),
                        1u16 => visitor.module(&__p::position(__k), &self.layer1),
                        _ => {}
                    }
                }
            }
            #[allow(warnings, clippy::all)]
            fn visit_mut(
                &mut self,
                visitor: &mut dyn __p::VisitorMut,
            ) -> __p::Result<()> {
                let mut __next = [0usize; 2usize];
                for (__k, __n) in self.order.iter().enumerate() {
                    match *__n {
                        0u16 => visitor.module(&__p::position(__k), &mut self.layer0)?,
                        1u16 => visitor.module(&__p::position(__k), &mut self.layer1)?,
                        _ => {}
                    }
                }
                __p::Ok(())
            }
            fn state(&self) -> ::core::option::Option<&__p::State> {
                __p::Some(&self.__taper)
            }
        }
        #[automatically_derived]
        #[allow(warnings, clippy::all)]
        impl __p::Forward for __Sequential0 {
            fn forward(&self, __x: &__p::Tensor) -> __p::Result<__p::Tensor> {
                let __x = __p::within("0", __p::Call::call(&self.layer0, (__x,)))?;
                let __x = __p::within("1", __p::Call::call(&self.layer1, (&__x,)))?;
                __p::Ok(__x)
            }
        }
        impl __p::Part<11207031341650529081u64> for BasicBlock {
            type Type = __Sequential0;
        }
    };
    #[automatically_derived]
    impl __p::Module for BasicBlock {
        fn type_name(&self) -> &'static str {
            "BasicBlock"
        }
        fn visit<'__a>(&'__a self, visitor: &mut dyn __p::Visitor<'__a>) {
            visitor.module("conv1", <Conv2d as __p::Layer>::as_module(&self.conv1));
            visitor.module("bn1", <BatchNorm2d as __p::Layer>::as_module(&self.bn1));
            visitor.module("conv2", <Conv2d as __p::Layer>::as_module(&self.conv2));
            visitor.module("bn2", <BatchNorm2d as __p::Layer>::as_module(&self.bn2));
            let __as = <<BasicBlock as __p::Part<
                11207031341650529081u64,
            >>::Type as __p::Layer>::as_module;
            if let __p::Some(__m) = &self.downsample {
                visitor.module("downsample", __as(__m));
            }
        }
        fn visit_mut(&mut self, visitor: &mut dyn __p::VisitorMut) -> __p::Result<()> {
            visitor
                .module(
                    "conv1",
                    <Conv2d as __p::Layer>::as_module_mut(&mut self.conv1),
                )?;
            visitor
                .module(
                    "bn1",
                    <BatchNorm2d as __p::Layer>::as_module_mut(&mut self.bn1),
                )?;
            visitor
                .module(
                    "conv2",
                    <Conv2d as __p::Layer>::as_module_mut(&mut self.conv2),
                )?;
            visitor
                .module(
                    "bn2",
                    <BatchNorm2d as __p::Layer>::as_module_mut(&mut self.bn2),
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
    #[automatically_derived]
    impl ::core::fmt::Display for BasicBlock {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for BasicBlock {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&__p::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for BasicBlock {
        fn clone(&self) -> Self {
            Self {
                out: ::core::clone::Clone::clone(&self.out),
                stride: ::core::clone::Clone::clone(&self.stride),
                conv1: <Conv2d as __p::Layer>::copy_one(&self.conv1),
                bn1: <BatchNorm2d as __p::Layer>::copy_one(&self.bn1),
                conv2: <Conv2d as __p::Layer>::copy_one(&self.conv2),
                bn2: <BatchNorm2d as __p::Layer>::copy_one(&self.bn2),
                downsample: <<BasicBlock as __p::Part<
                    11207031341650529081u64,
                >>::Type as __p::Layer>::copy_optional(&self.downsample),
                __taper: ::core::clone::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Rule;
    impl __Rule {
        /// Proves the model for all values of its hyperparameters.
        pub const fn prove(self, __t: &mut __p::Tracer<'_>) {
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
                <BasicBlock as __p::Traced>::BODY.run(__t, &__p::Args::new());
                __t.close();
            }
        }
        pub const fn trace(
            self,
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            const __TABLE: &[__p::Param] = &[
                __p::Param::required("out", __p::Takes::Int),
                __p::Param::optional("stride", __p::Takes::Int, __p::Value::Unit),
            ];
            if __t.is_nested() && <BasicBlock as __p::Traced>::PROOF.broken() {
                return __p::Value::Any;
            }
            let __p::Some(mut __bound) = __t.bind("BasicBlock", __TABLE, __args) else {
                return __p::Value::Any;
            };
            if !__t.open("BasicBlock") {
                return __p::Value::Any;
            }
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
            __t.seal();
            __t.describe("BasicBlock", __p::Some(&__bound), __inputs);
            let __mark = __t.used();
            let __v = <BasicBlock as __p::Traced>::BODY.run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __p::Layer for BasicBlock {
        type Rule = __Rule;
        const RULE: __Rule = __Rule;
        fn trace(
            __t: &mut __p::Tracer<'_>,
            __args: &__p::Args,
            __inputs: &__p::Args,
        ) -> __p::Value {
            __Rule.trace(__t, __args, __inputs)
        }
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
            let conv1 = <Conv2d as __p::Layer>::build_one(
                __at,
                9213824858527266397u64,
                "conv1",
            )?;
            let bn1 = <BatchNorm2d as __p::Layer>::build_one(
                __at,
                442153100890361573u64,
                "bn1",
            )?;
            let conv2 = <Conv2d as __p::Layer>::build_one(
                __at,
                5807609199084848557u64,
                "conv2",
            )?;
            let bn2 = <BatchNorm2d as __p::Layer>::build_one(
                __at,
                18439617194541033569u64,
                "bn2",
            )?;
            let downsample = <<BasicBlock as __p::Part<
                11207031341650529081u64,
            >>::Type as __p::Layer>::build_optional(__at, 11207031341650529081u64)?;
            __p::Ok(Self {
                out,
                stride,
                conv1,
                bn1,
                conv2,
                bn2,
                downsample,
                __taper: __p::State::new(),
            })
        }
    }
    #[doc(hidden)]
    #[automatically_derived]
    impl BasicBlock {
        pub const fn __taper_call(
            __t: &mut __p::Tracer<'_>,
            __field: u64,
            __index: __p::Value,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let __v = match __field {
                9213824858527266397u64 => {
                    let __args = {
                        let mut __a = __p::Args::declared_at(66048);
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
                442153100890361573u64 => {
                    <BatchNorm2d as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "bn1"),
                            &__p::Args::declared_at(66304),
                            __inputs,
                        )
                }
                5807609199084848557u64 => {
                    let __args = {
                        let mut __a = __p::Args::declared_at(66560);
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
                18439617194541033569u64 => {
                    <BatchNorm2d as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "bn2"),
                            &__p::Args::declared_at(66816),
                            __inputs,
                        )
                }
                11207031341650529081u64 => {
                    <<BasicBlock as __p::Part<
                        11207031341650529081u64,
                    >>::Type as __p::Layer>::RULE
                        .trace(
                            __t.within(__field, "downsample"),
                            &__p::Args::new(),
                            __inputs,
                        )
                }
                _ => return __p::Value::Any,
            };
            __t.leave_with(__v)
        }
        pub const fn __taper_get(__t: &mut __p::Tracer<'_>, __field: u64) -> __p::Value {
            match __field {
                2549146719451957345u64 => __t.setting(2549146719451957345u64),
                10066264882989068177u64 => __t.setting(10066264882989068177u64),
                9213824858527266397u64 | 442153100890361573u64 | 5807609199084848557u64
                | 18439617194541033569u64 | 11207031341650529081u64 => {
                    __p::Value::Layer(__field, __p::Dim::Known(0))
                }
                _ => __p::Value::Any,
            }
        }
        pub const __TAPER_INPUTS: usize = 1usize;
        pub const __TAPER_PROOF: &'static __p::Proof = <BasicBlock as __p::Traced>::PROOF;
        pub const fn __taper_accept(
            __t: &mut __p::Tracer<'_>,
            __inputs: &mut __p::Args,
        ) -> bool {
            let mut __e = __t
                .expect_input(__inputs, 0usize, 4usize, __p::Kind::Float, false);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            __t.expect_name(&mut __e, "C", 7202028764680433471u64);
            __t.expect_name(&mut __e, "H", 18434027257048612423u64);
            __t.expect_name(&mut __e, "W", 815510059110572809u64);
            if !__t.accept(&__e, __inputs, 0usize, "forward") {
                return false;
            }
            true
        }
        pub const fn __taper_promise(__t: &mut __p::Tracer<'_>, __result: __p::Value) {
            __t.expect_results(__result, 1usize, "forward");
            let mut __e = __t
                .expect_output(__result, 0usize, false, 4usize, __p::Kind::Float);
            __t.expect_name(&mut __e, "B", 4841548343642211269u64);
            {
                let __d = __t.setting(2549146719451957345u64);
                __t.expect_dim(&mut __e, __d);
            }
            __t.expect_any(&mut __e);
            __t.expect_any(&mut __e);
            __t.promise(&__e, "forward");
        }
        #[inline]
        pub fn __taper_state(&self) -> &__p::State {
            &self.__taper
        }
        #[inline]
        pub fn __taper_door(
            &self,
            __inputs: &[__p::Option<&__p::Tensor>],
        ) -> __p::Result<()> {
            __p::door(
                "BasicBlock",
                &[
                    __p::Entrance {
                        kind: __p::Kind::Float,
                        dims: &[
                            __p::Side::Free("B"),
                            __p::Side::Free("C"),
                            __p::Side::Free("H"),
                            __p::Side::Free("W"),
                        ],
                    },
                ],
                __inputs,
            )
        }
    }
};
const _: () = {
    BasicBlock::__TAPER_PROOF.check(67072);
    BasicBlock::__TAPER_PROOF.check(67073);
    BasicBlock::__TAPER_PROOF.check(67074);
    BasicBlock::__TAPER_PROOF.check(67075);
    BasicBlock::__TAPER_PROOF.check(67076);
};
const _: () = BasicBlock::__TAPER_PROOF.check(67077);
const _: () = {
    BasicBlock::__TAPER_PROOF.check(66048);
    BasicBlock::__TAPER_PROOF.check(66049);
    BasicBlock::__TAPER_PROOF.check(66050);
    BasicBlock::__TAPER_PROOF.check(66051);
    BasicBlock::__TAPER_PROOF.check(66052);
    BasicBlock::__TAPER_PROOF.check(66053);
};
const _: () = BasicBlock::__TAPER_PROOF.check(66304);
const _: () = {
    BasicBlock::__TAPER_PROOF.check(66560);
    BasicBlock::__TAPER_PROOF.check(66561);
    BasicBlock::__TAPER_PROOF.check(66562);
    BasicBlock::__TAPER_PROOF.check(66563);
    BasicBlock::__TAPER_PROOF.check(66564);
};
const _: () = BasicBlock::__TAPER_PROOF.check(66816);
const _: () = {
    #[allow(unused_imports)]
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
        pub fn forward(
            &self,
            x: impl ::core::borrow::Borrow<Tensor>,
        ) -> __p::Result<Tensor> {
            let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
                ::core::borrow::Borrow::borrow(&x),
            );
            self.__taper_door(&[::core::option::Option::Some(&x)])?;
            let __seen = self.__taper_state().watch(&[::core::option::Option::Some(&x)]);
            let __result = (move || -> __p::Result<Tensor> {
                let y = __p::lift(
                    __p::Call::call(&self.bn1, (__p::Call::call(&self.conv1, (&x,))?,))?
                        .relu(),
                )?;
                let y = __p::Call::call(
                    &self.bn2,
                    (__p::Call::call(&self.conv2, (y,))?,),
                )?;
                let skip = if self.stride != 1 || __p::lift(x.dim(1))? != self.out {
                    __p::Call::call(&self.downsample, (x,))?
                } else {
                    x
                };
                ::core::result::Result::Ok(__p::lift((__p::lift(y + skip)?).relu())?)
            })();
            self.__taper_state()
                .show(
                    __seen,
                    __result,
                    |__y, __found| {
                        #[allow(unused_imports)]
                        use __p::NoTensors as _;
                        __p::Outputs(__y).collect(__found)
                    },
                )
        }
    }
    #[doc(hidden)]
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl BasicBlock {
        pub const fn __taper_m_forward(
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            let mut __inputs = *__inputs;
            __t.at(0u32);
            if !__t.expect_parameters(Self::__TAPER_INPUTS, 1usize, "forward") {
                return __p::Value::Any;
            }
            if !Self::__taper_accept(__t, &mut __inputs) {
                return __p::Value::Any;
            }
            __t.received(&__inputs);
            let x = __t.tensor_input(&__inputs, 0usize);
            let __result = {
                let y = {
                    let __taper_1 = Self::__taper_layer(
                        Self::__taper_layer(x, __t, 1, 9213824858527266397u64),
                        __t,
                        2,
                        442153100890361573u64,
                    );
                    __t.operate(3, 8269036542489463021u64, __taper_1, &[])
                };
                let y = Self::__taper_layer(
                    Self::__taper_layer(y, __t, 4, 5807609199084848557u64),
                    __t,
                    5,
                    18439617194541033569u64,
                );
                let skip = {
                    let __taper_13 = {
                        let __taper_8 = {
                            let __taper_2 = Self::__taper_get(
                                __t,
                                10066264882989068177u64,
                            );
                            let __taper_3 = __p::Value::int(1);
                            __t.at(6);
                            __t.binary(__p::BinaryOp::Ne, __taper_2, __taper_3)
                        };
                        let __taper_9 = {
                            let __taper_6 = {
                                let __taper_4 = x;
                                let __taper_5 = __p::Value::int(1);
                                __t.operate(
                                    7,
                                    14388474375176705631u64,
                                    __taper_4,
                                    &[("", __taper_5)],
                                )
                            };
                            let __taper_7 = Self::__taper_get(
                                __t,
                                2549146719451957345u64,
                            );
                            __t.at(8);
                            __t.binary(__p::BinaryOp::Ne, __taper_6, __taper_7)
                        };
                        __t.at(9);
                        __t.binary(__p::BinaryOp::Or, __taper_8, __taper_9)
                    };
                    let mut __taper_10 = __t.branch(__taper_13);
                    let mut __taper_11 = [__p::Value::Any];
                    if __t.begin(&mut __taper_10, true) {
                        let __taper_13 = {
                            Self::__taper_layer(x, __t, 10, 11207031341650529081u64)
                        };
                        __taper_11 = [__taper_13];
                        __t.end(&mut __taper_10, true);
                    }
                    let mut __taper_12 = [__p::Value::Any];
                    if __t.begin(&mut __taper_10, false) {
                        let __taper_13 = { x };
                        __taper_12 = [__taper_13];
                        __t.end(&mut __taper_10, false);
                    }
                    __t.merge(&__taper_10, __taper_11[0], __taper_12[0])
                };
                {
                    let __taper_16 = {
                        let __taper_14 = y;
                        let __taper_15 = skip;
                        __t.at(11);
                        __t.binary(__p::BinaryOp::Add, __taper_14, __taper_15)
                    };
                    __t.operate(12, 8269036542489463021u64, __taper_16, &[])
                }
            };
            __t.at(13u32);
            Self::__taper_promise(__t, __result);
            __result
        }
        const fn __taper_layer(
            __x: __p::Value,
            __t: &mut __p::Tracer<'_>,
            __site: u32,
            __field: u64,
        ) -> __p::Value {
            __t.at(__site);
            Self::__taper_call(__t, __field, __p::Value::Unit, &__p::Args::forward(__x))
        }
        pub const __TAPER_CHECKED: &'static __p::Proof = <BasicBlock as __p::Traced>::PROOF;
    }
    pub struct __Body;
    #[allow(clippy::all)]
    impl __Body {
        pub const fn run(
            self,
            __t: &mut __p::Tracer<'_>,
            __inputs: &__p::Args,
        ) -> __p::Value {
            match __inputs.method {
                0 => {
                    let mut __v = __p::Value::Any;
                    if (<BasicBlock>::__TAPER_INPUTS != usize::MAX) || __t.wants_all()
                        || !__inputs.is_empty()
                    {
                        let mut __forward = *__inputs;
                        __forward.method = 1;
                        __v = <BasicBlock>::__taper_m_forward(__t, &__forward);
                    }
                    __v
                }
                13877517434493473859u64 => <BasicBlock>::__taper_m_forward(__t, __inputs),
                _ => __t.no_method(),
            }
        }
    }
    #[automatically_derived]
    #[allow(long_running_const_eval)]
    impl __p::Traced for BasicBlock {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static __p::Proof = &{
            let mut __storage = __p::Storage::new();
            let mut __t = __storage.tracer(__p::Purpose::Proof);
            <BasicBlock as __p::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
    #[automatically_derived]
    impl __p::Forward for BasicBlock {
        fn forward(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            <BasicBlock>::forward(self, x)
        }
        fn forward_hooked(&self, x: &__p::Tensor) -> __p::Result<__p::Tensor> {
            <BasicBlock>::forward(self, x)
        }
    }
    #[automatically_derived]
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
    <BasicBlock>::__TAPER_CHECKED.check(0);
    <BasicBlock>::__TAPER_CHECKED.check(13);
};
const _: () = {
    <BasicBlock>::__TAPER_CHECKED.check(1);
    <BasicBlock>::__TAPER_CHECKED.check(2);
    <BasicBlock>::__TAPER_CHECKED.check(3);
};
const _: () = {
    <BasicBlock>::__TAPER_CHECKED.check(4);
    <BasicBlock>::__TAPER_CHECKED.check(5);
};
const _: () = {
    <BasicBlock>::__TAPER_CHECKED.check(6);
    <BasicBlock>::__TAPER_CHECKED.check(7);
    <BasicBlock>::__TAPER_CHECKED.check(8);
    <BasicBlock>::__TAPER_CHECKED.check(9);
};
const _: () = <BasicBlock>::__TAPER_CHECKED.check(10);
const _: () = {
    <BasicBlock>::__TAPER_CHECKED.check(11);
    <BasicBlock>::__TAPER_CHECKED.check(12);
};
const _: () = <BasicBlock>::__TAPER_CHECKED.check_rest(14);
