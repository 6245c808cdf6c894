"""The hello world of GANs: one number from a normal distribution with mean 4 and standard deviation 1.25."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

data_mean = 4
data_stddev = 1.25
g_input_size = 1
g_hidden_size = 16
d_hidden_size = 16
d_steps = 3
learning_rate = 3e-3


class Generator(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.map1 = nn.Linear(input_size, hidden_size)
        self.map2 = nn.Linear(hidden_size, hidden_size)
        self.map3 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = F.elu(self.map1(x))
        x = torch.tanh(self.map2(x))
        return self.map3(x)


class Discriminator(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.map1 = nn.Linear(input_size, hidden_size)
        self.map2 = nn.Linear(hidden_size, hidden_size)
        self.map3 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = F.elu(self.map1(x))
        x = F.elu(self.map2(x))
        return torch.sigmoid(self.map3(x))


def get_generator_input_sampler():
    return lambda m, n: torch.rand(m, n)


def make():
    gi_sampler = get_generator_input_sampler()
    G = Generator(g_input_size, g_hidden_size, 1)
    D = Discriminator(1, d_hidden_size, 1)
    criterion = nn.BCELoss()
    d_optimizer = optim.Adam(D.parameters(), lr=learning_rate, betas=(0.5, 0.9))
    g_optimizer = optim.Adam(G.parameters(), lr=learning_rate, betas=(0.5, 0.9))

    def step(d_real_data):
        size = d_real_data.shape[0]
        for _ in range(d_steps):
            D.zero_grad()
            d_real_decision = D(d_real_data)
            d_real_error = criterion(d_real_decision, torch.ones(size, 1))
            d_real_error.backward()
            d_gen_input = gi_sampler(size, g_input_size)
            d_fake_data = G(d_gen_input).detach()
            d_fake_decision = D(d_fake_data)
            d_fake_error = criterion(d_fake_decision, torch.zeros(size, 1))
            d_fake_error.backward()
            d_optimizer.step()

        G.zero_grad()
        gen_input = gi_sampler(size, g_input_size)
        g_fake_data = G(gen_input)
        dg_fake_decision = D(g_fake_data)
        g_error = criterion(dg_fake_decision, torch.ones(size, 1))
        g_error.backward()
        g_optimizer.step()

    return G, D, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield data_mean + data_stddev * torch.randn(100, 1, generator=chance)


def samples(G, d_real_data):
    return G(torch.rand(len(d_real_data), g_input_size)), d_real_data
