"""The description of the REST resources, for whoever is signed in."""

from __future__ import annotations

from flask_appbuilder.api.manager import OpenApi

from app.web.api_answers import Answers


class OpenApiDescription(Answers, OpenApi):
    """``GET /api/v1/_openapi``; FAB's page around it loads scripts from another host and is left out."""

    class_permission_name = "personal"
