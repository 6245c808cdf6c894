"""Rows of a table with two numbers and two categories, in the style of arXiv:1907.00503: Gumbel, packs, penalty."""

import torch
from torch import nn
from torch.nn import functional as F

COLUMNS = [("number", 2), ("category", 3), ("category", 2)]
WIDTH = 7
PAC = 4


class Residual(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.fc = nn.Linear(i, o)
        self.bn = nn.BatchNorm1d(o)

    def forward(self, input_):
        out = torch.relu(self.bn(self.fc(input_)))
        return torch.cat([out, input_], dim=1)


class Generator(nn.Module):
    def __init__(self, embedding_dim=12):
        super().__init__()
        self.embedding_dim = embedding_dim
        self.seq = nn.Sequential(
            Residual(embedding_dim, 48), Residual(embedding_dim + 48, 48), nn.Linear(embedding_dim + 96, WIDTH)
        )

    def forward(self, z):
        data = self.seq(z)
        pieces, start = [], 0
        for kind, size in COLUMNS:
            piece = data[:, start : start + size]
            pieces.append(torch.tanh(piece) if kind == "number" else F.gumbel_softmax(piece, tau=0.2))
            start += size
        return torch.cat(pieces, dim=1)


class Discriminator(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.seq = nn.Sequential(
            nn.Linear(WIDTH * PAC, width), nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2),
            nn.Linear(width, 1),
        )  # fmt: skip

    def forward(self, input_):
        return self.seq(input_.reshape(-1, WIDTH * PAC))

    def calc_gradient_penalty(self, real, fake, lambda_=10):
        alpha = torch.rand(real.size(0) // PAC, 1, 1)
        alpha = alpha.repeat(1, PAC, WIDTH).view(-1, WIDTH)
        interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
        score = self(interpolates)
        gradients = torch.autograd.grad(score, interpolates, torch.ones_like(score), create_graph=True)[0]
        slope = gradients.reshape(-1, PAC * WIDTH).norm(2, dim=1)
        return ((slope - 1) ** 2).mean() * lambda_


def make():
    generator, discriminator = Generator(), Discriminator()
    optimizerG = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.9), weight_decay=1e-6)
    optimizerD = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.9), weight_decay=1e-6)

    def step(real):
        for _ in range(2):
            fakez = torch.normal(mean=torch.zeros(len(real), 12), std=1.0)
            fake = generator(fakez).detach()
            y_fake = discriminator(fake)
            y_real = discriminator(real)
            pen = discriminator.calc_gradient_penalty(real, fake)
            loss_d = -(torch.mean(y_real) - torch.mean(y_fake))
            optimizerD.zero_grad(set_to_none=False)
            pen.backward(retain_graph=True)
            loss_d.backward()
            optimizerD.step()

        fakez = torch.normal(mean=torch.zeros(len(real), 12), std=1.0)
        y_fake = discriminator(generator(fakez))
        loss_g = -torch.mean(y_fake)
        optimizerG.zero_grad(set_to_none=False)
        loss_g.backward()
        optimizerG.step()

    return generator, discriminator, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        kind = torch.multinomial(torch.tensor([0.5, 0.3, 0.2]), 80, replacement=True, generator=chance)
        sign = (torch.rand(80, generator=chance) < torch.tensor([0.9, 0.5, 0.1])[kind]).long()
        size = torch.tensor([-0.6, 0.0, 0.6])[kind] + 0.1 * torch.randn(80, generator=chance)
        age = 0.5 * size + 0.2 * torch.randn(80, generator=chance)
        numbers = torch.stack([size, age], 1).clamp(-0.95, 0.95)
        yield torch.cat([numbers, F.one_hot(kind, 3), F.one_hot(sign, 2)], dim=1)


def samples(generator, real):
    return generator(torch.randn(len(real), 12)), real
