"""How the shipped Attention U-Net came to be: its data, the network, the training and the judgement of it."""
