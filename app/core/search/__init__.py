"""Search: a record is found by words, Chinese characters, pinyin, initials, and complete phone numbers."""

from app.core.search.index import (
    SearchEntry,
    create_index_ddl,
    drop_index_ddl,
    index,
    index_many,
    is_index_table,
    matching_ids,
    ranked,
    unindex,
)
from app.core.search.tokens import query_tokens, tokens

__all__ = [
    "SearchEntry",
    "create_index_ddl",
    "drop_index_ddl",
    "index",
    "index_many",
    "is_index_table",
    "matching_ids",
    "query_tokens",
    "ranked",
    "tokens",
    "unindex",
]
