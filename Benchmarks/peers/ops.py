# Single operations of a peer, or NumPy's product: `ops.py torch product-large 2`. One line of JSON: the best time of
# several, after a warm-up, over about so many seconds. JAX runs under jit except for the small additions; PyTorch is
# eager without autograd.

import sys

import common
from common import ATTENTION, CONVOLUTION, PRODUCTS, SMALL, SOFTMAX


def chain(a, b):
    """The interpreter's and the dispatcher's cost: additions of 4 x 4 tensors one after the other."""
    for _ in range(SMALL):
        a = a + b
    return a


def with_jax(name, dtype):
    import jax
    import jax.numpy as jnp

    def normal(*shape):
        return jax.random.normal(jax.random.key(0), shape).astype(dtype)

    def convolve(x, w):
        return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    if name == "small":
        a, b = normal(4, 4), normal(4, 4)
        return lambda: chain(a, b).block_until_ready()
    if name in PRODUCTS:
        m, k, n = PRODUCTS[name]
        f, inputs = jnp.matmul, (normal(m, k), normal(k, n))
    elif name == "attention":
        # Its own function, in the layout that it wants: [batch, tokens, heads, head size].
        b, h, t, d = ATTENTION
        f, inputs = jax.nn.dot_product_attention, [normal(b, t, h, d) for _ in range(3)]
    elif name == "conv2d":
        f, inputs = convolve, [normal(*shape) for shape in CONVOLUTION]
    else:
        f, inputs = jax.nn.softmax, [normal(*SOFTMAX)]
    f = jax.jit(f)
    return lambda: f(*inputs).block_until_ready()


def with_torch(name, dtype):
    import torch
    import torch.nn.functional as F

    torch.set_flush_denormal(True)
    torch.set_num_threads(common.THREADS)
    torch.set_grad_enabled(False)

    def normal(*shape):
        return torch.randn(shape).to(getattr(torch, dtype))

    if name == "small":
        a, b = normal(4, 4), normal(4, 4)
        return lambda: chain(a, b)
    if name in PRODUCTS:
        m, k, n = PRODUCTS[name]
        a, b = normal(m, k), normal(k, n)
        return lambda: a @ b
    if name == "attention":
        q, k, v = (normal(*ATTENTION) for _ in range(3))
        return lambda: F.scaled_dot_product_attention(q, k, v)
    if name == "conv2d":
        # The same data, seen as PyTorch wants it: NCHW and OIHW, channels last in memory.
        x, w = (normal(*shape) for shape in CONVOLUTION)
        x, w = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
        return lambda: F.conv2d(x, w, padding=1)
    x = normal(*SOFTMAX)
    return lambda: torch.softmax(x, -1)


def with_numpy(name, dtype):
    import numpy

    m, k, n = PRODUCTS[name]
    random = numpy.random.default_rng(0)
    a, b = random.standard_normal((m, k), dtype), random.standard_normal((k, n), dtype)
    return lambda: a @ b


if __name__ == "__main__":
    system, name, seconds = sys.argv[1:]
    dtype = "bfloat16" if name.endswith("-bf16") else "float32"
    run = {"jax": with_jax, "torch": with_torch, "numpy": with_numpy}[system](name.removesuffix("-bf16"), dtype)
    time = common.best(run, float(seconds), most=100_000)
    common.report(seconds=time / SMALL if name == "small" else time)
