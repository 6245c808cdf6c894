"""Series judged at each time by a recurrent network; a score is compared with every score of the other side.

The discriminator has a second output, which the generator is asked for as well.
"""

import torch
from torch import nn
from torch.nn.functional import softplus

TIMES = 7


class Listener(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory = nn.GRU(2, 24, batch_first=True)
        self.says, self.guesses = nn.Linear(24, 1), nn.Linear(24, 3)

    def forward(self, series):
        heard, last = self.memory(series)
        return self.says(heard).squeeze(-1), self.guesses(last[0])


class Player(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory, self.plays = nn.GRU(5, 24, batch_first=True), nn.Linear(24, 2)

    def forward(self, noise):
        return self.plays(self.memory(noise)[0])


def batches():
    time = torch.arange(TIMES) * 0.8
    phase = 6.28 * torch.rand(6, 20, 1)
    return list(torch.stack([(time + phase).sin(), (time + phase).cos()], -1))


def each_pair(ahead, behind):
    return softplus(behind.mean(1)[None, :] - ahead.mean(1)[:, None]).mean()


def make():
    player, listener = Player(), Listener()
    moves_player = torch.optim.Adam(player.parameters(), 2e-3, (0.5, 0.99))
    moves_listener = torch.optim.Adam(listener.parameters(), 2e-3, (0.5, 0.99))

    def played(count):
        code = torch.randint(0, 3, (count,))
        start = torch.eye(3)[code][:, None].expand(-1, TIMES, -1)
        return player(torch.cat([start, torch.randn(count, TIMES, 2)], 2)), code

    def step(heard):
        with torch.no_grad():
            fake, _ = played(len(heard))
        moves_listener.zero_grad()
        each_pair(listener(heard)[0], listener(fake)[0]).backward()
        moves_listener.step()
        moves_player.zero_grad()
        fake, code = played(len(heard))
        said, guessed = listener(fake)
        loss = each_pair(said, listener(heard)[0].detach()) + nn.functional.cross_entropy(guessed, code)
        loss.backward()
        moves_player.step()

    return player, listener, step
