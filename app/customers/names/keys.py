"""The keys under which a customer's name is looked up among all others: two alike names share at least one."""

from __future__ import annotations

from hashlib import blake2s

from app.customers.names.judging import spelled
from app.customers.names.parsing import CHINA, Parts, readings, stem
from app.customers.names.words import SAME_TRADE, WEAK_TRADES

LONGEST = 48


def block_keys(name: str) -> set[str]:
    """Return the keys of a name, each at most 48 characters.

    Keys that very many names share need not be followed: a rarer one is always among them unless the names are
    nothing but a common brand.
    """
    return {_short(key) for parts in readings(name) for key in _keys(parts)}


def _short(key: str) -> str:
    return key if len(key) <= LONGEST else blake2s(key.encode(), digest_size=16).hexdigest()


def _keys(parts: Parts) -> set[str]:
    brand = _sound(parts.brand)
    if parts.is_person:
        return {f"h{brand}"}
    keys = {f"b{brand}"}
    keys |= {f"t{brand}|{SAME_TRADE.get(trade, trade)}" for trade in parts.trades if trade not in WEAK_TRADES}
    for code in parts.regions - {CHINA}:
        # A name says the province, another the city: both lead to the province.
        keys |= {f"r{brand}|{stem(code)[:2]}", f"r{brand}|{stem(code)[:4]}"}
    core = parts.core
    if not parts.is_latin and len(core) >= 4:
        keys.add(f"s{_sound(core[:4])}")
    # One wrong character in a longer name: drop each in turn.
    if not parts.is_latin and len(core) >= 5:
        keys |= {f"d{_sound(core[:place] + core[place + 1 :])}" for place in range(2, len(core))} | {f"d{_sound(core)}"}
    elif parts.is_latin and len(brand) >= 6:
        keys |= {f"d{brand[:place]}{brand[place + 1 :]}" for place in range(len(brand))} | {f"d{brand}"}
    return keys


def _sound(text: str) -> str:
    return spelled(text)
