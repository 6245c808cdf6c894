"""Faults as people publish them, planted into the second half of the strangers' loops by replacing text.

Each is (loop, name, causes, replacements): causes are all that name this one fault rightly, the most exact first (for
`other` any finding will do); the old text of each replacement occurs exactly once in the loop.
A pair is a loop and the names of two of its faults.
"""

Replacement = tuple[str, str]
Fault = tuple[str, str, tuple[str, ...], list[Replacement]]

FAULTS: list[Fault] = [
    (
        "mlp_valid_fake",
        "same-optimizer-weights",
        ("wrong-weights", "weights-untrained"),
        [
            ("torch.optim.Adam(generator.parameters(), lr", "torch.optim.Adam(discriminator.parameters(), lr"),
        ],
    ),
    (
        "mlp_valid_fake",
        "detached-in-g",
        ("generator-detached",),
        [
            (
                "adversarial_loss(discriminator(gen_imgs), valid)",
                "adversarial_loss(discriminator(gen_imgs.detach()), valid)",
            ),
        ],
    ),
    (
        "mlp_valid_fake",
        "logits-and-sigmoid",
        ("sigmoid-twice",),
        [
            ("torch.nn.BCELoss()", "torch.nn.BCEWithLogitsLoss()"),
        ],
    ),
    (
        "mlp_valid_fake",
        "sigmoid-forgotten",
        ("log-of-score", "step-raises", "not-finite"),
        [
            (("            nn.Linear(64, 1),\n            nn.Sigmoid(),\n"), "            nn.Linear(64, 1),\n"),
        ],
    ),
    (
        "mlp_valid_fake",
        "scores-of-columns",
        ("step-raises", "scores-per-row"),
        [
            (
                ("nn.Linear(int(np.prod(img_shape)), 128),\n            nn.LeakyReLU"),
                ("nn.Linear(8, 128),\n            nn.LeakyReLU"),
            ),
            ("img_flat = img.view(img.size(0), -1)", "img_flat = img"),
        ],
    ),
    (
        "mlp_valid_fake",
        "squares-to-data",
        ("squares-between", "generator-ignores-discriminator"),
        [
            (
                "g_loss = adversarial_loss(discriminator(gen_imgs), valid)",
                "g_loss = torch.nn.functional.mse_loss(gen_imgs, real_imgs)",
            ),
        ],
    ),
    (
        "mlp_valid_fake",
        "fakes-against-fakes",
        ("data-unused",),
        [
            (
                "adversarial_loss(discriminator(real_imgs), valid)",
                "adversarial_loss(discriminator(gen_imgs.detach()), valid)",
            ),
        ],
    ),
    (
        "mlp_valid_fake",
        "tiny-rate",
        ("rate-zero",),
        [
            (
                "optimizer_G = torch.optim.Adam(generator.parameters(), lr=0.001",
                "optimizer_G = torch.optim.Adam(generator.parameters(), lr=1e-10",
            ),
        ],
    ),
    (
        "mlp_valid_fake",
        "eval-from-the-start",
        ("eval-mode",),
        [
            ("    generator = Generator()\n", "    generator = Generator().eval()\n"),
        ],
    ),
    (
        "wgan_gp",
        "graph-not-kept",
        ("penalty-without-graph",),
        [
            (("        create_graph=True,\n        retain_graph=True,\n"), ""),
        ],
    ),
    (
        "wgan_gp",
        "norm-of-columns",
        ("penalty-wrong-axes",),
        [
            ("    gradients = gradients.view(gradients.size(0), -1)\n", ""),
        ],
    ),
    (
        "wgan_gp",
        "normal-alpha",
        ("normal-interpolation",),
        [
            ("alpha = torch.rand(real_data.size(0), 1, 1, 1)", "alpha = torch.randn(real_data.size(0), 1, 1, 1)"),
        ],
    ),
    (
        "wgan_gp",
        "batch-norm-in-critic",
        ("batchnorm-under-penalty",),
        [
            (
                ("nn.Conv2d(16, 16, 4, stride=2, padding=1),\n        nn.LeakyReLU(0.2),"),
                ("nn.Conv2d(16, 16, 4, stride=2, padding=1),\n        nn.BatchNorm2d(16),\n        nn.LeakyReLU(0.2),"),
            ),
        ],
    ),
    (
        "wgan_gp",
        "penalty-left-out",
        ("critic-unbounded",),
        [
            ("D_cost = D_fake - D_real + calc_gradient_penalty(netD, real, fake)", "D_cost = D_fake - D_real"),
        ],
    ),
    (
        "wgan_gp",
        "data-in-bytes",
        ("range-mismatch",),
        [
            ("yield torch.exp(-squares / 0.1).unsqueeze(1)", "yield 255 * torch.exp(-squares / 0.1).unsqueeze(1)"),
        ],
    ),
    (
        "wgan_gp",
        "generator-without-graph",
        ("generator-detached", "step-raises"),
        [
            (
                "G_cost = -netD(netG(torch.randn(real.size(0), LATENT))).mean()",
                "G_cost = -netD(netG(torch.randn(real.size(0), LATENT)).data.requires_grad_()).mean()",
            ),
        ],
    ),
    (
        "wgan_gp",
        "critic-stays-frozen",
        ("weights-untrained", "step-raises"),
        [
            ("            p.requires_grad = True", "            p.requires_grad = p.dim() < 2"),
        ],
    ),
    (
        "hinge_spectral",
        "arguments-exchanged",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            ("loss_hinge_dis(dis(x_fake.detach()), dis(real))", "loss_hinge_dis(dis(real), dis(x_fake.detach()))"),
        ],
    ),
    (
        "hinge_spectral",
        "g-pays-for-high-scores",
        ("generator-wrong-sign",),
        [
            ("    return -torch.mean(dis_fake)", "    return torch.mean(dis_fake)"),
        ],
    ),
    (
        "hinge_spectral",
        "only-real-hinge",
        ("fakes-unused",),
        [
            ("return loss_real + loss_fake", "return loss_real + loss_real"),
        ],
    ),
    (
        "hinge_spectral",
        "dis-optimizer-of-gen",
        ("wrong-weights", "weights-untrained"),
        [
            ("opt_dis = torch.optim.Adam(dis.parameters()", "opt_dis = torch.optim.Adam(gen.parameters()"),
        ],
    ),
    (
        "hinge_spectral",
        "enormous-rate",
        ("rate-too-high",),
        [
            (
                "opt_gen = torch.optim.Adam(gen.parameters(), lr=1e-3",
                "opt_gen = torch.optim.Adam(gen.parameters(), lr=1.0",
            ),
        ],
    ),
    (
        "hinge_spectral",
        "noise-of-zeros",
        ("samples-alike", "noise-fixed"),
        [
            (
                ("        x_fake = gen(torch.randn(real.shape[0], Z))\n        loss_dis"),
                ("        x_fake = gen(torch.zeros(real.shape[0], Z))\n        loss_dis"),
            ),
            (
                ("        x_fake = gen(torch.randn(real.shape[0], Z))\n        loss_gen"),
                ("        x_fake = gen(torch.zeros(real.shape[0], Z))\n        loss_gen"),
            ),
        ],
    ),
    (
        "acgan",
        "label-two",
        ("labels-outside-range", "step-raises"),
        [
            ("real_label, fake_label = 1.0, 0.0", "real_label, fake_label = 2.0, -1.0"),
        ],
    ),
    (
        "acgan",
        "g-by-classes-only",
        ("other", "generator-ignores-discriminator"),
        [
            ("errG = dis_errG + aux_errG", "errG = 0 * dis_errG + aux_errG"),
        ],
    ),
    (
        "acgan",
        "fake-reused-with-graph",
        ("step-raises",),
        [
            ("dis_output, aux_output = netD(fake.detach())", "dis_output, aux_output = netD(fake)"),
        ],
    ),
    (
        "acgan",
        "cats-against-dogs",
        ("fakes-unused",),
        [
            ("dis_output, aux_output = netD(fake.detach())", "dis_output, aux_output = netD(image.roll(1, 0))"),
        ],
    ),
    (
        "acgan",
        "sigmoid-and-softmax",
        ("softmax-over-one",),
        [
            ("nn.Sequential(nn.Linear(128, 1), nn.Sigmoid())", "nn.Sequential(nn.Linear(128, 1), nn.Softmax(dim=1))"),
        ],
    ),
    (
        "acgan",
        "norms-start-at-zero",
        ("batchnorm-scale-zero",),
        [
            (
                "    netG, netD = _netG(), _netD()\n",
                (
                    "    netG, netD = _netG(), _netD()\n"
                    "    for m in netG.modules():\n"
                    "        if isinstance(m, nn.BatchNorm2d):\n"
                    "            m.weight.data.normal_(0.0, 0.02)\n"
                ),
            ),
        ],
    ),
    (
        "pix2pix",
        "only-pixels",
        ("generator-ignores-discriminator",),
        [
            ("loss_G = loss_GAN + lambda_pixel * loss_pixel", "loss_G = lambda_pixel * loss_pixel"),
        ],
    ),
    (
        "pix2pix",
        "shuffled-partner",
        ("squares-between", "other"),
        [
            ("criterion_pixelwise(fake_B, real_B)", "criterion_pixelwise(fake_B, real_B[torch.randperm(len(real_B))])"),
        ],
    ),
    (
        "pix2pix",
        "real-twice",
        ("fakes-unused",),
        [
            ("pred_fake = discriminator(fake_B.detach(), real_A)", "pred_fake = discriminator(real_B, real_A)"),
        ],
    ),
    (
        "pix2pix",
        "d-not-stepped",
        ("weights-untrained", "rate-zero"),
        [
            (("        loss_D.backward()\n        optimizer_D.step()\n"), "        loss_D.backward()\n"),
        ],
    ),
    (
        "pix2pix",
        "wrong-target-for-g",
        ("generator-wrong-sign",),
        [
            (
                "criterion_GAN(pred_fake, torch.ones_like(pred_fake))",
                "criterion_GAN(pred_fake, torch.zeros_like(pred_fake))",
            ),
        ],
    ),
    (
        "pix2pix",
        "channels-forgotten",
        ("step-raises",),
        [
            ("nn.Conv2d(2, 16, 4, 2, 1)", "nn.Conv2d(1, 16, 4, 2, 1)"),
        ],
    ),
    (
        "stylegan",
        "only-mapping-trained",
        ("weights-untrained", "other"),
        [
            (
                "g_optim = torch.optim.Adam(generator.parameters()",
                "g_optim = torch.optim.Adam(generator.style.parameters()",
            ),
        ],
    ),
    (
        "stylegan",
        "softplus-without-minus",
        ("generator-wrong-sign",),
        [
            (
                "g_loss = F.softplus(-discriminator(fake_img)).mean()",
                "g_loss = F.softplus(discriminator(fake_img)).mean()",
            ),
        ],
    ),
    (
        "stylegan",
        "penalty-off-the-graph",
        ("penalty-without-graph", "step-raises"),
        [
            ("inputs=real_img, create_graph=True)", "inputs=real_img)"),
            (
                "(R1_GAMMA / 2 * r1 * D_REG_EVERY).backward()",
                "(R1_GAMMA / 2 * r1 * D_REG_EVERY + 0 * discriminator(real_img)[0].sum()).backward()",
            ),
        ],
    ),
    (
        "stylegan",
        "average-is-trained",
        ("weights-untrained", "wrong-weights"),
        [
            (
                "g_optim = torch.optim.Adam(generator.parameters()",
                "g_optim = torch.optim.Adam(g_ema.requires_grad_(True).parameters()",
            ),
        ],
    ),
    (
        "stylegan",
        "styles-of-nothing",
        ("samples-alike",),
        [
            ("        w = self.style(z)\n", "        w = self.style(z).mean(0, keepdim=True).expand(len(z), -1)\n"),
        ],
    ),
    (
        "mixed_precision",
        "scores-as-loss",
        ("outputs-as-loss",),
        [
            (
                "bce(disc_real, torch.ones_like(disc_real)) + bce(disc_fake, torch.zeros_like(disc_fake))",
                "disc_fake.sigmoid().mean() - disc_real.sigmoid().mean()",
            ),
            ("loss_gen = bce(output, torch.ones_like(output))", "loss_gen = -output.sigmoid().mean()"),
        ],
    ),
    (
        "mixed_precision",
        "fake-detached-twice",
        ("generator-detached",),
        [
            ("output = disc(fake).reshape(-1)", "output = disc(fake.detach()).reshape(-1)"),
        ],
    ),
    (
        "mixed_precision",
        "pixels-that-never-vary",
        ("not-finite", "step-raises"),
        [
            ("    def step(real):\n", ("    def step(real):\n        real = (real - real.mean(0)) / real.std(0)\n")),
        ],
    ),
    (
        "mixed_precision",
        "zero-grad-missing",
        ("gradients-not-zeroed",),
        [
            ("        opt_gen.zero_grad()\n", ""),
        ],
    ),
    (
        "mixed_precision",
        "both-in-one-list",
        ("wrong-weights", "step-raises"),
        [
            (
                "opt_disc = torch.optim.AdamW(disc.parameters(), lr=1e-3",
                "opt_disc = torch.optim.AdamW([*disc.parameters(), *gen.parameters()], lr=1e-3",
            ),
            ("disc(fake.detach())", "disc(gen(noise))"),
        ],
    ),
    (
        "two_time_scales",
        "wrong-power-of-ten",
        ("rate-too-high",),
        [
            ("lr=0.004", "lr=4.0"),
        ],
    ),
    (
        "two_time_scales",
        "schedule-to-zero",
        ("rate-zero",),
        [
            (
                ("        d_step(x)\n        g_step(len(x))\n"),
                (
                    "        d_step(x)\n"
                    "        g_step(len(x))\n"
                    "        for group in optimG.param_groups:\n"
                    '            group["lr"] *= 0.5\n'
                ),
            ),
        ],
    ),
    (
        "two_time_scales",
        "one-d-pass-with-norms",
        ("batchnorm-mixes",),
        [
            (
                "nn.Conv2d(16, 32, 4, 2, 1), nn.LeakyReLU(0.2),\n",
                "nn.Conv2d(16, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.LeakyReLU(0.2),\n",
            ),
            (
                "real_score, fake_score = D(x), D(G_z.detach())",
                "real_score, fake_score = D(torch.cat([x, G_z.detach()])).chunk(2)",
            ),
        ],
    ),
    (
        "two_time_scales",
        "rows-of-pixels",
        ("scores-per-row",),
        [
            ("        View(32 * 16), nn.Linear(32 * 16, 1), View(),\n", "        nn.Linear(4, 1), nn.Flatten(),\n"),
            (
                "bce(real_score, torch.ones(len(x))) + bce(fake_score, torch.zeros(len(x)))",
                ("bce(real_score, torch.ones_like(real_score)) + bce(fake_score, torch.zeros_like(fake_score))"),
            ),
            ("loss = bce(score, torch.ones(count))", "loss = bce(score, torch.ones_like(score))"),
        ],
    ),
    (
        "two_time_scales",
        "tanh-of-zero-one",
        ("range-mismatch",),
        [
            ("nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()", "nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh()"),
        ],
    ),
    (
        "two_time_scales",
        "eval-before-each-step",
        ("eval-mode",),
        [
            ("    def step(x):\n", ("    def step(x):\n        G.eval()\n        D.eval()\n")),
        ],
    ),
    (
        "unrolled",
        "always-the-same-noise",
        ("noise-fixed",),
        [
            (
                "    criterion = nn.BCEWithLogitsLoss()\n",
                ("    criterion = nn.BCEWithLogitsLoss()\n    z = torch.randn(128, z_dim)\n"),
            ),
            ("            d_fake_data = G(torch.randn(real.shape[0], z_dim))", "            d_fake_data = G(z)"),
            ("        g_fake_data = G(torch.randn(real.shape[0], z_dim))", "        g_fake_data = G(z)"),
        ],
    ),
    (
        "unrolled",
        "restored-too-often",
        ("weights-untrained", "other"),
        [
            (("        d_loop(real)\n        g_loop(real)\n"), "        g_loop(real)\n"),
        ],
    ),
    (
        "unrolled",
        "g-rate-of-d",
        ("rate-zero",),
        [
            (
                "g_optimizer = torch.optim.Adam(G.parameters(), lr=1e-3",
                "g_optimizer = torch.optim.Adam(G.parameters(), lr=0.0",
            ),
        ],
    ),
    (
        "unrolled",
        "sigmoid-at-the-end",
        ("sigmoid-twice",),
        [
            ("    D = dense(2, 1)\n", "    D = dense(2, 1).append(nn.Sigmoid())\n"),
        ],
    ),
    (
        "unrolled",
        "one-unit-within",
        ("bottleneck", "sizes-unbalanced"),
        [
            ("    G = dense(z_dim, 2)\n", "    G = nn.Sequential(nn.Linear(z_dim, 1), dense(1, 2))\n"),
        ],
    ),
    (
        "gradient_reversal",
        "not-reversed",
        ("generator-wrong-sign",),
        [
            ("return -ctx.strength * grad_output, None", "return ctx.strength * grad_output, None"),
        ],
    ),
    (
        "gradient_reversal",
        "reversal-by-zero",
        ("generator-detached", "generator-ignores-discriminator", "weights-untrained"),
        [
            ("GradientReversal.apply(fake, 1.0)", "GradientReversal.apply(fake, 0.0)"),
        ],
    ),
    (
        "gradient_reversal",
        "real-left-out",
        ("data-unused",),
        [
            ("logits_real = discriminator(real)", "logits_real = discriminator(torch.ones_like(real))"),
        ],
    ),
    (
        "gradient_reversal",
        "one-group-missing",
        ("weights-untrained",),
        [
            ('            {"params": discriminator.parameters(), "lr": 3e-3, "weight_decay": 1e-3},\n', ""),
        ],
    ),
    (
        "gradient_reversal",
        "targets-beyond-one",
        ("labels-outside-range",),
        [
            (
                "criterion(logits_real, torch.ones(n, 1)) + criterion(logits_fake, torch.zeros(n, 1))",
                "criterion(logits_real, 2 * torch.ones(n, 1)) + criterion(logits_fake, -torch.ones(n, 1))",
            ),
        ],
    ),
    (
        "noisy_labels",
        "centered-targets",
        ("labels-outside-range", "step-raises"),
        [
            ("soft_zeros = 0.1 * torch.rand(n, 1)", "soft_zeros = -1 + 0.1 * torch.rand(n, 1)"),
            ("soft_ones = 0.8 + 0.2 * torch.rand(n, 1)", "soft_ones = 1.5 + 0.2 * torch.rand(n, 1)"),
        ],
    ),
    (
        "noisy_labels",
        "logit-into-entropy",
        ("log-of-score", "step-raises"),
        [
            ("return torch.sigmoid(self.classify(h.flatten(1)))", "return self.classify(h.flatten(1))"),
        ],
    ),
    (
        "noisy_labels",
        "all-labels-flip",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            (
                "(loss_fn(p_real, targets) + loss_fn(p_fake, soft_zeros))",
                "(loss_fn(p_real, soft_zeros) + loss_fn(p_fake, targets))",
            ),
        ],
    ),
    (
        "noisy_labels",
        "noise-instead-of-signal",
        ("data-unused",),
        [
            ("return x + sigma * torch.randn_like(x)", "return x * 0 + sigma * torch.randn_like(x)"),
        ],
    ),
    (
        "noisy_labels",
        "same-width-everywhere",
        ("bottleneck",),
        [
            (
                "self.project = nn.Linear(NOISE_DIM, 32 * 8)",
                "self.project = nn.Sequential(nn.Linear(NOISE_DIM, 1), nn.Linear(1, 32 * 8))",
            ),
        ],
    ),
    (
        "noisy_labels",
        "plain-noise-vector",
        ("noise-fixed", "samples-alike"),
        [
            (
                "        fake = G(torch.randn(n, NOISE_DIM))\n",
                "        fake = G(torch.randn(1, NOISE_DIM).expand(n, -1))\n",
            ),
        ],
    ),
    (
        "noisy_labels",
        "noise-that-grows",
        ("not-finite", "step-raises"),
        [
            ("        sigma.mul_(0.995)", "        sigma.mul_(5.0)"),
        ],
    ),
    (
        "tabular",
        "norm-in-critic",
        ("batchnorm-under-penalty",),
        [
            (
                "nn.Linear(WIDTH * PAC, width), nn.LeakyReLU(0.2)",
                "nn.Linear(WIDTH * PAC, width), nn.BatchNorm1d(width), nn.LeakyReLU(0.2)",
            ),
        ],
    ),
    (
        "tabular",
        "penalty-on-the-data-alone",
        ("penalty-without-graph", "step-raises"),
        [
            ("torch.ones_like(score), create_graph=True)", "torch.ones_like(score), retain_graph=True)"),
        ],
    ),
    (
        "tabular",
        "alpha-from-a-normal",
        ("normal-interpolation",),
        [
            ("alpha = torch.rand(real.size(0) // PAC, 1, 1)", "alpha = torch.randn(real.size(0) // PAC, 1, 1)"),
        ],
    ),
    (
        "tabular",
        "slope-of-each-column",
        ("penalty-wrong-axes",),
        [
            (
                "slope = gradients.reshape(-1, PAC * WIDTH).norm(2, dim=1)",
                "slope = gradients.reshape(-1, PAC * WIDTH).norm(2, dim=0)",
            ),
        ],
    ),
    (
        "tabular",
        "table-in-units",
        ("range-mismatch",),
        [
            (
                "numbers = torch.stack([size, age], 1).clamp(-0.95, 0.95)",
                "numbers = 40 + 20 * torch.stack([size, age], 1)",
            ),
        ],
    ),
    (
        "tabular",
        "no-limit-for-the-critic",
        ("critic-unbounded",),
        [
            ("            pen.backward(retain_graph=True)\n", ""),
        ],
    ),
    (
        "tabular",
        "critic-for-fakes",
        ("discriminator-wrong-sign", "generator-wrong-sign"),
        [
            ("loss_d = -(torch.mean(y_real) - torch.mean(y_fake))", "loss_d = torch.mean(y_real) - torch.mean(y_fake)"),
        ],
    ),
    (
        "projection",
        "conditional-scales-at-zero",
        ("batchnorm-scale-zero",),
        [
            ("nn.init.ones_(self.gain.weight)", "nn.init.normal_(self.gain.weight, 0.0, 0.02)"),
        ],
    ),
    (
        "projection",
        "g-loses-the-minus",
        ("generator-wrong-sign",),
        [
            ("G_loss = -self.D(self.G(z, y), y).mean()", "G_loss = self.D(self.G(z, y), y).mean()"),
        ],
    ),
    (
        "projection",
        "hinge-of-real-pair",
        ("fakes-unused",),
        [
            ("D_fake = self.D(self.G(z, y_part), y_part)", "D_fake = self.D(x_part, y_part.roll(1))"),
        ],
    ),
    (
        "projection",
        "unfrozen-too-late",
        ("step-raises", "weights-untrained"),
        [
            (
                ("        self.G.requires_grad_(True)\n        self.D.requires_grad_(False)\n"),
                "        self.D.requires_grad_(False)\n",
            ),
        ],
    ),
    (
        "energy_based",
        "margin-without-relu",
        ("other", "critic-unbounded"),
        [
            ("torch.relu(margin - d_loss_fake)", "(margin - d_loss_fake)"),
        ],
    ),
    (
        "energy_based",
        "distance-to-data",
        ("squares-between", "generator-ignores-discriminator"),
        [
            (
                "pixelwise_loss(recon_imgs, gen_imgs) + pulling_away * pullaway_loss(img_embeddings)",
                "pixelwise_loss(gen_imgs, real_imgs)",
            ),
        ],
    ),
    (
        "energy_based",
        "energy-of-data-unpaid",
        ("data-unused",),
        [
            ("d_loss = d_loss_real + torch.relu", "d_loss = torch.relu"),
        ],
    ),
    (
        "energy_based",
        "g-raises-its-energy",
        ("generator-wrong-sign",),
        [
            ("g_loss = pixelwise_loss(recon_imgs, gen_imgs) +", "g_loss = -pixelwise_loss(recon_imgs, gen_imgs) +"),
        ],
    ),
    (
        "dragan",
        "batch-norm-beside-penalty",
        ("batchnorm-under-penalty",),
        [
            (
                "            nn.Conv2d(16, 32, 3, 2, 1),\n",
                ("            nn.Conv2d(16, 32, 3, 2, 1),\n            nn.BatchNorm2d(32),\n"),
            ),
        ],
    ),
    (
        "dragan",
        "rate-zero-in-g",
        ("rate-zero",),
        [
            (
                "optimizer_G = torch.optim.Adam(G.parameters(), lr=0.001",
                "optimizer_G = torch.optim.Adam(G.parameters(), lr=0",
            ),
        ],
    ),
    (
        "dragan",
        "norm-over-channels",
        ("penalty-wrong-axes",),
        [
            ("    gradients = gradients.reshape(gradients.size(0), -1)\n", ""),
        ],
    ),
    (
        "dragan",
        "softmax-of-one",
        ("softmax-over-one",),
        [
            ("nn.Linear(32 * 2 * 2, 1), nn.Sigmoid()", "nn.Linear(32 * 2 * 2, 1), nn.Softmax(dim=-1)"),
        ],
    ),
    (
        "dragan",
        "norms-near-zero",
        ("batchnorm-scale-zero",),
        [
            (
                "    G, D = Generator(), Discriminator()\n",
                (
                    "    G, D = Generator(), Discriminator()\n"
                    "    for layer in G.modules():\n"
                    "        if isinstance(layer, nn.BatchNorm2d):\n"
                    "            nn.init.normal_(layer.weight, 0.0, 0.02)\n"
                ),
            ),
        ],
    ),
    (
        "optimistic",
        "log-of-plain-scores",
        ("log-of-score", "not-finite"),
        [
            (
                "(torch.log(torch.sigmoid(scorer(points))) + torch.log(1 - torch.sigmoid(scorer(made))))",
                "(torch.log(scorer(points)) + torch.log(1 - scorer(made)))",
            ),
            (
                "mapper_loss = -torch.log(torch.sigmoid(scorer(made))).mean()",
                "mapper_loss = -torch.log(scorer(made)).mean()",
            ),
        ],
    ),
    (
        "optimistic",
        "logs-left-out",
        ("outputs-as-loss",),
        [
            (
                "(torch.log(torch.sigmoid(scorer(points))) + torch.log(1 - torch.sigmoid(scorer(made))))",
                "(torch.sigmoid(scorer(points)) + (1 - torch.sigmoid(scorer(made))))",
            ),
            (
                "mapper_loss = -torch.log(torch.sigmoid(scorer(made))).mean()",
                "mapper_loss = -torch.sigmoid(scorer(made)).mean()",
            ),
        ],
    ),
    (
        "optimistic",
        "saturating-and-far",
        ("saturated",),
        [
            (
                "mapper_loss = -torch.log(torch.sigmoid(scorer(made))).mean()",
                "mapper_loss = torch.log(1 - torch.sigmoid(scorer(made)) + 1e-8).mean()",
            ),
            ("yield 1.5 * side + torch.tensor([1.0, 0.5])", "yield 1.5 * side + torch.tensor([50.0, 50.0])"),
        ],
    ),
    (
        "optimistic",
        "rate-of-ten",
        ("rate-too-high",),
        [
            (
                "down = OptimisticAdam(mapper.parameters(), lr=1e-3)",
                "down = OptimisticAdam(mapper.parameters(), lr=10.0)",
            ),
        ],
    ),
    (
        "optimistic",
        "mapper-made-without-graph",
        ("generator-detached", "step-raises"),
        [
            (
                ("        made = mapper(noise)\n        mapper_loss"),
                ("        made = mapper(noise).clone().detach()\n        mapper_loss"),
            ),
        ],
    ),
]
PAIRS: list[tuple[str, str, str]] = [
    ("mlp_valid_fake", "detached-in-g", "logits-and-sigmoid"),
    ("mlp_valid_fake", "fakes-against-fakes", "tiny-rate"),
    ("wgan_gp", "normal-alpha", "batch-norm-in-critic"),
    ("wgan_gp", "norm-of-columns", "data-in-bytes"),
    ("hinge_spectral", "only-real-hinge", "g-pays-for-high-scores"),
    ("hinge_spectral", "dis-optimizer-of-gen", "noise-of-zeros"),
    ("acgan", "cats-against-dogs", "norms-start-at-zero"),
    ("pix2pix", "real-twice", "wrong-target-for-g"),
    ("stylegan", "softplus-without-minus", "penalty-off-the-graph"),
    ("mixed_precision", "scores-as-loss", "fake-detached-twice"),
    ("mixed_precision", "zero-grad-missing", "fake-detached-twice"),
    ("two_time_scales", "tanh-of-zero-one", "schedule-to-zero"),
    ("two_time_scales", "eval-before-each-step", "rows-of-pixels"),
    ("unrolled", "always-the-same-noise", "sigmoid-at-the-end"),
    ("gradient_reversal", "not-reversed", "real-left-out"),
    ("noisy_labels", "all-labels-flip", "same-width-everywhere"),
    ("tabular", "norm-in-critic", "alpha-from-a-normal"),
    ("tabular", "table-in-units", "slope-of-each-column"),
    ("projection", "conditional-scales-at-zero", "g-loses-the-minus"),
    ("energy_based", "g-raises-its-energy", "energy-of-data-unpaid"),
    ("dragan", "batch-norm-beside-penalty", "rate-zero-in-g"),
    ("dragan", "softmax-of-one", "norms-near-zero"),
    ("optimistic", "logs-left-out", "rate-of-ten"),
]
