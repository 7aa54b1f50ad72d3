"""One worker as `flask reminders run` starts it, but that every minute is crowded, and not only :00 and :30.

So the benchmark need not wait for the half hour to see the crowd spread.
"""

from webapp import create_app
from webapp.reminders import deliveries
from webapp.sending.commands import run

if __name__ == "__main__":
    deliveries.CROWDED = frozenset(range(60))
    with create_app().app_context():
        run.main(args=[], standalone_mode=False)
