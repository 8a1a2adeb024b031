I
"serve*2.15.06

nPlaceholder
"
nInitializeTableFromTextFileV2