"""Round trips between the program and the libraries whose formats it has: what it writes they read, and the reverse.

    run.py PROGRAM [--any]     --any: libraries that are not installed are passed over, not an error

Every check prints a line; the exit status is 1 where one failed.
"""
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import tempfile
import warnings

import numpy as np

warnings.filterwarnings("ignore")
PROGRAM, ANY = os.path.abspath(sys.argv[1]), "--any" in sys.argv
FOLDER = tempfile.mkdtemp(prefix="imf-interop-")
failures = []


def path(name):
    return os.path.join(FOLDER, name)


def run(code):
    done = subprocess.run([PROGRAM, "-e", code], capture_output=True, text=True, cwd=FOLDER)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.strip()


def check(name, body):
    try:
        body()
        print("ok     " + name)
    except Exception as error:  # whatever went wrong is a failure of this check, not of those after it
        failures.append(name)
        print("FAILED " + name + ": " + str(error)[:600])


def has(library):
    if importlib.util.find_spec(library):
        return True
    print(("passed over: " if ANY else "FAILED ") + library + " is not installed")
    if not ANY:
        failures.append(library)
    return False


def same(a, b, name=""):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a.view(np.uint8) if a.ndim else a, b.view(np.uint8) if b.ndim else b), \
        f"{name}: {a.dtype}{a.shape} is not {b.dtype}{b.shape}"


def flat(tree, prefix=""):
    """Leaves by path, names joined by dots."""
    if isinstance(tree, dict):
        return {k: v for key, value in tree.items() for k, v in flat(value, f"{prefix}{key}.").items()}
    if isinstance(tree, (list, tuple)):
        return flat(dict(enumerate(tree)), prefix)
    return {prefix[:-1]: tree}


# What both sides know: the same numbers made by NumPy and by the program.
KNOWN = {
    "float32": np.arange(6, dtype="f4").reshape(2, 3) / 7,
    "float64": np.arange(6, dtype="f8").reshape(2, 3) / 7,
    "int32": np.arange(6, dtype="i4").reshape(2, 3),
    "int64": np.arange(6, dtype="i8").reshape(2, 3),
    "uint8": np.arange(6, dtype="u1").reshape(2, 3),
    "bool": np.arange(6).reshape(2, 3) % 2 == 1,
    "scalar": np.array(2.5, "f4"),
    "empty": np.zeros((0, 3), "f4"),
}
OURS = """{float32: reshape(tensor(range(6), "float32"), [2, 3]) / 7, float64: reshape(tensor(range(6), "float64"), [2, 3]) / 7,
  int32: reshape(tensor(range(6), "int32"), [2, 3]), int64: reshape(tensor(range(6), "int64"), [2, 3]),
  uint8: reshape(tensor(range(6), "uint8"), [2, 3]), bool: reshape(tensor(range(6), "int32"), [2, 3]) % 2 == 1,
  scalar: tensor(2.5, "float32"), empty: zeros([0, 3])}"""


def ours_is_known(arrays):
    assert sorted(arrays) == sorted(KNOWN), sorted(arrays)
    for name, array in KNOWN.items():
        same(arrays[name], array, name)


def read_by_ours(file, expected):
    """The program reads a file and writes it as safetensors, which flattens trees; its header is read here by hand."""
    run(f'save("back.safetensors", load("{file}"))')
    with open(path("back.safetensors"), "rb") as file:
        whole = file.read()
    end = 8 + int.from_bytes(whole[:8], "little")
    dtypes = {"F32": "f4", "F64": "f8", "I32": "i4", "I64": "i8", "U8": "u1", "BOOL": "?"}
    found = {}
    for name, entry in json.loads(whole[8:end]).items():
        start, stop = (end + offset for offset in entry["data_offsets"])
        found[name.replace("/", ".")] = np.frombuffer(whole[start:stop], dtypes[entry["dtype"]]).reshape(entry["shape"])
    assert sorted(found) == sorted(expected), set(found) ^ set(expected)
    for name, array in expected.items():
        same(found[name], array, name)


