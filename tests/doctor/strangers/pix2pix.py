"""Pictures from outlines in the style of pix2pix, arXiv:1611.07004: scores for patches, and L1; pairs of 16 x 16."""

import torch
from torch import nn

lambda_pixel = 10


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2))
        self.down2 = nn.Sequential(nn.Conv2d(16, 32, 4, 2, 1), nn.InstanceNorm2d(32), nn.LeakyReLU(0.2))
        self.up1 = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.InstanceNorm2d(16), nn.ReLU(inplace=True), nn.Dropout(0.2)
        )
        self.final = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 1, 3, 1, 1), nn.Tanh())

    def forward(self, x):
        d1 = self.down1(x)
        u1 = self.up1(self.down2(d1))
        return self.final(torch.cat((u1, d1), 1))


class PatchDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(2, 16, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1),
            nn.InstanceNorm2d(32),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 1, 3, 1, 1),
        )

    def forward(self, img_A, img_B):
        return self.model(torch.cat((img_A, img_B), 1))


def make():
    generator, discriminator = UNet(), PatchDiscriminator()
    criterion_GAN, criterion_pixelwise = nn.MSELoss(), nn.L1Loss()
    optimizer_G = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=5e-4, betas=(0.5, 0.999))

    def step(batch):
        real_A, real_B = batch
        fake_B = generator(real_A)
        pred_fake = discriminator(fake_B, real_A)
        loss_GAN = criterion_GAN(pred_fake, torch.ones_like(pred_fake))
        loss_pixel = criterion_pixelwise(fake_B, real_B)
        loss_G = loss_GAN + lambda_pixel * loss_pixel
        optimizer_G.zero_grad()
        loss_G.backward()
        optimizer_G.step()

        optimizer_D.zero_grad()
        pred_real = discriminator(real_B, real_A)
        loss_real = criterion_GAN(pred_real, torch.ones_like(pred_real))
        pred_fake = discriminator(fake_B.detach(), real_A)
        loss_fake = criterion_GAN(pred_fake, torch.zeros_like(pred_fake))
        loss_D = 0.5 * (loss_real + loss_fake)
        loss_D.backward()
        optimizer_D.step()

    return generator, discriminator, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    while True:
        middle, radius = (
            torch.rand(2, 24, 1, 1, generator=chance) * 6 + 5,
            torch.rand(24, 1, 1, generator=chance) * 3 + 2,
        )
        away = ((x - middle[0]) ** 2 + (y - middle[1]) ** 2).sqrt() - radius
        outline = torch.exp(-(away**2)) * 2 - 1
        shaded = torch.where(away < 0, (x - middle[0]) / radius, torch.full_like(away, -1.0)).clamp(-1, 1)
        yield outline.unsqueeze(1), shaded.unsqueeze(1)


def samples(generator, batch):
    real_A, real_B = batch
    return generator(real_A), real_B
