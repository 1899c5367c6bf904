# The product against JAX and PyTorch: every measure for the three one after the other, each in a process of its own, as
# one Markdown table. `make bench-peers` runs it; `run.py --only digits,softmax --quick` chooses measures by words of their
# names. Times are the best of several after a warm-up; memory is the largest a process took, from the kernel. Others'
# work on the same cores is noted per measure, since it makes times wrong.

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from common import ATTENTION, CONFIGS, CONVOLUTION, PRODUCTS

HERE = Path(__file__).resolve().parent
SYSTEMS = ("ours", "jax", "torch")
TITLES = {"digits": "digits", "mnist": "28x28", "b2": "B/2"}


@dataclass
class Measure:
    """A row: what each system runs, and the operations that a rate is counted from."""

    name: str
    label: str
    commands: dict  # of lists: a script of this folder and its arguments; the seconds to measure come last
    seconds: float = 3.0
    gflop: float = 0
    memory: bool = False
    slow: bool = False  # left out of a quick run
    optional: bool = False  # only when asked for


def measures():
    def ours(*arguments):
        return ["ours.imf", *arguments]

    def model(what, config, batch, seconds, slow=False, optional=False):
        label = f"{'training step' if what == 'step' else 'one-step sampling'}, {TITLES[config]}, batch {batch}"
        tail = [config, str(batch)]
        name = f"{what}-{config}" + (f"-{batch}" if optional else "")
        run = {
            "ours": ours("--measure", what, "--config", config, "--batch", str(batch)),
            "jax": ["imf_jax.py", what, *tail],
            "torch": ["imf_torch.py", what, *tail],
        }
        yield Measure(name, label, run, seconds, memory=True, slow=slow, optional=optional)
        run = {"ours": [*run["ours"], "--products", "bfloat16"], "torch": ["imf_torch.py", f"{what}-bf16", *tail]}
        yield Measure(f"{name}-bf16", f"{label}, bfloat16 products", run, seconds, 0, True, slow, optional)

    def operation(name, label, gflop=0.0):
        commands = {"ours": ours("--measure", name), "jax": ["ops.py", "jax", name], "torch": ["ops.py", "torch", name]}
        return Measure(name, label, commands, gflop=gflop)

    for what in ("step", "sample"):
        yield from model(what, "digits", 64, 4)
        yield from model(what, "mnist", 64, 8)
        yield from model(what, "b2", 4 if what == "step" else 8, 15 if what == "step" else 8, slow=True)
    yield from model("step", "b2", 8, 15, slow=True, optional=True)

    for name, (m, k, n) in PRODUCTS.items():
        work = 2e-9 * m * k * n
        row = operation(name, f"product [{m}, {k}] x [{k}, {n}]", work)
        row.commands["numpy"] = ["ops.py", "numpy", name]
        yield row
        yield operation(f"{name}-bf16", f"product [{m}, {k}] x [{k}, {n}], bfloat16", work)
    b, h, t, d = ATTENTION
    yield operation("attention", f"attention {list(ATTENTION)}", 4e-9 * b * h * t * t * d)
    (n, height, width, cin), (kh, kw, _, cout) = CONVOLUTION
    yield operation("conv2d", f"conv2d {list(CONVOLUTION[0])}, 3x3", 2e-9 * n * height * width * cin * kh * kw * cout)
    yield operation("softmax", "softmax [4096, 276]")
    yield operation("small", "an addition of 4x4 tensors, computed at once")
    yield Measure(
        "small-chain",
        "the same, left pending and computed every 100 (others: at once)",
        {"ours": ours("--measure", "small-chain"), "jax": ["ops.py", "jax", "small"], "torch": ["ops.py", "torch", "small"]},
    )


def busy():
    """CPU seconds spent by all processes of the machine so far."""
    fields = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def run(options, command, seconds):
    """Runs one process; gives its time, peak memory and others' share of the cores, or {"error": ...}."""
    script, *rest = command
    if script.endswith(".imf"):
        tail = ["--seconds", str(seconds), "--cores", str(options.threads)]
        argv = [options.program, str(HERE / script), *rest, *tail]
    else:
        argv = [sys.executable, "-W", "ignore", str(HERE / script), *rest, str(seconds)]
    cores = sorted(os.sched_getaffinity(0))[: options.threads]
    counts = {f"{name}_NUM_THREADS": str(len(cores)) for name in ("OMP", "MKL", "OPENBLAS")}
    environment = {**os.environ, **counts, "PEERS_THREADS": str(len(cores)), "JAX_PLATFORMS": "cpu"}
    start, before, own = time.time(), busy(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            argv, stdout=output, stderr=errors, env=environment, preexec_fn=lambda: os.sched_setaffinity(0, cores)
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        lines, complaint = output.read().splitlines(), errors.read().strip()
    if child.returncode != 0 or not lines:
        complaint = complaint.splitlines() or [f"ended with {child.returncode}"]
        return {"error": complaint[0 if script.endswith(".imf") else -1]}
    found = json.loads(lines[-1])
    result = found if isinstance(found, dict) else {"seconds": found}
    used = usage.ru_utime + usage.ru_stime
    others = max(0.0, busy() - before - used) / (time.time() - start) / len(cores)
    return {**result, "peak_mib": usage.ru_maxrss / 1024, "others": others}


def peak(options):
    """GFLOP/s of multiply-adds on registers, or None without a C compiler."""
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/peak"
        flags = ["-O3", "-march=native", "-ffp-contract=fast", "-pthread"]
        subprocess.run([compiler, *flags, str(HERE / "peak.c"), "-o", program], check=True)
        return float(subprocess.run([program, str(options.threads)], check=True, capture_output=True, text=True).stdout)


def duration(seconds):
    for unit, scale, below in (("us", 1e6, 1e-3), ("ms", 1e3, 1.0)):
        if seconds < below:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds:.2f} s"


