"""Work for later: `enqueue` writes it in the caller's transaction, an engine runs it after the commit."""

from app.queue.enqueue import enqueue

__all__ = ["enqueue"]
