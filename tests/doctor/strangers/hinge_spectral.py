"""Hinge losses and spectral normalization, arXiv:1802.05957, with small residual blocks, on digits."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.utils import spectral_norm

Z = 16


class ResidualUp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        y = F.interpolate(F.relu(self.bn1(x)), scale_factor=2)
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return y + F.interpolate(x, scale_factor=2)


class ResidualDown(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv1 = spectral_norm(nn.Conv2d(c_in, c_out, 3, padding=1))
        self.conv2 = spectral_norm(nn.Conv2d(c_out, c_out, 3, padding=1))
        self.skip = spectral_norm(nn.Conv2d(c_in, c_out, 1))

    def forward(self, x):
        y = self.conv2(F.relu(self.conv1(x)))
        return F.avg_pool2d(y + self.skip(x), 2)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(Z, 12 * 2 * 2)
        self.body = nn.Sequential(ResidualUp(12), ResidualUp(12), nn.BatchNorm2d(12), nn.ReLU())
        self.final = nn.Conv2d(12, 1, 3, padding=1)

    def forward(self, z):
        return torch.tanh(self.final(self.body(self.dense(z).view(-1, 12, 2, 2))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(ResidualDown(1, 12), ResidualDown(12, 12))
        self.dense = spectral_norm(nn.Linear(12, 1))

    def forward(self, x):
        return self.dense(F.relu(self.body(x)).sum([2, 3]))


def loss_hinge_dis(dis_fake, dis_real):
    loss_real = torch.mean(F.relu(1.0 - dis_real))
    loss_fake = torch.mean(F.relu(1.0 + dis_fake))
    return loss_real + loss_fake


def loss_hinge_gen(dis_fake):
    return -torch.mean(dis_fake)


def make():
    gen, dis = Generator(), Discriminator()
    opt_gen = torch.optim.Adam(gen.parameters(), lr=1e-3, betas=(0.0, 0.9))
    opt_dis = torch.optim.Adam(dis.parameters(), lr=2e-3, betas=(0.0, 0.9))

    def step(real):
        x_fake = gen(torch.randn(real.shape[0], Z))
        loss_dis = loss_hinge_dis(dis(x_fake.detach()), dis(real))
        opt_dis.zero_grad()
        loss_dis.backward()
        opt_dis.step()

        x_fake = gen(torch.randn(real.shape[0], Z))
        loss_gen = loss_hinge_gen(dis(x_fake))
        opt_gen.zero_grad()
        loss_gen.backward()
        opt_gen.step()

    return gen, dis, step


def batches(seed):
    digits = torch.as_tensor(load_digits().images).float()[:, None] / 16
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield 2 * digits[torch.randperm(len(digits), generator=chance)[:48]] - 1


def samples(gen, real):
    return gen(torch.randn(real.shape[0], Z)), real