def shortest(result):
    return result.get("seconds", float("inf"))


def table(rows, results, limit):
    """The Markdown table; ratios are the peer's number over the product's, so above 1 the product is better."""

    def value(name, system, field="seconds"):
        return results.get(name, {}).get(system, {}).get(field)

    def line(label, name, field, text):
        ours = value(name, "ours", field)
        cells = [text(v) if (v := value(name, s, field)) else "-" for s in SYSTEMS]
        for peer in SYSTEMS[1:]:
            theirs = value(name, peer, field)
            cells.append(f"{theirs / ours:.2f}" if ours and theirs else "-")
        return "| " + " | ".join([label, *cells]) + " |"

    yield "| measure | ours | JAX | PyTorch | JAX / ours | PyTorch / ours |"
    yield "|---|---|---|---|---|---|"
    measured = [row for row in rows if row.name in results]
    for row in measured:
        if row.gflop:
            yield line(row.label, row.name, "seconds", lambda s: f"{duration(s)} ({row.gflop / s:.0f} GFLOP/s)")
        else:
            yield line(row.label, row.name, "seconds", duration)
    for row in measured:
        if row.memory:
            yield line(f"peak memory: {row.label}", row.name, "peak_mib", lambda m: f"{m:,.0f} MiB")
    yield ""
    for name, c in CONFIGS.items():
        size = f"{c.input_size}x{c.input_size}x{c.in_channels}, patch {c.patch_size}, {c.tokens} tokens"
        yield f"{TITLES[name]}: {size}, width {c.hidden_size}, depth {c.depth}, {c.num_heads} heads."
    if limit:
        yield f"Multiply-adds on registers alone: {limit:.0f} GFLOP/s float32."
    for name in PRODUCTS:
        if seconds := value(name, "numpy"):
            m, k, n = PRODUCTS[name]
            yield f"NumPy (OpenBLAS), [{m}, {k}] x [{k}, {n}]: {2e-9 * m * k * n / seconds:.0f} GFLOP/s."
    for row in measured:
        if work := value(row.name, "jax", "gflop"):
            rate = work / value(row.name, "jax")
            share = f", {rate / limit:.0%} of that peak" if limit else ""
            yield f"JAX, {row.label}: {work:,.0f} GFLOP by XLA's count, {rate:.0f} GFLOP/s{share}."
    for row in measured:
        for system, result in results[row.name].items():
            if "error" in result:
                yield f"{row.name}, {system}: not measured ({result['error']})."
            elif result["others"] > 0.05:
                yield f"{row.name}, {system}: other processes took {result['others']:.0%} of the cores."


def main():
    parser = argparse.ArgumentParser(description="the product against JAX and PyTorch")
    parser.add_argument("--only", default="", help="measures by name or a part of it, separated by commas")
    parser.add_argument("--quick", action="store_true", help="short measures, without B/2 and the check of the peers")
    parser.add_argument("--rounds", type=int, default=1, help="how often a measure goes through the systems; the best counts")
    parser.add_argument("--threads", type=int, default=min(2, len(os.sched_getaffinity(0))))
    parser.add_argument("--program", default=str(HERE.parents[1] / ".build/release/imf-repl"))
    parser.add_argument("--systems", default=",".join(SYSTEMS) + ",numpy")
    parser.add_argument("--results", type=Path, help="a JSON file that earlier runs' numbers are kept in")
    parser.add_argument("--table", action="store_true", help="measure nothing, print the results' table")
    parser.add_argument("--list", action="store_true", help="print the measures' names")
    options = parser.parse_args()
    rows = list(measures())
    if options.list:
        print(*(row.name for row in rows), sep="\n")
        return
    words = [word for word in options.only.split(",") if word]
    if words:
        whole = {row.name for row in rows} & set(words)
        parts = [word for word in words if word not in whole]
        chosen = [row for row in rows if row.name in whole or any(word in row.name for word in parts)]
        if not chosen:
            sys.exit(f"no measure's name has {options.only}; --list prints them")
    else:
        chosen = [row for row in rows if not row.optional]
    if options.quick:
        chosen = [row for row in chosen if not row.slow]
    kept = json.loads(options.results.read_text()) if options.results and options.results.exists() else {}
    results, limit = kept.get("results", {}), kept.get("peak")
    if not options.table:
        if not words and not options.quick:
            for script in ("imf_jax.py", "imf_torch.py"):
                subprocess.run([sys.executable, "-W", "ignore", str(HERE / script), "check"], check=True)
        limit = peak(options) or limit
        for row in chosen:
            commands = {s: command for s, command in row.commands.items() if s in options.systems.split(",")}
            results.setdefault(row.name, {}).update(dict.fromkeys(commands, {"error": "not reached"}))
            for _ in range(options.rounds):
                for system, command in commands.items():
                    print(f"{row.name} {system}", end=" ", file=sys.stderr, flush=True)
                    result = run(options, command, min(row.seconds, 0.5) if options.quick else row.seconds)
                    if shortest(result) <= shortest(results[row.name][system]):
                        results[row.name][system] = result
                    shown = result.get("error") or f"{duration(result['seconds'])} {result['peak_mib']:,.0f} MiB"
                    print(shown, file=sys.stderr)
            if options.results:
                options.results.write_text(json.dumps({"peak": limit, "results": results}, indent=1))
    print("\n".join(table(rows, results, limit)))


if __name__ == "__main__":
    main()
