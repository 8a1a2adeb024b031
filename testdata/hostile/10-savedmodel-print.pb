[
"serve*2.15.0H

nPlaceholder
4
nPrintV2*&
output_streamfile:///tmp/made-up