"""Company names: when two of them mean one customer."""

from app.customers.names.judging import THRESHOLD, Party, Verdict, judge, similarity
from app.customers.names.keys import block_keys
from app.customers.names.parsing import spoken

__all__ = ["THRESHOLD", "Party", "Verdict", "block_keys", "judge", "similarity", "spoken"]
