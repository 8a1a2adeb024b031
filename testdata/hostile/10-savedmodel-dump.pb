6
"serve*2.15.0#

nPlaceholder

n
DumpTensor