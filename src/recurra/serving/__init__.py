"""`recurra serve`: models behind HTTP, for programs and for the page where they are played with.

The way of a request: app.py takes it, doors/ (the addresses) make work of it, engine.py computes it together with what
else has come, and the answer goes back in the schema that every task shares. Needs the extra: pip install
"recurra[serve]".
"""
