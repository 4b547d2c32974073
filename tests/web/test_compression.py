"""What goes over the wire is compressed, and reads the same."""

from __future__ import annotations

import gzip

import brotli
import pytest

READ = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", READ)
@pytest.mark.parametrize("address", ["/static/css/shell.css", "/static/js/core.js", "/login/"])
def test_pages_scripts_and_styles_are_compressed(client, coding, address):
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": coding})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    if address.startswith("/static/"):
        assert READ[coding](packed.data) == plain.data


def test_a_font_is_sent_as_it_is(client):
    answer = client.get("/static/vendor/tabler-icons/fonts/tabler-icons.woff2", headers={"Accept-Encoding": "br, gzip"})

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
