"""`recurra watch` on a page: runs as they are trained, behind HTTP on this machine alone.

A process of its own, which loads no torch and only reads the folders of the runs: the training does not notice it. The
page (page/watch.js) asks for what is to be seen (view.py) whenever the stream of events says that something has
happened (app.py). It needs the extra `recurra[serve]`; whether that is installed says beside.py.
"""
