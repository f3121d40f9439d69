"""PyTorch's lists of what autocast computes in which type on CUDA, read from the header that it comes with.

The lists for the CPU are not in a header: `amp.py` runs the operations.
"""

import json
import pathlib
import re
import sys

import torch

HEADER = pathlib.Path(torch.__file__).parent / "include/ATen/autocast_mode.h"
LISTS = {
    "lower": ["LOWER_PRECISION_FP"],
    "f32": ["FP32", "FP32_SET_OPT_DTYPE", "DIFFERENT_REDISPATCH_SIGNATURE"],
    "widest": ["PROMOTE"],
}


def names(text, macro):
    """What the macro lists, each once: `_(conv2d)`, `_(pow, Scalar)` and `_(ADD_NS(norm), …)`."""
    body = re.search(rf"#define AT_FORALL_{macro}\(_\)((?:.*\\\n)*.*)", text).group(1)
    return re.findall(r"\b_\((?:ADD_NS\()?(\w+)", body)


text = HEADER.read_text()
lists = {kind: sorted({name for macro in macros for name in names(text, macro)}) for kind, macros in LISTS.items()}
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "data"
(folder / "amp_lists.json").write_text(json.dumps(lists, indent=1) + "\n")
print("amp_lists:", {kind: len(list) for kind, list in lists.items()})
