"""One package per outside system; nothing else opens a socket."""
