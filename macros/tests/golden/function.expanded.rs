use taper::prelude::*;
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused_parens, unused_braces)]
/// The mean of the squared differences.
pub fn squared(
    x: impl ::core::borrow::Borrow<Tensor>,
    y: impl ::core::borrow::Borrow<Tensor>,
) -> ::taper::__private::Result<Tensor> {
    let x: Tensor = <Tensor as ::core::clone::Clone>::clone(
        ::core::borrow::Borrow::borrow(&x),
    );
    let y: Tensor = <Tensor as ::core::clone::Clone>::clone(
        ::core::borrow::Borrow::borrow(&y),
    );
    {
        let __inputs: &[::core::option::Option<&::taper::__private::Tensor>] = &[
            ::core::option::Option::Some(&x),
            ::core::option::Option::Some(&y),
        ];
        ::taper::__private::door(
            "squared",
            &[
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Free("N"),
                    ],
                },
                ::taper::__private::Entrance {
                    kind: ::taper::__private::Kind::Float,
                    dims: &[
                        ::taper::__private::Side::Free("B"),
                        ::taper::__private::Side::Free("N"),
                    ],
                },
            ],
            __inputs,
        )?;
    }
    let d = ::taper::__private::lift(x - y)?;
    ::core::result::Result::Ok(
        ::taper::__private::lift((::taper::__private::lift(d * d)?).mean(()))?,
    )
}
/// The shape rule of [`squared`](fn@squared).
#[doc(hidden)]
#[allow(warnings, clippy::all)]
pub mod squared {
    #[allow(unused_imports)]
    use super::*;
    const fn __accept(
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
        __t.expect_name(&mut __e, "N", 4309478107615849167u64);
        if !__t.accept(&__e, __inputs, 0usize, "squared") {
            return false;
        }
        let mut __e = __t
            .expect_input(
                __inputs,
                1usize,
                2usize,
                ::taper::__private::Kind::Float,
                false,
            );
        __t.expect_name(&mut __e, "B", 4841548343642211269u64);
        __t.expect_name(&mut __e, "N", 4309478107615849167u64);
        if !__t.accept(&__e, __inputs, 1usize, "squared") {
            return false;
        }
        true
    }
    pub const fn trace(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        if PROOF.broken() {
            return ::taper::__private::Value::Any;
        }
        __run(__t, __inputs)
    }
    const fn __run(
        __t: &mut ::taper::__private::Tracer<'_>,
        __inputs: &::taper::__private::Args,
    ) -> ::taper::__private::Value {
        if !__t.open("squared") {
            return ::taper::__private::Value::Any;
        }
        let mut __inputs = *__inputs;
        if !__accept(__t, &mut __inputs) {
            __t.close();
            return ::taper::__private::Value::Any;
        }
        let x = __t.tensor_input(&__inputs, 0usize);
        let y = __t.tensor_input(&__inputs, 1usize);
        let __result = {
            let d = {
                let __taper_1 = x;
                let __taper_2 = y;
                __t.at(0);
                __t.binary(::taper::__private::BinaryOp::Sub, __taper_1, __taper_2)
            };
            {
                let __taper_5 = {
                    let __taper_3 = d;
                    let __taper_4 = d;
                    __t.at(1);
                    __t.binary(::taper::__private::BinaryOp::Mul, __taper_3, __taper_4)
                };
                __t.operate(2, 16920010107262610281u64, __taper_5, &[])
            }
        };
        __t.at(3u32);
        {
            __t.expect_results(__result, 1usize, "squared");
            let mut __e = __t
                .expect_output(
                    __result,
                    0usize,
                    false,
                    0usize,
                    ::taper::__private::Kind::Float,
                );
            __t.promise(&__e, "squared");
        }
        __t.close();
        __result
    }
    const fn __proof() -> ::taper::__private::Proof {
        let mut __storage = ::taper::__private::Storage::new();
        let mut __t = __storage.tracer(::taper::__private::Purpose::Proof);
        __run(&mut __t, &::taper::__private::Args::new());
        __t.finish()
    }
    #[allow(long_running_const_eval)]
    pub const PROOF: &::taper::__private::Proof = &__proof();
}
const _: () = squared::PROOF.check(3);
const _: () = squared::PROOF.check(0);
const _: () = {
    squared::PROOF.check(1);
    squared::PROOF.check(2);
};
const _: () = squared::PROOF.check_rest(4);
