"""What ``flask --app run`` and gunicorn load."""

from app import create_app

app = create_app()
