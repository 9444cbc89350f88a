"""For every test: Ctrl-C reaches the processes that tests start, however the tests themselves were started."""

import signal

# A shell without job control starts what it puts into the background with Ctrl-C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
