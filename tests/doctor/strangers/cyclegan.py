"""Unpaired translation in the style of CycleGAN, arXiv:1703.10593: flat stripes to upright ones and back, 8 x 8."""

import itertools

import torch
from torch import nn

lambda_cyc, lambda_id = 5.0, 1.0


class ReplayBuffer:
    def __init__(self, max_size=50):
        self.max_size = max_size
        self.data = []

    def push_and_pop(self, images):
        to_return = []
        for element in images.detach():
            if len(self.data) < self.max_size:
                self.data.append(element)
                to_return.append(element)
            elif torch.rand(()).item() > 0.5:
                i = torch.randint(0, self.max_size, ()).item()
                to_return.append(self.data[i].clone())
                self.data[i] = element
            else:
                to_return.append(element)
        return torch.stack(to_return)


def translator():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64), nn.Tanh(),
        nn.Unflatten(1, (1, 8, 8)),
    )  # fmt: skip


def judge():
    return nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 32, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 1, 4)
    )


def make():
    generators = nn.ModuleDict({"AB": translator(), "BA": translator()})
    discriminators = nn.ModuleDict({"A": judge(), "B": judge()})
    G_AB, G_BA = generators["AB"], generators["BA"]
    D_A, D_B = discriminators["A"], discriminators["B"]
    mse, l1 = nn.MSELoss(), nn.L1Loss()
    optimizer_G = torch.optim.Adam(itertools.chain(G_AB.parameters(), G_BA.parameters()), lr=1e-3, betas=(0.5, 0.999))
    optimizer_D_A = torch.optim.Adam(D_A.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizer_D_B = torch.optim.Adam(D_B.parameters(), lr=1e-3, betas=(0.5, 0.999))
    fake_A_buffer, fake_B_buffer = ReplayBuffer(), ReplayBuffer()

    def step(batch):
        real_A, real_B = batch
        size = len(real_A)
        valid, fake = torch.ones(size, 1, 1, 1), torch.zeros(size, 1, 1, 1)

        optimizer_G.zero_grad()
        loss_id = (l1(G_BA(real_A), real_A) + l1(G_AB(real_B), real_B)) / 2
        fake_B, fake_A = G_AB(real_A), G_BA(real_B)
        loss_GAN = (mse(D_B(fake_B), valid) + mse(D_A(fake_A), valid)) / 2
        loss_cycle = (l1(G_BA(fake_B), real_A) + l1(G_AB(fake_A), real_B)) / 2
        loss_G = loss_GAN + lambda_cyc * loss_cycle + lambda_id * loss_id
        loss_G.backward()
        optimizer_G.step()

        optimizer_D_A.zero_grad()
        fake_A_ = fake_A_buffer.push_and_pop(fake_A)
        loss_D_A = (mse(D_A(real_A), valid) + mse(D_A(fake_A_), fake)) / 2
        loss_D_A.backward()
        optimizer_D_A.step()

        optimizer_D_B.zero_grad()
        fake_B_ = fake_B_buffer.push_and_pop(fake_B)
        loss_D_B = (mse(D_B(real_B), valid) + mse(D_B(fake_B_), fake)) / 2
        loss_D_B.backward()
        optimizer_D_B.step()

    return generators, discriminators, step


def stripes(chance, count=32):
    wave = torch.arange(8.0) * 0.8 + 6.28 * torch.rand(count, 1, generator=chance)
    contrast = 0.5 + 0.5 * torch.rand(count, 1, generator=chance)
    return (contrast * torch.sin(wave)).view(count, 1, 8, 1).expand(-1, 1, 8, 8)


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield stripes(chance).contiguous(), stripes(chance).transpose(2, 3).contiguous()


def samples(generators, batch):
    return generators["AB"](batch[0]), batch[1]
