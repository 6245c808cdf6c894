"""An energy-based GAN, arXiv:1609.03126: D is an autoencoder, its error of reconstruction the energy; 8 x 8 digits."""

import torch
from sklearn.datasets import load_digits
from torch import nn

margin = 0.15
pulling_away = 0.1


class Generator(nn.Module):
    def __init__(self, latent=16):
        super().__init__()
        self.latent = latent
        self.net = nn.Sequential(
            nn.Linear(latent, 128),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.Tanh(),
            nn.Unflatten(1, (1, 8, 8)),
        )

    def forward(self, z):
        return self.net(z)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 12))
        self.decoder = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh())

    def forward(self, img):
        embedding = self.encoder(img)
        return self.decoder(embedding).view_as(img), embedding


def pullaway_loss(embeddings):
    unit = embeddings / (embeddings.norm(dim=1, keepdim=True) + 1e-8)
    similarity = unit @ unit.t()
    n = embeddings.size(0)
    return (similarity.square().sum() - n) / (n * (n - 1))


def make():
    generator, discriminator = Generator(), Autoencoder()
    pixelwise_loss = nn.MSELoss()
    g_opt = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    d_opt = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))

    def step(real_imgs):
        g_opt.zero_grad()
        gen_imgs = generator(torch.randn(len(real_imgs), generator.latent))
        recon_imgs, img_embeddings = discriminator(gen_imgs)
        g_loss = pixelwise_loss(recon_imgs, gen_imgs) + pulling_away * pullaway_loss(img_embeddings)
        g_loss.backward()
        g_opt.step()

        d_opt.zero_grad()
        real_recon, _ = discriminator(real_imgs)
        fake_recon, _ = discriminator(gen_imgs.detach())
        d_loss_real = pixelwise_loss(real_recon, real_imgs)
        d_loss_fake = pixelwise_loss(fake_recon, gen_imgs.detach())
        d_loss = d_loss_real + torch.relu(margin - d_loss_fake)
        d_loss.backward()
        d_opt.step()

    return generator, discriminator, step


def batches(seed):
    digits = torch.tensor(load_digits().images / 8 - 1, dtype=torch.float32).unsqueeze(1)
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield digits[torch.randint(len(digits), (64,), generator=chance)]


def samples(generator, real_imgs):
    return generator(torch.randn(len(real_imgs), generator.latent)), real_imgs
