"""The way of the data from input to `Report`."""
