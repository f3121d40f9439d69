"""State-dict keys and shapes of torchvision's architectures, in order, with the number of parameters.

Built on the meta device: no weights are made or fetched.
"""

import json
import pathlib
import sys

import torch
import torchvision

from common import DATA

MODELS = ["resnet18", "resnet50", "vgg16_bn", "mobilenet_v2", "densenet161"]


def describe(name):
    """The model's JSON, one key a line, so that a change shows in a diff."""
    with torch.device("meta"):
        model = getattr(torchvision.models, name)()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    entries = ",\n".join(json.dumps([key, list(value.shape)]) for key, value in model.state_dict().items())
    return f'"{name}": {{"parameters": {parameters}, "state_dict": [\n{entries}\n]}}'


def main(directory):
    """Writes the file into `directory`."""
    text = ",\n".join(map(describe, MODELS))
    (directory / "torchvision_keys.json").write_text(f"{{\n{text}\n}}\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
