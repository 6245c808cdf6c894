"""Faults as people publish them, planted into the first half of the strangers' loops by replacing text.

Each is (loop, name, causes, replacements): causes are all that name this one fault rightly, the most exact first (for
`other` any finding will do); the old text of each replacement occurs exactly once in the loop.
A pair is a loop and the names of two of its faults.
"""

Replacement = tuple[str, str]
Fault = tuple[str, str, tuple[str, ...], list[Replacement]]

FAULTS: list[Fault] = [
    (
        "dcgan",
        "fill-forgotten",
        ("generator-wrong-sign",),
        [
            (
                ("        label.fill_(real_label)\n        output = netD(fake).view(-1)"),
                "        output = netD(fake).view(-1)",
            ),
        ],
    ),
    (
        "dcgan",
        "label-stays-real",
        ("discriminator-wrong-sign", "fakes-unused"),
        [
            ("        label.fill_(fake_label)\n", ""),
        ],
    ),
    (
        "dcgan",
        "fresh-noise-as-data",
        ("data-unused",),
        [
            ("output = netD(real).view(-1)", "output = netD(torch.randn_like(real)).view(-1)"),
        ],
    ),
    (
        "dcgan",
        "no-zero-grad-d",
        ("gradients-not-zeroed",),
        [
            ("        netD.zero_grad()\n", ""),
        ],
    ),
    (
        "dcgan",
        "scale-around-zero",
        ("batchnorm-scale-zero",),
        [
            ("nn.init.normal_(m.weight.data, 1.0, 0.02)", "nn.init.normal_(m.weight.data, 0.0, 0.02)"),
        ],
    ),
    (
        "dcgan",
        "one-noise-for-the-run",
        ("noise-fixed",),
        [
            (
                "    criterion = nn.BCELoss()\n",
                ("    criterion = nn.BCELoss()\n    fixed_noise = torch.randn(1, nz, 1, 1)\n"),
            ),
            ("        noise = torch.randn(b_size, nz, 1, 1)", "        noise = fixed_noise.expand(b_size, -1, -1, -1)"),
        ],
    ),
    (
        "dcgan",
        "rate-of-two",
        ("rate-too-high",),
        [
            ("lr = 0.002", "lr = 2.0"),
        ],
    ),
    (
        "dcgan",
        "bytes-against-tanh",
        ("range-mismatch",),
        [
            (".unsqueeze(1) / 8 - 1", ".unsqueeze(1)"),
        ],
    ),
    (
        "dcgan",
        "softmax-over-one-output",
        ("softmax-over-one",),
        [
            (
                ("            nn.Conv2d(ndf * 2, 1, 2, 1, 0, bias=False),\n            nn.Sigmoid(),"),
                ("            nn.Conv2d(ndf * 2, 1, 2, 1, 0, bias=False),\n            nn.Softmax(dim=1),"),
            ),
        ],
    ),
    (
        "wgan_clipping",
        "clipping-forgotten",
        ("critic-unbounded",),
        [
            ("            p.data.clamp_(-clip_value, clip_value)", "            p.data.clamp(-clip_value, clip_value)"),
        ],
    ),
    (
        "wgan_clipping",
        "g-minimizes-score",
        ("generator-wrong-sign",),
        [
            ("loss_G = -torch.mean(critic(gen))", "loss_G = torch.mean(critic(gen))"),
        ],
    ),
    (
        "wgan_clipping",
        "critic-turned-round",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            (
                "-torch.mean(critic(real)) + torch.mean(critic(fake))",
                "torch.mean(critic(real)) - torch.mean(critic(fake))",
            ),
        ],
    ),
    (
        "wgan_clipping",
        "no-zero-grad-in-critic",
        ("gradients-not-zeroed",),
        [
            ("        optimizer_D.zero_grad()\n", ""),
        ],
    ),
    (
        "wgan_clipping",
        "critic-without-layers",
        ("linear-discriminator",),
        [
            ("critic = mlp(2, 1)", "critic = nn.Linear(2, 1)"),
        ],
    ),
    (
        "wgan_clipping",
        "g-of-one-unit",
        ("bottleneck", "sizes-unbalanced"),
        [
            ("generator = mlp(latent_dim, 2)", "generator = mlp(latent_dim, 2, hidden=1)"),
        ],
    ),
    (
        "wgan_clipping",
        "noise-made-once",
        ("noise-fixed",),
        [
            ("    count = 0\n", ("    count = 0\n    z = torch.randn(128, latent_dim)\n")),
            ("        z = torch.randn(len(real), latent_dim)\n", ""),
            ("gen = generator(torch.randn(len(real), latent_dim))", "gen = generator(z)"),
        ],
    ),
    (
        "lsgan_trainer",
        "column-against-row",
        ("broadcast-loss",),
        [
            ("return self.head(x.flatten(1)).squeeze(1)", "return self.head(x.flatten(1))"),
            (
                "        d_loss = self.loss(self.D(x), self.b) + self.loss(self.D(x_hat), self.a)\n",
                (
                    "        score = self.D(torch.cat([x, x_hat]))\n"
                    "        goal = torch.cat([torch.ones(len(x)), torch.zeros(len(x))])\n"
                    "        d_loss = ((score - goal) ** 2).mean()\n"
                ),
            ),
        ],
    ),
    (
        "lsgan_trainer",
        "targets-turned-round",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            ("a, b, c = 0.0, 1.0, 1.0", "a, b, c = 1.0, 0.0, 1.0"),
        ],
    ),
    (
        "lsgan_trainer",
        "g-wants-zero",
        ("generator-wrong-sign",),
        [
            ("a, b, c = 0.0, 1.0, 1.0", "a, b, c = 0.0, 1.0, 0.0"),
        ],
    ),
    (
        "lsgan_trainer",
        "plain-list-of-blocks",
        ("weights-untrained",),
        [
            (
                "self.blocks = nn.ModuleList([UpBlock(width, width), UpBlock(width, width // 2)])",
                "self.blocks = [UpBlock(width, width), UpBlock(width, width // 2)]",
            ),
        ],
    ),
    (
        "lsgan_trainer",
        "one-wide-dense",
        ("bottleneck",),
        [
            (
                "self.fc = nn.Linear(z_dim, width * 2 * 2)",
                "self.fc = nn.Sequential(nn.Linear(z_dim, 1), nn.Linear(1, width * 2 * 2))",
            ),
        ],
    ),
    (
        "lsgan_trainer",
        "gradients-of-d-stay",
        ("gradients-not-zeroed",),
        [
            ("for p in chain(self.G.parameters(), self.D.parameters()):", "for p in chain(self.G.parameters()):"),
        ],
    ),
    (
        "lsgan_trainer",
        "scaled-noise",
        ("samples-alike",),
        [
            ("        h = self.fc(z).view", "        h = self.fc(1e-4 * z).view"),
            ("        return F.relu(self.norm(self.conv(x)))", "        return F.relu(self.conv(x))"),
        ],
    ),
    (
        "conditional",
        "row-of-targets",
        ("broadcast-loss",),
        [
            (
                (
                    "        validity_real = discriminator(real_imgs, labels)\n"
                    "        d_real_loss = adversarial_loss(validity_real, valid)\n"
                ),
                "",
            ),
            (
                (
                    "        validity_fake = discriminator(gen_imgs.detach(), gen_labels)\n"
                    "        d_fake_loss = adversarial_loss(validity_fake, fake)\n"
                ),
                (
                    "        both = discriminator(torch.cat([real_imgs, gen_imgs.detach()]), "
                    "torch.cat([labels, gen_labels]))\n"
                ),
            ),
            (
                "d_loss = (d_real_loss + d_fake_loss) / 2",
                "d_loss = (both - torch.cat([valid, fake])[:, 0]).square().mean() / 2",
            ),
        ],
    ),
    (
        "conditional",
        "real-half-forgotten",
        ("data-unused",),
        [
            ("d_loss = (d_real_loss + d_fake_loss) / 2", "d_loss = d_fake_loss"),
        ],
    ),
    (
        "conditional",
        "digit-against-digit",
        ("fakes-unused",),
        [
            (
                "validity_fake = discriminator(gen_imgs.detach(), gen_labels)",
                "validity_fake = discriminator(real_imgs, gen_labels)",
            ),
        ],
    ),
    (
        "conditional",
        "embedding-not-trained",
        ("weights-untrained",),
        [
            (
                "optimizer_G = torch.optim.Adam(generator.parameters()",
                "optimizer_G = torch.optim.Adam(generator.label_emb.parameters()",
            ),
        ],
    ),
    (
        "conditional",
        "d-in-eval",
        ("eval-mode",),
        [
            (
                "    adversarial_loss = nn.MSELoss()\n",
                ("    adversarial_loss = nn.MSELoss()\n    generator.eval()\n    discriminator.eval()\n"),
            ),
        ],
    ),
    (
        "conditional",
        "judged-by-targets",
        ("generator-ignores-discriminator",),
        [
            (
                "g_loss = adversarial_loss(validity, valid)",
                "g_loss = adversarial_loss(gen_imgs.flatten(1).mean(1, keepdim=True), valid)",
            ),
        ],
    ),
    (
        "conditional",
        "rate-by-mistake",
        ("rate-too-high",),
        [
            ("discriminator.parameters(), lr=0.002", "discriminator.parameters(), lr=2.0"),
        ],
    ),
    (
        "infogan",
        "seed-in-the-draw",
        ("noise-fixed",),
        [
            ("    def draw(n):\n", ("    def draw(n):\n        rng = np.random.default_rng(42)\n")),
        ],
    ),
    (
        "infogan",
        "data-in-zero-one",
        ("range-mismatch",),
        [
            (".images / 8 - 1", ".images"),
        ],
    ),
    (
        "infogan",
        "chain-used-for-d",
        ("wrong-weights",),
        [
            (
                "optimizer_D = torch.optim.Adam(discriminator.parameters()",
                ("optimizer_D = torch.optim.Adam(itertools.chain(generator.parameters(), discriminator.parameters())"),
            ),
            (
                "discriminator(gen_imgs.detach())",
                "discriminator(generator(z, to_categorical(classes, N_CLASSES), code))",
            ),
        ],
    ),
    (
        "infogan",
        "info-only",
        ("generator-ignores-discriminator", "weights-untrained", "generator-detached"),
        [
            (("        g_loss.backward()\n        optimizer_G.step()\n"), "        g_loss.detach()\n"),
        ],
    ),
    (
        "infogan",
        "trunk-of-one-unit",
        ("bottleneck",),
        [
            (
                ("self.l1 = nn.Sequential(nn.Linear(Z_DIM + N_CLASSES + CODE_DIM, 96), nn.BatchNorm1d(96), nn.ReLU())"),
                ("self.l1 = nn.Sequential(nn.Linear(Z_DIM + N_CLASSES + CODE_DIM, 1), nn.Linear(1, 96), nn.ReLU())"),
            ),
        ],
    ),
    (
        "infogan",
        "d-wants-fakes",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            (
                "(adversarial_loss(real_pred, valid) + adversarial_loss(fake_pred, fake))",
                "(adversarial_loss(real_pred, fake) + adversarial_loss(fake_pred, valid))",
            ),
        ],
    ),
    (
        "cyclegan",
        "buffer-never-filled",
        ("fakes-unused", "discriminator-wrong-sign"),
        [
            (
                "(mse(D_A(real_A), valid) + mse(D_A(fake_A_), fake)) / 2",
                "(mse(D_A(real_A), valid) + mse(D_A(real_B), fake)) / 2",
            ),
            (
                "(mse(D_B(real_B), valid) + mse(D_B(fake_B_), fake)) / 2",
                "(mse(D_B(real_B), valid) + mse(D_B(real_A), fake)) / 2",
            ),
        ],
    ),
    (
        "cyclegan",
        "half-of-the-generators",
        ("weights-untrained",),
        [
            ("itertools.chain(G_AB.parameters(), G_BA.parameters())", "itertools.chain(G_BA.parameters())"),
        ],
    ),
    (
        "cyclegan",
        "optimizer-of-the-other-d",
        ("weights-untrained", "wrong-weights"),
        [
            ("optimizer_D_B = torch.optim.Adam(D_B.parameters()", "optimizer_D_B = torch.optim.Adam(D_A.parameters()"),
        ],
    ),
    (
        "cyclegan",
        "d-targets-exchanged",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            (
                "(mse(D_A(real_A), valid) + mse(D_A(fake_A_), fake)) / 2",
                "(mse(D_A(real_A), fake) + mse(D_A(fake_A_), valid)) / 2",
            ),
            (
                "(mse(D_B(real_B), valid) + mse(D_B(fake_B_), fake)) / 2",
                "(mse(D_B(real_B), fake) + mse(D_B(fake_B_), valid)) / 2",
            ),
        ],
    ),
    (
        "r3gan",
        "sign-of-the-pair",
        ("generator-wrong-sign",),
        [
            ("relativistic_logits = fake_logits - real_logits", "relativistic_logits = real_logits - fake_logits"),
        ],
    ),
    (
        "r3gan",
        "d-prefers-fakes",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            ("relativistic_logits = real_logits - fake_logits", "relativistic_logits = fake_logits - real_logits"),
        ],
    ),
    (
        "r3gan",
        "never-zeroed",
        ("gradients-not-zeroed",),
        [
            ("        d_opt.zero_grad(set_to_none=True)\n", ""),
        ],
    ),
    (
        "r3gan",
        "penalties-without-graph",
        ("penalty-without-graph",),
        [
            ("inputs=samples, create_graph=True)", "inputs=samples, retain_graph=True)"),
        ],
    ),
    (
        "r3gan",
        "d-of-reals-alone",
        ("fakes-unused",),
        [
            (
                "fake_samples = self.generator(noise).detach().requires_grad_(True)",
                "fake_samples = real_samples.flip(0).detach().requires_grad_(True)",
            ),
        ],
    ),
    (
        "accumulation",
        "zeroed-before-the-step",
        ("other", "weights-untrained", "rate-zero", "gradients-not-zeroed"),
        [
            (
                (
                    "            opt_D.step()\n"
                    "            opt_D.zero_grad()\n"
                    "            opt_G.step()\n"
                    "            opt_G.zero_grad()\n"
                ),
                (
                    "            opt_D.zero_grad()\n"
                    "            opt_D.step()\n"
                    "            opt_G.zero_grad()\n"
                    "            opt_G.step()\n"
                ),
            ),
        ],
    ),
    (
        "accumulation",
        "d-never-zeroed",
        ("gradients-not-zeroed",),
        [
            ("            opt_D.zero_grad()\n", ""),
        ],
    ),
    (
        "accumulation",
        "d-frozen-for-good",
        ("weights-untrained", "step-raises"),
        [
            ("        D.requires_grad_(True)\n", "        D[0].requires_grad_(True)\n"),
        ],
    ),
    (
        "accumulation",
        "data-forgotten",
        ("data-unused",),
        [
            ("F.softplus(-D(x)).mean()", "F.softplus(-D(torch.rand_like(x))).mean()"),
        ],
    ),
    (
        "accumulation",
        "no-activations",
        ("linear-discriminator",),
        [
            (
                ("nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)"),
                "nn.Linear(2, 64), nn.Linear(64, 64), nn.Linear(64, 1)",
            ),
        ],
    ),
    (
        "critic_steps",
        "penalty-over-the-batch",
        ("penalty-wrong-axes",),
        [
            ("grad.norm(dim=1)", "grad.norm(dim=0)"),
        ],
    ),
    (
        "critic_steps",
        "normal-mixing",
        ("normal-interpolation",),
        [
            ("t = torch.rand(x.size(0), 1)", "t = torch.randn(x.size(0), 1)"),
        ],
    ),
    (
        "critic_steps",
        "penalty-has-no-weight",
        ("critic-unbounded",),
        [
            ("penalty_weight = 5.0", "penalty_weight = 0.0"),
        ],
    ),
    (
        "critic_steps",
        "noise-as-data",
        ("data-unused",),
        [
            ("self.critic_update(piece)", "self.critic_update(torch.rand_like(piece))"),
        ],
    ),
    (
        "critic_steps",
        "a-critic-of-one-layer",
        ("linear-discriminator",),
        [
            (
                "self.critic = Net([4, 64, 64, 2]), Net([2, 64, 64, 1])",
                "self.critic = Net([4, 64, 64, 2]), Net([2, 1])",
            ),
        ],
    ),
    (
        "critic_steps",
        "a-small-generator",
        ("sizes-unbalanced", "bottleneck"),
        [
            ("Net([4, 64, 64, 2])", "Net([4, 1, 2])"),
        ],
    ),
    (
        "combined_backward",
        "g-ascends",
        ("generator-wrong-sign",),
        [
            ("g_loss = -logsigmoid(fake_logit).mean()", "g_loss = logsigmoid(fake_logit).mean()"),
        ],
    ),
    (
        "combined_backward",
        "means-of-outputs",
        ("outputs-as-loss",),
        [
            (
                "d_loss = -logsigmoid(real_logit).mean() - logsigmoid(-fake_logit).mean()",
                "d_loss = torch.sigmoid(fake_logit).mean() - torch.sigmoid(real_logit).mean()",
            ),
        ],
    ),
    (
        "combined_backward",
        "log-of-logits",
        ("log-of-score", "not-finite"),
        [
            (
                "d_loss = -logsigmoid(real_logit).mean() - logsigmoid(-fake_logit).mean()",
                "d_loss = -torch.log(real_logit).mean() - torch.log(1 - fake_logit).mean()",
            ),
            ("g_loss = -logsigmoid(fake_logit).mean()", "g_loss = -torch.log(fake_logit).mean()"),
        ],
    ),
    (
        "combined_backward",
        "gradients-added",
        ("gradients-not-zeroed",),
        [
            (
                "        parameter.grad = gradient\n",
                ("        parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient\n"),
            ),
        ],
    ),
    (
        "combined_backward",
        "one-weight-list",
        ("wrong-weights", "weights-untrained"),
        [
            ("g_optimizer = torch.optim.Adam(g_parameters", "g_optimizer = torch.optim.Adam(d_parameters"),
        ],
    ),
    (
        "lightning_like",
        "batch-of-both-with-norms",
        ("batchnorm-mixes",),
        [
            (
                (
                    "            nn.Linear(128, 64),\n"
                    "            nn.LeakyReLU(0.2, inplace=True),\n"
                    "            nn.Linear(64, 1),"
                ),
                (
                    "            nn.Linear(128, 64),\n"
                    "            nn.BatchNorm1d(64),\n"
                    "            nn.LeakyReLU(0.2, inplace=True),\n"
                    "            nn.Linear(64, 1),"
                ),
            ),
            (
                (
                    "        real_loss = self.adversarial_loss(self.discriminator(imgs), valid)\n"
                    "        fake_loss = self.adversarial_loss(self.discriminator(self(z).detach()), fake)\n"
                    "        return (real_loss + fake_loss) / 2"
                ),
                (
                    "        scores = self.discriminator(torch.cat([imgs, self(z).detach()]))\n"
                    "        return self.adversarial_loss(scores, torch.cat([valid, fake]))"
                ),
            ),
        ],
    ),
    (
        "lightning_like",
        "same-weights-twice",
        ("wrong-weights", "weights-untrained"),
        [
            (
                "opt_d = torch.optim.Adam(self.discriminator.parameters()",
                "opt_d = torch.optim.Adam(self.generator.parameters()",
            ),
            ("self.discriminator(self(z).detach())", "self.discriminator(self(z))"),
        ],
    ),
    (
        "lightning_like",
        "sigmoid-in-d-too",
        ("sigmoid-twice",),
        [
            ("            nn.Linear(64, 1),\n", ("            nn.Linear(64, 1),\n            nn.Sigmoid(),\n")),
        ],
    ),
    (
        "lightning_like",
        "valid-of-generated",
        ("generator-ignores-discriminator", "generator-detached", "data-unused"),
        [
            (
                "return self.adversarial_loss(self.discriminator(generated), valid)",
                "return self.adversarial_loss(self.discriminator(imgs), valid) + 0 * generated.sum()",
            ),
        ],
    ),
    (
        "lightning_like",
        "linear-judge",
        ("linear-discriminator",),
        [
            (
                (
                    "            nn.Linear(img_shape[0] * img_shape[1] * img_shape[2], 128),\n"
                    "            nn.LeakyReLU(0.2, inplace=True),\n"
                    "            nn.Linear(128, 64),\n"
                    "            nn.LeakyReLU(0.2, inplace=True),\n"
                    "            nn.Linear(64, 1),"
                ),
                "            nn.Linear(img_shape[0] * img_shape[1] * img_shape[2], 1),",
            ),
        ],
    ),
    (
        "lightning_like",
        "module-in-eval",
        ("eval-mode",),
        [
            ("    module.train()\n", "    module.eval()\n"),
        ],
    ),
    (
        "lightning_like",
        "toggled-and-left",
        ("weights-untrained", "generator-detached", "step-raises"),
        [
            (
                ('            for parameter in group["params"]:\n                parameter.requires_grad = True'),
                ('            for parameter in group["params"][-1:]:\n                parameter.requires_grad = True'),
            ),
        ],
    ),
    (
        "gaussian_hello",
        "saturating-from-afar",
        ("saturated",),
        [
            ("data_mean = 4", "data_mean = 60"),
            (
                "g_error = criterion(dg_fake_decision, torch.ones(size, 1))",
                "g_error = -criterion(dg_fake_decision, torch.zeros(size, 1))",
            ),
        ],
    ),
    (
        "gaussian_hello",
        "mean-of-decisions",
        ("outputs-as-loss",),
        [
            (
                "d_real_error = criterion(d_real_decision, torch.ones(size, 1))",
                "d_real_error = -d_real_decision.mean()",
            ),
            (
                "d_fake_error = criterion(d_fake_decision, torch.zeros(size, 1))",
                "d_fake_error = d_fake_decision.mean()",
            ),
            ("g_error = criterion(dg_fake_decision, torch.ones(size, 1))", "g_error = -dg_fake_decision.mean()"),
        ],
    ),
    (
        "gaussian_hello",
        "elu-forgotten",
        ("linear-discriminator",),
        [
            (
                (
                    "        x = F.elu(self.map1(x))\n"
                    "        x = F.elu(self.map2(x))\n"
                    "        return torch.sigmoid(self.map3(x))"
                ),
                ("        x = self.map1(x)\n        x = self.map2(x)\n        return torch.sigmoid(self.map3(x))"),
            ),
        ],
    ),
    (
        "gaussian_hello",
        "gives-ones",
        ("noise-fixed", "samples-alike"),
        [
            ("lambda m, n: torch.rand(m, n)", "lambda m, n: torch.ones(m, n)"),
        ],
    ),
    (
        "gaussian_hello",
        "fake-called-real",
        ("fakes-unused",),
        [
            ("d_fake_decision = D(d_fake_data)", "d_fake_decision = D(d_real_data)"),
        ],
    ),
    (
        "gaussian_hello",
        "sums-for-ever",
        ("gradients-not-zeroed",),
        [
            ("            D.zero_grad()\n", ""),
        ],
    ),
    (
        "gaussian_hello",
        "huge-and-tiny",
        ("sizes-unbalanced",),
        [
            ("g_hidden_size = 16", "g_hidden_size = 1"),
            ("d_hidden_size = 16", "d_hidden_size = 512"),
        ],
    ),
    (
        "gaussian_hello",
        "squared-error-to-data",
        ("squares-between",),
        [
            (
                "g_error = criterion(dg_fake_decision, torch.ones(size, 1))",
                "g_error = F.mse_loss(g_fake_data, d_real_data) + 0 * dg_fake_decision.mean()",
            ),
        ],
    ),
    (
        "gumbel_sequence",
        "column-minus-row",
        ("broadcast-loss",),
        [
            ("return self.decide(x).squeeze(-1)", "return self.decide(x)"),
            (
                "    loss = F.binary_cross_entropy_with_logits(scores, targets)\n",
                "    loss = ((torch.sigmoid(scores) - targets) ** 2).mean()\n",
            ),
            (
                "loss = F.binary_cross_entropy_with_logits(dis(fake), torch.ones(batch_size))",
                "loss = F.binary_cross_entropy_with_logits(dis(fake), torch.ones(batch_size, 1))",
            ),
        ],
    ),
    (
        "gumbel_sequence",
        "argmax-without-gradient",
        ("generator-detached", "step-raises"),
        [
            (
                "letter = F.gumbel_softmax(self.readout(hidden), tau=self.temperature, hard=True)",
                "letter = F.one_hot(self.readout(hidden).argmax(1), LETTERS).float()",
            ),
        ],
    ),
    (
        "gumbel_sequence",
        "temperature-of-nothing",
        ("not-finite",),
        [
            ("self.temperature = 1.0", "self.temperature = 0.0"),
        ],
    ),
    (
        "gumbel_sequence",
        "score-of-each-letter",
        ("scores-per-row",),
        [
            (
                (
                    "        x = F.leaky_relu(self.convolve(x), 0.2)\n"
                    "        x = F.leaky_relu(self.dense(x.flatten(1)), 0.2)\n"
                    "        return self.decide(x).squeeze(-1)"
                ),
                (
                    "        x = F.leaky_relu(x.transpose(1, 2), 0.2)\n"
                    "        return self.decide(F.pad(x, (0, 16))).squeeze(-1)"
                ),
            ),
            (
                "targets = torch.cat([torch.ones(real.size(0)), torch.zeros(fake.size(0))])",
                ("targets = torch.cat([torch.ones(real.size(0), LENGTH), torch.zeros(fake.size(0), LENGTH)])"),
            ),
            ("dis(fake), torch.ones(batch_size))", "dis(fake), torch.ones(batch_size, LENGTH))"),
        ],
    ),
    (
        "relativistic",
        "roles-not-exchanged",
        ("generator-wrong-sign",),
        [
            (
                (
                    "errG = BCE_stable(y_pred - torch.mean(y_pred_fake), y2) + BCE_stable(y_pred_fake - "
                    "torch.mean(y_pred), y)"
                ),
                (
                    "errG = BCE_stable(y_pred - torch.mean(y_pred_fake), y) + BCE_stable(y_pred_fake - "
                    "torch.mean(y_pred), y2)"
                ),
            ),
        ],
    ),
    (
        "relativistic",
        "real-scores-only",
        ("generator-detached", "generator-ignores-discriminator"),
        [
            (
                "y_pred_fake = discriminator(generator(torch.randn(x.size(0), nz)))",
                ("y_pred_fake = discriminator(generator(torch.randn(x.size(0), nz)).detach().requires_grad_())"),
            ),
        ],
    ),
    (
        "relativistic",
        "d-with-sigmoid",
        ("sigmoid-twice",),
        [
            (
                "return self.out(self.dense(x.view(x.size(0), -1)))",
                "return torch.sigmoid(self.out(self.dense(x.view(x.size(0), -1))))",
            ),
        ],
    ),
    (
        "relativistic",
        "norm-of-both",
        ("batchnorm-mixes",),
        [
            (
                "nn.Linear(64, 128), nn.LeakyReLU(0.1, True)",
                "nn.Linear(64, 128), nn.BatchNorm1d(128), nn.LeakyReLU(0.1, True)",
            ),
            (
                (
                    "        y_pred = discriminator(x)\n"
                    "        fake = generator(torch.randn(x.size(0), nz))\n"
                    "        y_pred_fake = discriminator(fake.detach())\n"
                ),
                (
                    "        fake = generator(torch.randn(x.size(0), nz))\n"
                    "        y_pred, y_pred_fake = discriminator(torch.cat([x, fake.detach()])).chunk(2)\n"
                ),
            ),
        ],
    ),
    (
        "bidirectional",
        "encoder-forgotten",
        ("weights-untrained",),
        [
            ("chain(model.decode.parameters(), model.encode.parameters())", "chain(model.encode.parameters())"),
        ],
    ),
    (
        "bidirectional",
        "both-signs-kept",
        ("generator-wrong-sign",),
        [
            (
                "model_loss = F.softplus(from_data).mean() + F.softplus(-from_code).mean()",
                "model_loss = F.softplus(-from_data).mean() + F.softplus(from_code).mean()",
            ),
        ],
    ),
    (
        "bidirectional",
        "all-in-one-optimizer",
        ("wrong-weights",),
        [
            (
                "critic_optimizer = torch.optim.Adam(critic.parameters()",
                "critic_optimizer = torch.optim.Adam([*critic.parameters(), *model.parameters()]",
            ),
        ],
    ),
]
PAIRS: list[tuple[str, str, str]] = [
    ("dcgan", "no-zero-grad-d", "scale-around-zero"),
    ("dcgan", "fill-forgotten", "one-noise-for-the-run"),
    ("dcgan", "fresh-noise-as-data", "softmax-over-one-output"),
    ("wgan_clipping", "clipping-forgotten", "no-zero-grad-in-critic"),
    ("wgan_clipping", "g-minimizes-score", "noise-made-once"),
    ("lsgan_trainer", "plain-list-of-blocks", "g-wants-zero"),
    ("lsgan_trainer", "one-wide-dense", "gradients-of-d-stay"),
    ("conditional", "real-half-forgotten", "d-in-eval"),
    ("conditional", "embedding-not-trained", "digit-against-digit"),
    ("infogan", "seed-in-the-draw", "data-in-zero-one"),
    ("infogan", "d-wants-fakes", "trunk-of-one-unit"),
    ("cyclegan", "half-of-the-generators", "d-targets-exchanged"),
    ("r3gan", "never-zeroed", "penalties-without-graph"),
    ("r3gan", "sign-of-the-pair", "d-of-reals-alone"),
    ("accumulation", "d-never-zeroed", "no-activations"),
    ("critic_steps", "penalty-over-the-batch", "noise-as-data"),
    ("critic_steps", "a-small-generator", "normal-mixing"),
    ("combined_backward", "g-ascends", "gradients-added"),
    ("lightning_like", "linear-judge", "module-in-eval"),
    ("lightning_like", "same-weights-twice", "sigmoid-in-d-too"),
    ("gaussian_hello", "elu-forgotten", "sums-for-ever"),
    ("gaussian_hello", "gives-ones", "fake-called-real"),
    ("gumbel_sequence", "column-minus-row", "temperature-of-nothing"),
    ("relativistic", "roles-not-exchanged", "d-with-sigmoid"),
    ("bidirectional", "both-signs-kept", "all-in-one-optimizer"),
]
