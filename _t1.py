import os, sys, time
os.environ["DATASET_MIRROR"]="/work/shared/mnist"; os.environ["CUDA_VISIBLE_DEVICES"]="-1"
from benchmarks.accuracy import mnist
from benchmarks.contenders.project import use_threads
use_threads(1)
from benchmarks.contenders import recipes as r
from stages.parts.grid import Arm
from stages.parts.network import Architecture
from stages.parts.training import Schedule
d=mnist()
A=lambda k,dense,c=(16,32): Architecture(Arm(1,k,"max"),channels=c,dense=dense)
for name,a,s,seeds in [
 ("1ep k3 d64 b64", A(3,64), Schedule(1,64,0.004),(0,1,2)),
 ("1ep k5 d64 b128", A(5,64), Schedule(1,128,0.004),(0,1,2)),
 ("4ep k3 d128 b64 s1", A(3,128), Schedule(4,64,0.004,1),(0,)),
 ("4ep k5 d128 b64 s1", A(5,128), Schedule(4,64,0.004,1),(0,)),
]:
    for seed in seeds:
        r.RECIPES["x"]=(a,s); print(name, seed, r.trained_to("x",d,seed), flush=True)
