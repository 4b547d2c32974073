"""The base of every edge: views, forms and REST, with Flask-AppBuilder's traps closed once for all of them."""
