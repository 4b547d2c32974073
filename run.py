"""What ``flask --app run`` and gunicorn load."""

import gc

# Starting makes hundreds of thousands of objects that stay: the collector would go through them again and again.
gc.disable()

from app import create_app  # noqa: E402 - as above

app = create_app()
gc.enable()
gc.freeze()
