"""Scalar programs in the language, in CPython and in Lua, one after the other: python3 run.py PROGRAM [rounds]

Prints each program's median seconds and the ratios to the peers. Every round runs all three, so that what else the
machine does meets them alike.
"""
import pathlib
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).parent
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
peers = {
    "imf-repl": [sys.argv[1], str(here / "programs.imf")],
    "CPython": ["python3", str(here / "programs.py")],
    "Lua 5.4": ["lua5.4", str(here / "programs.lua")],
}
times = {}
results = {}
for _ in range(rounds):
    for peer, command in peers.items():
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            name, result, seconds = line.split("\t")
            times.setdefault(name, {}).setdefault(peer, []).append(float(seconds))
            assert results.setdefault(name, float(result)) == float(result), f"{name}: {peer} computes {result}"
print("| program | imf-repl, ms | CPython, ms | Lua 5.4, ms | times CPython's speed | Lua's time |")
print("|---|---|---|---|---|---|")
for name, by_peer in times.items():
    ours, python, lua = (1000 * statistics.median(by_peer[peer]) for peer in peers)
    print(f"| {name} | {ours:.1f} | {python:.1f} | {lua:.1f} | {python / ours:.1f} | {ours / lua:.2f} |")
