//! Functions that are compiled for each set of instructions.

/// Declares functions that are compiled for each set of instructions, of which the best one is chosen when they are called.
///
/// Unlike a closure given to `for_each_chunk`, the whole body is, however large it is, and what is inlined into it.
macro_rules! compiled {
    ($(
        $(#[$meta:meta])*
        fn $name:ident<$life:lifetime, $($param:ident: $bound:path),+>($($arg:ident: $ty:ty),+ $(,)?) $body:block
    )+) => {$(
        $(#[$meta])*
        fn $name<$life, $($param: $bound),+>($($arg: $ty),+) {
            struct Call<$life, $($param: $bound),+> {
                $($arg: $ty,)+
            }

            impl<$life, $($param: $bound),+> pulp::WithSimd for Call<$life, $($param),+> {
                type Output = ();

                #[inline(always)]
                fn with_simd<Instructions: pulp::Simd>(self, _: Instructions) {
                    let Call { $($arg),+ } = self;
                    $body
                }
            }
            $crate::kernels::capability::arch().dispatch(Call { $($arg),+ });
        }
    )+};
}
pub(super) use compiled;
