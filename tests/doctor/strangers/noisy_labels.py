"""Tricks of the trade, arXiv:1606.03498: soft and noisy labels, instance noise that fades; signals of 32 samples."""

import torch
import torch.nn as nn

NOISE_DIM = 10


class SignalGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(NOISE_DIM, 32 * 8)
        self.up = nn.Sequential(
            nn.BatchNorm1d(32),
            nn.ReLU(),
            nn.ConvTranspose1d(32, 16, 4, 2, 1),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.ConvTranspose1d(16, 1, 4, 2, 1),
        )

    def forward(self, z):
        return self.up(self.project(z).reshape(-1, 32, 8))


class SignalDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv1d(1, 16, 5, 2, 2), nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Conv1d(16, 32, 5, 2, 2), nn.LeakyReLU(0.2)
        )
        self.classify = nn.Linear(32 * 8, 1)

    def forward(self, x):
        h = self.convolutions(x)
        return torch.sigmoid(self.classify(h.flatten(1)))


def make():
    G, D = SignalGenerator(), SignalDiscriminator()
    loss_fn = nn.BCELoss()
    optimizers = {
        "G": torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.999)),
        "D": torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999)),
    }
    sigma = torch.tensor(0.3)

    def blur(x):
        return x + sigma * torch.randn_like(x)

    def step(real):
        n = real.shape[0]
        soft_ones = 0.8 + 0.2 * torch.rand(n, 1)
        soft_zeros = 0.1 * torch.rand(n, 1)
        flip = torch.rand(n, 1) < 0.02
        targets = torch.where(flip, soft_zeros, soft_ones)

        optimizers["D"].zero_grad()
        fake = G(torch.randn(n, NOISE_DIM))
        p_real = D(blur(real))
        p_fake = D(blur(fake.detach()))
        (loss_fn(p_real, targets) + loss_fn(p_fake, soft_zeros)).backward()
        optimizers["D"].step()

        optimizers["G"].zero_grad()
        p_fool = D(blur(fake))
        loss_fn(p_fool, torch.ones(n, 1)).backward()
        optimizers["G"].step()
        sigma.mul_(0.995)

    return G, D, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    t = torch.linspace(0, 1, 32)
    while True:
        phase, pitch = torch.rand(2, 64, 1, generator=chance)
        yield torch.sin(6.283 * ((1 + pitch) * t + phase)).unsqueeze(1)


def samples(G, real):
    return G(torch.randn(real.shape[0], NOISE_DIM)), real
