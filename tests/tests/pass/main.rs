//! Programs that must compile and run, each a module with its own imports. One binary holds them all: each on its
//! own would link Candle again.

mod across_crates;
mod arguments_by_position;
mod attention;
mod candle_interop;
mod cfg_on_fields;
mod checkpoints;
mod constants;
mod derives;
mod dimensions_in_arguments;
pub mod doc_comments;
mod encoders;
mod escape_hatch;
mod free_function;
mod inside_a_function;
mod integers;
mod joins_and_slices;
mod keyword_fields;
mod lenet;
mod losses_by_name;
mod masks;
mod match_and_ranges;
mod module_lists;
mod names_of_generated_code;
mod no_signature;
mod own_layers;
mod own_tensors;
mod recurrent;
mod residual_block;
mod results;
mod sequential_blocks;
mod several_tensors;
mod visibility;
