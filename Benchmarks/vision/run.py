# Inception features and VAE decoding, ours and PyTorch's, in turn on the same threads, with the same weights and inputs:
# `make bench-vision`. PyTorch gets its best layout: contiguous and channels-last are both timed. Results are compared.

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import networks

ROOT = Path(__file__).resolve().parents[2]
IMAGES, LATENTS = 16, 1


def timed(work, repeats):
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result.float().numpy()


@torch.inference_mode()
def theirs(measure, precision, channels_last, inputs, repeats):
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    layout = torch.channels_last if channels_last else torch.contiguous_format
    if measure == "inception":
        network = networks.inception().to(dtype=dtype, memory_format=layout)
        images = torch.from_numpy(inputs["images"])

        def work():
            x = networks.inception_input(images).to(dtype=dtype, memory_format=layout)
            return networks.inception_features(network, x)
    else:
        network = networks.autoencoder().to(dtype=dtype, memory_format=layout)
        z = torch.from_numpy(inputs["latents"]).permute(0, 3, 1, 2)

        def work():
            return network.decode(z.to(dtype=dtype, memory_format=layout)).sample.permute(0, 2, 3, 1)
    return timed(work, repeats)


def ours(program, folder, measure, precision, threads, repeats):
    done = subprocess.run(
        [program, "--threads", str(threads), ROOT / "Benchmarks/vision/ours.imf", "--folder", folder, "--measure", measure,
         "--precision_name", precision, "--repeats", str(repeats)],
        capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    return float(done.stdout.split()[-1]), np.load(f"{folder}/ours-{measure}-{precision}.npz")["result"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / ".build/release/imf-repl")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        random = np.random.default_rng(0)
        # Smooth pictures: of noise alone, features of different images are hardly different.
        coarse = random.integers(0, 256, (IMAGES, 8, 8, 3), dtype=np.uint8)
        inputs = {
            "images": np.repeat(np.repeat(coarse, 32, 1), 32, 2),
            "latents": random.standard_normal((LATENTS, 32, 32, 4)).astype(np.float32),
        }
        np.savez(f"{folder}/inputs.npz", **inputs)
        torch.save(networks.inception().state_dict(), f"{folder}/inception.pth")
        networks.autoencoder().save_pretrained(f"{folder}/autoencoder", safe_serialization=True)
        Path(f"{folder}/autoencoder/diffusion_pytorch_model.safetensors").rename(f"{folder}/vae.safetensors")
        print("| what | ours | PyTorch | its layout | PyTorch / ours | largest difference |")
        print("|---|---|---|---|---|---|")
        for measure, count, unit in [("inception", IMAGES, "images/s"), ("decode", LATENTS, "s an image")]:
            for precision in ["float32", "bfloat16"]:
                best, expected, layout = min(
                    (theirs(measure, precision, last, inputs, arguments.repeats) + ("channels last" if last else "contiguous",)
                     for last in (False, True)), key=lambda found: found[0])
                mine, result = ours(arguments.program, folder, measure, precision, arguments.threads, arguments.repeats)
                difference = np.abs(result - expected).max() / np.abs(expected).max()
                shown = [count / t if "/s" in unit else t / count for t in (mine, best)]
                print(f"| {measure}, {precision}, {unit} | {shown[0]:.3g} | {shown[1]:.3g} | {layout} | {best / mine:.2f} | {difference:.1e} |", flush=True)


main()
