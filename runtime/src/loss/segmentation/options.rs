//! The options that the losses of overlaps share.

/// Options of a loss of overlaps: its own, then the shared ones.
macro_rules! overlap_options {
    (
        $(#[$doc:meta])*
        $name:ident { $($own:tt)* }
    ) => {
        $crate::ops::options::tensor_options! {
            $(#[$doc])*
            $name {
                $($own)*
                /// What is added to numerator and denominator, so that an empty mask and an empty output agree. Default: 1.
                smooth: f64 = 1.,
                /// What the output is turned into probabilities by. Default: [`Activation::Sigmoid`](crate::loss::Activation::Sigmoid).
                activation: $crate::loss::Activation = $crate::loss::Activation::Sigmoid,
                /// Whether every class, along dimension 1, has a loss of its own. Default: false.
                per_class: bool = false,
                /// Whether every sample, along dimension 0, has a loss of its own. Default: false, the batch is one mask.
                per_sample: bool = false,
                /// A factor for the loss of each class, `[C]`; a mean is then weighted. Default: none, all 1.
                weight: Option<$crate::Tensor> = None,
                /// The target's value where nothing counts. Default: none.
                ignore_index: Option<i64> = None,
            }
        }

        impl $name {
            /// What is added up for itself.
            pub(super) fn groups(
                &self,
                reduction: $crate::loss::Reduction,
            ) -> $crate::loss::segmentation::groups::Groups {
                $crate::loss::segmentation::groups::Groups {
                    activation: self.activation,
                    per_class: self.per_class,
                    per_sample: self.per_sample,
                    weight: self.weight.clone(),
                    reduction,
                }
            }
        }
    };
}
pub(super) use overlap_options;
