"""Side-by-side measurements. `make bench` prints one table of ratios; every ratio is taken within one run."""
