//! What every module can do.

use super::convert::{convert, Target};
use super::names::find;
use super::walk::{nodes, slots, Members};
use super::{candle, checkpoint, hook, init, load, mask, walk};
use super::{HookHandle, LoadOptions, LoadReport, Mask, Module, StateDict};
use crate::init::Init;
use crate::{Buffer, DType, Device, Generator, Param, Result, Tensor};
use std::borrow::Borrow;

/// PyTorch's methods of `torch.nn.Module`, for every [`Module`].
///
/// Names are paths from this module, parts joined by dots (`layer1.0.conv1.weight`). Lists are in the order of declaration, a
/// module before what is in it; a parameter or module in two places is listed once, under its first name, and saved under
/// all of them.
///
/// # Example
/// ```
/// use taper::module::ModuleExt;
/// # use taper::testing::Toy;
/// # let net = Toy::net()?;
/// net.eval();
/// net.requires_grad_(false);
/// assert_eq!((net.num_parameters(), net.num_trainable_parameters()), (290, 0));
/// # Ok::<(), taper::Error>(())
/// ```
pub trait ModuleExt: Module {
    #[doc(hidden)]
    fn as_module(&self) -> &dyn Module;

    #[doc(hidden)]
    fn as_module_mut(&mut self) -> &mut dyn Module;