def numpy_checks():
    def ours():
        run(f'save("a.npz", {OURS})')
        with np.load(path("a.npz")) as arrays:
            ours_is_known({name: arrays[name] for name in arrays.files})

    check("ours -> numpy.load of npz", ours)

    def single():
        run(f'x = {OURS}; save("a.npy", x.float64); save("list.npy", [1, 2, 3]); save("text.npy", ["a", "größer"]); save("none.npz", {{}})')
        same(np.load(path("a.npy")), KNOWN["float64"])
        same(np.load(path("list.npy")), np.array([1.0, 2, 3]))
        assert list(np.load(path("text.npy"))) == ["a", "größer"]
        assert np.load(path("none.npz")).files == []

    check("ours -> numpy.load of npy and of an empty npz", single)
    check("numpy.savez -> ours", lambda: (np.savez(path("s.npz"), **KNOWN), read_by_ours("s.npz", KNOWN)))
    check("numpy.savez_compressed -> ours", lambda: (np.savez_compressed(path("c.npz"), **KNOWN), read_by_ours("c.npz", KNOWN)))

    def orders():
        given = {"fortran": np.asfortranarray(KNOWN["float64"]), "big": KNOWN["int32"].astype(">i4"), "turned": KNOWN["float32"].T}
        np.savez(path("o.npz"), **given)
        read_by_ours("o.npz", {name: np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="))) for name, array in given.items()})

    check("Fortran order and big-endian numbers -> ours", orders)
    for protocol in range(2, 6):
        def pickled():
            tree = {"a": {"b": KNOWN["float32"], "t": KNOWN["float64"].T}, "c": KNOWN["int64"]}
            with open(path("p.pickle"), "wb") as file:
                pickle.dump(tree, file, protocol)
            read_by_ours("p.pickle", {k: np.ascontiguousarray(v) for k, v in flat(tree).items()})

        check(f"pickle protocol {protocol} -> ours", pickled)


def safetensors_checks():
    from safetensors.numpy import load_file, save_file

    check("ours -> safetensors", lambda: (run(f'save("a.safetensors", {OURS})'), ours_is_known(load_file(path("a.safetensors")))))
    check("safetensors -> ours", lambda: (save_file(KNOWN, path("b.safetensors")), read_by_ours("b.safetensors", KNOWN)))


def torch_checks():
    import torch

    def known():
        return {name: torch.from_numpy(array.copy()) for name, array in KNOWN.items()}

    def ours():
        run(f'save("a.pt", {OURS})')
        ours_is_known({name: tensor.numpy() for name, tensor in torch.load(path("a.pt"), weights_only=True).items()})

    check("ours -> torch.load", ours)
    for zipped in (True, False):
        form = "zip" if zipped else "legacy"
        check(f"torch.save ({form}) -> ours", lambda: (
            torch.save(known(), path("b.pt"), _use_new_zipfile_serialization=zipped), read_by_ours("b.pt", KNOWN)))

    def strided():
        base = torch.arange(24.0).reshape(4, 6)
        views = {"t": base.T, "part": base[1:3, ::2], "expanded": base[:1].expand(3, 6), "permuted": base.reshape(2, 2, 6).permute(2, 0, 1)}
        torch.save(views, path("v.pt"))
        read_by_ours("v.pt", {name: view.contiguous().numpy() for name, view in views.items()})

    check("torch views -> ours", strided)


SMALL = "{input_size: 8, hidden_size: 16, depth: 3, num_heads: 2, aux_head_depth: 1, num_classes: 5}"


def flax_checks():
    import jax
    import optax
    from flax import serialization
    from flax.training import checkpoints, train_state

    def ours():
        run(f'save("a.msgpack", {OURS})')
        with open(path("a.msgpack"), "rb") as file:
            ours_is_known(serialization.msgpack_restore(file.read()))

    check("ours -> flax.serialization", ours)

    def theirs():
        with open(path("b.msgpack"), "wb") as file:
            file.write(serialization.msgpack_serialize(dict(KNOWN)))
        read_by_ours("b.msgpack", KNOWN)

    check("flax.serialization -> ours", theirs)

    class State(train_state.TrainState):
        ema_params: dict

    def state(params):
        zeros = jax.tree_util.tree_map(np.zeros_like, params)
        optimiser = optax.adamw(learning_rate=lambda count: 1e-4, b2=0.95, weight_decay=0.0)
        return State.create(apply_fn=None, params=zeros, tx=optimiser, ema_params=zeros)

    def training():
        run(f"""s = train_state(imf({SMALL}), lr = 1e-3)
                s = train(s, ones([4, 8, 8, 4]), [0, 1, 2, 3], steps = 2, size = 4)
                save("checkpoint_2", s); save("params.npz", s.params); save("ema.npz", s.ema_params)""")
        raw = checkpoints.restore_checkpoint(path("checkpoint_2"), target=None)
        back = checkpoints.restore_checkpoint(path("checkpoint_2"), state(raw["params"]))
        assert int(back.step) == 2 and int(back.opt_state[0].count) == 2 and int(back.opt_state[2].count) == 2
        for file, tree in (("params.npz", back.params), ("ema.npz", back.ema_params)):
            leaves = {name.replace(".", "/"): leaf for name, leaf in flat(tree).items()}
            with np.load(path(file)) as arrays:
                assert sorted(arrays.files) == sorted(leaves)
                for name in arrays.files:
                    same(arrays[name], leaves[name], name)

    check("our training state -> flax restore_checkpoint into the authors' TrainState", training)

    def model():
        run(f'm = imf({SMALL}, seed = 3); save("checkpoint_0", m); save("model.npz", m)')
        raw = checkpoints.restore_checkpoint(path("checkpoint_0"), target=None)
        back = checkpoints.restore_checkpoint(path("checkpoint_0"), state(raw["params"]))
        with np.load(path("model.npz")) as arrays:
            for name, leaf in flat(back.ema_params).items():
                same(arrays[name.replace(".", "/")], leaf, name)

    check("our model -> flax restore_checkpoint", model)

    def continued():
        raw = checkpoints.restore_checkpoint(path("checkpoint_2"), target=None)
        back = checkpoints.restore_checkpoint(path("checkpoint_2"), state(raw["params"]))
        os.makedirs(path("saved"))
        checkpoints.save_checkpoint_multiprocess(path("saved"), back, step=2)
        text = run(f"""a = train_state(imf({SMALL}), checkpoint = load("checkpoint_2"), lr = 1e-3)
                       b = train_state(imf({SMALL}), checkpoint = load("saved"), lr = 1e-3)
                       x = ones([4, 8, 8, 4]); y = [0, 1, 2, 3]
                       a = train_step(a, x, y); b = train_step(b, x, y)
                       print(a.step, b.step, a.loss == b.loss, a.loss)""")
        assert text.startswith("3 3 true"), text

    check("flax save_checkpoint (orbax) of it -> our training goes on", continued)


numpy_checks()
if has("safetensors"):
    safetensors_checks()
if has("torch"):
    torch_checks()
if has("flax"):
    flax_checks()
print(f"{len(failures)} failed" if failures else "all passed")
sys.exit(1 if failures else 0)
