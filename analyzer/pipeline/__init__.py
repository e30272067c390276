"""The way of the data from input to `Report`. Each part is imported where it is needed: some need little."""
