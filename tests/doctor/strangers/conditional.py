"""A conditional GAN, arXiv:1411.1784: both players read an embedded label beside their input; digits 0 to 4."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

n_classes = 5
latent_dim = 16
img_shape = (1, 8, 8)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.label_emb = nn.Embedding(n_classes, n_classes)
        self.model = nn.Sequential(
            nn.Linear(latent_dim + n_classes, 128),
            nn.BatchNorm1d(128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 64),
            nn.Tanh(),
        )

    def forward(self, noise, labels):
        gen_input = torch.cat((self.label_emb(labels), noise), -1)
        img = self.model(gen_input)
        return img.view(img.size(0), *img_shape)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.label_embedding = nn.Embedding(n_classes, n_classes)
        self.model = nn.Sequential(
            nn.Linear(64 + n_classes, 128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 128),
            nn.Dropout(0.2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 1),
        )

    def forward(self, img, labels):
        d_in = torch.cat((img.view(img.size(0), -1), self.label_embedding(labels)), -1)
        return self.model(d_in)


def make():
    generator = Generator()
    discriminator = Discriminator()
    adversarial_loss = nn.MSELoss()
    optimizer_G = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.5, 0.999))

    def step(batch):
        real_imgs, labels = batch
        size = real_imgs.shape[0]
        valid = torch.full((size, 1), 1.0, requires_grad=False)
        fake = torch.full((size, 1), 0.0, requires_grad=False)

        optimizer_G.zero_grad()
        z = torch.randn(size, latent_dim)
        gen_labels = torch.randint(0, n_classes, (size,))
        gen_imgs = generator(z, gen_labels)
        validity = discriminator(gen_imgs, gen_labels)
        g_loss = adversarial_loss(validity, valid)
        g_loss.backward()
        optimizer_G.step()

        optimizer_D.zero_grad()
        validity_real = discriminator(real_imgs, labels)
        d_real_loss = adversarial_loss(validity_real, valid)
        validity_fake = discriminator(gen_imgs.detach(), gen_labels)
        d_fake_loss = adversarial_loss(validity_fake, fake)
        d_loss = (d_real_loss + d_fake_loss) / 2
        d_loss.backward()
        optimizer_D.step()

    return generator, discriminator, step


def batches(seed):
    images, labels = load_digits(n_class=n_classes, return_X_y=True)
    images = torch.FloatTensor(images).view(-1, *img_shape) / 8 - 1
    labels = torch.LongTensor(labels)
    chance = torch.Generator().manual_seed(seed)
    while True:
        index = torch.randint(0, len(images), (64,), generator=chance)
        yield images[index], labels[index]


def samples(generator, batch):
    images, labels = batch
    marks = F.one_hot(labels, n_classes).float()
    fakes = generator(torch.randn(len(labels), latent_dim), labels)
    together = [(x.flatten(1)[:, :, None] * marks[:, None]).flatten(1) for x in (fakes, images)]
    return together[0], together[1]
