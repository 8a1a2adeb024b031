%
"serve*2.15.0

nPlaceholder€€€€€€€€@