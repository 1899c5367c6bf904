# Loading a B/2 training checkpoint, ours against orbax, one after the other in the same run. The checkpoint is made of
# random numbers by flax' own save at the authors' versions (requirements.txt), 2.3 GB of floats, and every array that
# the product reads is compared with orbax' bit for bit: `make bench-checkpoint`.

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
STEP = 800640


def make(folder):
    """A state like the authors': step, parameters, their average and AdamW's moments."""
    import numpy
    from flax.training import checkpoints

    random = numpy.random.default_rng(0)

    def tree():
        root = {}
        for line in (ROOT / "golden/params_b2.tsv").read_text().splitlines()[1:]:
            name, shape = line.split("\t")[:2]
            *path, leaf = name.split("/")
            branch = root
            for part in path:
                branch = branch.setdefault(part, {})
            sizes = [int(size) for size in shape.split("x")]
            branch[leaf] = random.standard_normal(sizes, dtype=numpy.float32) * numpy.float32(0.03)
        return root

    state = {
        "step": numpy.int32(STEP),
        "params": tree(),
        "ema_params": tree(),
        "opt_state": {
            "0": {"count": numpy.int32(STEP), "mu": tree(), "nu": tree()},
            "1": {},
            "2": {"count": numpy.int32(STEP)},
        },
    }
    checkpoints.save_checkpoint_multiprocess(str(folder), state, STEP, overwrite=True)


def orbax_seconds(path):
    """The whole restore in a process of its own, imports not counted."""
    code = f"""
import time, orbax.checkpoint as ocp
checkpointer = ocp.PyTreeCheckpointer()
start = time.perf_counter(); tree = checkpointer.restore({str(path)!r}); print(time.perf_counter() - start)
"""
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()[-1])


def own_seconds(program, path, keys=None, saved=None):
    argument = f', keys = "{keys}"' if keys else ""
    script = f'start = clock()\ntree = load("{path}"{argument})\nprint(clock() - start)\n'
    if saved:
        script += f'save("{saved}", tree)\n'
    with tempfile.NamedTemporaryFile("w", suffix=".imf") as file:
        file.write(script)
        file.flush()
        out = subprocess.run([program, file.name], capture_output=True, text=True, check=True).stdout
    return float(out.split()[0])


def compare(program, path, folder):
    """Bit for bit, by way of a safetensors file."""
    import numpy
    import orbax.checkpoint as ocp

    saved = folder / "ours.safetensors"
    own_seconds(program, path, saved=saved)
    with open(saved, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    data = numpy.memmap(saved, mode="r", offset=8 + length)
    count = 0
    pending = [("", ocp.PyTreeCheckpointer().restore(str(path)))]
    while pending:
        name, value = pending.pop()
        if isinstance(value, (dict, list, tuple)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            pending += [(f"{name}/{key}".lstrip("/"), item) for key, item in items]
        elif value is not None:
            start, end = header[name]["data_offsets"]
            # orbax gives numbers without axes as Python's.
            types = {"I32": numpy.int32, "F32": numpy.float32}
            array = value if isinstance(value, numpy.ndarray) else numpy.asarray(value, types[header[name]["dtype"]])
            assert list(array.shape) == header[name]["shape"], name
            assert array.tobytes() == data[start:end].tobytes(), name
            count += 1
    assert count == len([name for name in header if name != "__metadata__"]), "the number of arrays differs"
    saved.unlink()
    return count


def sample_difference(program, path, folder):
    """One-step samples for the authors' seed from the averaged parameters: ours against the network in JAX that the
    golden numbers check (Benchmarks/peers), the largest difference."""
    import jax
    import numpy
    import orbax.checkpoint as ocp

    sys.path.insert(0, str(ROOT / "Benchmarks/peers"))
    import imf_jax
    from common import CONFIGS

    config, n = CONFIGS["b2"], 4
    parameters = {}
    pending = [("net", ocp.PyTreeCheckpointer().restore(str(path))["ema_params"]["net"])]
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{name}/{key}", item) for key, item in value.items()]
        else:
            parameters[name] = jax.numpy.asarray(value)
    noise = jax.random.normal(jax.random.split(jax.random.fold_in(jax.random.PRNGKey(99), 0), 3)[1], config.image_shape(n))
    theirs = numpy.asarray(imf_jax.sample(parameters, config, noise, jax.numpy.arange(n), 1.0, 0.0, 1.0))

    saved = folder / "samples.npy"
    script = folder / "samples.imf"
    script.write_text(f'm = imf("B/2", params = load("{path}"))\nsave("{saved}", sample(m, n = {n}))\n')
    subprocess.run([program, str(script)], capture_output=True, check=True)
    ours = numpy.load(saved)
    return float(abs(ours - theirs).max()), float(abs(theirs - numpy.asarray(noise)).max())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(ROOT / ".build/release/imf-repl"))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "imf-bench-checkpoint")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-compare", action="store_true")
    options = parser.parse_args()
    path = options.folder / f"checkpoint_{STEP}"
    if not path.exists():
        make(options.folder)
    archives = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}
    for name, method in archives.items():
        if not (options.folder / f"{name}.zip").exists():
            with zipfile.ZipFile(options.folder / f"{name}.zip", "w", method, compresslevel=1) as target:
                for file in sorted(path.rglob("*")):
                    if file.is_file():
                        target.write(file, file.relative_to(options.folder))
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    print(f"{size / 1e9:.2f} GB on disk, load {os.getloadavg()[0]:.1f}")
    if not options.no_compare:
        print(f"{compare(options.program, path, options.folder)} arrays are equal bit for bit")
        difference, change = sample_difference(options.program, path, options.folder)
        print(f"one-step samples differ by {difference:.1e} at most; noise and samples by {change:.2f}")
    rows = {
        "orbax": lambda: orbax_seconds(path),
        "ours": lambda: own_seconds(options.program, path),
        "ours, from a stored zip archive": lambda: own_seconds(options.program, options.folder / "stored.zip"),
        "ours, from a deflated zip archive": lambda: own_seconds(options.program, options.folder / "deflated.zip"),
        'ours, keys = "ema_params/*"': lambda: own_seconds(options.program, path, "ema_params/*"),
    }
    times = {name: [] for name in rows}
    for _ in range(options.repeat):
        for name, measure in rows.items():
            times[name].append(measure())
    for name, seconds in times.items():
        print(f"{name}: best {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s")
    print(f"peak of a child process {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
