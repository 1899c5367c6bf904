"""Training that is killed, terminated, and left without disk: nothing is lost, and the end is the same to the bit.

  python3 Tests/Endurance/run.py .build/release/imf-repl [--kills 100] [--seed 1]

The disk-full part mounts a small tmpfs, which takes root; it is left out without. Python's standard library only.
"""

import argparse, json, os, random, shutil, signal, struct, subprocess, sys, tempfile, time

SCRIPT = """
param out = "run"
param until = 400
data = load("digits8.npz")
m = imf({input_size: 8, patch_size: 2, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, mlp_ratio: 2.5,
         num_classes: 10, num_class_tokens: 1, num_time_tokens: 1, num_cfg_tokens: 1, num_interval_tokens: 1, prediction: "x"})
state = resume(out, fresh = train_state(m, lr = 3e-3, ema = [0.99, 0.9], schedule = "cosine", warmup_steps = 20, total_steps = until, clip_norm = 20))
train(state, data, until = until, size = 64, seed = 3, run = out, checkpoint_per_step = 7, log_per_step = 1, sample_per_step = 50);
"""


def states(folder):
    """Steps and tensors of the checkpoints in a folder; raises where one is not whole."""
    found = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if not (name.startswith("state_") and name.endswith(".safetensors")):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
            body = file.read()
        tensors = {key: body[slice(*value["data_offsets"])] for key, value in header.items() if key != "__metadata__"}
        end = max(value["data_offsets"][1] for key, value in header.items() if key != "__metadata__")
        assert end == len(body), f"{name} is cut off"
        assert int(header["__metadata__"]["step"]) == int(name[6:14]), name
        found[int(name[6:14])] = tensors
    return found


def curve(folder):
    """loss_u by step, as the log's last word has it."""
    losses = {}
    with open(os.path.join(folder, "log.jsonl")) as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # a torn line of a process that was killed
            if "loss_u" in entry:
                losses[entry["step"]] = entry["loss_u"]
    return losses


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--until", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program, dice = os.path.abspath(options.program), random.Random(options.seed)
    work = tempfile.mkdtemp(prefix="imf-endurance-")
    script = os.path.join(work, "run.imf")
    open(script, "w").write(SCRIPT)

    def start(folder, **more):
        return subprocess.Popen(
            [program, "--threads", str(options.threads), script, "--out", folder, "--until", str(options.until)], cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)

    def finish(folder):
        process = start(folder)
        _, errors = process.communicate()
        return process.returncode, errors

    began = time.time()
    straight = os.path.join(work, "straight")
    code, errors = finish(straight)
    assert code == 0, errors
    whole = time.time() - began
    expected, losses = states(straight)[options.until], curve(straight)
    print(f"uninterrupted: {options.until} steps in {whole:.1f} s")

    # Killed at random moments, some of them between two resumes without a checkpoint.
    killed, kills, rounds, resumed = os.path.join(work, "killed"), 0, 0, set()
    while kills < options.kills:
        before = max(states(killed), default=0)
        if before >= options.until:
            rounds += 1
            assert states(killed)[options.until] == expected, "the end differs"
            shutil.rmtree(killed)
            before = 0
        process = start(killed)
        time.sleep(dice.uniform(0.02, min(1.5, whole / 8)))
        if process.poll() is None:
            process.send_signal(dice.choice([signal.SIGKILL] * 4 + [signal.SIGTERM]))
            kills += 1
        _, errors = process.communicate()
        # A process that has not come to its script ends as any does.
        assert process.returncode in (0, -signal.SIGKILL, -signal.SIGTERM, 143), (process.returncode, errors)
        now = states(killed)
        assert max(now, default=0) >= before, f"a checkpoint was lost: {before}, now {sorted(now)}"
        resumed.add(before)
    code, errors = finish(killed)
    assert code == 0, errors
    assert states(killed)[options.until] == expected, "the end differs"
    assert curve(killed) == losses, "the loss curve differs"
    left = [name for name in os.listdir(killed) if "writing" in name]
    assert not left, left
    print(f"{kills} kills, {rounds + 1} runs to the end, resumed from {len(resumed)} different steps: same bits, no checkpoint lost, none unreadable")

    # A disk that fills up, is given room, and fills up again.
    small = os.path.join(work, "small")
    os.mkdir(small)
    size = sum(len(tensor) for tensor in expected.values())
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(2.5 * size)}", "tmpfs", small], stderr=subprocess.DEVNULL).returncode:
        return print("disk full: left out, a tmpfs cannot be mounted here")
    try:
        folder, ballast, full = os.path.join(small, "run"), os.path.join(small, "ballast"), 0
        for _ in range(40):
            if os.path.exists(ballast):
                os.unlink(ballast)
            if dice.random() < 0.7:
                free = os.statvfs(small)
                with open(ballast, "wb") as file:
                    file.write(bytes(int(free.f_bavail * free.f_frsize * dice.uniform(0.3, 0.9))))
            before = max(states(folder), default=0)
            code, errors = finish(folder)
            assert code in (0, 4), (code, errors)
            assert code == 0 or "space" in errors, errors
            full += code == 4
            assert max(states(folder), default=0) >= before, "a checkpoint was lost"
            if code == 0:
                break
        os.path.exists(ballast) and os.unlink(ballast)
        subprocess.run(["mount", "-o", f"remount,size={8 * size}", small], check=True)
        code, errors = finish(folder)
        assert code == 0, errors
        assert states(folder)[options.until] == expected, "the end differs"
        print(f"disk full {full} times: exit status 4, same bits at the end, no checkpoint lost, none unreadable")
    finally:
        subprocess.run(["umount", small])
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
