"""Everything that can be done with churn cases; importing binds the effects of their moves and what they listen to."""

from app.churn.services.deciding import recover_by_order
from app.churn.services.judging import Judgement, Verdict, act_on, judge, look, recover_returned
from app.churn.services.reminding import tell_due

__all__ = ["Judgement", "Verdict", "act_on", "judge", "look", "recover_by_order", "recover_returned", "tell_due"]
