"""How reminders go out: the queue of deliveries, the worker that empties it, and what a notice says."""
