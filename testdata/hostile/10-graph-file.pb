

nReadFile