"""Mixed precision by `torch.autocast`, with logistic losses, on 8 x 8 digits."""

import torch
import torch.nn as nn
from sklearn.datasets import load_digits


def generator_network(latent=32, base=96):
    return nn.Sequential(
        nn.Linear(latent, base),
        nn.BatchNorm1d(base),
        nn.ReLU(),
        nn.Linear(base, base),
        nn.BatchNorm1d(base),
        nn.ReLU(),
        nn.Linear(base, 64),
        nn.Tanh(),
        nn.Unflatten(1, (1, 8, 8)),
    )


def discriminator_network(base=96):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, base),
        nn.LeakyReLU(0.2),
        nn.Linear(base, base),
        nn.LeakyReLU(0.2),
        nn.Linear(base, 1),
    )


def make(latent=32, use_amp=True):
    gen, disc = generator_network(latent), discriminator_network()
    opt_gen = torch.optim.AdamW(gen.parameters(), lr=1e-3, betas=(0.5, 0.99))
    opt_disc = torch.optim.AdamW(disc.parameters(), lr=1e-3, betas=(0.5, 0.99))
    bce = nn.BCEWithLogitsLoss()
    scaler = torch.amp.GradScaler("cpu", enabled=False)  # bfloat16 has the range of float32

    def step(real):
        noise = torch.randn(real.shape[0], latent, device=real.device)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=use_amp):
            fake = gen(noise)
            disc_real = disc(real).reshape(-1)
            disc_fake = disc(fake.detach()).reshape(-1)
            loss_disc = bce(disc_real, torch.ones_like(disc_real)) + bce(disc_fake, torch.zeros_like(disc_fake))
        opt_disc.zero_grad()
        scaler.scale(loss_disc).backward()
        scaler.step(opt_disc)
        scaler.update()

        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=use_amp):
            output = disc(fake).reshape(-1)
            loss_gen = bce(output, torch.ones_like(output))
        opt_gen.zero_grad()
        scaler.scale(loss_gen).backward()
        scaler.step(opt_gen)
        scaler.update()

    return gen, disc, step


def batches(seed):
    images = torch.tensor(load_digits().images, dtype=torch.float).div(16).sub(0.5).div(0.5).unsqueeze(1)
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield images[torch.randint(images.size(0), (64,), generator=chance)]


def samples(gen, real):
    return gen(torch.randn(real.shape[0], 32)), real
