# Inception-v3 of pytorch-fid and diffusers' AutoencoderKL with weights drawn by lot: the real ones are a hundred
# megabytes that nobody should need for a comparison. Scales keep activations near 1 from end to end.

import torch


def fill(network, gain, seed=0):
    """Weights by lot, the same for everybody who asks for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            u = torch.rand(value.shape, generator=generator)
            if value.ndim > 1:
                value = (2 * u - 1) * (3 / value[0].numel()) ** 0.5 * gain
            elif name.endswith(("running_var", ".weight")):
                value = 0.5 + u
            else:
                value = (2 * u - 1) * 0.1
        state[name] = value
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def inception():
    """FID's network, without the download that its function begins with."""
    from pytorch_fid import inception as theirs

    load, theirs.load_state_dict_from_url = theirs.load_state_dict_from_url, None
    assignment = torch.nn.Module.load_state_dict
    try:
        theirs.load_state_dict_from_url = lambda *_, **__: {}
        torch.nn.Module.load_state_dict = lambda self, state, *_, **__: None
        network = theirs.fid_inception_v3()
    finally:
        theirs.load_state_dict_from_url, torch.nn.Module.load_state_dict = load, assignment
    return fill(network, 1.4)


def inception_features(network, x):
    """Pooled features of x [n, 3, 299, 299]: what comes before the last layer."""
    kept = []
    handle = network.avgpool.register_forward_hook(lambda _, __, out: kept.append(out.flatten(1)))
    try:
        # Its own transformation of the input is torchvision's, not FID's.
        network.transform_input = False
        network(x)
    finally:
        handle.remove()
    return kept[0]


def inception_input(images):
    """uint8 [n, h, w, 3] as the reference resizes them, [n, 3, 299, 299] in [-1, 1)."""
    x = images.permute(0, 3, 1, 2).float()
    grid = torch.nn.functional.affine_grid(torch.eye(2, 3).expand(len(x), 2, 3), [len(x), 3, 299, 299], align_corners=False)
    x = torch.nn.functional.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return (x - 128) / 128


def autoencoder():
    from diffusers import AutoencoderKL

    network = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4, norm_num_groups=32,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    return fill(network, 1.0)
