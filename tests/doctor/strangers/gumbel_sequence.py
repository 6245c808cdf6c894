"""Short sequences of letters from a GRU with straight-through Gumbel-softmax samples, arXiv:1611.04051."""

import torch
import torch.nn as nn
import torch.nn.functional as F

LETTERS, LENGTH, HIDDEN = 4, 6, 32


class SequenceGenerator(nn.Module):
    def __init__(self, noise_dim=8):
        super().__init__()
        self.noise_dim = noise_dim
        self.start = nn.Linear(noise_dim, HIDDEN)
        self.cell = nn.GRUCell(LETTERS, HIDDEN)
        self.readout = nn.Linear(HIDDEN, LETTERS)
        self.temperature = 1.0

    def forward(self, z):
        hidden = torch.tanh(self.start(z))
        letter = torch.zeros(z.size(0), LETTERS)
        sequence = []
        for _ in range(LENGTH):
            hidden = self.cell(letter, hidden)
            letter = F.gumbel_softmax(self.readout(hidden), tau=self.temperature, hard=True)
            sequence.append(letter)
        return torch.stack(sequence, dim=1)


class SequenceDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(LETTERS, 16, bias=False)
        self.convolve = nn.Conv1d(16, 32, 3, padding=1)
        self.dense = nn.Linear(32 * LENGTH, 32)
        self.decide = nn.Linear(32, 1)

    def forward(self, sequence):
        x = self.embed(sequence).transpose(1, 2)
        x = F.leaky_relu(self.convolve(x), 0.2)
        x = F.leaky_relu(self.dense(x.flatten(1)), 0.2)
        return self.decide(x).squeeze(-1)


def train_discriminator(gen, dis, optimizer, real):
    optimizer.zero_grad()
    with torch.no_grad():
        fake = gen(torch.randn(real.size(0), gen.noise_dim))
    scores = torch.cat([dis(real), dis(fake)])
    targets = torch.cat([torch.ones(real.size(0)), torch.zeros(fake.size(0))])
    loss = F.binary_cross_entropy_with_logits(scores, targets)
    loss.backward()
    optimizer.step()


def train_generator(gen, dis, optimizer, batch_size):
    optimizer.zero_grad()
    fake = gen(torch.randn(batch_size, gen.noise_dim))
    loss = F.binary_cross_entropy_with_logits(dis(fake), torch.ones(batch_size))
    loss.backward()
    nn.utils.clip_grad_norm_(gen.parameters(), 5.0)
    optimizer.step()


def make():
    gen, dis = SequenceGenerator(), SequenceDiscriminator()
    gen_optimizer = torch.optim.Adam(gen.parameters(), lr=3e-3, betas=(0.5, 0.99))
    dis_optimizer = torch.optim.Adam(dis.parameters(), lr=2e-3, betas=(0.5, 0.99))

    def step(real):
        train_discriminator(gen, dis, dis_optimizer, real)
        train_generator(gen, dis, gen_optimizer, real.size(0))

    return gen, dis, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        first = torch.randint(LETTERS, (64, 1), generator=chance)
        direction = torch.randint(2, (64, 1), generator=chance) * 2 - 1
        letters = (first + direction * torch.arange(LENGTH)) % LETTERS
        yield F.one_hot(letters, LETTERS).float()


def samples(gen, real):
    fake = gen(torch.randn(real.size(0), gen.noise_dim))
    neighbours = [(x[:, :-1, :, None] * x[:, 1:, None, :]).sum(1).flatten(1) for x in (fake, real)]
    return neighbours[0], neighbours[1]
