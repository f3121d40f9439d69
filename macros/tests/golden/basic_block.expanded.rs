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
#[automatically_derived]
#[allow(missing_docs, dead_code)]
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
    /// Checks all shapes and builds the model, drawing from the global generator.
    ///
    /// # Errors
    /// What `cargo check` would have shown, had these settings been known to it.
    pub fn init(&self, device: &::taper::Device) -> ::taper::Result<BasicBlock> {
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
    ) -> ::taper::Result<BasicBlock> {
        ::taper::__private::Config::init_seeded(self, device, seed)
    }
}
#[automatically_derived]
#[allow(dead_code, unused_variables, clippy::all)]
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
impl ::taper::__private::Inspect for BasicBlock {
    type Config = BasicBlockConfig;
    fn current_settings(&self) -> BasicBlockConfig {
        self.settings()
    }
}
#[automatically_derived]
impl ::taper::__private::Config for BasicBlockConfig {
    type Layer = BasicBlock;
    fn args(&self, _: &mut ::taper::__private::Tracer<'_>) -> ::taper::__private::Args {
        let mut __args = ::taper::__private::Args::new();
        __args.named("out", ::taper::__private::Leaf(self.out).value());
        __args.named("stride", ::taper::__private::Leaf(self.stride).value());
        __args
    }
    fn as_any(&self) -> ::core::option::Option<&dyn ::core::any::Any> {
        ::core::option::Option::Some(self)
    }
}
const _: () = {
    #[automatically_derived]
    impl ::core::fmt::Display for __Sequential0 {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for __Sequential0 {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(&::taper::__private::format_module(self))
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::core::clone::Clone for __Sequential0 {
        fn clone(&self) -> Self {
            Self {
                layer0: <Conv2d as ::taper::__private::Layer>::copy_one(&self.layer0),
                layer1: <BatchNorm2d as ::taper::__private::Layer>::copy_one(
                    &self.layer1,
                ),
                order: ::core::clone::Clone::clone(&self.order),
                __taper: ::core::clone::Clone::clone(&self.__taper),
            }
        }
    }
    pub struct __Sequential0 {
        layer0: Conv2d,
        layer1: BatchNorm2d,
        order: ::taper::__private::Vec<u16>,
        __taper: ::taper::__private::State,
    }
    #[derive(Clone, Copy)]
    pub struct __Sequential0Rule;
    #[allow(warnings, clippy::all)]
    impl __Sequential0Rule {
        pub const fn trace(
            self,
            __t: &mut ::taper::__private::Tracer<'_>,
            _: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __t.describe("Sequential", ::core::option::Option::None, __inputs);
            let mut __x = __inputs.value(0);
            let mut __k = 0i64;
            {
                let __args = {
                    let mut __a = ::taper::__private::Args::new();
                    let __arg0 = __t.setting(2549146719451957345u64);
                    __a.push("", __arg0, 67073u32);
                    let __arg1 = ::taper::__private::Value::int(1i64);
                    __a.push("", __arg1, 67074u32);
                    let __arg2 = __t.setting(10066264882989068177u64);
                    __a.push("stride", __arg2, 67075u32);
                    let __arg3 = ::taper::__private::Value::flag(false);
                    __a.push("bias", __arg3, 67076u32);
                    __a
                };
                __t.enter(
                    16185618698036979943u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(67072u32);
                __x = <Conv2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            {
                let __args = ::taper::__private::Args::new();
                __t.enter(
                    1686393647987996997u64,
                    "",
                    ::core::option::Option::Some(__k),
                    false,
                );
                let mut __in = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __in.positional(__x);
                __t.at(67077u32);
                __x = <BatchNorm2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, &__in);
                __t.leave();
                __k += 1;
            }
            __x
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for __Sequential0 {
        type Rule = __Sequential0Rule;
        const RULE: __Sequential0Rule = __Sequential0Rule;
        fn trace(
            __t: &mut ::taper::__private::Tracer<'_>,
            __args: &::taper::__private::Args,
            __inputs: &::taper::__private::Args,
        ) -> ::taper::__private::Value {
            __Sequential0Rule.trace(__t, __args, __inputs)
        }
        fn build(
            __at: &mut ::taper::__private::Build<'_, '_>,
        ) -> ::taper::__private::Result<Self> {
            let layer0 = __at.one(16185618698036979943u64, "0")?;
            let layer1 = __at.one(1686393647987996997u64, "1")?;
            let order = __at.order(&[16185618698036979943u64, 1686393647987996997u64]);
            ::core::result::Result::Ok(Self {
                layer0,
                layer1,
                order,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Module for __Sequential0 {
        fn type_name(&self) -> &'static str {
            "Sequential"
        }
        #[allow(warnings, clippy::all)]
        fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
            let mut __next = [0usize; 2usize];
            for (__k, __n) in self.order.iter().enumerate() {
                match *__n {
                    0u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer0)
                    }
                    1u16 => {
                        visitor.module(&::taper::__private::position(__k), &self.layer1)
                    }
                    _ => {}
                }
            }
        }
        #[allow(warnings, clippy::all)]
        fn visit_mut(
            &mut self,
            visitor: &mut dyn ::taper::__private::VisitorMut,
        ) -> ::taper::__private::Result<()> {
            let mut __next = [0usize; 2usize];
            for (__k, __n) in self.order.iter().enumerate() {
                match *__n {
                    0u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer0,
                            )?
                    }
                    1u16 => {
                        visitor
                            .module(
                                &::taper::__private::position(__k),
                                &mut self.layer1,
                            )?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(())
        }
        fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
            ::core::option::Option::Some(&self.__taper)
        }
    }
    #[automatically_derived]
    #[allow(warnings, clippy::all)]
    impl ::taper::__private::Forward for __Sequential0 {
        fn forward(
            &self,
            __x: &::taper::__private::Tensor,
        ) -> ::taper::__private::Result<::taper::__private::Tensor> {
            let __x = ::taper::__private::within(
                "0",
                ::taper::__private::Call::call(&self.layer0, (__x,)),
            )?;
            let __x = ::taper::__private::within(
                "1",
                ::taper::__private::Call::call(&self.layer1, (&__x,)),
            )?;
            ::core::result::Result::Ok(__x)
        }
    }
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67072u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67073u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67074u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67075u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67076u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(67077u32);
    impl ::taper::__private::Part<11207031341650529081u64> for BasicBlock {
        type Type = __Sequential0;
    }
};
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::taper::__private::Module for BasicBlock {
    fn type_name(&self) -> &'static str {
        "BasicBlock"
    }
    fn visit<'__a>(&'__a self, visitor: &mut dyn ::taper::__private::Visitor<'__a>) {
        {
            let __as = <Conv2d as ::taper::__private::Layer>::as_module;
            visitor.module("conv1", __as(&self.conv1));
        }
        {
            let __as = <BatchNorm2d as ::taper::__private::Layer>::as_module;
            visitor.module("bn1", __as(&self.bn1));
        }
        {
            let __as = <Conv2d as ::taper::__private::Layer>::as_module;
            visitor.module("conv2", __as(&self.conv2));
        }
        {
            let __as = <BatchNorm2d as ::taper::__private::Layer>::as_module;
            visitor.module("bn2", __as(&self.bn2));
        }
        {
            let __as = <<BasicBlock as ::taper::__private::Part<
                11207031341650529081u64,
            >>::Type as ::taper::__private::Layer>::as_module;
            if let ::core::option::Option::Some(__m) = &self.downsample {
                visitor.module("downsample", __as(__m));
            }
        }
    }
    fn visit_mut(
        &mut self,
        visitor: &mut dyn ::taper::__private::VisitorMut,
    ) -> ::taper::__private::Result<()> {
        {
            let __as = <Conv2d as ::taper::__private::Layer>::as_module_mut;
            visitor.module("conv1", __as(&mut self.conv1))?;
        }
        {
            let __as = <BatchNorm2d as ::taper::__private::Layer>::as_module_mut;
            visitor.module("bn1", __as(&mut self.bn1))?;
        }
        {
            let __as = <Conv2d as ::taper::__private::Layer>::as_module_mut;
            visitor.module("conv2", __as(&mut self.conv2))?;
        }
        {
            let __as = <BatchNorm2d as ::taper::__private::Layer>::as_module_mut;
            visitor.module("bn2", __as(&mut self.bn2))?;
        }
        {
            let __as = <<BasicBlock as ::taper::__private::Part<
                11207031341650529081u64,
            >>::Type as ::taper::__private::Layer>::as_module_mut;
            if let ::core::option::Option::Some(__m) = &mut self.downsample {
                visitor.module("downsample", __as(__m))?;
            }
        }
        ::core::result::Result::Ok(())
    }
    fn state(&self) -> ::core::option::Option<&::taper::__private::State> {
        ::core::option::Option::Some(&self.__taper)
    }
}
#[automatically_derived]
impl ::core::fmt::Display for BasicBlock {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for BasicBlock {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&::taper::__private::format_module(self))
    }
}
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl ::core::clone::Clone for BasicBlock {
    fn clone(&self) -> Self {
        Self {
            out: ::core::clone::Clone::clone(&self.out),
            stride: ::core::clone::Clone::clone(&self.stride),
            conv1: <Conv2d as ::taper::__private::Layer>::copy_one(&self.conv1),
            bn1: <BatchNorm2d as ::taper::__private::Layer>::copy_one(&self.bn1),
            conv2: <Conv2d as ::taper::__private::Layer>::copy_one(&self.conv2),
            bn2: <BatchNorm2d as ::taper::__private::Layer>::copy_one(&self.bn2),
            downsample: <<BasicBlock as ::taper::__private::Part<
                11207031341650529081u64,
            >>::Type as ::taper::__private::Layer>::copy_optional(&self.downsample),
            __taper: ::core::clone::Clone::clone(&self.__taper),
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
            if __t.open("BasicBlock") {
                {
                    let __v = ::taper::__private::Value::Dim(__t.algebra.hyper("out"));
                    __t.set(2549146719451957345u64, __v);
                }
                {
                    let __v = ::taper::__private::Value::Dim(
                        __t.algebra.hyper("stride"),
                    );
                    __t.set(10066264882989068177u64, __v);
                }
                __t.seal();
                <BasicBlock as ::taper::__private::Traced>::BODY
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
                ::taper::__private::Param::required(
                    "out",
                    ::taper::__private::Takes::Int,
                ),
                ::taper::__private::Param::optional(
                    "stride",
                    ::taper::__private::Takes::Int,
                    ::taper::__private::Value::Unit,
                ),
            ];
            if __t.is_nested()
                && <BasicBlock as ::taper::__private::Traced>::PROOF.broken()
            {
                return ::taper::__private::Value::Any;
            }
            let ::core::option::Option::Some(mut __bound) = __t
                .bind("BasicBlock", __TABLE, __args) else {
                return ::taper::__private::Value::Any;
            };
            if !__t.open("BasicBlock") {
                return ::taper::__private::Value::Any;
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
                    ::taper::__private::Value::Unit => {
                        ::taper::__private::Value::int(1i64)
                    }
                    __given => __given,
                };
                __bound.set(__row, __v);
                __t.set(10066264882989068177u64, __v);
                __row += 1;
            }
            __t.seal();
            __t.describe("BasicBlock", ::core::option::Option::Some(&__bound), __inputs);
            let __mark = __t.used();
            let __v = <BasicBlock as ::taper::__private::Traced>::BODY
                .run(__t, __inputs);
            __t.release(__mark, __v);
            __t.close();
            __v
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::taper::__private::Layer for BasicBlock {
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
            let out: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let stride: usize = __at.int(__row)?;
            {
                __row += 1;
            }
            let conv1 = {
                let __build = <Conv2d as ::taper::__private::Layer>::build_one;
                __build(__at, 9213824858527266397u64, "conv1")?
            };
            let bn1 = {
                let __build = <BatchNorm2d as ::taper::__private::Layer>::build_one;
                __build(__at, 442153100890361573u64, "bn1")?
            };
            let conv2 = {
                let __build = <Conv2d as ::taper::__private::Layer>::build_one;
                __build(__at, 5807609199084848557u64, "conv2")?
            };
            let bn2 = {
                let __build = <BatchNorm2d as ::taper::__private::Layer>::build_one;
                __build(__at, 18439617194541033569u64, "bn2")?
            };
            let downsample = {
                let __build = <<BasicBlock as ::taper::__private::Part<
                    11207031341650529081u64,
                >>::Type as ::taper::__private::Layer>::build_optional;
                __build(__at, 11207031341650529081u64)?
            };
            ::core::result::Result::Ok(Self {
                out,
                stride,
                conv1,
                bn1,
                conv2,
                bn2,
                downsample,
                __taper: ::taper::__private::State::new(),
            })
        }
    }
};
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl BasicBlock {
    pub const fn __taper_call(
        __t: &mut ::taper::__private::Tracer<'_>,
        __field: u64,
        __index: ::taper::__private::Value,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        match __field {
            9213824858527266397u64 => {
                let __args = {
                    let mut __a = ::taper::__private::Args::declared_at(66048u32);
                    let __arg0 = __t.setting(2549146719451957345u64);
                    __a.push("", __arg0, 66049u32);
                    let __arg1 = ::taper::__private::Value::int(3i64);
                    __a.push("", __arg1, 66050u32);
                    let __arg2 = __t.setting(10066264882989068177u64);
                    __a.push("stride", __arg2, 66051u32);
                    let __arg3 = ::taper::__private::Value::int(1i64);
                    __a.push("padding", __arg3, 66052u32);
                    let __arg4 = ::taper::__private::Value::flag(false);
                    __a.push("bias", __arg4, 66053u32);
                    __a
                };
                __t.enter(
                    9213824858527266397u64,
                    "conv1",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <Conv2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            442153100890361573u64 => {
                let __args = ::taper::__private::Args::declared_at(66304u32);
                __t.enter(
                    442153100890361573u64,
                    "bn1",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <BatchNorm2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            5807609199084848557u64 => {
                let __args = {
                    let mut __a = ::taper::__private::Args::declared_at(66560u32);
                    let __arg0 = __t.setting(2549146719451957345u64);
                    __a.push("", __arg0, 66561u32);
                    let __arg1 = ::taper::__private::Value::int(3i64);
                    __a.push("", __arg1, 66562u32);
                    let __arg2 = ::taper::__private::Value::int(1i64);
                    __a.push("padding", __arg2, 66563u32);
                    let __arg3 = ::taper::__private::Value::flag(false);
                    __a.push("bias", __arg3, 66564u32);
                    __a
                };
                __t.enter(
                    5807609199084848557u64,
                    "conv2",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <Conv2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            18439617194541033569u64 => {
                let __args = ::taper::__private::Args::declared_at(66816u32);
                __t.enter(
                    18439617194541033569u64,
                    "bn2",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <BatchNorm2d as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
                __t.leave_with(__v)
            }
            11207031341650529081u64 => {
                let __args = ::taper::__private::Args::new();
                __t.enter(
                    11207031341650529081u64,
                    "downsample",
                    ::core::option::Option::None,
                    false,
                );
                let __v = <<BasicBlock as ::taper::__private::Part<
                    11207031341650529081u64,
                >>::Type as ::taper::__private::Layer>::RULE
                    .trace(__t, &__args, __inputs);
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
            2549146719451957345u64 => __t.setting(2549146719451957345u64),
            10066264882989068177u64 => __t.setting(10066264882989068177u64),
            9213824858527266397u64 => {
                ::taper::__private::Value::Layer(
                    9213824858527266397u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            442153100890361573u64 => {
                ::taper::__private::Value::Layer(
                    442153100890361573u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            5807609199084848557u64 => {
                ::taper::__private::Value::Layer(
                    5807609199084848557u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            18439617194541033569u64 => {
                ::taper::__private::Value::Layer(
                    18439617194541033569u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            11207031341650529081u64 => {
                ::taper::__private::Value::Layer(
                    11207031341650529081u64,
                    ::taper::__private::Dim::Known(0),
                )
            }
            _ => ::taper::__private::Value::Any,
        }
    }
    pub const __TAPER_SIGNED: bool = true;
    pub const __TAPER_INPUTS: usize = 1usize;
    pub const __TAPER_PROOF: &'static ::taper::__private::Proof = <BasicBlock as ::taper::__private::Traced>::PROOF;
    pub const fn __taper_accept(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &mut ::taper::__private::Args,
    ) -> bool {
        let mut __e = __t
            .expect_input(
                __inputs,
                0usize,
                4usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        __t.expect_name(&mut __e, "C", 7202028764680433471u64);
        __t.expect_name(&mut __e, "H", 18434027257048612423u64);
        __t.expect_name(&mut __e, "W", 815510059110572809u64);
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
                4usize,
                ::taper::__private::Kind::Float,
            );
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
    pub fn __taper_door(
        &self,
        __inputs: &[::core::option::Option<&::taper::Tensor>],
    ) -> ::taper::Result<()> {
        ::taper::__private::door(
            "BasicBlock",
            &[
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Free("C"),
                        ::taper::__private::Side::Free("H"),
                        ::taper::__private::Side::Free("W"),
                    ],
                },
            ],
            __inputs,
        )
    }
}
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66048u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66049u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66050u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66051u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66052u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66053u32);
};
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66304u32);
};
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66560u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66561u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66562u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66563u32);
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66564u32);
};
const _: () = {
    #[allow(long_running_const_eval)]
    const _: () = BasicBlock::__TAPER_PROOF.check(66816u32);
};
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
    ) -> ::taper::Result<Tensor> {
        let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
            ::core::borrow::Borrow::borrow(&x),
        );
        self.__taper_door(&[::core::option::Option::Some(&x)])?;
        let y = ::taper::__private::lift(
            ::taper::__private::Call::call(
                    &self.bn1,
                    (::taper::__private::Call::call(&self.conv1, (&x,))?,),
                )?
                .relu(),
        )?;
        let y = ::taper::__private::Call::call(
            &self.bn2,
            (::taper::__private::Call::call(&self.conv2, (y,))?,),
        )?;
        let skip = if self.stride != 1 || ::taper::__private::lift(x.dim(1))? != self.out
        {
            ::taper::__private::Call::call(&self.downsample, (x,))?
        } else {
            x
        };
        ::core::result::Result::Ok(
            ::taper::__private::lift((::taper::__private::lift(y + skip)?).relu())?,
        )
    }
}
#[doc(hidden)]
#[automatically_derived]
#[allow(warnings, clippy::all)]
impl BasicBlock {
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
        let __result = {
            let y = {
                let __taper_3 = {
                    let __taper_1 = {
                        let __taper_2 = x;
                        let mut __args = ::taper::__private::Args::for_method(
                            13877517434493473859u64,
                        );
                        __args.push("", __taper_2, ::taper::__private::QUIET);
                        __t.at(1u32);
                        Self::__taper_call(
                            __t,
                            9213824858527266397u64,
                            ::taper::__private::Value::Unit,
                            &__args,
                        )
                    };
                    let mut __args = ::taper::__private::Args::for_method(
                        13877517434493473859u64,
                    );
                    __args.push("", __taper_1, ::taper::__private::QUIET);
                    __t.at(2u32);
                    Self::__taper_call(
                        __t,
                        442153100890361573u64,
                        ::taper::__private::Value::Unit,
                        &__args,
                    )
                };
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_3);
                __t.at(3u32);
                __t.op(8269036542489463021u64, &__args)
            };
            let y = {
                let __taper_4 = {
                    let __taper_5 = y;
                    let mut __args = ::taper::__private::Args::for_method(
                        13877517434493473859u64,
                    );
                    __args.push("", __taper_5, ::taper::__private::QUIET);
                    __t.at(4u32);
                    Self::__taper_call(
                        __t,
                        5807609199084848557u64,
                        ::taper::__private::Value::Unit,
                        &__args,
                    )
                };
                let mut __args = ::taper::__private::Args::for_method(
                    13877517434493473859u64,
                );
                __args.push("", __taper_4, ::taper::__private::QUIET);
                __t.at(5u32);
                Self::__taper_call(
                    __t,
                    18439617194541033569u64,
                    ::taper::__private::Value::Unit,
                    &__args,
                )
            };
            let skip = {
                let __taper_18 = {
                    let __taper_12 = {
                        let __taper_6 = Self::__taper_get(__t, 10066264882989068177u64);
                        let __taper_7 = ::taper::__private::Value::int(1i64);
                        __t.at(6u32);
                        __t.binary(
                            ::taper::__private::BinaryOp::Ne,
                            __taper_6,
                            __taper_7,
                        )
                    };
                    let __taper_13 = {
                        let __taper_10 = {
                            let __taper_8 = x;
                            let __taper_9 = ::taper::__private::Value::int(1i64);
                            let mut __args = ::taper::__private::Args::for_method(0u64);
                            __args.positional(__taper_8);
                            __args.push("", __taper_9, ::taper::__private::QUIET);
                            __t.at(7u32);
                            __t.op(14388474375176705631u64, &__args)
                        };
                        let __taper_11 = Self::__taper_get(__t, 2549146719451957345u64);
                        __t.at(8u32);
                        __t.binary(
                            ::taper::__private::BinaryOp::Ne,
                            __taper_10,
                            __taper_11,
                        )
                    };
                    __t.at(9u32);
                    __t.binary(::taper::__private::BinaryOp::Or, __taper_12, __taper_13)
                };
                let mut __taper_15 = __t.branch(__taper_18);
                let mut __taper_16 = [::taper::__private::Value::Any];
                if __t.begin(&mut __taper_15, true) {
                    let __taper_18 = {
                        {
                            let __taper_14 = x;
                            let mut __args = ::taper::__private::Args::for_method(
                                13877517434493473859u64,
                            );
                            __args.push("", __taper_14, ::taper::__private::QUIET);
                            __t.at(10u32);
                            Self::__taper_call(
                                __t,
                                11207031341650529081u64,
                                ::taper::__private::Value::Unit,
                                &__args,
                            )
                        }
                    };
                    __taper_16 = [__taper_18];
                    __t.end(&mut __taper_15, true);
                }
                let mut __taper_17 = [::taper::__private::Value::Any];
                if __t.begin(&mut __taper_15, false) {
                    let __taper_18 = { x };
                    __taper_17 = [__taper_18];
                    __t.end(&mut __taper_15, false);
                }
                __t.merge(&__taper_15, __taper_16[0], __taper_17[0])
            };
            {
                let __taper_21 = {
                    let __taper_19 = y;
                    let __taper_20 = skip;
                    __t.at(11u32);
                    __t.binary(::taper::__private::BinaryOp::Add, __taper_19, __taper_20)
                };
                let mut __args = ::taper::__private::Args::for_method(0u64);
                __args.positional(__taper_21);
                __t.at(12u32);
                __t.op(8269036542489463021u64, &__args)
            }
        };
        __t.at(13u32);
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
            <BasicBlock>::__taper_trace(__t, __inputs)
        }
    }
    #[automatically_derived]
    impl ::taper::__private::Traced for BasicBlock {
        type Body = __Body;
        const BODY: __Body = __Body;
        const PROOF: &'static ::taper::__private::Proof = &{
            let mut __storage = ::taper::__private::Storage::new();
            let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
            <BasicBlock as ::taper::__private::Layer>::RULE.prove(&mut __t);
            __t.finish()
        };
    }
};
#[automatically_derived]
impl ::taper::__private::Forward for BasicBlock {
    fn forward(&self, x: &::taper::Tensor) -> ::taper::Result<::taper::Tensor> {
        <BasicBlock>::forward(self, x)
    }
}
#[automatically_derived]
impl ::taper::__private::candle_nn::Module for BasicBlock {
    fn forward(
        &self,
        xs: &::taper::__private::candle_core::Tensor,
    ) -> ::taper::__private::candle_core::Result<
        ::taper::__private::candle_core::Tensor,
    > {
        ::taper::__private::candle_forward(self, xs)
    }
}
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(0u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(1u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(2u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(3u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(4u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(5u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(6u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(7u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(8u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(9u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(10u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(11u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(12u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check(13u32);
#[allow(long_running_const_eval)]
const _: () = <BasicBlock as ::taper::__private::Traced>::PROOF.check_rest(14u32);
