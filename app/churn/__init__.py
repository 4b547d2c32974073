"""Churn: who fell silent, who decides about it, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import current_app


def register(appbuilder: Any) -> None:
    """Make the rules, terms, rights, jobs and commands of churn known."""
    from app.churn import cli, jobs, permissions, services, terms, timeline  # noqa: F401, PLC0415 - importing registers

    current_app.cli.add_command(cli.commands)
