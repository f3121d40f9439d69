//! What tests share.

pub(crate) mod trajectory;
