"""pix2pix: a conditional patch discriminator, L1 to the paired image, dropout as the only noise."""

import torch
from torch import nn


def batches():
    made = []
    for _ in range(6):
        a = torch.rand(8, 1, 16, 16) * 2 - 1
        made.append((a, (-a).clamp(-0.9, 0.9)))
    return made


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 16, 4, 2, 1), nn.Conv2d(16, 32, 4, 2, 1)
        self.up1, self.up2 = nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ConvTranspose2d(32, 1, 4, 2, 1)
        self.norm, self.drop = nn.BatchNorm2d(32), nn.Dropout(0.5)

    def forward(self, x):
        one = torch.relu(self.down1(x))
        two = torch.relu(self.norm(self.down2(one)))
        return torch.tanh(self.up2(torch.cat([self.drop(torch.relu(self.up1(two))), one], 1)))


class Patch(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(2, 16, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1),
            nn.InstanceNorm2d(32),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 1, 3, 1, 1),
        )

    def forward(self, a, b):
        return self.net(torch.cat([a, b], 1))


def make():
    G, D = UNet(), Patch()
    opt_G = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_D = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    bce, l1 = nn.BCEWithLogitsLoss(), nn.L1Loss()

    def step(batch):
        a, b = batch
        fake = G(a)
        opt_D.zero_grad()
        on_fake, on_real = D(a, fake.detach()), D(a, b)
        d_loss = 0.5 * (bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake)))
        d_loss.backward()
        opt_D.step()
        opt_G.zero_grad()
        on_fake = D(a, fake)
        g_loss = bce(on_fake, torch.ones_like(on_fake)) + 100 * l1(fake, b)
        g_loss.backward()
        opt_G.step()

    return G, D, step
