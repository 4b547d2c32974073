"""How the product looks: the frame of every page, lists, forms, cells and form fields on top of Flask-AppBuilder."""
