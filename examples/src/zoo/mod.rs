//! Architectures of torchvision, under its parameter names.

pub mod densenet;
pub mod mobilenet;
pub mod resnet;
#[cfg(test)]
mod tests;
pub mod vgg;
