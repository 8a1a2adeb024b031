"""What the fixtures hold: one module a library, small functions that return an object. testdata/make.py writes them."""
