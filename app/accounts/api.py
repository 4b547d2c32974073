"""Signing in for programs: a token instead of a cookie."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder.api import expose, safe
from flask_appbuilder.security.api import SecurityApi as FabSecurityApi
from flask_appbuilder.utils.limit import Limit
from flask_jwt_extended import create_access_token, create_refresh_token

from app.core.i18n import _


class SecurityApi(FabSecurityApi):
    """FAB's sign-in at FAB's address, with our checks and a limit on attempts."""

    limits = [Limit("20/minute", key_func=None, methods=["POST"])]

    @expose("/login", methods=["POST"])
    @safe
    def login(self) -> Any:
        """Answer a user name and password with a token.
        ---
        post:
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password]
                  properties:
                    username: {type: string, example: manager1}
                    password: {type: string}
                    refresh: {type: boolean, description: also return a token that renews this one}
          responses:
            200:
              description: The tokens
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
                      refresh_token: {type: string}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        sent = request.get_json(silent=True)
        body = sent if isinstance(sent, dict) else {}
        name, password = body.get("username"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str) or body.get("provider", "db") != "db":
            return self.response(400, message=_("Send a JSON object with username and password."))
        user = self.appbuilder.sm.auth_user_db(name, password)
        if not user:
            return self.response(401, message=str(self.appbuilder.sm.auth_view.invalid_login_message))
        if user.must_change_password:
            return self.response(403, message=_("Sign in with the browser first and choose a password of your own."))
        tokens = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        if body.get("refresh") is True:
            tokens["refresh_token"] = create_refresh_token(identity=str(user.id))
        return self.response(200, **tokens)
