"""Everything that can be done with churn cases; importing binds the effects of their moves and what they listen to."""

from app.churn.services.deciding import end_silences
from app.churn.services.judging import Verdict, act_on, judge
from app.churn.services.looking import Judgement, look
from app.churn.services.recovering import recover_returned
from app.churn.services.reminding import tell_due

__all__ = ["Judgement", "Verdict", "act_on", "end_silences", "judge", "look", "recover_returned", "tell_due"]