    /// The parameters, each with its path.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::net()?;
    /// let names: Vec<String> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names[..2], ["features.0.weight", "features.1.weight"]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn named_parameters(&self) -> Vec<(String, &Param)> {
        walk::parameters(self.as_module())
    }

    /// The parameters, for an optimizer.
    fn parameters(&self) -> Vec<&Param> {
        without_names(self.named_parameters())
    }

    /// The parameters that require a gradient and are not frozen.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::net()?;
    /// net.freeze(&"features.*".into())?;
    /// assert_eq!(net.trainable_parameters().len(), 4);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn trainable_parameters(&self) -> Vec<&Param> {
        let mut params = self.parameters();
        params.retain(|param| param.trainable());
        params
    }

    /// The buffers, each with its path.
    fn named_buffers(&self) -> Vec<(String, &Buffer)> {
        let buffers = nodes(self.as_module()).into_iter().flat_map(|n| n.buffers);
        buffers.collect()
    }

    /// The buffers.
    fn buffers(&self) -> Vec<&Buffer> {
        without_names(self.named_buffers())
    }

    /// This module, under the empty name, and every module in it.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::net()?;
    /// let dropouts = net.named_modules().into_iter().filter(|(_, module)| module.type_name() == "Dropout");
    /// assert_eq!(dropouts.map(|(name, _)| name).collect::<Vec<_>>(), ["features.3"]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn named_modules(&self) -> Vec<(String, &dyn Module)> {
        walk::modules(self.as_module())
    }

    /// This module and every module in it.
    fn modules(&self) -> Vec<&dyn Module> {
        without_names(self.named_modules())
    }

    /// The direct submodules, by name.
    fn named_children(&self) -> Vec<(String, &dyn Module)> {
        Members::of(self.as_module()).modules
    }

    /// The module at a path of names and indices; the empty path is this module.
    ///
    /// # Errors
    /// [`ModuleError::NoSuchName`](crate::module::ModuleError::NoSuchName), with the nearest paths.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::net()?;
    /// assert_eq!(net.get_submodule("features.1")?.type_name(), "BatchNorm2d");
    /// let error = net.get_submodule("feature.1").err().unwrap().to_string();
    /// assert!(error.starts_with("Net has no module `feature.1`\n  help: did you mean `features.1`"), "{error}");
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn get_submodule(&self, path: &str) -> Result<&dyn Module> {
        let modules = nodes(self.as_module()).into_iter();
        let modules = modules.map(|node| (node.path, node.module)).collect();
        find(self.type_name(), "module", path, modules)
    }

    /// The parameter at a path.
    ///
    /// # Errors
    /// [`ModuleError::NoSuchName`](crate::module::ModuleError::NoSuchName), with the nearest paths.
    fn get_parameter(&self, path: &str) -> Result<&Param> {
        let params = nodes(self.as_module()).into_iter().flat_map(|n| n.params);
        find(self.type_name(), "parameter", path, params.collect())
    }

    /// The buffer at a path.
    ///
    /// # Errors
    /// [`ModuleError::NoSuchName`](crate::module::ModuleError::NoSuchName), with the nearest paths.
    fn get_buffer(&self, path: &str) -> Result<&Buffer> {
        find(self.type_name(), "buffer", path, self.named_buffers())
    }

    /// The number of elements of all parameters.
    fn num_parameters(&self) -> usize {
        count(&self.parameters())
    }

    /// The number of elements of the parameters that are trained.
    fn num_trainable_parameters(&self) -> usize {
        count(&self.trainable_parameters())
    }

    /// Training mode, here and in all submodules: dropout drops, batch normalisation uses and updates batch statistics.
    fn train(&self) {
        walk::set_training(self.as_module(), true);
    }

    /// Evaluation mode, here and in all submodules.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::net()?;
    /// net.eval();
    /// assert!(net.modules().iter().filter_map(|m| m.state()).all(|state| !state.training()));
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn eval(&self) {
        walk::set_training(self.as_module(), false);
    }

    /// Clears the gradients: to none (PyTorch's default), or to zeros where there are some.
    ///
    /// # Errors
    /// If zeros can't be allocated.
    fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        let mut params = self.parameters().into_iter();
        params.try_for_each(|param| param.zero_grad(set_to_none))
    }

    /// Whether gradients are computed for the parameters. Weaker than [`freeze`](Self::freeze): batch normalisation goes on
    /// moving its statistics and dropout goes on dropping.
    fn requires_grad_(&self, requires_grad: bool) {
        for param in self.parameters() {
            param.set_requires_grad(requires_grad);
        }
    }

    /// Freezes what the mask selects, beside what is frozen already.
    ///
    /// A frozen parameter has no gradient, and nothing is kept for one. A layer is frozen, as if in evaluation mode, when it has
    /// parameters and all in it are frozen; a layer without parameters (dropout) when the mask selects its path, as `features.*`
    /// does `features.3`.
    ///
    /// # Errors
    /// [`ModuleError::EmptyMask`](crate::module::ModuleError::EmptyMask) if a pattern of the mask, or all of it, matches nothing.
    ///
    /// ```
    /// # use taper::{module::{Mask, ModuleExt}, testing::Toy};
    /// # let net = Toy::net()?;
    /// net.freeze(&Mask::new("features.*"))?;
    /// assert_eq!((net.num_parameters(), net.num_trainable_parameters()), (290, 226));
    /// let error = net.freeze(&Mask::new("feature.*")).unwrap_err().to_string();
    /// assert!(error.starts_with("the mask `feature.*` matches nothing in Net\n  help: did you mean `features.*`"), "{error}");
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn freeze(&self, mask: &Mask) -> Result<()> {
        mask::freeze(self.as_module(), mask)
    }

    /// Unfreezes what the mask selects.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    fn unfreeze(&self, mask: &Mask) -> Result<()> {
        mask::unfreeze(self.as_module(), mask)
    }

    /// Freezes everything but what the mask selects, and unfreezes that.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    fn train_only(&self, mask: &Mask) -> Result<()> {
        mask::train_only(self.as_module(), mask)
    }

    /// Makes checkpoints of the outermost modules whose paths the mask selects: a call keeps nothing but its inputs, and the
    /// backward pass runs the module again. [`checkpoint`](crate::checkpoint) says what stays the same: everything but time and
    /// memory. The second run sees the modes of the first, whatever the module's are by then.
    ///
    /// Batch norm and the layer that its input comes from, where both are selected, are one checkpoint, and `relu` after them is in it:
    /// `net.checkpoint(["conv1", "bn1"])` keeps nothing between a convolution's input and the activation. This holds where the calls
    /// stand one in the other, as in `self.bn1(self.conv1(x)).relu()`, and in sequences, unless one of the two has a forward hook.
    ///
    /// A list stands for what is in it. The model itself is not called by anybody who could run it again:
    /// [`checkpoint`](crate::checkpoint) does that.
    ///
    /// # Errors
    /// [`ModuleError::EmptyMask`](crate::module::ModuleError::EmptyMask) if it selects no module. Where it is called, a model whose
    /// `forward` takes or gives other values than tensors and numbers.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let net = sequential! { <[B, 4] -> [B, 2]> body: sequential! { Linear(64), Tanh, Linear(64) }, Linear(2) }.init(&Device::Cpu)?;
    /// net.checkpoint("body")?;
    /// let x = Tensor::ones((2, 4), DType::F32, &Device::Cpu)?;
    /// net.forward(&x)?.sum(())?.backward()?;
    /// net.uncheckpoint("body")?;
    /// # Ok(()) }
    /// ```
    fn checkpoint(&self, mask: impl Into<Mask>) -> Result<()> {
        checkpoint::set(self.as_module(), &mask.into(), true)
    }

    /// Ends [`checkpoint`](Self::checkpoint) for the modules that the mask selects and all in them.
    ///
    /// # Errors
    /// As there.
    fn uncheckpoint(&self, mask: impl Into<Mask>) -> Result<()> {
        checkpoint::set(self.as_module(), &mask.into(), false)
    }

    /// The parameters that the mask selects, frozen or not, for a parameter group.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    ///
    /// ```
    /// # use taper::{module::{Mask, ModuleExt}, optim::{Sgd, SgdOptions}, testing::Toy};
    /// # let net = Toy::net()?;
    /// let head = Mask::from("fc2.*");
    /// let mut opt = Sgd::new(net.select(&!head.clone())?, SgdOptions::default().lr(1e-3).weight_decay(0.1))?;
    /// opt.add_param_group(net.select(&head)?, |options| options.lr(1e-2).weight_decay(0.))?;
    /// let [body, head] = opt.param_groups() else { unreachable!() };
    /// assert_eq!((body.params().len(), body.lr, head.params().len(), head.lr), (5, 1e-3, 2, 1e-2));
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn select(&self, mask: &Mask) -> Result<Vec<&Param>> {
        mask::select(self.as_module(), mask)
    }

    /// Gives new initial values to the parameters that a pattern or mask selects, frozen or not, in the order of declaration,
    /// with a seed from the global generator.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze), if the mask selects no parameter, or, with the parameter's path, as [`Init::tensor`]: no
    /// values have changed then, unless it is a function of one's own that fails.
    ///
    /// ```
    /// # use taper::{init::Init, module::{Mask, ModuleExt}, testing::Toy};
    /// # let net = Toy::net()?;
    /// net.init_with("*.bias", Init::zeros())?;
    /// net.init_with(Mask::of_type("Linear") & "*.weight", Init::xavier_uniform(1.0))?;
    /// let error = net.init_with("fc3.weight", Init::zeros()).unwrap_err().to_string();
    /// assert!(error.starts_with("the mask `fc3.weight` matches nothing in Net\n  help: did you mean `fc1.weight`"), "{error}");
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn init_with(&self, mask: impl Into<Mask>, init: impl Borrow<Init>) -> Result<()> {
        init::fill(self.as_module(), &mask.into(), init.borrow(), None)
    }

    /// [`init_with`](Self::init_with), with values drawn from this generator.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// # use taper::{init::Init, module::ModuleExt, testing::Toy, Generator};
    /// # let net = Toy::net()?;
    /// net.init_with_generator("*.weight", Init::normal(0., 0.02), &mut Generator::new(7))?;
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn init_with_generator(
        &self,
        mask: impl Into<Mask>,
        init: impl Borrow<Init>,
        generator: &mut Generator,
    ) -> Result<()> {
        init::fill(
            self.as_module(),
            &mask.into(),
            init.borrow(),
            Some(generator),
        )
    }

    /// Converts parameters and float buffers to a type; counters and indices keep theirs.
    ///
    /// # Errors
    /// If the type is not a float, or a submodule that has to change is shared by an `Arc`. What was converted before stays so.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy, DType};
    /// # let mut net = Toy::net()?;
    /// net.to_dtype(DType::BF16)?;
    /// assert_eq!(net.get_parameter("fc1.weight")?.dtype(), DType::BF16);
    /// assert_eq!(net.get_buffer("features.1.num_batches_tracked")?.dtype(), DType::I64);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn to_dtype(&mut self, dtype: DType) -> Result<()> {
        let (dtype, device) = (Some(dtype), None);
        convert(self.as_module_mut(), Target { dtype, device })
    }

    /// Moves parameters and buffers to a device.
    ///
    /// # Errors
    /// If a copy fails, or a submodule that has to move is shared by an `Arc`. What was moved before stays so.
    fn to_device(&mut self, device: &Device) -> Result<()> {
        let (dtype, device) = (None, Some(device));
        convert(self.as_module_mut(), Target { dtype, device })
    }

    /// [`to_dtype`](Self::to_dtype) to `F16`.
    ///
    /// # Errors
    /// As there.
    fn half(&mut self) -> Result<()> {
        self.to_dtype(DType::F16)
    }

    /// [`to_dtype`](Self::to_dtype) to `BF16`.
    ///
    /// # Errors
    /// As there.
    fn bfloat16(&mut self) -> Result<()> {
        self.to_dtype(DType::BF16)
    }

    /// Parameters and buffers by name: of each module its own parameters, its own buffers, then its submodules. The tensors
    /// share the model's storage.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let net = Toy::batch_norm(4)?;
    /// let names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
    /// assert_eq!(net.state_dict().names().collect::<Vec<_>>(), names);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn state_dict(&self) -> StateDict {
        let slots = slots(self.as_module()).into_iter();
        slots
            .map(|(name, slot, _)| (name, slot.tensor().detach()))
            .collect()
    }

    /// Parameters and buffers as variables of Candle's, on the same storage, for Candle's optimizers and, by
    /// `VarBuilder::from_varmap`, for Candle's layers.
    ///
    /// What changes one changes the other. Of the two backward passes, taper's adds gradients to the parameters; Candle's through
    /// this model does that and has them in its `GradStore`. A value that Candle sets between a forward and a backward pass goes
    /// unnoticed.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy, DType, Device};
    /// # let net = Toy::net()?;
    /// let vars = net.var_map();
    /// let vb = candle_nn::VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    /// assert_eq!(vb.get(10, "fc2.bias")?.dims(), net.get_parameter("fc2.bias")?.dims());
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn var_map(&self) -> candle_nn::VarMap {
        candle::var_map(self.as_module())
    }

    /// Sets all parameters and buffers, converted to their types; the names must be the model's.
    ///
    /// `num_batches_tracked` may be missing, as in PyTorch: files older than PyTorch 0.4.1 lack it.
    ///
    /// # Errors
    /// [`ModuleError::StateDict`](crate::module::ModuleError::StateDict) if a name is missing or unexpected or a shape differs. Nothing is changed then.
    ///
    /// ```
    /// # use taper::{module::ModuleExt, testing::Toy};
    /// # let (net, pretrained) = (Toy::net()?, Toy::net()?);
    /// net.load_state_dict(&pretrained.state_dict())?;
    /// let error = net.load_state_dict(&Toy::net_with_classes(4)?.state_dict()).unwrap_err();
    /// assert_eq!(error.to_string(), "\
    /// the state dict does not fit Net: 2 names are of another shape
    ///   fc2.weight: expected shape [10, 8], but it has shape [4, 8]
    ///   fc2.bias: expected shape [10], but it has shape [4]
    ///   help: `LoadOptions::default().except(\"…\")` leaves out a replaced layer");
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn load_state_dict(&self, state: &StateDict) -> Result<LoadReport> {
        self.load_state_dict_with(state, LoadOptions::default())
    }

    /// [`load_state_dict`](Self::load_state_dict), lenient or with exceptions. The report says what was passed over as missing
    /// or unexpected.
    ///
    /// # Errors
    /// As there. Shapes that differ are an error whether strict or not, as in PyTorch: name them in
    /// [`except`](LoadOptions::except).
    fn load_state_dict_with(&self, state: &StateDict, options: LoadOptions) -> Result<LoadReport> {
        load::load(self.as_module(), state, &options)
    }

    /// Calls `hook` with the path, the tensor inputs and the tensor outputs after each call of the layer at `path`, until the
    /// handle removes it. Clones of the model don't have it. The empty path is the model itself: its `forward` calls the hook.
    ///
    /// A built-in layer calls its hooks where a model, a block or a list runs it, and in `Call::call(&layer, (&x,))`; its bare
    /// `layer.forward(&x)` doesn't, as PyTorch's `module.forward(x)` beside `module(x)`. Of a `dict!`, the entry that is chosen
    /// calls its hooks.
    ///
    /// # Errors
    /// If there is no such module, or [`ModuleError::NoHooks`](crate::module::ModuleError::NoHooks) if it is a container that is
    /// never called itself: a list or `dict!` of layers, a list or dict of parameters or buffers. The message has paths that are.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// # use taper::{module::ModuleExt, testing::Toy, Device, Tensor};
    /// # let net = Toy::net()?;
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let pictures = seen.clone();
    /// let hook = net.register_forward_hook("fc1", move |path, _inputs, outputs| {
    ///     pictures.lock().unwrap().push((path.to_owned(), outputs[0].detach()));
    ///     Ok(())
    /// })?;
    /// # net.child("fc1").call(&Tensor::new(1f32, &Device::Cpu)?)?;
    /// hook.remove();
    /// # net.child("fc1").call(&Tensor::new(1f32, &Device::Cpu)?)?;
    /// # assert_eq!(seen.lock().unwrap().len(), 1);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn register_forward_hook<H>(&self, path: &str, hook: H) -> Result<HookHandle>
    where
        H: Fn(&str, &[Tensor], &[Tensor]) -> Result<()> + Send + Sync + 'static,
    {
        hook::register(self.as_module(), path, hook)
    }
}

impl<M: Module> ModuleExt for M {
    fn as_module(&self) -> &dyn Module {
        self
    }

    fn as_module_mut(&mut self) -> &mut dyn Module {
        self
    }
}

impl ModuleExt for dyn Module + '_ {
    fn as_module(&self) -> &dyn Module {
        self
    }

    fn as_module_mut(&mut self) -> &mut dyn Module {
        self
    }
}

fn without_names<T>(members: Vec<(String, T)>) -> Vec<T> {
    members.into_iter().map(|(_, member)| member).collect()
}

fn count(params: &[&Param]) -> usize {
    params.iter().map(|param| param.elem_count()).sum()
}
