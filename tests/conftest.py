"""Its place makes this folder importable: tests in every room may `import laws`."""
