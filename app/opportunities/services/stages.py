"""The stages and the claim policy, as an administrator keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.doing import done_by
from app.core.errors import Invalid, invalid
from app.core.events import on
from app.core.i18n import _l
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityPolicy, OpportunityStage, OpportunityStatus
from app.opportunities.terms import DAILY_CLAIMS, HOLDING_CAP, REQUIRABLE, STAGES

RIGHT = "opportunity_stage.edit"
FIELDS = ("label_zh", "label_en", "probability", "normal_days", "required", "active")


def fill(session: Session) -> None:
    """Insert the stages and the policy of a new installation; what an administrator changed stays."""
    if session.scalar(select(OpportunityStage.id).limit(1)) is None:
        for position, stage in enumerate(STAGES, start=1):
            session.add(
                OpportunityStage(
                    code=stage.code,
                    label_zh=stage.label_zh,
                    label_en=stage.label_en,
                    position=position,
                    probability=stage.probability,
                    normal_days=stage.normal_days,
                    required=list(stage.required),
                    active=True,
                )
            )
    if session.get(OpportunityPolicy, 1) is None:
        session.add(OpportunityPolicy(id=1, holding_cap=HOLDING_CAP, daily_claims=DAILY_CLAIMS))
    session.flush()


@on("install")
def _fill_new_installation(session: Session, **_announced: Any) -> None:
    fill(session)


def create_stage(values: Mapping[str, Any], *, by: Actor, at: datetime) -> OpportunityStage:
    """Add a stage after the last one.

    :raises Invalid: for what was entered wrongly, and for a code in use.
    """
    with done_by(by, at, RIGHT) as session:
        checks = Checks(values, ("code", *FIELDS), creating=True)
        checks.text("code", 32, required=True)
        code = checks.clean.get("code")
        if code and not re.fullmatch(r"[a-z][a-z0-9_]*", code):
            checks.refuse("code", _l("Use small letters, digits and underscores."))
        elif code and queries.stage_named(session, code) is not None:
            checks.refuse("code", _l("This code is already in use."))
        clean = _checked(checks)
        last = session.scalar(select(func.max(OpportunityStage.position))) or 0
        stage = OpportunityStage(**({"required": [], "active": True} | clean), position=last + 1)
        session.add(stage)
    return stage


def update_stage(stage: OpportunityStage, values: Mapping[str, Any], *, by: Actor, at: datetime) -> OpportunityStage:
    """Change a stage; opportunities in it keep the probability they have.

    :raises Invalid: for what was entered wrongly, and for retiring the last stage or one that is in use.
    """
    with done_by(by, at, RIGHT) as session:
        clean = _checked(Checks(values, FIELDS, creating=False))
        if clean.get("active") is False and stage.active:
            _refuse_retiring(session, stage)
        for name, value in clean.items():
            setattr(stage, name, value)
    return stage


def order_stages(codes: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Put the stages into the order of ``codes``.

    :raises Invalid: unless every stage is named exactly once.
    """
    with done_by(by, at, RIGHT) as session:
        known = {stage.code: stage for stage in session.scalars(select(OpportunityStage))}
        if sorted(codes) != sorted(known):
            raise invalid("order", NO_CHOICE)
        for position, code in enumerate(codes, start=1):
            known[code].position = position


def update_policy(values: Mapping[str, Any], *, by: Actor, at: datetime) -> OpportunityPolicy:
    """Change how many opportunities one person may hold and claim.

    :raises Invalid: for what was entered wrongly.
    """
    with done_by(by, at, RIGHT) as session:
        checks = Checks(values, ("holding_cap", "daily_claims"), creating=False)
        checks.whole("holding_cap", 0, 10_000)
        checks.whole("daily_claims", 0, 10_000)
        policy = session.get(OpportunityPolicy, 1)
        if policy is None:
            policy = OpportunityPolicy(id=1, holding_cap=HOLDING_CAP, daily_claims=DAILY_CLAIMS)
            session.add(policy)
        for name, value in checks.done().items():
            if value is not None:
                setattr(policy, name, value)
    return policy


def _checked(checks: Checks) -> dict[str, Any]:
    checks.text("label_zh", 80, required=True)
    checks.text("label_en", 80, required=True)
    for name, highest in (("probability", 100), ("normal_days", 3650)):
        checks.whole(name, 0 if name == "probability" else 1, highest)
        if (checks.creating and checks.clean.get(name) is None) or (
            name in checks.clean and checks.clean[name] is None
        ):
            checks.refuse(name, _l("This field is required."))
    if "active" in checks.values:
        checks.flag("active")
    if "required" in checks.values:
        required = checks.values["required"] or []
        if not isinstance(required, list | tuple) or set(required) - set(REQUIRABLE):
            checks.refuse("required", NO_CHOICE)
        else:
            checks.clean["required"] = [name for name in REQUIRABLE if name in required]
    return checks.done()


def _refuse_retiring(session: Session, stage: OpportunityStage) -> None:
    others = [other for other in queries.stages(session) if other.id != stage.id]
    if not others:
        raise invalid("active", _l("At least one stage must stay in use."))
    held = select(func.count(Opportunity.id)).where(
        Opportunity.stage == stage.code,
        Opportunity.status.in_((OpportunityStatus.unassigned, OpportunityStatus.developing)),
    )
    if count := session.scalar(held):
        raise Invalid(
            fields={"active": _l("Open opportunities in this stage: %(count)d. Move them first.", count=count)}
        )
