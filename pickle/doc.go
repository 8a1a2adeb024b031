package pickle
