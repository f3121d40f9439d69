//! The language, a page each: what a PyTorch tutorial teaches about building networks, as short as there or shorter.

pub mod centered;
pub mod cifar;
pub mod custom;
pub mod module_dict;
pub mod module_list;
pub mod param_dict;
pub mod param_list;
pub mod quickstart;
pub mod residual;
pub mod self_attention;
pub mod three_ways;

#[cfg(test)]
mod figures;
