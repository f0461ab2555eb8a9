"""`recurra serve`: models behind HTTP, for programs and for the page where they are played with.

The way of a request: app.py takes it, doors/ (the routes) make work of it, engine.py computes it together with what
else has come, and the answer goes back in the schema that every task shares. Needs the extra: pip install
"recurra[serve]".
"""

from recurra.serving.app import create_app
from recurra.serving.engine import Engine
from recurra.serving.models import Models
from recurra.serving.server import Server

__all__ = ["Engine", "Models", "Server", "create_app"]
