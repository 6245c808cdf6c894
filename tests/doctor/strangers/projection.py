"""Class-conditional batch norm and a projection discriminator, arXiv:1802.05637, as in BigGAN, arXiv:1809.11096."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

CLASSES = 3


class ConditionalBatchNorm2d(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.bn = nn.BatchNorm2d(num_features, affine=False)
        self.gain = nn.Embedding(num_classes, num_features)
        self.shift = nn.Embedding(num_classes, num_features)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x, y):
        return self.bn(x) * self.gain(y)[:, :, None, None] + self.shift(y)[:, :, None, None]


class Generator(nn.Module):
    def __init__(self, dim_z=16, ch=16):
        super().__init__()
        self.dim_z, self.ch = dim_z, ch
        self.linear = nn.Linear(dim_z, ch * 4)
        self.bn1, self.bn2 = ConditionalBatchNorm2d(ch, CLASSES), ConditionalBatchNorm2d(ch, CLASSES)
        self.conv1, self.conv2 = nn.Conv2d(ch, ch, 3, padding=1), nn.Conv2d(ch, ch, 3, padding=1)
        self.output = nn.Conv2d(ch, 1, 3, padding=1)
        for layer in (self.linear, self.conv1, self.conv2, self.output):
            nn.init.orthogonal_(layer.weight)

    def forward(self, z, y):
        h = self.linear(z).view(-1, self.ch, 2, 2)
        h = self.conv1(F.interpolate(F.relu(self.bn1(h, y)), scale_factor=2))
        h = self.conv2(F.interpolate(F.relu(self.bn2(h, y)), scale_factor=2))
        return torch.tanh(self.output(F.relu(h)))


class Discriminator(nn.Module):
    def __init__(self, ch=16):
        super().__init__()
        sn = nn.utils.parametrizations.spectral_norm
        self.conv1 = sn(nn.Conv2d(1, ch, 3, stride=2, padding=1))
        self.conv2 = sn(nn.Conv2d(ch, ch * 2, 3, stride=2, padding=1))
        self.linear = sn(nn.Linear(ch * 8, 1))
        self.embed = sn(nn.Embedding(CLASSES, ch * 8))

    def forward(self, x, y):
        h = F.leaky_relu(self.conv1(x), 0.1)
        h = F.leaky_relu(self.conv2(h), 0.1).flatten(1)
        return self.linear(h) + torch.sum(self.embed(y) * h, 1, keepdim=True)


def d_hinge(real_logits, fake_logits):
    return torch.relu(1 - real_logits).mean() + torch.relu(1 + fake_logits).mean()


class Step:
    num_d_steps = 2

    def __init__(self, G, D):
        self.G, self.D = G, D
        self.optim_G = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.999), eps=1e-6)
        self.optim_D = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.999), eps=1e-6)

    def __call__(self, batch):
        x, y = batch
        self.G.requires_grad_(False)
        self.D.requires_grad_(True)
        for x_part, y_part in zip(x.chunk(self.num_d_steps), y.chunk(self.num_d_steps), strict=True):
            z = torch.randn(len(x_part), self.G.dim_z)
            D_real = self.D(x_part, y_part)
            D_fake = self.D(self.G(z, y_part), y_part)
            self.optim_D.zero_grad()
            d_hinge(D_real, D_fake).backward()
            self.optim_D.step()

        self.G.requires_grad_(True)
        self.D.requires_grad_(False)
        z = torch.randn(len(x), self.G.dim_z)
        G_loss = -self.D(self.G(z, y), y).mean()
        self.optim_G.zero_grad()
        G_loss.backward()
        self.optim_G.step()


def make():
    G, D = Generator(), Discriminator()
    return G, D, Step(G, D)


def batches(seed):
    x, y = load_digits(n_class=CLASSES, return_X_y=True)
    x, y = torch.tensor(x).float().view(-1, 1, 8, 8) / 8 - 1, torch.tensor(y).long()
    chance = torch.Generator().manual_seed(seed)
    while True:
        pick = torch.randint(len(x), (96,), generator=chance)
        yield x[pick], y[pick]


def samples(G, batch):
    x, y = batch
    marks = F.one_hot(y, CLASSES).float()
    fakes = G(torch.randn(len(y), G.dim_z), y)
    together = [(images.flatten(1)[:, :, None] * marks[:, None]).flatten(1) for images in (fakes, x)]
    return together[0], together[1]
