# Improved MeanFlow in PyTorch, as a sensible port does it: eager, forward-mode AD (dual numbers) for du/dt inside the
# graph that backward walks, only the v path in the guidance passes and no tangent in the v blocks, fused attention
# where no tangent is needed, torch.optim.AdamW and a foreach EMA; float32, or products in bfloat16 under autocast.
# `imf_torch.py check`, `imf_torch.py step digits 64`, `step-bf16`, `sample b2 8` and `sample-bf16` as in imf_jax.py.

import sys

import numpy as np
import torch
import torch.autograd.forward_ad as forward_ad
import torch.nn.functional as F

import common
from common import CONFIGS, Objective


def rms(x, kernel):
    x = x.float()
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * kernel


def rotate(x, cos, sin):
    """Rotary positions on [batch, heads, tokens, head size], pairs (2i, 2i+1)."""
    even, odd = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


def net(p, c, x, h, omega, t_min, t_max, y, heads="uv", fused=False):
    """The asked-for outputs, each [B, H, W, C], of images x [B, H, W, C] at h = t - r; the other conditions are [B].

    `fused` uses scaled_dot_product_attention, which has no forward-mode derivative.
    """
    B, D, P = x.shape[0], c.hidden_size, c.patch_size
    side = c.input_size // P
    cos, sin = (torch.from_numpy(a) for a in common.rotary(c))

    def linear(name, x, bias=False):
        y = x @ p[f"{name}/_flax_linear/kernel"]
        return y + p[f"{name}/_flax_linear/bias"] if bias else y

    def scalar(name, s):
        angle = s.reshape(B, 1) * common.sinusoids(torch.from_numpy)
        s = linear(f"net/{name}_embedder/mlp/layers_0", torch.cat([angle.cos(), angle.sin()], -1), True)
        return linear(f"net/{name}_embedder/mlp/layers_2", F.silu(s), True)

    def attention(name, x, fused):
        def split(a):
            return a.view(B, c.tokens, c.num_heads, c.head_size).transpose(1, 2)

        q = rms(split(linear(f"{name}/q_proj", x)), p[f"{name}/q_norm/kernel"])
        k = rms(split(linear(f"{name}/k_proj", x)), p[f"{name}/k_norm/kernel"])
        v = split(linear(f"{name}/v_proj", x))
        q, k = rotate(q, cos, sin).to(v.dtype), rotate(k, cos, sin).to(v.dtype)
        if fused:
            a = F.scaled_dot_product_attention(q, k, v)
        else:
            a = torch.softmax((q @ k.transpose(-1, -2)).float() / c.head_size**0.5, -1) @ v
        return linear(f"{name}/out_proj", a.transpose(1, 2).reshape(B, c.tokens, D))

    def block(name, x, fused):
        x = x + attention(f"{name}/attn", rms(x, p[f"{name}/norm1/kernel"]), fused) * p[f"{name}/attn_scale"]
        n = rms(x, p[f"{name}/norm2/kernel"])
        m = F.silu(linear(f"{name}/mlp/w1", n)) * linear(f"{name}/mlp/w3", n)
        return x + linear(f"{name}/mlp/w2", m) * p[f"{name}/mlp_scale"]

    def head(name, x, fused):
        for i in range(c.aux_head_depth):
            x = block(f"net/{name}_heads_{i}", x, fused)
        x = rms(x[:, c.prefix :], p[f"net/{name}_final_layer/norm/kernel"])
        x = linear(f"net/{name}_final_layer/linear", x, True).float().view(B, side, side, P, P, c.in_channels)
        return x.transpose(2, 3).reshape(c.image_shape(B))

    patches = x.view(B, side, P, side, P, c.in_channels).transpose(2, 3).reshape(B, side * side, -1)
    patches = patches @ p["net/x_embedder/proj/kernel"].view(-1, D) + p["net/x_embedder/proj/bias"]
    conditions = [
        ("class", F.embedding(y, p["net/y_embedder/embedding_table/_flax_embedding/embedding"])),
        ("omega", scalar("omega", 1 - 1 / omega)),
        ("t_min", scalar("cfg_t_start", t_min)),
        ("t_max", scalar("cfg_t_end", t_max)),
        ("time", scalar("h", h)),
    ]
    x = torch.cat([(p[f"net/{kind}_tokens"] + s[:, None, :]).float() for kind, s in conditions] + [patches.float()], 1)
    for i in range(c.depth - c.aux_head_depth):
        x = block(f"net/shared_blocks_{i}", x, fused)
    outputs = [head("u", x, fused)] if "u" in heads else []
    if "v" in heads:
        # v carries no tangent, so its blocks may use the fused attention.
        trunk = x if fused else forward_ad.unpack_dual(x).primal
        outputs.append(head("v", trunk, True))
    return outputs[0] if len(outputs) == 1 else outputs


