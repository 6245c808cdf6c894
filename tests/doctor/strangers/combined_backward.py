"""Both players at once: gradients of two losses from one pass, put into `.grad` by hand, then two optimizers; 2-D."""

import torch
from torch import nn
from torch.nn.functional import logsigmoid


class Player(nn.Module):
    def __init__(self, inputs, outputs, hidden=48):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.third = nn.Linear(hidden, outputs)

    def forward(self, x):
        x = nn.functional.elu(self.first(x))
        x = nn.functional.elu(self.second(x))
        return self.third(x)


def set_gradients(parameters, gradients):
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient


def make():
    g, d = Player(6, 2), Player(2, 1)
    g_parameters, d_parameters = list(g.parameters()), list(d.parameters())
    g_optimizer = torch.optim.Adam(g_parameters, lr=1e-3, betas=(0.0, 0.99))
    d_optimizer = torch.optim.Adam(d_parameters, lr=2e-3, betas=(0.0, 0.99))

    def step(x):
        z = torch.randn(x.shape[0], 6)
        fake = g(z)
        real_logit = d(x)
        fake_logit = d(fake)
        d_loss = -logsigmoid(real_logit).mean() - logsigmoid(-fake_logit).mean()
        g_loss = -logsigmoid(fake_logit).mean()
        d_gradients = torch.autograd.grad(d_loss, d_parameters, retain_graph=True)
        g_gradients = torch.autograd.grad(g_loss, g_parameters)
        set_gradients(d_parameters, d_gradients)
        set_gradients(g_parameters, g_gradients)
        d_optimizer.step()
        g_optimizer.step()

    return g, d, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    mixing = torch.tensor([[1.0, 0.6], [0.0, 0.8]])
    while True:
        yield torch.randn(96, 2, generator=chance) @ mixing + torch.tensor([2.0, -1.0])


def samples(g, x):
    return g(torch.randn(x.shape[0], 6)), x
