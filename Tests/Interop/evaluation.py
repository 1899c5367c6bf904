"""Evaluation and data preparation against the libraries that the reference uses: pytorch-fid's network and distance on the
same samples, torchvision's image folder and Pillow on the same tree, NumPy's statistics.

    evaluation.py PROGRAM      with the packages of Benchmarks/vision/requirements.txt

Every check prints a line; the exit status is 1 where one failed.
"""
import os
import signal
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/vision"))
import networks  # noqa: E402

PROGRAM, FOLDER = os.path.abspath(sys.argv[1]), tempfile.mkdtemp(prefix="imf-evaluation-")
os.chdir(FOLDER)
failures = []


def run(code, fails=False):
    done = subprocess.run([PROGRAM, "-e", code], capture_output=True, text=True)
    if (done.returncode != 0) != fails:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.strip()


def check(name, holds, shown=""):
    print(f"{'ok    ' if holds else 'FAILED'} {name} {shown}", flush=True)
    if not holds:
        failures.append(name)


@torch.inference_mode()
def features(network, images):
    return torch.cat([
        networks.inception_features(network, networks.inception_input(torch.from_numpy(images[i:i + 16])))
        for i in range(0, len(images), 16)]).numpy()


MODEL = "m = imf({input_size: 16, in_channels: 3, patch_size: 4, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 10}, seed = 3); "
MODEL += "m = with_params(m, map_tree(p -> p + 0.05 * normal(key(1), p.shape), m.params)); "


