>
"serve*2.15.0

nPlaceholder2

a../../etc/passwd