//! Arguments of types that the trace doesn't know: evaluated where a model is built and handed to its layers.

use std::any::Any;

use super::{Build, PlanValue};
use crate::{Error, Result};

/// An argument as the outer model wrote it.
pub struct Handed {
    name: &'static str,
    position: usize,
    type_name: &'static str,
    value: Box<dyn Any>,
}

impl Handed {
    /// The argument of this name or, without one, at this place among those without names.
    pub fn new<T: Any>(name: &'static str, position: usize, value: T) -> Self {
        Handed {
            name,
            position,
            type_name: std::any::type_name::<T>(),
            value: Box::new(value),
        }
    }
}

/// An argument as the layer knows it.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its row in the layer's table.
    pub row: usize,
    /// Its name.
    pub name: &'static str,
    /// Its place among the positional ones, if it is one.
    pub position: Option<usize>,
}

impl Argument {
    fn is(&self, handed: &Handed) -> bool {
        if handed.name.is_empty() {
            self.position == Some(handed.position)
        } else {
            self.name == handed.name
        }
    }
}

impl<'v> Build<'_, 'v> {
    /// This place, where the elements of a field get further arguments from `hand`, by their index.
    pub fn handing<'b>(&'b mut self, hand: &'b dyn Fn(usize) -> Vec<Handed>) -> Build<'b, 'v> {
        Build {
            plan: self.plan,
            node: self.node,
            source: self.source,
            config: self.config,
            hand: Some(hand),
            handed: Vec::new(),
        }
    }

    /// The value of an argument of a type that the trace doesn't know, if it was given.
    ///
    /// # Errors
    /// If it is of another type.
    pub fn handed<T: Any + Clone>(&self, argument: Argument) -> Result<Option<T>> {
        if let Some(found) = self.handed.iter().find(|handed| argument.is(handed)) {
            return match found.value.downcast_ref::<T>() {
                Some(value) => Ok(Some(value.clone())),
                None => Err(self.of_another_type::<T>(argument.name, found.type_name)),
            };
        }
        // The trace knows words.
        match self.here().args.get(argument.row) {
            Some(PlanValue::Str(word)) => {
                let owned: &dyn Any = &(*word).to_owned();
                let word: &dyn Any = word;
                let value = word.downcast_ref().or_else(|| owned.downcast_ref::<T>());
                match value {
                    Some(value) => Ok(Some(value.clone())),
                    None => Err(self.of_another_type::<T>(argument.name, "a string")),
                }
            }
            Some(PlanValue::Int(_) | PlanValue::Float(_) | PlanValue::Bool(_)) => {
                Err(self.of_another_type::<T>(argument.name, "a number or truth value"))
            }
            Some(PlanValue::List(_)) => Err(self.of_another_type::<T>(argument.name, "a list")),
            _ => Ok(None),
        }
    }

    fn of_another_type<T>(&self, name: &str, found: &str) -> Error {
        let model = self.here().type_name;
        let wanted = std::any::type_name::<T>();
        let path = self.path();
        let message = format!(
            "{model}: `{name}` is a {wanted}, but its argument is {found}\n\
             help: make it a `#[config]` field of that type and pass the field on"
        );
        Error::shape(path, message)
    }
}
