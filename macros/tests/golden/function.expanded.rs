use taper::prelude::*;
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused_parens, unused_braces)]
/// The mean of the squared differences.
pub fn squared(
    x: impl ::taper::__private::Borrow<Tensor>,
    y: impl ::taper::__private::Borrow<Tensor>,
) -> ::taper::__private::Result<Tensor> {
    let x: Tensor = ::taper::__private::owned(x);
    let y: Tensor = ::taper::__private::owned(y);
    ::taper::__private::door(
        ::taper::__private::None,
        "squared",
        squared::SIGNATURE,
        &[::taper::__private::Some(&x), ::taper::__private::Some(&y)],
    )?;
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
    pub const SIGNATURE: ::taper::__private::Signed = ::taper::__private::Some(
        &::taper::__private::Signature::new(
            &[
                ::taper::__private::Pattern::floats(
                    &[
                        ::taper::__private::Side::Named("B", 4841548343642211269u64),
                        ::taper::__private::Side::Named("N", 4309478107615849167u64),
                    ],
                ),
                ::taper::__private::Pattern::floats(
                    &[
                        ::taper::__private::Side::Named("B", 4841548343642211269u64),
                        ::taper::__private::Side::Named("N", 4309478107615849167u64),
                    ],
                ),
            ],
            &[::taper::__private::Pattern::floats(&[])],
        ),
    );
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
        let mut __result = ::taper::__private::Value::Any;
        if __t.begin_method(SIGNATURE, &mut __inputs, 2usize, "squared", 0u32) {
            let x = __t.tensor_input(&__inputs, 0usize);
            let y = __t.tensor_input(&__inputs, 1usize);
            __result = {
                let d = {
                    let __taper_1 = x;
                    let __taper_2 = y;
                    __t.at(1);
                    __t.binary(::taper::__private::BinaryOp::Sub, __taper_1, __taper_2)
                };
                ::taper::__private::apply(
                    {
                        let __taper_3 = d;
                        let __taper_4 = d;
                        __t.at(2);
                        __t.binary(
                            ::taper::__private::BinaryOp::Mul,
                            __taper_3,
                            __taper_4,
                        )
                    },
                    __t,
                    3,
                    16920010107262610281,
                )
            };
            __t.end_method(SIGNATURE, __result, "squared", 4u32);
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
const _: () = {
    squared::PROOF.check(0);
    squared::PROOF.check(4);
    squared::PROOF.check_rest(5);
};
const _: () = squared::PROOF.check(1);
const _: () = {
    squared::PROOF.check(2);
    squared::PROOF.check(3);
};
