# Improved MeanFlow in JAX, as one would write it from the paper: guidance pass 1 with 2B rows, pass 2 with B rows, one
# jax.jvp over the whole batch with v as its extra output, all under one jit with AdamW and EMA, float32. XLA drops the
# u blocks that the guidance passes do not use. `imf_jax.py check` compares it with the authors' numbers;
# `imf_jax.py step digits 64` and `imf_jax.py sample b2 8` measure.

import sys

import jax
import jax.numpy as jnp
import numpy as np

import common
from common import CONFIGS, Objective


def rms(x, kernel):
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + 1e-6) * kernel


def rotate(x, cos, sin):
    """Rotary positions on [batch, tokens, heads, head size], pairs (2i, 2i+1)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = cos[:, None, :], sin[:, None, :]
    return jnp.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)


def net(p, c, x, h, omega, t_min, t_max, y, inference=False):
    """u and v [B, H, W, C] of images x [B, H, W, C] at h = t - r; the other conditions are [B]. For inference u only."""
    B, D, P = x.shape[0], c.hidden_size, c.patch_size
    side = c.input_size // P
    cos, sin = (jnp.asarray(a) for a in common.rotary(c))

    def linear(name, x, bias=False):
        y = x @ p[f"{name}/_flax_linear/kernel"]
        return y + p[f"{name}/_flax_linear/bias"] if bias else y

    def scalar(name, s):
        angle = s.reshape(B, 1) * common.sinusoids(jnp.asarray)
        s = linear(f"net/{name}_embedder/mlp/layers_0", jnp.concatenate([jnp.cos(angle), jnp.sin(angle)], -1), True)
        return linear(f"net/{name}_embedder/mlp/layers_2", jax.nn.silu(s), True)

    def attention(name, x):
        def heads(a):
            return a.reshape(B, c.tokens, c.num_heads, c.head_size)

        q = rms(heads(linear(f"{name}/q_proj", x)), p[f"{name}/q_norm/kernel"])
        k = rms(heads(linear(f"{name}/k_proj", x)), p[f"{name}/k_norm/kernel"])
        q, k, v = rotate(q, cos, sin), rotate(k, cos, sin), heads(linear(f"{name}/v_proj", x))
        weights = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) / c.head_size**0.5, -1)
        return linear(f"{name}/out_proj", jnp.einsum("bhqk,bkhd->bqhd", weights, v).reshape(B, c.tokens, D))

    def block(name, x):
        x = x + attention(f"{name}/attn", rms(x, p[f"{name}/norm1/kernel"])) * p[f"{name}/attn_scale"]
        n = rms(x, p[f"{name}/norm2/kernel"])
        m = jax.nn.silu(linear(f"{name}/mlp/w1", n)) * linear(f"{name}/mlp/w3", n)
        return x + linear(f"{name}/mlp/w2", m) * p[f"{name}/mlp_scale"]

    def head(name, x):
        for i in range(c.aux_head_depth):
            x = block(f"net/{name}_heads_{i}", x)
        x = rms(x[:, c.prefix :], p[f"net/{name}_final_layer/norm/kernel"])
        x = linear(f"net/{name}_final_layer/linear", x, True).reshape(B, side, side, P, P, c.in_channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(c.image_shape(B))

    patches = jax.lax.conv_general_dilated(
        x, p["net/x_embedder/proj/kernel"], (P, P), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    patches = (patches + p["net/x_embedder/proj/bias"]).reshape(B, side * side, D)
    conditions = [
        ("class", p["net/y_embedder/embedding_table/_flax_embedding/embedding"][y]),
        ("omega", scalar("omega", 1 - 1 / omega)),
        ("t_min", scalar("cfg_t_start", t_min)),
        ("t_max", scalar("cfg_t_end", t_max)),
        ("time", scalar("h", h)),
    ]
    x = jnp.concatenate([p[f"net/{kind}_tokens"] + s[:, None, :] for kind, s in conditions] + [patches], 1)
    for i in range(c.depth - c.aux_head_depth):
        x = block(f"net/shared_blocks_{i}", x)
    return head("u", x) if inference else (head("u", x), head("v", x))


def loss(p, c, o, x, y, draws):
    """The objective on a batch, and all it is made of."""
    B, sg = x.shape[0], jax.lax.stop_gradient
    masked = (jnp.arange(B) < int(B * o.data_proportion)).reshape(B, 1, 1, 1)
    t, r = (jax.nn.sigmoid(draws[n] * o.P_std + o.P_mean) for n in ("normal_t", "normal_r"))
    t, r = jnp.maximum(t, r), jnp.minimum(t, r)
    r = jnp.where(masked, t, r)
    e = draws["e"]
    z_t, v_t = (1 - t) * x + t * e, e - x
    t_min, t_max = jnp.where(masked, 0, draws["tmin"]), jnp.where(masked, 1, draws["tmax"])
    if o.cfg_beta == 1:
        omega = jnp.exp(draws["uniform_omega"] * np.log(8))
    else:
        omega = (1 + draws["uniform_omega"] * (8 ** (1 - o.cfg_beta) - 1)) ** (1 / (1 - o.cfg_beta))
    null = jnp.full_like(y, c.num_classes)

    def v_of(z, omega, y):
        zeros = jnp.zeros(z.shape[0])
        return net(p, c, z, zeros, omega, zeros, zeros + 1, y)[1]

    both = v_of(jnp.concatenate([z_t, z_t]), jnp.concatenate([omega, jnp.ones_like(omega)]), jnp.concatenate([y, null]))
    v_c, v_u = both[:B], both[B:]
    v_g_masked = v_t + (1 - 1 / omega) * (v_c - v_u)
    w = jnp.where((t >= t_min) & (t <= t_max), omega, 1.0)
    v_c = v_of(z_t, w, y)
    v_g = jnp.where(masked, v_g_masked, v_t + (1 - 1 / w) * (v_c - v_u))
    v_c, v_g = sg(v_c), sg(v_g)

    dropped = jnp.arange(B) < jnp.sum(draws["uniform_drop"] < o.class_dropout_prob)
    labels = jnp.where(dropped, null, y)
    v_g = jnp.where(dropped.reshape(B, 1, 1, 1), v_t, v_g)

    def u_of(z, t, r):
        return net(p, c, z, t - r, omega, t_min, t_max, labels)

    u, du_dt, v = jax.jvp(u_of, (z_t, t, r), (v_c, jnp.ones_like(t), jnp.zeros_like(r)), has_aux=True)
    V = u + (t - r) * sg(du_dt)

    def weighted(square):
        return square / sg((square + o.norm_eps) ** o.norm_p)

    square_u, square_v = (jnp.sum((a - v_g) ** 2, (1, 2, 3)) for a in (V, v))
    total = jnp.mean(weighted(square_u) + weighted(square_v))
    means = {"loss_u": jnp.mean((V - v_g) ** 2), "loss_v": jnp.mean((v - v_g) ** 2)}
    return total, dict(means, loss=total, v_c=v_c, v_g_target=v_g, u=u, v=v, du_dt=du_dt, V=V)


def draw(key, shape):
    """The random numbers of one step."""
    k, one = jax.random.split(key, 7), (shape[0], 1, 1, 1)
    return {
        "normal_t": jax.random.normal(k[0], one), "normal_r": jax.random.normal(k[1], one),
        "e": jax.random.normal(k[2], shape), "tmin": jax.random.uniform(k[3], one, maxval=0.5),
        "tmax": jax.random.uniform(k[4], one, minval=0.5), "uniform_omega": jax.random.uniform(k[5], one),
        "uniform_drop": jax.random.uniform(k[6], one[:1]),
    }  # fmt: skip


def train_step(c, o, state, x, y, key):
    """AdamW (no decay) and EMA on one batch; state is (params, mu, nu, ema, count)."""
    p, mu, nu, ema, count = state
    count = count + 1
    g, out = jax.grad(loss, has_aux=True)(p, c, o, x, y, draw(key, x.shape))
    tree = jax.tree.map
    mu = tree(lambda m, g: common.B1 * m + (1 - common.B1) * g, mu, g)
    nu = tree(lambda n, g: common.B2 * n + (1 - common.B2) * g * g, nu, g)
    m_scale, n_scale = 1 / (1 - common.B1**count), 1 / (1 - common.B2**count)
    p = tree(lambda p, m, n: p - common.LEARNING_RATE * m * m_scale / (jnp.sqrt(n * n_scale) + common.EPS), p, mu, nu)
    ema = tree(lambda a, p: common.EMA * a + (1 - common.EMA) * p, ema, p)
    return (p, mu, nu, ema, count), (out["loss_u"], out["loss_v"])


def sample(p, c, z, y, omega, t_min, t_max):
    """Images in one step: x = e - u(e, r = 0, t = 1)."""
    s = jnp.ones(z.shape[0])
    return z - net(p, c, z, s, s * omega, s * t_min, s * t_max, y, inference=True)


def measure_step(c, batch, seconds):
    p = {name: jnp.array(value) for name, value in common.initial(c)}
    zeros = lambda: jax.tree.map(jnp.zeros_like, p)
    state = (p, zeros(), zeros(), jax.tree.map(jnp.copy, p), jnp.zeros((), jnp.float32))
    del p
    x, y = jax.random.normal(jax.random.key(0), c.image_shape(batch)), jnp.arange(batch) % c.num_classes
    step = jax.jit(lambda state, x, y, key: train_step(c, Objective(), state, x, y, key), donate_argnums=0)
    step = step.lower(state, x, y, jax.random.key(0)).compile()
    keys = [jax.random.key(i) for i in range(1000)]

    def run():
        nonlocal state
        state, out = step(state, x, y, keys.pop())
        jax.block_until_ready((state, out))

    time = common.best(run, seconds)
    common.report(seconds=time, gflop=step.cost_analysis()["flops"] / 1e9)


def measure_sample(c, batch, seconds):
    p = {name: jnp.array(value) for name, value in common.initial(c, inference=True)}
    y = jnp.arange(batch) % c.num_classes
    run = jax.jit(lambda p, key: sample(p, c, jax.random.normal(key, c.image_shape(batch)), y, 7.5, 0.4, 0.65))
    run = run.lower(p, jax.random.key(0)).compile()
    keys = [jax.random.key(i) for i in range(1000)]
    time = common.best(lambda: run(p, keys.pop()).block_until_ready(), seconds)
    common.report(seconds=time, gflop=run.cost_analysis()["flops"] / 1e9)


def check():
    def loss_and_gradients(c, o, p, x, y, draws):
        f = jax.jit(lambda p, x, y, draws: jax.value_and_grad(loss, has_aux=True)(p, c, o, x, y, draws))
        (_, out), gradients = f(p, x, y, draws)
        return out, gradients

    worst = common.check(loss_and_gradients, lambda c, p, *rest: jax.jit(lambda p: sample(p, c, *rest))(p))
    print("JAX agrees with the golden numbers:", ", ".join(f"{n} {w:.0e}" for n, w in worst.items()))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check"]:
            check()
        case ["step" | "sample" as what, config, batch, *rest]:
            measure = measure_step if what == "step" else measure_sample
            measure(CONFIGS[config], int(batch), float(rest[0]) if rest else 3.0)
