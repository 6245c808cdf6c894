"""Two time scales, arXiv:1706.08500: D at four times G's rate, Adam without momentum; 16 x 16 pictures of two spots."""

import torch
from torch import nn, optim
from torch.nn.functional import binary_cross_entropy_with_logits as bce


class View(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.sizes = sizes

    def forward(self, x):
        return x.view(-1, *self.sizes)


def build_generator(nz):
    return nn.Sequential(
        nn.Linear(nz, 24 * 16), View(24, 4, 4), nn.BatchNorm2d(24), nn.ReLU(),
        nn.ConvTranspose2d(24, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid(),
    )  # fmt: skip


def build_discriminator():
    return nn.Sequential(
        nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 4, 2, 1), nn.LeakyReLU(0.2),
        View(32 * 16), nn.Linear(32 * 16, 1), View(),
    )  # fmt: skip


def make():
    nz = 10
    G, D = build_generator(nz), build_discriminator()
    optimG = optim.Adam(G.parameters(), lr=0.001, betas=(0.0, 0.9))
    optimD = optim.Adam(D.parameters(), lr=0.004, betas=(0.0, 0.9))

    def d_step(x):
        optimD.zero_grad()
        z = torch.randn(len(x), nz)
        G_z = G(z)
        real_score, fake_score = D(x), D(G_z.detach())
        loss = bce(real_score, torch.ones(len(x))) + bce(fake_score, torch.zeros(len(x)))
        loss.backward()
        optimD.step()

    def g_step(count):
        optimG.zero_grad()
        score = D(G(torch.randn(count, nz)))
        loss = bce(score, torch.ones(count))
        loss.backward()
        optimG.step()

    def step(x):
        d_step(x)
        g_step(len(x))

    return G, D, step


def batches(seed):
    rng = torch.Generator().manual_seed(seed)
    grid = torch.arange(16)
    while True:
        spots = torch.zeros(48, 16, 16)
        for low in (2, 8):
            at = torch.randint(low, low + 6, (48, 2), generator=rng)
            far = (grid[None, :, None] - at[:, :1, None]) ** 2 + (grid[None, None, :] - at[:, 1:, None]) ** 2
            spots = torch.maximum(spots, torch.exp(-far / 4))
        yield spots[:, None]


def samples(G, x):
    return G(torch.randn(len(x), 10)), x