def loss(p, c, o, x, y, draws):
    """The objective on a batch, and all it is made of."""
    B = x.shape[0]
    masked = (torch.arange(B) < int(B * o.data_proportion)).view(B, 1, 1, 1)
    t, r = (torch.sigmoid(draws[n] * o.P_std + o.P_mean) for n in ("normal_t", "normal_r"))
    t, r = torch.maximum(t, r), torch.minimum(t, r)
    r = torch.where(masked, t, r)
    e = draws["e"]
    z_t, v_t = (1 - t) * x + t * e, e - x
    t_min, t_max = draws["tmin"].masked_fill(masked, 0), draws["tmax"].masked_fill(masked, 1)
    if o.cfg_beta == 1:
        omega = torch.exp(draws["uniform_omega"] * float(np.log(8)))
    else:
        omega = (1 + draws["uniform_omega"] * (8 ** (1 - o.cfg_beta) - 1)) ** (1 / (1 - o.cfg_beta))
    null = torch.full_like(y, c.num_classes)

    def v_of(z, omega, y):
        zeros = torch.zeros(z.shape[0])
        return net(p, c, z, zeros, omega, zeros, zeros + 1, y, heads="v", fused=True)

    with torch.no_grad():
        both = v_of(torch.cat([z_t, z_t]), torch.cat([omega, torch.ones_like(omega)]), torch.cat([y, null]))
        v_c, v_u = both[:B], both[B:]
        v_g_masked = v_t + (1 - 1 / omega) * (v_c - v_u)
        w = torch.where((t >= t_min) & (t <= t_max), omega, 1.0)
        v_c = v_of(z_t, w, y)
        v_g = torch.where(masked, v_g_masked, v_t + (1 - 1 / w) * (v_c - v_u))

    dropped = torch.arange(B) < (draws["uniform_drop"] < o.class_dropout_prob).sum()
    labels = torch.where(dropped, null, y)
    v_g = torch.where(dropped.view(B, 1, 1, 1), v_t, v_g)

    with forward_ad.dual_level():
        z, time = forward_ad.make_dual(z_t, v_c), forward_ad.make_dual(t, torch.ones_like(t))
        u, v = net(p, c, z, time - r, omega, t_min, t_max, labels)
        u, du_dt = forward_ad.unpack_dual(u)
        du_dt = du_dt.detach()
    V = u + (t - r) * du_dt

    def weighted(square):
        return square / ((square + o.norm_eps) ** o.norm_p).detach()

    square_u, square_v = (((a - v_g) ** 2).sum((1, 2, 3)) for a in (V, v))
    total = (weighted(square_u) + weighted(square_v)).mean()
    means = {"loss_u": ((V - v_g) ** 2).mean(), "loss_v": ((v - v_g) ** 2).mean()}
    return total, dict(means, loss=total, v_c=v_c, v_g_target=v_g, u=u, v=v, du_dt=du_dt, V=V)


def draw(shape):
    """The random numbers of one step."""
    one = (shape[0], 1, 1, 1)
    return {
        "normal_t": torch.randn(one), "normal_r": torch.randn(one), "e": torch.randn(shape),
        "tmin": torch.rand(one) * 0.5, "tmax": torch.rand(one) * 0.5 + 0.5, "uniform_omega": torch.rand(one),
        "uniform_drop": torch.rand(shape[0]),
    }  # fmt: skip


def sample(p, c, z, y, omega, t_min, t_max):
    """Images in one step: x = e - u(e, r = 0, t = 1)."""
    s = torch.ones(z.shape[0])
    return z - net(p, c, z, s, s * omega, s * t_min, s * t_max, y, heads="u", fused=True)


def bfloat16(enabled):
    return torch.autocast("cpu", torch.bfloat16, enabled=enabled)


def measure_step(c, batch, seconds, half):
    p = {name: torch.tensor(value, requires_grad=True) for name, value in common.initial(c)}
    ema = [a.detach().clone() for a in p.values()]
    settings = dict(lr=common.LEARNING_RATE, betas=(common.B1, common.B2), eps=common.EPS, weight_decay=0.0)
    optimiser = torch.optim.AdamW(p.values(), fused=True, **settings)
    x, y = torch.randn(c.image_shape(batch)), torch.arange(batch) % c.num_classes

    def run():
        optimiser.zero_grad()
        with bfloat16(half):
            total, out = loss(p, c, Objective(), x, y, draw(x.shape))
        total.backward()
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(ema, list(p.values()), 1 - common.EMA)
        return out["loss_u"].item(), out["loss_v"].item()

    common.report(seconds=common.best(run, seconds))


def measure_sample(c, batch, seconds, half):
    p = {name: torch.tensor(value) for name, value in common.initial(c, inference=True)}
    y = torch.arange(batch) % c.num_classes

    def run():
        with torch.inference_mode(), bfloat16(half):
            sample(p, c, torch.randn(c.image_shape(batch)), y, 7.5, 0.4, 0.65)

    common.report(seconds=common.best(run, seconds))


def check():
    def loss_and_gradients(c, o, p, x, y, draws):
        p = {name: torch.tensor(value, requires_grad=True) for name, value in p.items()}
        draws = {name: torch.from_numpy(value) for name, value in draws.items()}
        total, out = loss(p, c, o, torch.from_numpy(x), torch.from_numpy(y).long(), draws)
        gradients = torch.autograd.grad(total, list(p.values()))
        return {n: a.detach().numpy() for n, a in out.items()}, dict(zip(p, (g.numpy() for g in gradients)))

    def samples(c, p, noise, y, *rest):
        p = {name: torch.from_numpy(value) for name, value in p.items()}
        return sample(p, c, torch.from_numpy(noise), torch.from_numpy(y).long(), *map(float, rest)).numpy()

    worst = common.check(loss_and_gradients, samples)
    print("PyTorch agrees with the golden numbers:", ", ".join(f"{n} {w:.0e}" for n, w in worst.items()))


if __name__ == "__main__":
    # Tiny numbers count as zero, as they do in the other two.
    torch.set_flush_denormal(True)
    torch.set_num_threads(common.THREADS)
    match sys.argv[1:]:
        case ["check"]:
            check()
        case ["step" | "step-bf16" | "sample" | "sample-bf16" as what, config, batch, *rest]:
            measure = measure_step if what.startswith("step") else measure_sample
            measure(CONFIGS[config], int(batch), float(rest[0]) if rest else 3.0, what.endswith("bf16"))
