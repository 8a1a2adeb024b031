"""Write a state dict of about 8 MB for each megabyte of the dense pickles: python torches.py FOLDER [MEGABYTES]"""
import os
import sys

import torch

megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 64
layers = {"layer.%d.weight" % i: torch.zeros(1024, 256) for i in range(megabytes * 8)}
torch.save(layers, os.path.join(sys.argv[1], "state.pt"))
