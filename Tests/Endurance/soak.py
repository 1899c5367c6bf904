"""A long run on digits with checkpoints and previews, watched: does memory grow, do steps become slower?

  python3 Tests/Endurance/soak.py .build/release/imf-repl --minutes 30 --out soak.json
  .build/release/imf-repl Tests/Endurance/soak.imf --found soak.json --out soak.png

Every ten seconds: step, resident memory, processor time. Python's standard library only.
"""

import argparse, json, os, pathlib, signal, subprocess, sys, tempfile, time

SCRIPT = """
param out = "run"
data = load("digits8.npz")
m = imf({input_size: 8, patch_size: 2, in_channels: 1, hidden_size: 64, depth: 4, num_heads: 4, aux_head_depth: 2, num_classes: 10, prediction: "x"})
train(train_state(m, lr = 3e-3, ema = 0.99), data, steps = 10000000, size = 64, run = out, log_per_step = 1, checkpoint_per_step = 100, sample_per_step = 200);
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--out", default="soak.json")
    options = parser.parse_args()
    program, work = os.path.abspath(options.program), tempfile.TemporaryDirectory(prefix="imf-soak-")
    folder = pathlib.Path(work.name)
    (folder / "run.imf").write_text(SCRIPT)
    process = subprocess.Popen([program, "--threads", "1", "run.imf"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    found = {"seconds": [], "step": [], "resident_mib": [], "processor_seconds": []}
    while time.monotonic() - began < 60 * options.minutes:
        time.sleep(10)
        if process.poll() is not None:
            sys.exit(process.stderr.read())
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        steps = [line for line in (folder / "run/log.jsonl").read_text().splitlines() if '"loss"' in line]
        found["seconds"].append(time.monotonic() - began)
        found["step"].append(json.loads(steps[-1])["step"] if steps else 0)
        found["resident_mib"].append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
        found["processor_seconds"].append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
        pathlib.Path(options.out).write_text(json.dumps(found))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    checkpoints, previews = (len(list((folder / "run").glob(pattern))) for pattern in ("state_*.safetensors", "samples/*.png"))
    assert 1 <= checkpoints <= 3, f"{checkpoints} checkpoints are there"
    print(f"{found['step'][-1]} steps, {previews} previews; resident {found['resident_mib'][5]:.1f} MiB after a minute, {found['resident_mib'][-1]:.1f} at the end")


if __name__ == "__main__":
    main()
