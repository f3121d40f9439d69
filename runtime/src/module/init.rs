//! New initial values for what a mask selects.

use std::collections::HashSet;

use super::{mask, walk, Mask, Module, ModuleError};
use crate::init::Init;
use crate::tensor::with_generator;
use crate::{Generator, Param, Result};

/// Fills what the mask selects, from the generator or, without one, from a seed of the global generator.
pub(crate) fn fill(
    root: &dyn Module,
    mask: &Mask,
    init: &Init,
    generator: Option<&mut Generator>,
) -> Result<()> {
    let selected = mask::select(root, mask)?;
    // A mask may match layers without parameters alone; nothing is what `none()` selects on purpose.
    if selected.is_empty() && *mask != Mask::none() {
        return Err(ModuleError::EmptyMask {
            model: root.type_name(),
            part: mask.to_string(),
            nearest: Vec::new(),
        }
        .into());
    }
    let selected: HashSet<u64> = selected.into_iter().map(Param::id).collect();
    let mut params = walk::parameters(root);
    params.retain(|(_, param)| selected.contains(&param.id()));
    for (name, param) in &params {
        init.check(param.dims())
            .map_err(|error| error.context(name))?;
    }
    let mut seeded;
    let generator = match generator {
        Some(generator) => generator,
        None => {
            seeded = Generator::new(with_generator(Generator::next_u64));
            &mut seeded
        }
    };
    for (name, param) in &params {
        init.fill_with(param, generator)
            .map_err(|error| error.context(name))?;
    }
    Ok(())
}
