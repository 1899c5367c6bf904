# What the two peers share: configurations, the parameters' names and laws, the authors' numbers to check against, and
# how a time is taken. Letters are the paper's: x data, e noise, z_t = (1-t) x + t e, v = e - x, h = t - r.

import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
THREADS = int(os.environ.get("PEERS_THREADS", "2"))


@dataclass(frozen=True)
class Config:
    """Sizes of a network; the names are those of golden/*_config.json."""

    input_size: int = 32
    patch_size: int = 2
    in_channels: int = 4
    hidden_size: int = 768
    depth: int = 12
    num_heads: int = 12
    mlp_ratio: float = 8 / 3
    aux_head_depth: int = 8
    num_class_tokens: int = 8
    num_cfg_tokens: int = 4
    num_interval_tokens: int = 2
    num_time_tokens: int = 4
    num_classes: int = 1000

    @property
    def prefix(self):
        return self.num_class_tokens + self.num_cfg_tokens + 2 * self.num_interval_tokens + self.num_time_tokens

    @property
    def tokens(self):
        return self.prefix + (self.input_size // self.patch_size) ** 2

    @property
    def head_size(self):
        return self.hidden_size // self.num_heads

    def image_shape(self, batch):
        return (batch, self.input_size, self.input_size, self.in_channels)


@dataclass(frozen=True)
class Objective:
    """Settings of the loss; the names are those of golden/*_config.json."""

    P_mean: float = -0.4
    P_std: float = 1.0
    data_proportion: float = 0.5
    cfg_beta: float = 1.0
    class_dropout_prob: float = 0.1
    norm_p: float = 1.0
    norm_eps: float = 0.01


CONFIGS = {
    "digits": Config(8, 2, 1, 128, 6, 4, aux_head_depth=3, num_classes=10),
    "mnist": Config(28, 4, 1, 192, 8, 6, aux_head_depth=4, num_classes=10),
    "b2": Config(),
}

# Size of a product, attention [batch, heads, tokens, head size], convolution (NHWC and HWIO) and softmax measured.
PRODUCTS = {"product-large": (2208, 768, 2048), "product-small": (1024, 128, 128)}
ATTENTION = (8, 12, 276, 64)
CONVOLUTION = ((8, 64, 64, 64), (3, 3, 64, 64))
SOFTMAX = (4096, 276)
SMALL = 100_000

LEARNING_RATE, B1, B2, EPS, EMA = 1e-4, 0.9, 0.95, 1e-8, 0.9999


def parameters(c):
    """Name, shape and law of every parameter: a standard deviation, "zero", "one" or ("uniform", limit)."""
    D, hidden, patch = c.hidden_size, int(c.hidden_size * c.mlp_ratio), c.patch_size**2 * c.in_channels

    def linear(name, rows, columns, law, bias=False):
        yield f"{name}/_flax_linear/kernel", (rows, columns), law
        if bias:
            yield f"{name}/_flax_linear/bias", (columns,), "zero"

    def block(name):
        yield f"{name}/attn_scale", (D,), "zero"
        yield f"{name}/mlp_scale", (D,), "zero"
        for norm in ("norm1", "norm2"):
            yield f"{name}/{norm}/kernel", (D,), "one"
        for norm in ("q_norm", "k_norm"):
            yield f"{name}/attn/{norm}/kernel", (c.head_size,), "one"
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from linear(f"{name}/attn/{projection}", D, D, 0.32 / D**0.5)
        for w in ("w1", "w3"):
            yield from linear(f"{name}/mlp/{w}", D, hidden, 0.32 / D**0.5)
        yield from linear(f"{name}/mlp/w2", hidden, D, 0.32 / hidden**0.5)

    for kind, count in (
        ("class", c.num_class_tokens),
        ("omega", c.num_cfg_tokens),
        ("t_min", c.num_interval_tokens),
        ("t_max", c.num_interval_tokens),
        ("time", c.num_time_tokens),
    ):
        yield f"net/{kind}_tokens", (count, D), D**-0.5
    yield (
        "net/x_embedder/proj/kernel",
        (c.patch_size, c.patch_size, c.in_channels, D),
        ("uniform", (6 / (patch + D)) ** 0.5),
    )
    yield "net/x_embedder/proj/bias", (D,), "zero"
    for embedder in ("h", "omega", "cfg_t_start", "cfg_t_end"):
        yield from linear(f"net/{embedder}_embedder/mlp/layers_0", 256, D, 256**-0.5, bias=True)
        yield from linear(f"net/{embedder}_embedder/mlp/layers_2", D, D, D**-0.5, bias=True)
    yield "net/y_embedder/embedding_table/_flax_embedding/embedding", (c.num_classes + 1, D), D**-0.5
    for i in range(c.depth - c.aux_head_depth):
        yield from block(f"net/shared_blocks_{i}")
    for head in "uv":
        for i in range(c.aux_head_depth):
            yield from block(f"net/{head}_heads_{i}")
        yield f"net/{head}_final_layer/norm/kernel", (D,), "one"
        yield from linear(f"net/{head}_final_layer/linear", D, patch, "zero", bias=True)


def initial(c, inference=False):
    """Yields every parameter's name and first values; with `inference` those that sampling needs."""
    random = np.random.default_rng(0)
    for name, shape, law in parameters(c):
        if inference and name.startswith("net/v_"):
            continue
        if law == "zero":
            value = np.zeros(shape, np.float32)
        elif law == "one":
            value = np.ones(shape, np.float32)
        elif isinstance(law, tuple):
            value = random.uniform(-law[1], law[1], shape).astype(np.float32)
        else:
            value = random.standard_normal(shape, np.float32) * np.float32(law)
        yield name, value


def rotary(c):
    """cos and sin [tokens, head size / 2] of the angles position * 10000^(-2i / head size), made in float32."""
    frequency = (1 / 10000 ** (np.arange(0, c.head_size, 2, dtype=np.float32) / c.head_size)).astype(np.float32)
    angle = np.outer(np.arange(c.tokens, dtype=np.float32), frequency).astype(np.float32)
    return np.cos(angle), np.sin(angle)


def sinusoids(np_like):
    """The 128 frequencies under a scalar's embedding."""
    return np_like(np.exp(-np.log(10000) * np.arange(128, dtype=np.float32) / 128).astype(np.float32))


def golden(net):
    """The authors' small network A or B: sizes, settings, parameters, and two losses with their draws and gradients."""
    settings = json.loads((GOLDEN / f"{net}_config.json").read_text())
    c = Config(**settings["net"], num_classes=settings["num_classes"])
    losses = [np.load(GOLDEN / f"{net}_loss_{s}.npz") for s in ("s0", "s1")]
    return c, Objective(**settings["imf"]), np.load(GOLDEN / f"{net}_params.npz"), losses


DRAWS = {
    "normal_t": "draw_normal_t", "normal_r": "draw_normal_r", "e": "draw_e", "tmin": "draw_tmin", "tmax": "draw_tmax",
    "uniform_omega": "draw_u_omega", "uniform_drop": "draw_u_drop",
}  # fmt: skip
BOUNDS = {
    "loss": 2e-6, "loss_u": 5e-6, "loss_v": 5e-6, "v_c": 1e-5, "v_g_target": 1e-5, "u": 1e-5, "v": 1e-5, "du_dt": 2e-5, "V": 2e-5,
}  # fmt: skip


def check(loss_and_gradients, samples):
    """Compares a peer with the authors' numbers, at the bounds of golden/README.md.

    `loss_and_gradients(c, objective, params, x, y, draws)` gives a dict with the names of BOUNDS and a dict of
    gradients; `samples(c, params, noise, y, omega, t_min, t_max)` gives one-step samples.
    """
    worst = {}

    def close(kind, a, b, bound):
        a = np.asarray(a)
        share = float(np.max(np.abs(a - b)) / max(np.max(np.abs(b)), 1e-30))
        assert a.shape == b.shape and share < bound, f"{kind}: {share:.1e} is over {bound:.0e}"
        worst[kind.split(" ")[0]] = max(worst.get(kind.split(" ")[0], 0), share)

    for net in "AB":
        c, objective, params, losses = golden(net)
        assert {n: s for n, s, _ in parameters(c)} == {n: params[n].shape for n in params.files}
        for g in losses:
            draws = {name: g[stored] for name, stored in DRAWS.items()}
            out, gradients = loss_and_gradients(c, objective, dict(params), g["images"], g["labels"], draws)
            for name, bound in BOUNDS.items():
                close(name, out[name], g[name], bound)
            for name in params.files:
                close(f"gradients {name}", gradients[name], g[f"grad/{name}"], 3e-5)
        g = np.load(GOLDEN / f"{net}_sampler.npz")
        for i in range(3):
            x = samples(c, dict(params), g["z_1"], g["labels"], g["omega"][i], g["t_min"][i], g["t_max"][i])
            close("samples", x, g[f"samples_case{i}_steps1"], 5e-6)
    return worst


def best(f, seconds=2.0, least=2, most=900):
    """The shortest of several runs of f, in seconds, after one run that warms up."""
    f()
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or (time.perf_counter() < end and len(times) < most):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


def report(**result):
    """One line of JSON for run.py, with the process's largest memory in MiB."""
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
    sys.stdout.flush()
