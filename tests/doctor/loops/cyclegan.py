"""CycleGAN: two generators, two discriminators, cycles, identity, a pool of old fakes."""

import itertools

import torch
from torch import nn


def batches():
    return [(torch.rand(4, 1, 8, 8) * 2 - 1, torch.rand(4, 1, 8, 8).round() * 2 - 1) for _ in range(6)]


def translator():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 1, 1), nn.InstanceNorm2d(16), nn.ReLU(), nn.Conv2d(16, 1, 3, 1, 1), nn.Tanh()
    )


def judge():
    return nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(16, 1, 3, 1, 1))


class Pool:
    def __init__(self):
        self.kept = []

    def __call__(self, images):
        out = []
        for image in images:
            if len(self.kept) < 10:
                self.kept.append(image)
                out.append(image)
            elif torch.rand(()) > 0.5:
                i = int(torch.randint(10, ()))
                out.append(self.kept[i])
                self.kept[i] = image
            else:
                out.append(image)
        return torch.stack(out)


def make():
    G = nn.ModuleDict({"ab": translator(), "ba": translator()})
    D = nn.ModuleDict({"a": judge(), "b": judge()})
    opt_G = torch.optim.Adam(itertools.chain(G["ab"].parameters(), G["ba"].parameters()), lr=2e-4, betas=(0.5, 0.999))
    opt_Da = torch.optim.Adam(D["a"].parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_Db = torch.optim.Adam(D["b"].parameters(), lr=2e-4, betas=(0.5, 0.999))
    mse, l1 = nn.MSELoss(), nn.L1Loss()
    pool_a, pool_b = Pool(), Pool()

    def says(scores, value):
        return mse(scores, torch.full_like(scores, value))

    def step(batch):
        a, b = batch
        opt_G.zero_grad()
        fake_b, fake_a = G["ab"](a), G["ba"](b)
        identity = l1(G["ab"](b), b) + l1(G["ba"](a), a)
        adversarial = says(D["b"](fake_b), 1.0) + says(D["a"](fake_a), 1.0)
        cycle = l1(G["ba"](fake_b), a) + l1(G["ab"](fake_a), b)
        (adversarial + 10 * cycle + 5 * identity).backward()
        opt_G.step()
        opt_Da.zero_grad()
        loss_a = 0.5 * (says(D["a"](a), 1.0) + says(D["a"](pool_a(fake_a.detach())), 0.0))
        loss_a.backward()
        opt_Da.step()
        opt_Db.zero_grad()
        loss_b = 0.5 * (says(D["b"](b), 1.0) + says(D["b"](pool_b(fake_b.detach())), 0.0))
        loss_b.backward()
        opt_Db.step()

    return G, D, step