def distance(inception):
    """fid on formula weights, against pytorch-fid's functions on the very images."""
    from pytorch_fid.fid_score import calculate_frechet_distance

    n = 192
    run(MODEL + f'save("samples.npz", {{x: to_image(concat(map(i -> sample(m, n = 64, sample_idx = i, omega = 2), 0..{n // 64})))}})')
    reference = np.random.default_rng(5).integers(0, 256, (n, 16, 16, 3), dtype=np.uint8)
    np.savez("reference.npz", x=reference)
    ours = run(
        MODEL + f'r = fid(m, load("reference.npz").x, n = {n}, size = 64, omega = 2, net = inception("inception.pth")); print(r.fid, r.inception_score)')
    mine, score = (float(word) for word in ours.split()[-2:])
    samples = np.load("samples.npz")["x"]
    a, b = features(inception, samples).astype(np.float64), features(inception, reference).astype(np.float64)
    theirs = calculate_frechet_distance(a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False))
    check("fid equals pytorch-fid's", abs(mine / theirs - 1) < 1e-3, f"{mine} {theirs}")

    logits = a.astype(np.float32) @ inception.fc.weight.numpy().T
    p = torch.softmax(torch.from_numpy(logits), 1).numpy()[np.random.RandomState(2020).permutation(n)]
    parts = [p[i * (n // 10):(i + 1) * (n // 10)] for i in range(10)]
    scores = [np.exp(np.mean(np.sum(q * (np.log(q + 1e-10) - np.log(q.mean(0) + 1e-10)), 1))) for q in parts]
    check("inception score equals the reference's", abs(score / np.mean(scores) - 1) < 1e-4, f"{score} {np.mean(scores)}")


def shared():
    """fid, inception score and sFID by two processes as by one; the last batch is cut, and one process makes one more."""
    if shutil.which("mpirun") is None:
        return print("left out: mpirun, which shares an evaluation among processes, is not there")
    code = MODEL + 'r = fid(m, load("reference.npz").x[0:16], n = 36, size = 8, omega = 2, spatial = true, net = inception("inception.pth")); '
    code += "if ranks().index == 0 { print(r.fid, r.sfid, r.inception_score, r.inception_score_std) }"
    by_ranks = [
        subprocess.run(starter + [PROGRAM, "--threads", "1", "-e", code], capture_output=True, text=True, check=True).stdout.split()[-4:]
        for starter in ([], ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2"])]
    one, two = ([float(word) for word in words] for words in by_ranks)
    gaps = [abs(b / a - 1) for a, b in zip(one, two)]
    check("two processes find what one does", len(one) == len(two) == 4 and max(gaps) < 1e-7, f"{max(gaps):.1e}")


def kernel_distance():
    """kid against torch-fidelity's estimator, written out."""
    random = np.random.default_rng(7)
    a, b = random.standard_normal((300, 24)), random.standard_normal((260, 24)) * 1.1 + 0.1
    np.savez("kid.npz", a=a, b=b)
    found = run('f = load("kid.npz"); k = kid(f.a, f.b, subsets = 20, subset_size = 100); print(k.mean, k.std)')
    state, values = np.random.RandomState(2020), []
    for _ in range(20):
        x, y = a[state.choice(300, 100, replace=False)], b[state.choice(260, 100, replace=False)]
        def k(p, q):
            return (p @ q.T / 24 + 1) ** 3
        xx, yy = k(x, x), k(y, y)
        values.append((xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (100 * 99) - 2 * k(x, y).mean())
    mean, std = (float(word) for word in found.split())
    check("kid equals torch-fidelity's estimator", np.allclose([mean, std], [np.mean(values), np.std(values)], rtol=1e-6))


def resumption():
    """2,000 samples in one go, and by a run that is stopped again and again: the same bits."""
    call = ('r = fid(m, load("reference.npz").x, n = 2000, size = 50, omega = 2, net = inception("inception.pth"){}); '
            'print(r.fid, r.inception_score, r.inception_score_std)')
    whole = run(MODEL + call.format(""))
    stops = 0
    while True:
        process = subprocess.Popen(
            [PROGRAM, "-e", MODEL + call.format(', state = "state.npz"')], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # At the second line of progress something was done since it began.
        lines = (line for line in process.stderr if line.startswith("samples"))
        if stops < 3 and next(lines, None) and next(lines, None):
            sent, status = [(signal.SIGINT, 130), (signal.SIGTERM, 143)][stops % 2]
            process.send_signal(sent)
            process.communicate()
            check("a stopped evaluation says so", process.returncode == status, process.returncode)
            stops += 1
        else:
            out, _ = process.communicate()
            break
    check("stopped and resumed, 2,000 samples give the same", out.strip() == whole and stops >= 2, f"{stops} stops: {out.strip()}")


def crop(image, size):
    """The reference's preparation, word for word Pillow."""
    while min(*image.size) >= 2 * size:
        image = image.resize(tuple(x // 2 for x in image.size), resample=Image.BOX)
    scale = size / min(*image.size)
    image = image.resize(tuple(round(x * scale) for x in image.size), resample=Image.BICUBIC)
    pixels = np.array(image)
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top:top + size, left:left + size]


def tree():
    """200 JPEGs of all kinds in 4 classes, 3 of them broken."""
    random = np.random.default_rng(11)
    for index in range(200):
        folder = Path(f"tree/n{index % 4:08d}")
        folder.mkdir(parents=True, exist_ok=True)
        width, height = random.integers(40, 400, 2)
        coarse = random.integers(0, 256, (9, 9, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((int(width), int(height)), Image.BICUBIC)
        kind = index % 10
        if kind == 3:
            image = image.convert("L")
        if kind == 5:
            image = image.convert("CMYK")
        exif = Image.Exif()
        if kind == 7:
            exif[0x0112] = 6
        image.save(folder / f"{index:05d}.JPEG", quality=int(random.integers(60, 96)), progressive=kind == 8, exif=exif)
    broken = sorted(Path("tree").glob("*/*.JPEG"))[20:60:19][:3]
    broken[0].write_bytes(b"")
    broken[1].write_bytes(broken[1].read_bytes()[:300])
    broken[2].write_bytes(b"no picture at all")
    return {str(path) for path in broken}


def preparation(inception):
    from torchvision.datasets import ImageFolder

    broken, size = tree(), 64
    found = run(
        f'r = prepare("tree", "latents", size = {size}, vae = vae("vae.safetensors"), net = inception("inception.pth")); '
        'print(r.images, r.written); for u in r.unreadable { print(u.path) }').splitlines()
    check("200 images, 197 written", found[-4].split() == ["200", "197"], found[-4])
    check("the three broken ones are named", {line for line in found[-3:]} == broken)

    items = [(path, label) for path, label in ImageFolder("tree", is_valid_file=lambda p: True).samples if path not in broken]
    pixels = np.stack([crop(Image.open(path).convert("RGB"), size) for path, _ in items])
    with torch.inference_mode():
        vae = networks.autoencoder()
        x = torch.from_numpy(pixels[:8]).permute(0, 3, 1, 2) / 127.5 - 1
        latents = vae.encode(x).latent_dist
    same, labels = [], []
    for index, (_, label) in enumerate(items):
        # As the reference's loader reads them.
        item = torch.load(f"latents/{index:08d}.pt")
        labels.append(item["label"].item() == label and item["image"].shape == (8, size // 8, size // 8))
        if index < 8:
            expected = torch.cat([latents.mean[index], latents.std[index]])
            same.append((item["image"] - expected).abs().max().item() / expected.abs().max().item())
    check("the reference's loader reads all latents, labels in order", all(labels))
    check("latents equal diffusers'", max(same) < 1e-3, f"{max(same):.1e}")

    # Pillow 10 to 12 resample alike, to the bit; 13 rounds differently, so that one byte in 70 is one or two off.
    paths = "[" + ", ".join(f'"{path}"' for path, _ in items) + "]"
    run(f'x = stack(map(p -> center_crop(p, {size}), {paths})); save("crops.npz", {{x: x, pooled: features(inception("inception.pth"), x).pooled}})')
    crops = np.load("crops.npz")
    gap = np.abs(crops["x"].astype(int) - pixels)
    check("crops equal Pillow's", gap.max() == 0, f"at most {gap.max()} apart")
    mine, stats = crops["pooled"].astype(np.float64), np.load("latents/fid_stats.npz")
    error = max(np.abs(stats["ref_mu"] - mine.mean(0)).max(), np.abs(stats["ref_sigma"] - np.cov(mine, rowvar=False)).max())
    check("statistics equal NumPy's", error < 1e-9, f"{error:.1e}")
    theirs = features(inception, crops["x"]).astype(np.float64)
    error = np.abs(theirs - mine).max() / np.abs(theirs).max()
    check("features equal pytorch-fid's", error < 1e-5, f"{error:.1e}")


def main():
    inception = networks.inception()
    torch.save(inception.state_dict(), "inception.pth")
    networks.autoencoder().save_pretrained("autoencoder", safe_serialization=True)
    os.rename("autoencoder/diffusion_pytorch_model.safetensors", "vae.safetensors")
    kernel_distance()
    distance(inception)
    resumption()
    shared()
    preparation(inception)
    print(FOLDER)
    sys.exit(1 if failures else 0)


main()
