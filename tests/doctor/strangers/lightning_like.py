"""A trainer with `configure_optimizers` and toggled optimizers, as lightweight frameworks have it; digits."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn


class Generator(nn.Module):
    def __init__(self, latent_dim, img_shape):
        super().__init__()
        self.img_shape = img_shape
        self.model = nn.Sequential(
            nn.Linear(latent_dim, 64),
            nn.BatchNorm1d(64),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(64, 128),
            nn.BatchNorm1d(128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 64),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.model(z).view(z.size(0), *self.img_shape)


class Discriminator(nn.Module):
    def __init__(self, img_shape):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(img_shape[0] * img_shape[1] * img_shape[2], 128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(128, 64),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(64, 1),
        )

    def forward(self, img):
        return self.model(img.flatten(start_dim=1))


class GANModule(nn.Module):
    def __init__(self, latent_dim=24, lr=1e-3, b1=0.5, b2=0.999):
        super().__init__()
        self.latent_dim, self.lr, self.betas = latent_dim, lr, (b1, b2)
        self.generator = Generator(latent_dim, (1, 8, 8))
        self.discriminator = Discriminator((1, 8, 8))

    def forward(self, z):
        return self.generator(z)

    def adversarial_loss(self, y_hat, y):
        return F.binary_cross_entropy_with_logits(y_hat, y)

    def configure_optimizers(self):
        opt_g = torch.optim.Adam(self.generator.parameters(), lr=self.lr, betas=self.betas)
        opt_d = torch.optim.Adam(self.discriminator.parameters(), lr=self.lr, betas=self.betas)
        return opt_g, opt_d

    def training_step(self, imgs, optimizer_idx):
        z = torch.randn(imgs.shape[0], self.latent_dim).type_as(imgs)
        valid = torch.ones(imgs.size(0), 1).type_as(imgs)
        fake = torch.zeros(imgs.size(0), 1).type_as(imgs)
        if optimizer_idx == 0:
            generated = self(z)
            return self.adversarial_loss(self.discriminator(generated), valid)
        real_loss = self.adversarial_loss(self.discriminator(imgs), valid)
        fake_loss = self.adversarial_loss(self.discriminator(self(z).detach()), fake)
        return (real_loss + fake_loss) / 2


class Trainer:
    def __init__(self, module):
        self.module = module
        self.optimizers = module.configure_optimizers()

    def toggle(self, optimizer):
        for parameter in self.module.parameters():
            parameter.requires_grad = False
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.requires_grad = True

    def untoggle(self):
        for parameter in self.module.parameters():
            parameter.requires_grad = True

    def fit_batch(self, batch):
        for index, optimizer in enumerate(self.optimizers):
            self.toggle(optimizer)
            loss = self.module.training_step(batch, index)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            self.untoggle()


def make():
    module = GANModule()
    module.train()
    return module.generator, module.discriminator, Trainer(module).fit_batch


def batches(seed):
    everything = torch.tensor(load_digits().images, dtype=torch.float32).div(16).unsqueeze(1)
    loader_chance = torch.Generator().manual_seed(seed)
    dataset = torch.utils.data.TensorDataset(everything)
    while True:
        loader = torch.utils.data.DataLoader(
            dataset, batch_size=64, shuffle=True, drop_last=True, generator=loader_chance
        )
        for (imgs,) in loader:
            yield imgs


def samples(generator, imgs):
    return generator(torch.randn(len(imgs), 24)), imgs
