e
"serve*2.15.0R

nPlaceholder
>
nFixedUnigramCandidateSampler*

vocab_file/etc/passwd