"""The relativistic average GAN, arXiv:1807.00734: each score is judged against the mean of the others; 8 x 8 digits."""

import torch
from sklearn.datasets import load_digits
from torch import nn

nz = 24


class G(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Sequential(nn.Linear(nz, 128), nn.BatchNorm1d(128), nn.ReLU(True))
        self.more = nn.Sequential(nn.Linear(128, 128), nn.BatchNorm1d(128), nn.ReLU(True))
        self.pixels = nn.Linear(128, 64)

    def forward(self, z):
        return torch.tanh(self.pixels(self.more(self.dense(z)))).view(-1, 1, 8, 8)


class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Sequential(
            nn.Linear(64, 128), nn.LeakyReLU(0.1, True), nn.Linear(128, 64), nn.LeakyReLU(0.1, True)
        )
        self.out = nn.Linear(64, 1)

    def forward(self, x):
        return self.out(self.dense(x.view(x.size(0), -1)))


def make():
    generator, discriminator = G(), D()
    BCE_stable = nn.BCEWithLogitsLoss()
    optimizerD = torch.optim.Adam(discriminator.parameters(), lr=0.001, betas=(0.5, 0.999))
    optimizerG = torch.optim.Adam(generator.parameters(), lr=0.001, betas=(0.5, 0.999))

    def step(x):
        y = torch.ones(x.size(0), 1)
        y2 = torch.zeros(x.size(0), 1)

        for p in discriminator.parameters():
            p.requires_grad = True
        optimizerD.zero_grad()
        y_pred = discriminator(x)
        fake = generator(torch.randn(x.size(0), nz))
        y_pred_fake = discriminator(fake.detach())
        errD = BCE_stable(y_pred - torch.mean(y_pred_fake), y) + BCE_stable(y_pred_fake - torch.mean(y_pred), y2)
        errD.backward()
        optimizerD.step()

        for p in discriminator.parameters():
            p.requires_grad = False
        optimizerG.zero_grad()
        y_pred = discriminator(x)
        y_pred_fake = discriminator(generator(torch.randn(x.size(0), nz)))
        errG = BCE_stable(y_pred - torch.mean(y_pred_fake), y2) + BCE_stable(y_pred_fake - torch.mean(y_pred), y)
        errG.backward()
        optimizerG.step()

    return generator, discriminator, step


def batches(seed):
    images = load_digits().images.astype("float32") / 8.0 - 1.0
    images = torch.from_numpy(images)[:, None]
    chance = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(images), generator=chance)
        for start in range(0, len(order) - 63, 64):
            yield images[order[start : start + 64]]


def samples(generator, x):
    return generator(torch.randn(x.size(0), nz)), x
