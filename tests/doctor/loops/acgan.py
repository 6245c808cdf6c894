"""AC-GAN: the discriminator names the class too."""

import torch
from torch import nn


def batches():
    return [(torch.rand(20, 16) * 2 - 1, torch.randint(0, 3, (20,))) for _ in range(6)]


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(16, 48), nn.LeakyReLU(0.2), nn.Linear(48, 32), nn.LeakyReLU(0.2))
        self.adv = nn.Sequential(nn.Linear(32, 1), nn.Sigmoid())
        self.aux = nn.Sequential(nn.Linear(32, 3), nn.Softmax(dim=1))

    def forward(self, x):
        h = self.trunk(x)
        return self.adv(h), self.aux(h)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(3, 8)
        self.net = nn.Sequential(nn.Linear(8, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 16), nn.Tanh())

    def forward(self, z, y):
        return self.net(z * self.emb(y))


def make():
    G, D = Generator(), Discriminator()
    optimizer_G = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    adversarial, auxiliary = nn.BCELoss(), nn.CrossEntropyLoss()

    def step(batch):
        real, labels = batch
        n = len(real)
        valid, false = torch.ones(n, 1), torch.zeros(n, 1)
        optimizer_G.zero_grad()
        z, wanted = torch.randn(n, 8), torch.randint(0, 3, (n,))
        gen = G(z, wanted)
        validity, pred = D(gen)
        g_loss = 0.5 * (adversarial(validity, valid) + auxiliary(pred, wanted))
        g_loss.backward()
        optimizer_G.step()
        optimizer_D.zero_grad()
        real_pred, real_aux = D(real)
        d_real_loss = (adversarial(real_pred, valid) + auxiliary(real_aux, labels)) / 2
        fake_pred, fake_aux = D(gen.detach())
        d_fake_loss = (adversarial(fake_pred, false) + auxiliary(fake_aux, wanted)) / 2
        d_loss = (d_real_loss + d_fake_loss) / 2
        d_loss.backward()
        optimizer_D.step()

    return G, D, step
