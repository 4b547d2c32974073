"""Reading files into the company's records."""

from app.exchange.services.importing import import_file
from app.exchange.services.outcome import Outcome

__all__ = ["Outcome", "import_file"]
