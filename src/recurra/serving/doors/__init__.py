"""The doors of the server: each file is a group of addresses."""
