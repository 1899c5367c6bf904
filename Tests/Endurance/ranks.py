"""One run by one process and by several under Open MPI: the same parameters; and a rank that dies.

  python3 Tests/Endurance/ranks.py .build/release/imf-repl [--ranks 2]

Needs mpirun (apt-get install openmpi-bin). Python's standard library only.
"""

import argparse, array, json, os, shutil, signal, struct, subprocess, sys, tempfile, time

SCRIPT = """
param out = "run"
param steps = 20
data = load("digits8.npz")
m = imf({input_size: 8, patch_size: 2, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, mlp_ratio: 2.5,
         num_classes: 10, num_class_tokens: 1, num_time_tokens: 1, num_cfg_tokens: 1, num_interval_tokens: 1, prediction: "x"})
state = resume(out, fresh = train_state(m, lr = 1e-3, warmup_steps = 5))
train(state, data, until = steps, size = 24, seed = 3, run = out, checkpoint_per_step = 5, log_per_step = 1);
"""


def parameters(folder, step):
    with open(f"{folder}/state_{step:08d}.safetensors", "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    return {name: array.array("f", body[slice(*entry["data_offsets"])]) for name, entry in header.items() if name != "__metadata__"}


def latest(folder):
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return max((int(name[6:14]) for name in names if name.startswith("state_") and name.endswith(".safetensors")), default=0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--ranks", type=int, default=2)
    options = parser.parse_args()
    program, work = os.path.abspath(options.program), tempfile.mkdtemp(prefix="imf-ranks-")
    open(os.path.join(work, "run.imf"), "w").write(SCRIPT)

    def command(folder, ranks, steps=20):
        alone = [program, "--threads", "1", "run.imf", "--out", folder, "--steps", str(steps)]
        return alone if ranks == 1 else ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks)] + alone

    for ranks in (1, options.ranks):
        subprocess.run(command(f"of{ranks}", ranks), cwd=work, check=True, capture_output=True)
    one, many = parameters(f"{work}/of1", 20), parameters(f"{work}/of{options.ranks}", 20)
    largest = max(abs(a - b) for name in one for a, b in zip(one[name], many[name]))
    print(f"1 and {options.ranks} processes, 20 steps: parameters, averages and moments differ by {largest:.1e} at most")
    assert largest < 1e-6

    # One rank is killed: the others end too, the status says so, and the checkpoints so far are whole.
    for number, name in ((signal.SIGKILL, "killed"), (signal.SIGTERM, "ended")):
        process = subprocess.Popen(command("dying", options.ranks, 100000), cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        before = latest(f"{work}/dying")
        while latest(f"{work}/dying") < before + 10:
            time.sleep(0.1)
        ranks = [int(pid) for pid in subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()]
        os.kill(ranks[-1], number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode != 0, errors
        step = latest(f"{work}/dying")
        parameters(f"{work}/dying", step)
        print(f"a rank {name}: mpirun ends with status {process.returncode}, the latest checkpoint is of step {step}")
    shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
