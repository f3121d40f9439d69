"""Prints PyTorch's version, then the bytes on the disk of `torch` and `torchvision`, and of all that they require."""

import re
from importlib.metadata import PackageNotFoundError, distribution


def requirements(name, found):
    """`name` and what it needs, as far as that is installed; what is optional isn't counted."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return found
    if package.metadata["Name"] not in found:
        found[package.metadata["Name"]] = package
        for requirement in package.requires or ():
            if "extra ==" not in requirement:
                requirements(re.match(r"[\w.-]+", requirement)[0], found)
    return found


def size(package):
    paths = {file.locate().resolve() for file in package.files or ()}
    return sum(path.stat().st_size for path in paths if path.is_file())


torch, torchvision = distribution("torch"), distribution("torchvision")
needed = requirements("torchvision", requirements("torch", {}))
print("version", f"{torch.version}, torchvision {torchvision.version}")
print(size(torch) + size(torchvision), "the packages torch and torchvision")
print(sum(map(size, needed.values())), f"these with the {len(needed) - 2} packages that they require")
