"""Steps of B/2 by one process with two threads and by two processes with one: run.py PROGRAM [--rounds 3] [--steps 4]

The batch is the same. Rounds alternate, so that what else the machine does meets both alike; of each round the first
two steps, which take memory from the system, are left out. Prints medians over all steps. On a machine that does other
work, look at processor time, and beside it at one process with one thread: its threads wait for nobody, so that two
processes in all its processor time would be ideal. Needs mpirun and two cores.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

here = pathlib.Path(__file__).parent
warm = 2


def lines(log):
    """The steps in a log that may be growing."""
    if not log.exists():
        return []
    entries = [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [entry for entry in entries if "steps_per_second" in entry]


def processor_seconds(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(child) for child in found]


def measure(program, ranks, threads, steps, settings):
    """Seconds of each step, seconds of it that were waiting for the other rank, processor seconds a step."""
    with tempfile.TemporaryDirectory(prefix="imf-bench-ranks-") as folder:
        run = pathlib.Path(folder) / "run"
        command = [program, "--threads", str(threads), str(here / "step.imf"), "--run", str(run), *settings]
        if ranks > 1:
            command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks)] + command
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        pids = []
        try:
            used = {}
            for wanted in (warm, warm + steps):
                while len(lines(run / "log.jsonl")) < wanted:
                    if process.poll() is not None:
                        raise SystemExit(process.stderr.read())
                    time.sleep(0.02)
                pids = children(process.pid) if ranks > 1 else [process.pid]
                used[wanted] = processor_seconds(pids)
            entries = lines(run / "log.jsonl")[warm:warm + steps]
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            process.wait()
    waits = [entry.get("seconds_waiting", 0) for entry in entries]
    return [1 / entry["steps_per_second"] for entry in entries], waits, [(used[warm + steps] - used[warm]) / steps]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--products", default="float32", choices=["float32", "bfloat16"])
    options = parser.parse_args()
    program, settings = os.path.abspath(options.program), ["--batch", str(options.batch), "--products", options.products]
    found = {kind: ([], [], []) for kind in ((1, 2), (2, 1), (1, 1))}
    for _ in range(options.rounds):
        for kind, all_kinds in found.items():
            for all_numbers, numbers in zip(all_kinds, measure(program, *kind, options.steps, settings)):
                all_numbers.extend(numbers)
            print(kind, [[round(number, 3) for number in numbers] for numbers in all_kinds], flush=True)
    (one, _, one_used), (two, waits, two_used), (alone, _, alone_used) = (
        [statistics.median(numbers) for numbers in all_kinds] for all_kinds in found.values())
    print(f"B/2, batch {options.batch}, {options.products}, {options.rounds * options.steps} steps each, medians")
    print("| | a step, s | processor time, s | waiting for the other's gradient, s |")
    print("|---|---|---|---|")
    print(f"| one process, two threads | {one:.2f} | {one_used:.2f} | |")
    print(f"| two processes, one thread each | {two:.2f} | {two_used:.2f} | {waits:.3f} |")
    print(f"| one process, one thread | {alone:.2f} | {alone_used:.2f} | |")
    print(f"| two processes' speed in that of two threads | {one / two:.3f} | {one_used / two_used:.3f} | |")
    print(f"| of twice that of one thread | {alone / 2 / two:.3f} | {alone_used / two_used:.3f} | |")


if __name__ == "__main__":
    main()
