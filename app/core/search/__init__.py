"""Search: a record is found by words, Chinese characters, pinyin, initials, and complete phone numbers."""

from app.core.search.asking import Hits, hits, matching_ids, narrowed, ranked
from app.core.search.index import (
    SearchEntry,
    create_index_ddl,
    drop_index_ddl,
    index,
    index_many,
    is_index_table,
    unindex,
)
from app.core.search.tokens import Prose, query_tokens, tokens

__all__ = [
    "Hits",
    "Prose",
    "SearchEntry",
    "create_index_ddl",
    "drop_index_ddl",
    "hits",
    "index",
    "index_many",
    "is_index_table",
    "matching_ids",
    "narrowed",
    "query_tokens",
    "ranked",
    "tokens",
    "unindex",
]
