"""The comparing half of scripts/oracle: run the parity scripts, compare their output with the committed files."""

import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from safetensors import safe_open

PARITY = pathlib.Path(__file__).resolve().parent.parent / "tests/parity"

# What the scripts share.
MODULES = {"common", "trajectories"}

# Allowed |new - committed|, relative to the committed tensor's largest magnitude: room for another processor's
# summation order, which in the half types is worth one unit in the last place. The tests ask for 1e-10 in f64.
TOLERANCE = {
    torch.float64: 1e-12,
    torch.float16: torch.finfo(torch.float16).eps,
    torch.bfloat16: torch.finfo(torch.bfloat16).eps,
}
DEFAULT_TOLERANCE = 1e-6


def differs(new, old):
    """What distinguishes two tensors, or None."""
    if new.dtype != old.dtype or new.shape != old.shape:
        return f"{new.dtype} {list(new.shape)}, committed {old.dtype} {list(old.shape)}"
    if not (new.is_floating_point() or new.is_complex()):
        count = int((new != old).sum())
        return f"{count} of {new.numel()} values differ" if count else None
    wide = torch.complex128 if new.is_complex() else torch.float64
    bound = TOLERANCE.get(new.dtype, DEFAULT_TOLERANCE)
    new, old = new.to(wide), old.to(wide)
    same = (new == old) | (new.isnan() & old.isnan())
    gap = (new - old).abs()[~same]
    if not gap.numel():
        return None
    magnitude = old[old.isfinite()].abs()
    scale = magnitude.max().item() if magnitude.numel() else 0.0
    worst = gap.max().item()
    # Written so that a NaN on one side fails.
    return None if worst <= bound * scale else f"off by {worst:.3g}, largest committed value {scale:.3g}"


def load(path):
    """The tensors of a file, and its metadata (the cases' arguments)."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def compare_tensors(new, old):
    (new, new_metadata), (old, old_metadata) = load(new), load(old)
    for name in sorted(new.keys() | old.keys()):
        if name not in old:
            yield f"{name}: new"
        elif name not in new:
            yield f"{name}: committed, but no longer made"
        elif reason := differs(new[name], old[name]):
            yield f"{name}: {reason}"
    for name in sorted(new_metadata.keys() | old_metadata.keys()):
        if new_metadata.get(name) != old_metadata.get(name):
            yield f"{name}: {new_metadata.get(name)}, committed {old_metadata.get(name)}"


def compare_json(new, old, path="$"):
    """Differences of two JSON values; key order counts, floats have the tolerance of f64 tensors."""
    if isinstance(new, dict) and isinstance(old, dict) and list(new) == list(old):
        for key in new:
            yield from compare_json(new[key], old[key], f"{path}.{key}")
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for index, (left, right) in enumerate(zip(new, old)):
            yield from compare_json(left, right, f"{path}[{index}]")
    elif isinstance(new, float) and isinstance(old, float) and math.isclose(new, old, rel_tol=1e-12):
        return
    elif new != old or type(new) is not type(old):
        yield f"{path}: {json.dumps(new)[:60]}, committed {json.dumps(old)[:60]}"


def compare(new, old):
    if not old.exists():
        return ["not committed yet"]
    if new.suffix == ".safetensors":
        return list(compare_tensors(new, old))
    if new.suffix == ".json":
        return list(compare_json(json.loads(new.read_text()), json.loads(old.read_text())))
    return [] if new.read_bytes() == old.read_bytes() else ["the bytes differ"]


def select(names):
    scripts = {path.stem: path for path in sorted(PARITY.glob("*.py")) if path.stem not in MODULES}
    for name in names:
        if name not in scripts:
            sys.exit(f"oracle: no tests/parity/{name}.py; there are {', '.join(scripts)}")
    return [scripts[name] for name in names] if names else list(scripts.values())


def main():
    parser = argparse.ArgumentParser(prog="scripts/oracle")
    parser.add_argument("--write", action="store_true", help="replace the committed files that differ")
    parser.add_argument("names", nargs="*", metavar="NAME", help="run only these scripts")
    arguments = parser.parse_intermixed_args()
    data = PARITY / "data"

    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary)
        for script in select(arguments.names):
            print(f"oracle: {script.name}", flush=True)
            failures += subprocess.run([sys.executable, str(script), str(out)], check=False).returncode != 0
        made = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
        for path in made:
            differences = compare(out / path, data / path)
            if not differences:
                continue
            print(f"{path}:", *differences, sep="\n    ")
            if arguments.write:
                (data / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(out / path, data / path)
                print("    written")
            else:
                failures += 1
        if not arguments.names:
            committed = {path.relative_to(data) for path in data.rglob("*") if path.is_file()}
            for path in sorted(committed - set(made)):
                print(f"{path}: committed, but no script makes it")
                failures += 1
    print(f"oracle: {len(made)} files compared, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
